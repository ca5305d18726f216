"""Every endpoint says who may call it."""

from flask import Flask

from sponsorship.core.web import Access, declared_access

# Who may come without an account. A new line here is a decision, not a formality.
PUBLIC = {
    "static", "health", "ready",
    "accounts.ask_link", "accounts.enter_code", "accounts.use_link", "accounts.sign_out",
    "storefront.index", "storefront.show_storefront", "storefront.price_order", "booking.hold_slots",
    "booking.join_waiting", "booking.plan_series",
    "payments.receive_webhook", "tracking.follow_link", "tracking.prove_host",
    "tracking.receive_postback", "demo.list_mail",
}  # fmt: skip


def test_every_endpoint_declares_its_callers(migrated_app: Flask) -> None:
    silent = [
        rule.endpoint
        for rule in migrated_app.url_map.iter_rules()
        if rule.endpoint != "static" and declared_access(migrated_app, rule.endpoint) is None
    ]
    assert not silent


def test_only_the_listed_endpoints_are_public(migrated_app: Flask) -> None:
    public = {
        rule.endpoint
        for rule in migrated_app.url_map.iter_rules()
        if rule.endpoint == "static" or declared_access(migrated_app, rule.endpoint).access is Access.PUBLIC
    }
    assert public == PUBLIC


def test_team_pages_name_a_permission_and_link_pages_carry_a_token(migrated_app: Flask) -> None:
    for rule in migrated_app.url_map.iter_rules():
        declared = declared_access(migrated_app, rule.endpoint) if rule.endpoint != "static" else None
        if declared is not None and declared.access is Access.TEAM:
            assert declared.permission, f"{rule.endpoint} names no permission"
        if declared is not None and declared.access is Access.LINK:
            assert "token" in rule.arguments, f"{rule.rule} has no token"


def test_only_what_is_signed_otherwise_is_free_of_csrf(migrated_app: Flask) -> None:
    assert migrated_app.extensions["csrf"]._exempt_views == {
        "sponsorship.payments.portal.receive_webhook",
        "sponsorship.tracking.views.conversions.receive_postback",
    }


def test_nobody_without_a_session_sees_a_team_page(app: Flask) -> None:
    client = app.test_client()
    values = {"slug": "sunday-runbook", "int": 1}
    for rule in app.url_map.iter_rules():
        declared = declared_access(app, rule.endpoint) if rule.endpoint != "static" else None
        if (
            declared is None
            or declared.access not in (Access.TEAM, Access.SIGNED_IN)
            or "GET" not in (rule.methods or ())
        ):
            continue
        arguments = {name: values.get(name, 1) for name in rule.arguments}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, arguments)
        answer = client.get(path)
        assert answer.status_code == 302 and "/sign-in" in answer.location, f"{path}: {answer.status_code}"
