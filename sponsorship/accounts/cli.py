"""Commands of accounts."""

from flask.cli import AppGroup

group = AppGroup("accounts", help="People and their roles.")
