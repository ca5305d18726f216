"""The publisher's pages that gather, and the masthead above all pages."""

from sponsorship.desk.views import audit, calendar, revenue, sponsors
from sponsorship.desk.views.masthead import masthead_values
from sponsorship.desk.views.team import blueprint

__all__ = ["audit", "blueprint", "calendar", "masthead_values", "revenue", "sponsors"]
