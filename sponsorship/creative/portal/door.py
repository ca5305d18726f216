"""The door of copy's pages, the sponsor's and the publisher's."""

from flask import Blueprint
from werkzeug.wrappers import Response

blueprint = Blueprint("creative", __name__)
Answer = str | Response | tuple[str, int]
