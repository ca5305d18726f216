"""Writes about a newsletter's rules for duplicate placements."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from sponsorship.accounts.services import record_act
from sponsorship.checks.models import CheckSetting
from sponsorship.checks.queries import get_policy
from sponsorship.checks.rules import CheckRule, Policy, RuleSetting


def set_policy(session: Session, *, newsletter_id: int, policy: Policy, actor: str, now: datetime) -> list[CheckRule]:
    """Keep how a newsletter wants its rules, and return those that changed; findings follow when copy is checked next."""
    before = get_policy(session, newsletter_id)
    changed = [rule for rule, setting in policy.items() if setting != before[rule]]
    for rule in changed:
        row = session.get(CheckSetting, (newsletter_id, rule)) or CheckSetting(newsletter_id=newsletter_id, rule=rule)
        _apply(row, policy[rule])
        session.add(row)
        record_act(
            session, actor=actor, action="set", object_type="check_rule", object_id=list(CheckRule).index(rule),
            newsletter_id=newsletter_id, now=now, before={"rule": rule.value, **asdict(before[rule])},
            after={"rule": rule.value, **asdict(policy[rule])},
        )  # fmt: skip
    session.flush()
    return changed


def _apply(row: CheckSetting, setting: RuleSetting) -> None:
    row.is_on, row.issues, row.days, row.likeness = setting.is_on, setting.issues, setting.days, setting.likeness
