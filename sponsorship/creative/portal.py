"""Pages of creative."""

from flask import Blueprint

blueprint = Blueprint("creative", __name__)
