"""Following links: claim one, leave the database alone while its site is asked, keep what came of it."""

from datetime import datetime

from sponsorship.checks.probe import Prober
from sponsorship.checks.queries import list_due_links
from sponsorship.checks.services import claim_link, record_probe
from sponsorship.core import clock
from sponsorship.core.db import db, transaction


def follow_due_links(*, prober: Prober, now: datetime) -> int:
    """Follow the links that are due, one after the other; returns how many. Killed in between, the link comes again."""
    due = list_due_links(db.session(), now)
    db.session.rollback()
    followed = 0
    for check_id in due:
        with transaction() as session:
            url = claim_link(session, check_id=check_id, now=now)
        if url is None:
            continue
        probe = prober.follow(url)
        with transaction() as session:
            record_probe(session, url=url, probe=probe, now=max(now, clock.now()))
        followed += 1
    return followed
