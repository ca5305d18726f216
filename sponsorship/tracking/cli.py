"""Commands of tracking."""

from flask.cli import AppGroup

group = AppGroup("tracking", help="Tracked links and clicks.")
