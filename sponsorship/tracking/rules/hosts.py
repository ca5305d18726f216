"""Domains of the publisher's own for links: how one is written, where a link stands on it, and what proves that it leads here."""

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from sponsorship.core.errors import DomainError

_HOST = re.compile(
    r"(?=.{4,253}(?::|$))(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?::\d{2,5})?"
)


class LinkHostInvalid(DomainError):
    """What was typed is no domain, or the desk's own."""


class HostFault(StrEnum):
    """Why a domain does not lead here."""

    UNKNOWN = "unknown"
    SILENT = "silent"
    CERTIFICATE = "certificate"
    PRIVATE = "private"
    ELSEWHERE = "elsewhere"

    def sentence(self, host: str, desk: str) -> str:
        """What is wrong, and what to do about it."""
        return {
            "unknown": f"The DNS does not know {host}. Add a CNAME record for it that points to {desk}; that can take an hour.",
            "silent": f"Nothing answers at {host}. Let the web server that answers for {desk} answer for {host} too.",
            "certificate": f"The certificate at {host} is not valid for it: browsers would warn readers. Get one for {host}.",
            "private": f"{host} leads to an address that readers cannot reach from the internet.",
            "elsewhere": f"{host} answers, and it is not this desk. Point it to {desk}, and let all its paths through.",
        }[self.value]


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """What a domain answered to the check: the fault, or None where it proved that it leads here."""

    fault: HostFault | None


def clean_host(text: str, desk: str) -> str | None:
    """Return a domain as it is kept, None for nothing; raises LinkHostInvalid. `desk` is the desk's own host."""
    host = text.strip().lower().removeprefix("https://").removeprefix("http://").rstrip("/")
    if not host:
        return None
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        raise LinkHostInvalid("Write a domain such as go.example.com.") from None
    if not _HOST.fullmatch(host):
        raise LinkHostInvalid("Write a domain such as go.example.com, without a path.")
    if host == desk:
        raise LinkHostInvalid("That is the desk’s own address: leave the field empty, and links stand there.")
    return host


def on_host(url: str, host: str | None) -> str:
    """Return an address of ours as it stands on another domain; None leaves it as it is."""
    return urlsplit(url)._replace(netloc=host).geturl() if host else url


def host_proof(secret: bytes, nonce: str) -> str:
    """Return what only this installation can answer to a check's nonce."""
    return hashlib.blake2b(nonce.encode(), key=secret[:64], person=b"link host", digest_size=20).hexdigest()
