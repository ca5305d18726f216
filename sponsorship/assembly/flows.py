"""Fetching an issue as it was sent from where it stands on the web, before anything is written."""

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from sponsorship.archive.reader.decode import decode_issue
from sponsorship.assembly.errors import PrintInvalid
from sponsorship.assembly.rules.proof import PrintOrigin
from sponsorship.assembly.services import GivenIssue
from sponsorship.checks.probe import NotFetched, Prober

TEXTS = {"text/html": "html", "application/xhtml+xml": "html", "text/markdown": "md", "text/plain": "md"}


def fetch_issue(address: str, *, prober: Prober) -> GivenIssue:
    """Return the issue at a public address of the web; raises PrintInvalid with the reason, UnreadableIssue for no text."""
    try:
        page = prober.fetch(address.strip())
    except NotFetched as refused:
        raise PrintInvalid(refused.message) from refused
    if page.kind not in TEXTS:
        raise PrintInvalid(f"What stands at this address is no text: its server calls it {page.kind}.")
    name = PurePosixPath(urlsplit(page.url).path).stem[:80] or "issue"
    return GivenIssue(PrintOrigin.FETCHED, f"{name}.{TEXTS[page.kind]}", decode_issue(page.content), page.url[:2000])
