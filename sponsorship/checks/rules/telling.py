"""Findings in words, for the sponsor whose copy it is and for the newsletter's team."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sponsorship.checks.rules.passages import Passage, interval, is_same_sponsor
from sponsorship.checks.rules.policy import CheckRule
from sponsorship.core.format import short_day
from sponsorship.core.urls import registrable_domain


class FindingState(StrEnum):
    """Whether a finding still stands."""

    OPEN = "open"
    WAIVED = "waived"
    GONE = "gone"


class Reader(StrEnum):
    """Who a finding is told to: the sponsor whose copy it is, or the newsletter's team."""

    SPONSOR = "sponsor"
    PUBLISHER = "publisher"


@dataclass(frozen=True, slots=True)
class Telling:
    """A finding in words: a title, and a sentence that says what and where."""

    title: str
    sentence: str


TITLE_STARTS = {
    CheckRule.SAME_SLOT: "Same slot as",
    CheckRule.SAME_DESTINATION: "Same link as",
    CheckRule.SAME_COPY: "Same copy as",
    CheckRule.NEAR_COPY: "Nearly the same copy as",
    CheckRule.OTHERS_COPY: "Much the same copy as",
    CheckRule.OLD_LINK: "The link of an earlier ad:",
}


def tell(
    rule: CheckRule, this: Passage, other: Passage, likeness: float, *, today: date, reader: Reader = Reader.SPONSOR
) -> Telling:
    """Return a finding in words for a reader; a sponsor never learns another sponsor's name.

    `likeness` is the share of words in common, 0 to 1; `today` decides between what ran and what is going to run.
    """
    share = f"{int(likeness * 100 + 1e-9)}%" if likeness < 1 else "All"
    if rule is CheckRule.SAME_SPONSOR:
        return _tell_same_sponsor(this, other, reader)
    if rule is CheckRule.EDITORIAL_LINK:
        return _tell_editorial(this, other)
    title = f"{TITLE_STARTS[rule]} {_whose_slot(this, other, reader)} {interval(this, other)}"
    place = f"No. {other.issue_number} on {short_day(other.publish_on)}"
    if this.publish_on == other.publish_on:
        return Telling(title, _same_issue_sentence(rule, other, share, place))
    return Telling(title, _other_issue_sentence(rule, other, share, place, has_run=other.publish_on < today))


def _tell_same_sponsor(this: Passage, other: Passage, reader: Reader) -> Telling:
    slot = f"The {other.placement_name} slot of No. {other.issue_number} on {short_day(other.publish_on)}"
    who = "You have" if reader is Reader.SPONSOR else f"{this.sponsor_name} has"
    if not is_same_sponsor(this, other):
        domain = registrable_domain(other.url)
        title = f"Another ad in this issue leads to {domain}"
        return Telling(title, f"{slot} leads there too. Both may run; see that they do not say the same.")
    whose = "yours" if reader is Reader.SPONSOR else "theirs"
    sentence = f"{slot} is {whose} too. Both may run; see that they do not say the same."
    return Telling(f"{who} another ad in this issue", sentence)


def _tell_editorial(this: Passage, other: Passage) -> Telling:
    """Only the publisher is told: what the issue will say is nobody else's to know."""
    words = f"“{other.heading}”" if other.heading else "A link"
    sentence = (
        f"{words} in the text of No. {other.issue_number} leads to {other.destination}. Readers may take the one for paid"
        " or the other for advice; say which is which, or leave one out."
    )
    return Telling(f"{this.sponsor_name} is in your own text too", sentence)


def _same_issue_sentence(rule: CheckRule, other: Passage, share: str, place: str) -> str:
    slot = f"{other.placement_name} slot of {place}"
    if rule is CheckRule.SAME_SLOT:
        return f"The {slot} has two texts. One of them has to go."
    if rule is CheckRule.SAME_DESTINATION:
        what = f"The {slot} leads to {other.destination} too. Two ads in one issue need two pages"
    else:
        what = f"{share} of these words are in the {slot} too. One issue does not print an ad twice"
    return f"{what}, unless the publisher allows it."


def _other_issue_sentence(rule: CheckRule, other: Passage, share: str, place: str, *, has_run: bool) -> str:
    if rule is CheckRule.SAME_DESTINATION:
        verb = "sent" if has_run else "sends"
        return (
            f"{place} {verb} readers to {other.destination}, in its {other.placement_name} slot. It may run as it is: we"
            " point out what is near."
        )
    if rule is CheckRule.OLD_LINK:
        return (
            f"{place} had this very link under other words, in its {other.placement_name} slot. Where the campaign is a"
            " new one, so should the link be."
        )
    verb = "ran" if has_run else "run"
    return f"{share} of these words {verb} in {place} too, as {other.placement_name}. It may run as it is."


def _whose_slot(this: Passage, other: Passage, reader: Reader) -> str:
    if reader is Reader.SPONSOR:
        owner = "your" if is_same_sponsor(this, other) else "another sponsor’s"
        return f"{owner} {other.placement_name} slot"
    owner = f" of {other.sponsor_name}" if other.sponsor_name else ""
    return f"the {other.placement_name} slot{owner}"
