"""Which item of the masthead a page belongs to."""

TEAM_PAGES = {
    "desk.show_revenue": "revenue",
    "desk.show_calendar": "calendar",
    "desk.show_docket": "calendar",
    "desk.list_sponsors": "sponsors",
    "desk.show_sponsor": "sponsors",
    "desk.show_merge": "sponsors",
    "reporting.show_report": "sponsors",
    "booking": "calendar",
    "payments.book_by_hand": "calendar",
    "payments.import_deals": "calendar",
    "reporting": "revenue",
    "payments": "revenue",
    "assembly": "issue",
    "tracking.edit_tracking": "settings",
    "tracking": "issue",
    "creative": "review",
    "sponsors": "sponsors",
}
SHARED_PAGES = frozenset(
    {"reporting.show_shared_campaign", "reporting.show_shared_report"}
)  # their link opens no order
SPONSOR_PAGES = {
    "storefront.show_home": "bookings",
    "storefront.show_order": "bookings",
    "creative": "copy",
    "reporting": "reports",
}


def current_item(endpoint: str | None, pages: dict[str, str]) -> str:
    """Return the key of the item that an endpoint belongs to, by its name or by its package's; nothing where it has none.

    Settings are no item of their own.
    """
    name = endpoint or ""
    return pages.get(name) or pages.get(name.split(".")[0], "")
