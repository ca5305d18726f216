"""The masthead above every page: worked out only where a layout shows it."""

from functools import cached_property
from typing import Any

from flask import current_app, g, has_request_context, request, url_for

from sponsorship.accounts.rules import Permission, Viewer
from sponsorship.booking.rules import BookingState
from sponsorship.core import clock
from sponsorship.core.db import db
from sponsorship.core.web import Access, declared_access
from sponsorship.desk.queries.masthead import DeskNews, OwnBooking, get_desk_news, list_own_bookings
from sponsorship.desk.rules.issues import time_left
from sponsorship.desk.rules.navigation import SHARED_PAGES, SPONSOR_PAGES, TEAM_PAGES, current_item
from sponsorship.inventory.models import Newsletter
from sponsorship.inventory.queries import list_newsletters

Item = dict[str, Any]


class TeamMasthead:
    """What a member of a newsletter's team sees above a page."""

    book_href = ""

    def __init__(self, newsletter: Newsletter, viewer: Viewer) -> None:
        self._newsletter, self._viewer = newsletter, viewer

    @cached_property
    def _news(self) -> DeskNews:
        return get_desk_news(db.session(), self._newsletter.id, clock.now())

    @cached_property
    def items(self) -> list[Item]:
        """Revenue, Calendar, Issue (the next one), Review with what waits, Sponsors."""
        slug, waiting = self._newsletter.slug, self._news.to_review
        items = [
            _item("revenue", "Revenue", "report-money", url_for("desk.show_revenue", slug=slug)),
            _item("calendar", "Calendar", "calendar-week", url_for("desk.show_calendar", slug=slug)),
            _item("review", "Review", "eye", url_for("creative.list_queue", slug=slug), waiting, "waiting"),
            _item("sponsors", "Sponsors", "users", url_for("desk.list_sponsors", slug=slug)),
        ]
        if self._news.issue_id is not None:
            href = url_for("assembly.show_issue", issue_id=self._news.issue_id)
            items.insert(2, _item("issue", "Issue", "news", href))
        return items

    @property
    def current(self) -> str:
        """The item that this page belongs to."""
        return current_item(request.endpoint, TEAM_PAGES)

    @property
    def next_issue_text(self) -> str:
        """When the next issue goes out."""
        news = self._news
        return (
            f"No. {news.issue_number} goes out in {time_left(clock.now(), news.publish_at)}" if news.publish_at else ""
        )

    @cached_property
    def links(self) -> list[Item]:
        """The account menu: the public page, and the desks of the person's other newsletters."""
        rate_card = url_for("storefront.show_storefront", slug=self._newsletter.slug)
        links = [{"label": "Public rate card", "href": rate_card, "icon": "building-store"}, _account()]
        if self._viewer.may(Permission.SETTINGS, self._newsletter.id):
            settings = url_for("inventory.edit_newsletter", slug=self._newsletter.slug)
            links.insert(0, {"label": "Settings", "href": settings, "icon": "adjustments"})
            trail = url_for("desk.show_audit", slug=self._newsletter.slug)
            links.append({"label": "Audit trail", "href": trail, "icon": "history"})
        if len(self._viewer.roles) > 1:
            links.append({"label": "All newsletters", "href": url_for("reporting.show_overview"), "icon": "chart-bar"})
            links += [
                {"label": one.name, "href": url_for("desk.show_revenue", slug=one.slug), "icon": "report-money"}
                for one in list_newsletters(db.session())
                if one.id in self._viewer.roles and one.id != self._newsletter.id
            ]
        return links


class SponsorMasthead:
    """What a sponsor sees above a page: by an order's link, or signed in."""

    next_issue_text = ""

    def __init__(self, newsletter: Newsletter | None, viewer: Viewer | None, token: str | None) -> None:
        self._newsletter, self._viewer, self._token = newsletter, viewer, token

    @cached_property
    def _bookings(self) -> list[OwnBooking]:
        if self._token is None and self._viewer is None:
            return []
        user_id = self._viewer.user_id if self._viewer else None
        return list_own_bookings(db.session(), token=self._token, user_id=user_id)

    @cached_property
    def items(self) -> list[Item]:
        """Bookings; Copy, where some is wanted, with how many; Reports, once something ran."""
        items = []
        if self._token is not None:
            items.append(_item("bookings", "Bookings", "calendar-week", _order_url(self._token)))
        elif self._viewer is not None:
            items.append(_item("bookings", "Bookings", "calendar-week", url_for("storefront.show_home")))
        wanting = [booking for booking in self._bookings if booking.wants_copy]
        if wanting:
            items.append(
                _item("copy", "Copy", "pencil", _own("creative.write_copy", wanting[0]), len(wanting), "to write")
            )
        ran = [booking for booking in self._bookings if booking.state is BookingState.RAN]
        if ran:
            items.append(_item("reports", "Reports", "chart-bar", _own("reporting.show_order_report", ran[-1])))
        return items

    @property
    def current(self) -> str:
        """The item that this page belongs to."""
        return current_item(request.endpoint, SPONSOR_PAGES)

    @property
    def book_href(self) -> str:
        """Where more dates are booked."""
        return url_for("storefront.show_storefront", slug=self._newsletter.slug) if self._newsletter else ""

    @property
    def links(self) -> list[Item]:
        """The account menu: a member of a team, looking as a sponsor does, finds the way back to the desk."""
        if self._viewer is None:
            return []
        desk = (
            [{"label": "Your desk", "href": url_for("desk.home"), "icon": "report-money"}] if self._viewer.roles else []
        )
        return [*desk, _account()]


def _account() -> Item:
    return {"label": "Your account", "href": url_for("accounts.show_account"), "icon": "user"}


def masthead_values() -> dict[str, Any]:
    """Return what layouts show above a page: nothing outside a request, for mails have no masthead."""
    if not has_request_context():
        return {}
    viewer: Viewer | None = g.get("viewer")
    newsletter: Newsletter | None = g.get("newsletter")
    if viewer is not None and newsletter is not None and newsletter.id in viewer.roles and not _is_by_link():
        home = url_for("desk.show_revenue", slug=newsletter.slug)
        return {"masthead": TeamMasthead(newsletter, viewer), "home_href": home}
    opens_order = _is_by_link() and request.endpoint not in SHARED_PAGES
    token = (request.view_args or {}).get("token") if opens_order else None
    home = url_for("storefront.show_storefront", slug=newsletter.slug) if newsletter else "/"
    return {"masthead": SponsorMasthead(newsletter, viewer, token), "home_href": home}


def _is_by_link() -> bool:
    """Whether the page is opened by an order's link: then it shows that order, whoever is signed in."""
    if request.endpoint is None or request.endpoint == "static":
        return False
    declared = declared_access(current_app, request.endpoint)
    return declared is not None and declared.access is Access.LINK


def _order_url(token: str) -> str:
    return url_for("storefront.show_order", token=token)


def _own(endpoint: str, booking: OwnBooking) -> str:
    return url_for(endpoint, token=booking.order_token, booking_id=booking.booking_id)


def _item(key: str, label: str, icon: str, href: str, waiting: int = 0, noun: str = "") -> Item:
    return {"key": key, "label": label, "href": href, "icon": icon, "count": waiting, "count_label": noun}
