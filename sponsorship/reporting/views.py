"""Pages of reporting."""

from flask import Blueprint

blueprint = Blueprint("reporting", __name__)
