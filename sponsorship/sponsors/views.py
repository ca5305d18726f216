"""Pages of sponsors."""

from flask import Blueprint

blueprint = Blueprint("sponsors", __name__)
