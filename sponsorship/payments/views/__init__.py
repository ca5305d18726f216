"""The publisher's pages of payments."""

from sponsorship.payments.portal import blueprint
from sponsorship.payments.views import books, credit, imports, invoices, makegoods, manual, orders, terms
from sponsorship.payments.views.books import mode_warning

__all__ = [
    "blueprint",
    "books",
    "credit",
    "imports",
    "invoices",
    "makegoods",
    "manual",
    "mode_warning",
    "orders",
    "terms",
]
