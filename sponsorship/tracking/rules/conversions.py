"""Signed click ids: what a sponsor's shop sends back to say that a click became a customer."""

import hashlib
import re
from dataclasses import dataclass
from hmac import compare_digest

_SHAPE = re.compile(r"([0-9a-f]{1,8})-([0-9a-f]{6,10})-([0-9a-f]{16})-([0-9a-f]{20})")
EVENT = re.compile(r"[a-z0-9_-]{1,40}")
POSTBACK_DAYS = 90  # a conversion is a click's for so long


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


def _signature(secret: bytes, body: str) -> str:
    return hashlib.blake2b(body.encode(), key=secret[:64], person=b"click id", digest_size=10).hexdigest()
