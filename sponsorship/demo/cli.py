"""Commands of demo."""

from flask.cli import AppGroup

group = AppGroup("demo", help="The demo newsletter.")
