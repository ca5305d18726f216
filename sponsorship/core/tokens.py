"""Random tokens for links: 191 bits from the system, kept as a hash where they open a door."""

import hashlib
import secrets
from string import ascii_letters, digits


def new_token() -> str:
    """Return 32 URL-safe characters that carry 191 random bits and end in a letter or a digit.

    Readers of plain text, people's mail programs among them, leave a "-" or "_" at the end of an address out of the link.
    """
    return secrets.token_urlsafe(24)[:-1] + secrets.choice(ascii_letters + digits)


def new_code() -> str:
    """Return six random decimal digits, for typing by hand."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal: what the database keeps in its place."""
    return hashlib.sha256(token.encode()).hexdigest()
