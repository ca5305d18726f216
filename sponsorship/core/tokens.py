"""Random tokens for links: 192 bits from the system, kept as a hash where they open a door."""

import hashlib
import secrets


def new_token() -> str:
    """Return 32 URL-safe characters that carry 192 random bits."""
    return secrets.token_urlsafe(24)


def new_code() -> str:
    """Return six random decimal digits, for typing by hand."""
    return f"{secrets.randbelow(1_000_000):06d}"


def hash_token(token: str) -> str:
    """Return the SHA-256 of a token in hexadecimal: what the database keeps in its place."""
    return hashlib.sha256(token.encode()).hexdigest()
