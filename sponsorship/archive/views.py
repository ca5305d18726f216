"""Pages of archive."""

from flask import Blueprint

blueprint = Blueprint("archive", __name__)
