"""The index of copy and a newsletter's rules, in the database."""

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sponsorship.accounts.models import AuditEntry
from sponsorship.checks.models import CheckSetting, CopyBand, CorpusText
from sponsorship.checks.queries import find_alike, find_matches, get_policy
from sponsorship.checks.rules import BANDS, DEFAULTS, CheckRule, CopySource, RuleSetting
from sponsorship.checks.services import put_editorial_links, set_policy
from sponsorship.checks.tasks import index_texts
from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from tests.factories.checks import BUILDS, WATCH, WATCH_EDITED, day_of, passage, put
from tests.factories.inventory import make_newsletter


def put_one(newsletter: Newsletter, now: datetime, issue_number: int = 812, **more: object) -> CorpusText:
    with transaction() as session:
        return put(session, newsletter, now, issue_number, **more)


def rules_of(session: Session, newsletter: Newsletter, now: datetime, **more: object) -> list[tuple[CheckRule, int]]:
    asked = passage(newsletter_id=newsletter.id, **more)
    return [(match.rule, match.other.issue_number) for match in find_matches(session, asked, now.date())]


def set_rules(newsletter: Newsletter, now: datetime, **changes: RuleSetting) -> list[CheckRule]:
    policy = {**DEFAULTS, **{CheckRule(rule): setting for rule, setting in changes.items()}}
    with transaction() as session:
        return set_policy(session, newsletter_id=newsletter.id, policy=policy, actor="imogen", now=now)


def test_a_text_has_a_row_for_each_band_of_the_words_it_has_now(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    text = put_one(newsletter, now, source_id=5)
    before = set(session.scalars(select(CopyBand.band)))
    put_one(newsletter, now, source_id=5, body=BUILDS)
    after = set(session.scalars(select(CopyBand.band)))
    assert len(before) == len(after) == BANDS and not before & after
    put_one(newsletter, now, source_id=5, body="")
    assert session.scalar(select(func.count()).select_from(CopyBand)) == 0
    assert session.get_one(CorpusText, text.id).words == ""


def test_edited_copy_is_found_however_long_ago_and_only_in_its_newsletter(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    with transaction() as writing:
        elsewhere = make_newsletter(writing, now=now, slug="another")
        put(writing, elsewhere, now)
    text = put_one(newsletter, now, 200, sponsor_name="Emberjar", body=WATCH_EDITED.replace("Cinderbox", "Emberjar"))
    put_one(newsletter, now, 201, sponsor_name="Kestrel CI", body=BUILDS)
    assert find_alike(session, passage(newsletter_id=newsletter.id, body=WATCH), {}) == {
        text.id: pytest.approx(0.8, abs=0.1)
    }


def test_texts_from_before_the_index_are_indexed_by_the_worker(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    text = put_one(newsletter, now, 700, sponsor_name="Emberjar", url="")
    with transaction() as writing:
        writing.execute(CopyBand.__table__.delete())
        writing.execute(update(CorpusText).values(words=None))
    assert rules_of(session, newsletter, now) == []
    assert index_texts(now) == 1
    assert index_texts(now) == 0
    assert rules_of(session, newsletter, now) == [(CheckRule.OTHERS_COPY, 700)]
    assert session.get_one(CorpusText, text.id).words


@pytest.mark.parametrize(
    ("rule", "setting", "found"),
    [
        ("same_copy", RuleSetting(), [(CheckRule.SAME_COPY, 809)]),
        ("same_copy", RuleSetting(is_on=False), []),
        ("same_copy", RuleSetting(issues=2, days=20), []),
        ("same_copy", RuleSetting(issues=3, days=0), [(CheckRule.SAME_COPY, 809)]),
        ("same_copy", RuleSetting(issues=0, days=21), [(CheckRule.SAME_COPY, 809)]),
    ],
)
def test_a_newsletter_says_what_is_near(
    session: Session, newsletter: Newsletter, now: datetime, rule: str, setting: RuleSetting, found: list[object]
) -> None:
    put_one(newsletter, now, 809, url="")
    set_rules(newsletter, now, **{rule: setting})
    assert rules_of(session, newsletter, now) == found


def test_a_newsletter_says_from_where_copy_is_nearly_the_same(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    put_one(newsletter, now, 811, url="", body=WATCH_EDITED)
    assert rules_of(session, newsletter, now) == [(CheckRule.NEAR_COPY, 811)]
    set_rules(newsletter, now, near_copy=RuleSetting(likeness=95))
    assert rules_of(session, newsletter, now) == []


def test_only_changed_rules_are_kept_and_recorded(session: Session, newsletter: Newsletter, now: datetime) -> None:
    assert set_rules(newsletter, now) == []
    wanted = replace(DEFAULTS[CheckRule.NEAR_COPY], likeness=80)
    assert set_rules(newsletter, now, near_copy=wanted) == [CheckRule.NEAR_COPY]
    assert session.scalar(select(func.count()).select_from(CheckSetting)) == 1
    assert get_policy(session, newsletter.id) == {**DEFAULTS, CheckRule.NEAR_COPY: wanted}
    entry = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "check_rule")).one()
    assert (entry.before["likeness"], entry.after["likeness"]) == (DEFAULTS[CheckRule.NEAR_COPY].likeness, 80)


def test_a_sponsor_among_the_issues_own_links_is_found_and_goes_with_the_link(
    session: Session, newsletter: Newsletter, now: datetime
) -> None:
    def put_links(*links: tuple[str, str]) -> None:
        with transaction() as writing:
            put_editorial_links(
                writing, newsletter_id=newsletter.id, issue_id=9, issue_number=812, publish_on=day_of(812), links=links, now=now
            )  # fmt: skip

    put_links(("A release", "https://blog.cinderbox.example/2"), ("Another", "https://other.example/"))
    assert rules_of(session, newsletter, now, body=WATCH) == [(CheckRule.EDITORIAL_LINK, 812)]
    put_links(("Another", "https://other.example/"))
    assert rules_of(session, newsletter, now, body=WATCH) == []
    kept = session.scalars(select(CorpusText.url).where(CorpusText.withdrawn_at.is_(None))).all()
    assert kept == ["https://other.example/"]
    assert session.scalar(select(func.count()).where(CorpusText.source == CopySource.EDITORIAL)) == 2
