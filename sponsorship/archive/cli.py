"""Commands of archive."""

from flask.cli import AppGroup

group = AppGroup("archive", help="Past issues: scan and import them.")
