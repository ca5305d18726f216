"""R06: the publisher skips an issue, moves it, or lowers a capacity while buyers buy it: whoever had paid is named.

Each round has one issue of four slots. Buyers hold them over HTTP and pay at once; when a third of them have been answered the
publisher acts. Then every sale that the act took the ground from has a displacement with an open choice, or its money was
refused (which payments gives back, R19), and nothing can be sold that there is no room for. `--plant looked` lets the publisher
act on what he saw before the round.
"""

import random
import threading
import time
from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from unittest.mock import patch

from flask import Flask
from sqlalchemy import func, select

from sponsorship.booking import services
from sponsorship.booking.errors import SlotTaken
from sponsorship.booking.models import Booking, Displacement
from sponsorship.booking.queries import get_order, occupants_of
from sponsorship.booking.rules import (
    BookingKind,
    BookingState,
    DisplacementState,
    PaymentMethod,
)
from sponsorship.booking.services import displace
from sponsorship.core import clock
from sponsorship.core.db import db, transaction
from sponsorship.core.errors import InvalidTransition
from sponsorship.inventory.models import Slot
from torture.harness.buyers import Answer, Buyer, all_at_once, come_in, loopback_address
from torture.harness.market import CAPACITY, FIRST_BOOKABLE, WEEKS, Stall, open_market
from torture.harness.options import databases, parser_of
from torture.harness.product import served_product
from torture.verdict import Verdict, tell

ACTS = ("skip", "move", "capacity")
LOWERED = 2
ISSUES = WEEKS - FIRST_BOOKABLE
TARGET = {"unexplained": 0, "over_capacity": 0, "broken": 0, "gave_up": 0}
WHO = "publisher@market.example"


@dataclass
class Tally:
    """What the rounds came to."""

    unexplained: int = 0  # sales that lost their ground and have no open choice
    over_capacity: int = 0  # slots sold or on sale that there is no room for
    broken: int = 0  # answers of 500 and more, or none
    gave_up: int = 0  # rounds in which the publisher never got his turn
    displaced: int = 0  # sales with an open choice
    refused: int = 0  # payments that found nothing left, and are refunded
    outcomes: Counter[str] = field(default_factory=Counter)


@dataclass
class Round:
    """One issue that is bought while the publisher acts."""

    app: Flask
    act: str
    stalls: list[Stall]
    third: int
    answered: int = 0
    refused: int = 0
    last_id: int | None = None  # the last booking of the issue when the publisher had acted
    _turn: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def buy(self, buyer: Buyer, stall: Stall) -> Answer:
        """Hold a slot, and pay for it as soon as it is held."""
        answer = buyer.post(f"/newsletters/{stall.slug}/orders", [("slot", stall.slot_id)])
        if answer.has_won:
            self._pay(answer.location.rsplit("/orders/", 1)[1].split("/")[0])
        with self._lock:
            self.answered += 1
            if self.answered >= self.third:
                self._turn.set()
        return answer

    def _pay(self, token: str) -> None:
        with self.app.app_context():
            try:
                with transaction() as session:
                    order = get_order(session, token)
                    services.confirm_order(session, order=order, method=PaymentMethod.INVOICE, now=clock.now())
            except (SlotTaken, InvalidTransition):
                with self._lock:
                    self.refused += 1
            finally:
                db.session.remove()

    def publish(self) -> None:
        """Act as the publisher does, and look again where somebody took a slot in that very moment."""
        self._turn.wait(120)
        with self.app.app_context():
            for _ in range(50):
                try:
                    with transaction() as session:
                        self._act(session.get_one(Slot, self.stalls[0].slot_id))
                        session.flush()
                        ids = [stall.slot_id for stall in self.stalls]
                        last = session.scalar(select(func.max(Booking.id)).where(Booking.slot_id.in_(ids)))
                    self.last_id = last or 0
                    break
                except InvalidTransition:
                    continue
            db.session.remove()

    def _act(self, slot: Slot) -> None:
        session, issue, now = db.session(), slot.issue, clock.now()
        if self.act == "skip":
            services.skip_issue(session, issue=issue, reason="A holiday", actor=WHO, now=now)
        elif self.act == "move":
            day = issue.publish_on + timedelta(days=1)
            services.move_issue(session, issue=issue, day=day, reason="A holiday", actor=WHO, now=now)
        else:
            services.change_capacity(session, placement=slot.placement, capacity=LOWERED, actor=WHO, now=now)


def main(arguments: list[str]) -> int:
    """Run the rounds as the options say."""
    parser = parser_of("adminrace", __doc__ or "", plants=("looked",))
    parser.add_argument("--buyers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--workers", type=int, default=4, help="web server processes")
    chosen = parser.parse_args(arguments)
    return tell(
        run_rounds(database, plant=plant, buyers=chosen.buyers, rounds=chosen.rounds, workers=chosen.workers,
                   seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant))
    )  # fmt: skip


def run_rounds(database: str, *, plant: str, buyers: int, rounds: int, workers: int, seed: int) -> Verdict:
    """Let all buyers buy an issue in each round while the publisher acts; the verdict says who was forgotten."""
    tally, started, order = Tally(), time.perf_counter(), random.Random(seed)
    with served_product(database, workers=workers) as product:
        stalls = open_market(-(-rounds // ISSUES) * ISSUES * CAPACITY)
        crowd = come_in(product.url, f"/newsletters/{stalls[0].slug}", buyers)
        for turn in range(rounds):
            for position, buyer in enumerate(crowd):
                buyer.address = loopback_address(turn * buyers + position)
            one = Round(product.app, ACTS[turn % 3], stalls[turn * CAPACITY : (turn + 1) * CAPACITY], -(-buyers // 3))
            queue = order.sample([(buyer, one.stalls[place % CAPACITY]) for place, buyer in enumerate(crowd)], buyers)
            acts = [partial(one.buy, buyer, stall) for buyer, stall in queue]
            with patch.object(displace, "list_concerned", lambda *_: []) if plant else nullcontext():
                answers = [found for found in all_at_once([*acts, one.publish]) if found is not None]
            _judge(tally, one, answers)
            for (buyer, _), answer in zip(queue, answers, strict=True):
                if answer.has_won:
                    buyer.come_anew(f"/newsletters/{one.stalls[0].slug}")
    figure = {
        "unexplained": tally.unexplained, "over_capacity": tally.over_capacity, "broken": tally.broken,
        "gave_up": tally.gave_up, "displaced": tally.displaced, "refused_money": tally.refused,
        "answers": dict(tally.outcomes), "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    passed = all(figure[name] == target for name, target in TARGET.items())
    size = f"{buyers} buyers at 4 slots, {rounds} rounds, {workers} web processes"
    return Verdict("R06", "adminrace", database, size, seed, figure, dict(TARGET), passed, plant)


def _judge(tally: Tally, one: Round, answers: list[Answer]) -> None:
    """Read from the database who has the issue's slots, and what was said to those who had them."""
    tally.broken += sum(answer.is_broken for answer in answers)
    tally.outcomes.update(answer.outcome for answer in answers)
    tally.refused += one.refused
    tally.gave_up += one.last_id is None
    session = db.session()
    session.rollback()
    slot_ids = [stall.slot_id for stall in one.stalls]
    open_choices = set(
        session.scalars(select(Displacement.booking_id).where(Displacement.state != DisplacementState.RESOLVED))
    )
    sales = [b for b in occupants_of(session, slot_ids).values() if b.kind is BookingKind.SALE]
    told = [booking for booking in sales if booking.id in open_choices]
    tally.displaced += len(told)
    untold = [booking for booking in sales if booking.id not in open_choices]
    if one.act == "capacity":
        blocked = sum(b.kind is BookingKind.BLOCK for b in occupants_of(session, slot_ids).values())
        tally.over_capacity += max(0, len(slot_ids) - blocked - len(told) - LOWERED)
        _raise_again(one.stalls[0].slot_id)
    elif one.act == "skip":
        tally.unexplained += len(untold)
    else:
        before = [booking for booking in untold if booking.id <= (one.last_id or 0)]
        tally.unexplained += sum(booking.state is BookingState.CONFIRMED for booking in before)
    session.rollback()


def _raise_again(slot_id: int) -> None:
    with transaction() as session:
        placement = session.get_one(Slot, slot_id).placement
        services.change_capacity(session, placement=placement, capacity=CAPACITY, actor=WHO, now=clock.now())
