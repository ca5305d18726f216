"""The door of inventory's pages."""

from flask import Blueprint

blueprint = Blueprint("inventory", __name__)
