"""Pages of desk."""

from flask import Blueprint

blueprint = Blueprint("desk", __name__)


def masthead_values() -> dict[str, object]:
    """What the masthead shows; filled in with the desk's pages."""
    return {}
