"""Reads of the public's and the sponsors' pages."""

from sponsorship.storefront.queries.avails import Avails, Slip, clicks_by_placement, list_avails, price_slip
from sponsorship.storefront.queries.home import HomeView, view_home
from sponsorship.storefront.queries.orders import OrderView, view_order
from sponsorship.storefront.queries.rates import rule_sentences

__all__ = [
    "Avails",
    "HomeView",
    "OrderView",
    "Slip",
    "clicks_by_placement",
    "list_avails",
    "price_slip",
    "rule_sentences",
    "view_home",
    "view_order",
]
