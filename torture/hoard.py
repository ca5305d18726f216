"""R12: one who takes all he can without paying, over HTTP: from one address, with one browser, and with many browsers.

A hoarder tries to hold every date of a newsletter, cart after cart, through several processes at once. What he then holds is
read from the database: never more than the newsletter lets one buyer hold. Whoever is refused is told so with a 429 that keeps
what he ticked. `--plant nolimit` looks at no limit.
"""

import re
import time
from collections import Counter
from functools import partial

from sqlalchemy import func, select

from sponsorship.booking.models import Booking, Order
from sponsorship.booking.rules import OCCUPYING
from sponsorship.core.db import db
from sponsorship.sponsors.queries import policy_of
from torture.harness.buyers import Answer, Buyer, all_at_once, come_in
from torture.harness.market import CAPACITY, FIRST_BOOKABLE, WEEKS, open_market
from torture.harness.options import databases, parser_of
from torture.harness.product import served_product
from torture.verdict import Verdict, tell

PER_CART = 5
AT_ONCE = 8
HOARDER = "127.9.0.1"
KEPT = re.compile(rb'href="[^"]*[?&;]slot=\d')
TARGET = {"beyond": 0, "broken": 0, "lost_carts": 0}


def main(arguments: list[str]) -> int:
    """Let the hoarder try as often as the options say."""
    parser = parser_of("hoard", __doc__ or "", plants=("nolimit",))
    parser.add_argument("--attempts", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=4, help="web server processes")
    chosen = parser.parse_args(arguments)
    return tell(
        run_hoard(database, plant=plant, attempts=chosen.attempts, workers=chosen.workers, seed=chosen.seed)
        for database in databases(chosen.database)
        for plant in dict.fromkeys(("", chosen.plant))
    )


def run_hoard(database: str, *, plant: str, attempts: int, workers: int, seed: int) -> Verdict:
    """Half of the attempts come from one address in changing browsers, half in one browser from changing addresses."""
    started, said = time.perf_counter(), Counter[str]()
    with served_product(database, workers=workers, plant=plant) as product:
        stalls = open_market((WEEKS - FIRST_BOOKABLE) * CAPACITY)  # all that one newsletter has
        path, slots = f"/newsletters/{stalls[0].slug}", [stall.slot_id for stall in stalls]
        browsers = come_in(product.url, path, AT_ONCE)
        answers: list[Answer] = []
        for turn in range(-(-attempts // (2 * AT_ONCE))):
            first = turn * AT_ONCE
            carts = [[slots[(first + n + 7 * k) % len(slots)] for k in range(PER_CART)] for n in range(AT_ONCE)]
            for buyer in browsers:
                buyer.address = HOARDER
            roaming = [_elsewhere(browsers[0], product.url, first + n) for n in range(AT_ONCE)]
            for crowd in (browsers, roaming):
                acts = [partial(_take, buyer, path, cart) for buyer, cart in zip(crowd, carts, strict=True)]
                answers += all_at_once(acts)
        said.update(answer.outcome for answer in answers)
        held, most = _held(), policy_of(db.session(), 1).held_slots
    beyond = max(0, held - 2 * most)  # the address's, and the one browser's from elsewhere
    lost = sum(answer.status == 429 and not KEPT.search(answer.body) for answer in answers)
    figure = {
        "beyond": beyond, "broken": sum(answer.is_broken for answer in answers), "lost_carts": lost, "held": held,
        "on_sale": len(slots), "answers": dict(said), "seconds": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    passed = all(figure[name] == target for name, target in TARGET.items())
    size = f"{len(answers)} carts of {PER_CART}, {workers} web processes"
    return Verdict("R12", "hoard", database, size, seed, figure, dict(TARGET), passed, plant)


def _elsewhere(buyer: Buyer, url: str, number: int) -> Buyer:
    """The same browser at another address."""
    other = Buyer(url, 62_500 + number)
    other.cookie, other.token = buyer.cookie, buyer.token
    return other


def _take(buyer: Buyer, path: str, cart: list[int]) -> Answer:
    return buyer.post(f"{path}/orders", [("slot", slot_id) for slot_id in dict.fromkeys(cart)])


def _held() -> int:
    db.session.rollback()
    query = select(func.count(Booking.id)).join(Order).where(Booking.state.in_(OCCUPYING))
    return db.session.scalar(query) or 0
