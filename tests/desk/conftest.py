"""The desk at 09:40 on Thursday 19 November 2026, with somebody of the team at it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from flask import Flask

from sponsorship.core.db import transaction
from sponsorship.inventory.models import Newsletter
from tests.factories.desk import furnish
from tests.page_checks import CheckedClient


@pytest.fixture
def season(newsletter: Newsletter, now: datetime) -> Newsletter:
    """The newsletter in the middle of its season."""
    with transaction() as session:
        furnish(session, newsletter, now=now)
    return newsletter


@pytest.fixture
def clock(app: Flask, now: datetime) -> Iterator[None]:
    """The clock stands."""
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def desk(client: CheckedClient, clock: None, newsletter: Newsletter, sign_in: Callable[..., Any]) -> CheckedClient:
    """A browser in which the publisher is signed in."""
    sign_in(client, "imogen@sundayrunbook.example", newsletter=newsletter)
    return client
