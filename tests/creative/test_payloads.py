"""What a sponsor writes never runs: a table of payloads through every page, mail and output that carries it."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import time_machine
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from sqlalchemy.orm import Session

from sponsorship.core import outbox
from sponsorship.core.db import transaction
from sponsorship.core.mail import Mail
from sponsorship.creative import render
from sponsorship.creative.rules import Copy, Side
from sponsorship.creative.services import add_comment, edit_copy
from sponsorship.inventory.models import Newsletter
from tests.factories.creative import PUBLISHER, SPONSOR, booked, submitted
from tests.page_checks import CheckedClient

PAYLOADS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<iframe src=//e.example>",
    "[a](javascript:alert(1))", "[a](data:text/html,<script>x</script>)", "<a href=javascript:x>b</a>",
    '"><script>alert(1)</script>',
    "</textarea><script>alert(1)</script>", "<style>*{x:y}</style>", "<math><mi xlink:href=javascript:x>", "{{ 7 * 7 }}",
    "<!-- sponsor:primary -->", "&#60;script&#62;alert(1)&#60;/script&#62;",
]  # fmt: skip
DANGEROUS = "script, iframe, svg, math, style, object, embed, base, [onerror], [onload], [onclick]"


@pytest.fixture(autouse=True)
def clock(now: datetime) -> Iterator[None]:
    """The edge asks the real clock: it stands still at the tests' moment."""
    with time_machine.travel(now, tick=False):
        yield


def dangers(html: str) -> list[str]:
    """What of the payloads became an element, or a link to something that runs."""
    tree = LexborHTMLParser(html)
    found = [
        str(node.html)[:80]
        for node in tree.css(DANGEROUS)
        if "alert(1)" in str(node.html) or "e.example" in str(node.html)
    ]
    hrefs = [str(node.attributes.get("href") or "") for node in tree.css("[href]")]
    return found + [href for href in hrefs if href.lower().startswith(("javascript:", "data:"))]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_payload_runs_in_what_the_newsletter_prints(payload: str) -> None:
    copy = Copy(payload, f"Words {payload} words", "https://tidewatch.example/x", payload)
    html = render.block_html(copy, printed_heading="Sponsor", url="https://desk.example/c/x")
    assert dangers(html) == [] and "{{" not in html and "<!--" not in html
    assert dangers(str(render.preview_html(copy))) == []
    markdown = render.block_markdown(copy, printed_heading="Sponsor", url="https://desk.example/c/x")
    assert not any(start in markdown for start in ("<script", "<img", "<iframe", "<svg", "<style", "<!--"))
    assert re.search(r"(?<!\\)\]\((?!https?:)", markdown) is None


def test_no_payload_runs_in_a_page_or_a_mail(
    client: CheckedClient, session: Session, newsletter: Newsletter, now: datetime, sign_in: Callable[..., Any]
) -> None:
    everything = "\n\n".join(PAYLOADS)
    copy = Copy(PAYLOADS[0], everything, "https://tidewatch.example/x", PAYLOADS[1])
    with transaction() as writing:
        booking = booked(writing, newsletter, date(2026, 12, 13), now=now)
        creative = submitted(writing, booking, copy, now=now)
        add_comment(writing, booking=booking, body=everything, side=Side.SPONSOR, actor=SPONSOR, now=now)
        edited = Copy(PAYLOADS[2], everything, "https://tidewatch.example/y", "")
        edit_copy(writing, creative=creative, copy=edited, why=PAYLOADS[6], actor=PUBLISHER, now=now)
        outbox.deliver_within(writing, now)
    assert booking.order is not None
    sign_in(client, PUBLISHER, newsletter=newsletter)
    own, desk = f"/orders/{booking.order.token}/copy/{booking.id}", f"/creatives/{creative.id}"
    for path in (own, f"{own}/versions", desk, f"{desk}/versions", f"/desk/{newsletter.slug}/review"):
        assert dangers(client.get(path).get_data(as_text=True)) == [], path
    mails = session.scalars(select(Mail).where(Mail.key.like("creative.%"))).all()
    assert len(mails) == 3
    assert [found for mail in mails if (found := dangers(mail.html))] == []
