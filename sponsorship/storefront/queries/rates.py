"""What the rate card says of prices beside the list: the rules in force, in words."""

from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.core.format import count_word, local, long_day, money, percent
from sponsorship.inventory.models import Newsletter, PriceRule
from sponsorship.inventory.queries import list_price_rules
from sponsorship.inventory.rules import PriceRuleKind


def rule_sentences(session: Session, newsletter: Newsletter, now: datetime) -> list[str]:
    """Return a sentence for each price rule that can still apply to an issue to come."""
    today = local(now, newsletter.timezone).date()
    rules = list_price_rules(session, newsletter.id)
    return [rule_sentence(rule, newsletter.currency) for rule in rules if rule.ends_on is None or rule.ends_on >= today]


def rule_sentence(rule: PriceRule, currency: str) -> str:
    """Say when a rule applies and what it does: "Three slots or more in one order: Run of three, 10% off."."""
    scope = f" ({', '.join(placement.name for placement in rule.placements)})" if rule.placements else ""
    if rule.kind is PriceRuleKind.PACKAGE:
        names = " and ".join(placement.name for placement in rule.placements)
        return f"{names} in one issue: {rule.label}, {money(rule.package_price_minor or 0, currency)}."
    when = {
        PriceRuleKind.FREQUENCY: f"{count_word(rule.threshold, 'issue' if rule.counts_issues else 'slot')} or more in one order",
        PriceRuleKind.EARLY_BIRD: f"{count_word(rule.threshold, 'day')} or more ahead",
        PriceRuleKind.LAST_MINUTE: f"{count_word(rule.threshold, 'day')} or less before the issue",
        PriceRuleKind.SEASON: "Season",
    }[rule.kind]
    window = f", issues {window_words(rule)}" if rule.starts_on or rule.ends_on else ""
    up = f", {percent(-rule.discount_basis_points / 10_000)} more" if rule.discount_basis_points < 0 else ""
    return f"{when}{scope}{window}: {rule.label}{up}."


def window_words(rule: PriceRule) -> str:
    """Say a rule's window of issue dates."""
    if rule.starts_on and rule.ends_on:
        return f"from {long_day(rule.starts_on)} to {long_day(rule.ends_on)}"
    return (
        f"from {long_day(rule.starts_on)}"
        if rule.starts_on
        else f"until {long_day(rule.ends_on)}"
        if rule.ends_on
        else ""
    )
