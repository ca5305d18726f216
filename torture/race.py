"""R01, R02: so many buyers at one slot, over HTTP and several processes: exactly one gets it, and all others are told.

Each round sells one slot that nobody had. Every buyer has the rate card open, an address of 127.0.0.0/8 of his own, his own
cookie and CSRF token, and sends the real form in the same moment as all others. Who has the slot is then read from the
database. `--plant nolock` runs it twice: as it is, and with the guard off, which must oversell.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import func, select

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING
from sponsorship.core.db import db
from torture.harness.buyers import Answer, Buyer, all_at_once, come_in, loopback_address, percentile
from torture.harness.market import Stall, open_market
from torture.harness.options import databases, parser_of
from torture.harness.product import drop_occupancy_index, served_product
from torture.verdict import Verdict, tell

TARGET = {"oversold": 0, "unsold": 0, "broken": 0, "untold": 0}


@dataclass
class Tally:
    """What the rounds came to."""

    oversold: int = 0  # bookings beyond the one that a slot has room for
    oversold_rounds: int = 0
    unsold: int = 0  # slots that nobody got
    broken: int = 0  # answers of 500 and more, or none at all
    untold: int = 0  # answers that are neither "it is yours" to the one who has it nor "it is gone" to another
    seconds: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)

    def count(self, occupants: int, answers: list[Answer]) -> None:
        """Add a round: how many occupy its slot, and what each buyer was told."""
        self.oversold += max(0, occupants - 1)
        self.oversold_rounds += occupants > 1
        self.unsold += occupants == 0
        self.broken += sum(answer.is_broken for answer in answers)
        won = sum(answer.has_won for answer in answers)
        lost = sum(answer.status == 422 and b"somebody else" in answer.body for answer in answers)
        self.untold += len(answers) - lost - won + abs(won - 1)
        self.seconds += [answer.seconds for answer in answers]
        self.outcomes.update(answer.outcome for answer in answers)


def main(arguments: list[str]) -> int:
    """Run the race as the options say."""
    parser = parser_of("race", __doc__ or "", plants=("nolock",))
    parser.add_argument("--buyers", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--workers", type=int, default=4, help="web server processes")
    chosen = parser.parse_args(arguments)
    return tell(
        run_race(database, plant=plant, buyers=chosen.buyers, rounds=chosen.rounds, workers=chosen.workers,
                 seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant))
    )  # fmt: skip


def run_race(database: str, *, plant: str, buyers: int, rounds: int, workers: int, seed: int) -> Verdict:
    """Sell so many slots, each to all buyers at once; the verdict says how many were sold twice or not at all."""
    tally, started = Tally(), time.perf_counter()
    with served_product(database, workers=workers, plant=plant) as product:
        if plant:
            drop_occupancy_index()
        stalls = open_market(rounds)
        crowd = come_in(product.url, f"/newsletters/{stalls[0].slug}", buyers)
        for stall, queue in zip(stalls, _queues(crowd, rounds, seed), strict=True):
            answers = all_at_once([partial(_buy, buyer, stall) for buyer in queue])
            tally.count(_occupants(stall), answers)
            for buyer, answer in zip(queue, answers, strict=True):
                if answer.has_won:
                    buyer.come_anew(f"/newsletters/{stall.slug}")
        complaints = product.complaints()
    figure = {
        "oversold": tally.oversold, "unsold": tally.unsold, "broken": tally.broken, "untold": tally.untold,
        "oversold_rounds": tally.oversold_rounds, "requests": len(tally.seconds), "answers": dict(tally.outcomes),
        "logged": complaints,
        "p50_s": percentile(tally.seconds, 0.5), "p99_s": percentile(tally.seconds, 0.99),
        "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    passed = all(figure[name] == target for name, target in TARGET.items())
    size = f"{buyers} buyers, {rounds} rounds, {workers} web processes"
    number = "R02" if plant else "R01"
    return Verdict(number, "race", database, size, seed, figure, dict(TARGET), passed, plant)


def _queues(crowd: list[Buyer], rounds: int, seed: int) -> Iterator[list[Buyer]]:
    """The buyers of each round in an order of the seed's, from addresses that have no order open."""
    order = random.Random(seed)
    for turn in range(rounds):
        for position, buyer in enumerate(crowd):
            buyer.address = loopback_address(turn * len(crowd) + position)
        yield order.sample(crowd, len(crowd))


def _buy(buyer: Buyer, stall: Stall) -> Answer:
    return buyer.post(f"/newsletters/{stall.slug}/orders", [("slot", stall.slot_id)])


def _occupants(stall: Stall) -> int:
    """How many bookings occupy a slot now."""
    db.session.rollback()
    query = select(func.count(Booking.id)).where(Booking.slot_id == stall.slot_id, Booking.state.in_(OCCUPYING))
    return db.session.scalar(query) or 0
