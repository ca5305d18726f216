"""The door of the bookings' pages: one blueprint for buyers and team."""

from flask import Blueprint

blueprint = Blueprint("booking", __name__)
