"""The publisher's pages of payments."""

from sponsorship.payments.portal import blueprint
from sponsorship.payments.views import invoices

__all__ = ["blueprint", "invoices"]
