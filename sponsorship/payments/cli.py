"""Commands of payments."""

from flask.cli import AppGroup

group = AppGroup("payments", help="Payments: settle, reconcile.")
