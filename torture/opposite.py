"""R04: carts of two slots that overlap, ticked in opposite order: one is held whole, no deadlock reaches a buyer.

Each round has three slots of three issues, and buyers with every pair of them in both orders, all at once: whoever locks in
the order ticked waits in a ring. `--plant halves` holds a cart slot by slot; `--plant unordered` locks in the order ticked
(a deadlock needs PostgreSQL's row locks).
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations

from sqlalchemy import select

from sponsorship.booking.models import Booking
from sponsorship.booking.rules import OCCUPYING
from sponsorship.core.db import db
from torture.harness.buyers import Answer, Buyer, all_at_once, come_in, loopback_address, percentile
from torture.harness.market import CAPACITY, FIRST_BOOKABLE, WEEKS, Stall, open_market
from torture.harness.options import databases, parser_of
from torture.harness.product import served_product
from torture.verdict import Verdict, tell

TARGET = {"partial": 0, "unsold": 0, "broken": 0, "untold": 0}
AT_ONCE = 3  # slots of a round
TRIPLES = (WEEKS - FIRST_BOOKABLE) * CAPACITY // AT_ONCE  # rounds that one newsletter has slots for
Round = list[Stall]


@dataclass
class Tally:
    """What the rounds came to."""

    partial: int = 0  # orders with another number of slots than their cart
    unsold: int = 0  # rounds of which nobody got a cart
    broken: int = 0  # answers of 500 and more, or none at all: a deadlock that reached a buyer
    untold: int = 0  # answers that do not fit what the database says
    seconds: list[float] = field(default_factory=list)

    def count(self, carts: dict[int | None, int], answers: list[Answer]) -> None:
        """Add a round: how many slots each order has, and what the buyers were told."""
        self.partial += sum(size != 2 for size in carts.values())
        self.unsold += not carts
        self.broken += sum(answer.is_broken for answer in answers)
        won = sum(answer.has_won for answer in answers)
        lost = sum(answer.status == 422 and b"somebody else" in answer.body for answer in answers)
        self.untold += abs(won - len(carts)) + abs(len(answers) - won - lost)
        self.seconds += [answer.seconds for answer in answers]


def main(arguments: list[str]) -> int:
    """Run the carts as the options say."""
    parser = parser_of("opposite", __doc__ or "", plants=("halves", "unordered"))
    parser.add_argument("--buyers", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--workers", type=int, default=4, help="web server processes")
    chosen = parser.parse_args(arguments)
    return tell(
        run_carts(database, plant=plant, buyers=chosen.buyers, rounds=chosen.rounds, workers=chosen.workers,
                  seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant))
    )  # fmt: skip


def run_carts(database: str, *, plant: str, buyers: int, rounds: int, workers: int, seed: int) -> Verdict:
    """Let all buyers send their carts in each round; the verdict says how many carts were split or answered with an error."""
    tally, started, order = Tally(), time.perf_counter(), random.Random(seed)
    with served_product(database, workers=workers, plant=plant) as product:
        stalls = open_market(-(-rounds // TRIPLES) * TRIPLES * AT_ONCE)
        crowd = come_in(product.url, f"/newsletters/{stalls[0].slug}", buyers)
        for turn, three in enumerate(_rounds(stalls, rounds)):
            carts = list(permutations(three, 2))
            for position, buyer in enumerate(crowd):
                buyer.address = loopback_address(turn * buyers + position)
            queue = order.sample([(buyer, carts[place % len(carts)]) for place, buyer in enumerate(crowd)], len(crowd))
            answers = all_at_once([partial(_buy, buyer, cart) for buyer, cart in queue])
            tally.count(_carts_held(three), answers)
            for (buyer, _), answer in zip(queue, answers, strict=True):
                if answer.has_won:
                    buyer.come_anew(f"/newsletters/{stalls[0].slug}")
    figure = {
        "partial": tally.partial, "unsold": tally.unsold, "broken": tally.broken, "untold": tally.untold,
        "requests": len(tally.seconds), "p50_s": percentile(tally.seconds, 0.5),
        "p99_s": percentile(tally.seconds, 0.99), "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    passed = all(figure[name] == target for name, target in TARGET.items())
    size = f"{buyers} carts of 2 in 3 slots, {rounds} rounds, {workers} web processes"
    return Verdict("R04", "opposite", database, size, seed, figure, dict(TARGET), passed, plant)


def _rounds(stalls: list[Stall], rounds: int) -> Iterator[Round]:
    """Three slots of one newsletter and of issues that lie far apart, never used before, for each round."""
    for turn in range(rounds):
        first = turn // TRIPLES * TRIPLES * AT_ONCE + turn % TRIPLES
        yield stalls[first : first + TRIPLES * AT_ONCE : TRIPLES][:AT_ONCE]


def _buy(buyer: Buyer, cart: tuple[Stall, ...]) -> Answer:
    return buyer.post(f"/newsletters/{cart[0].slug}/orders", [("slot", stall.slot_id) for stall in cart])


def _carts_held(three: Round) -> dict[int | None, int]:
    """How many of the round's slots each order has now."""
    db.session.rollback()
    ids = [stall.slot_id for stall in three]
    carts: dict[int | None, int] = {}
    for order_id in db.session.scalars(
        select(Booking.order_id).where(Booking.slot_id.in_(ids), Booking.state.in_(OCCUPYING))
    ):
        carts[order_id] = carts.get(order_id, 0) + 1
    return carts
