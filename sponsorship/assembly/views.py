"""Pages of assembly."""

from flask import Blueprint

blueprint = Blueprint("assembly", __name__)
