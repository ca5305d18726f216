"""The publisher's pages of payments."""

from sponsorship.payments.portal import blueprint
from sponsorship.payments.views import books, invoices, orders, terms

__all__ = ["blueprint", "books", "invoices", "orders", "terms"]
