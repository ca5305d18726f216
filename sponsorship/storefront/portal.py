"""Pages of storefront."""

from flask import Blueprint

blueprint = Blueprint("storefront", __name__)
