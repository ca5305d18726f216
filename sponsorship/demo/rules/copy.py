"""The demo's advertisements: who prints what, where; and the few that say nearly the same as one that ran before."""

from dataclasses import dataclass

from sponsorship.demo.rules import classified_copy, primary_copy, sponsored_copy
from sponsorship.demo.rules.sponsors import SPONSORS


@dataclass(frozen=True, slots=True)
class Ad:
    """One piece of copy, with the sponsor that prints it and the page that it leads to."""

    sponsor: str
    heading: str
    body: str
    link_url: str
    link_text: str


def _read(text: str) -> dict[str, list[Ad]]:
    ads: dict[str, list[Ad]] = {}
    for block in text.strip().split("\n\n"):
        first, heading, *body = block.splitlines()
        sponsor, path, link_text = first.split(maxsplit=2)
        url = f"https://{SPONSORS[sponsor].domain}{path}"
        ads.setdefault(sponsor, []).append(Ad(sponsor, heading, " ".join(body), url, link_text))
    return ads


ADS: dict[str, dict[str, list[Ad]]] = {
    "primary": _read(primary_copy.TEXT),
    "sponsored": _read(sponsored_copy.TEXT),
    "classified": _read(classified_copy.TEXT),
}
"""By placement, then by sponsor: the ads in the order in which the sponsor uses them, over and over."""

SAME_AGAIN: dict[str, Ad] = {
    "cinderbox": Ad(
        "cinderbox",
        "Know what your containers do at 3 a.m.",
        "Cinderbox watches every process, file write and network connection inside your running containers, and tells you "
        "when something new happens. One DaemonSet, no sidecars, and under 1% CPU on the clusters we have measured. Readers "
        "of the Runbook get 60 days on up to 50 nodes.",
        "https://cinderbox.example/runbook?utm_source=sunday-runbook",
        "Start the 60 days",
    ),
    "spindrift": Ad(
        "spindrift",
        "Break it on a Tuesday",
        "Spindrift Labs breaks one small thing in staging each Tuesday and asks your alerts what they saw. Most saw nothing.",
        "https://spindriftlabs.example/tuesday",
        "Break one thing",
    ),
    "latchkey": Ad(
        "latchkey",
        "Old commits, live keys",
        "Latchkey reads your history for keys that still open something. An hour, and you know. Nothing leaves your machine.",
        "https://latchkey.example/leaks?utm_medium=classified",
        "Scan a repository",
    ),
}
"""Copy that repeats, for the checks to find: a link that ran two issues ago and words that ran three issues ago; words
that ran in a neighbouring issue; a link that stands in another slot of the same issue."""

CHANGES_NOTE = (
    "The second sentence promises a figure. Say where it was measured, or leave it out, and please link to a page that "
    "opens without a form. Everything else reads well."
)
FIRST_TRY_NOTE = "Readers click on what they can picture. Name one thing that it does before you name what it is."


def first_try(ad: Ad) -> Ad:
    """Return the version that a sponsor sent before the publisher asked for changes: the same, with less in it."""
    sentences = ad.body.split(". ")
    shorter = ". ".join(sentences[:-1]) + "." if len(sentences) > 1 else ad.body
    return Ad(ad.sponsor, ad.heading, shorter, ad.link_url, "Learn more")
