"""Signed click ids: what a sponsor's shop sends back to say that a click became a customer."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hmac import compare_digest

from sponsorship.core.errors import DomainError
from sponsorship.core.money import to_minor

_SHAPE = re.compile(r"([0-9a-f]{1,8})-([0-9a-f]{6,10})-([0-9a-f]{16})-([0-9a-f]{20})")
EVENT = re.compile(r"[a-z0-9_-]{1,40}")
CURRENCY = re.compile(r"[A-Z]{3}")
USUAL_EVENT = "conversion"
LARGEST_VALUE = Decimal(10_000_000)
POSTBACK_DAYS = 90  # a conversion is a click's for so long
CLOCKS_DIFFER = timedelta(minutes=5)


class PostbackInvalid(DomainError):
    """What a shop reported cannot be counted; the sentence is for whoever set it up."""


@dataclass(frozen=True, slots=True)
class Postback:
    """What a shop reports: one event of one click, worth something or not; minor units of its own currency."""

    click: "ClickId"
    event: str
    value_minor: int | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class ClickId:
    """A click that a shop speaks of: its link, when it came (seconds since 1970), and what tells it from others."""

    link_id: int
    clicked_at: int
    reference: str


def sign_click_id(secret: bytes, link_id: int, clicked_at: int, reference: str) -> str:
    """Return the id of one click, signed: nobody can report a conversion for a click that never was."""
    body = f"{link_id:x}-{clicked_at:x}-{reference}"
    return f"{body}-{_signature(secret, body)}"


def read_click_id(secret: bytes, text: str) -> ClickId | None:
    """Return what a signed id says, or None where it is not one of ours."""
    match = _SHAPE.fullmatch(text)
    if match is None:
        return None
    link_id, clicked_at, reference, signature = match.groups()
    if not compare_digest(signature, _signature(secret, text[: -len(signature) - 1])):
        return None
    return ClickId(int(link_id, 16), int(clicked_at, 16), reference)


def read_postback(secret: bytes, *, click_id: str, event: str, value: str, currency: str, now: datetime) -> Postback:
    """Return what a shop reports, or raise PostbackInvalid with what is wrong with it."""
    click = read_click_id(secret, click_id.strip())
    if click is None:
        raise PostbackInvalid(
            "click_id is not one of ours: send back what the click_id of the landing page's address was."
        )
    clicked_at = datetime.fromtimestamp(click.clicked_at, UTC)
    if clicked_at > now + CLOCKS_DIFFER or now - clicked_at > timedelta(days=POSTBACK_DAYS):
        raise PostbackInvalid(f"The click is older than {POSTBACK_DAYS} days, so this is no longer counted.")
    event = event.strip().lower() or USUAL_EVENT
    if not EVENT.fullmatch(event):
        raise PostbackInvalid("event may have letters, figures, - and _, at most 40 of them.")
    return Postback(click, event, *_worth(value.strip(), currency.strip().upper()))


def _worth(value: str, currency: str) -> tuple[int | None, str | None]:
    if not value:
        return None, None
    if not CURRENCY.fullmatch(currency):
        raise PostbackInvalid("A value needs its currency, as three letters: USD.")
    try:
        amount = Decimal(value)
        if not amount.is_finite() or not 0 <= amount <= LARGEST_VALUE:
            raise InvalidOperation
        return to_minor(amount, currency), currency
    except (InvalidOperation, ValueError):
        raise PostbackInvalid("value is an amount such as 49.50, without a sign or a currency.") from None


def _signature(secret: bytes, body: str) -> str:
    return hashlib.blake2b(body.encode(), key=secret[:64], person=b"click id", digest_size=10).hexdigest()
