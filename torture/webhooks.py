"""R27: thousands of forged or damaged webhooks: none is accepted, none is answered with a 5xx.

Signed with no secret, an empty or another one, replayed, dated ahead, damaged bit by bit, cut off, nested deeply, too large, not
UTF-8, not an event: each is posted to the real endpoint. Nothing may be stored. `--plant open` has every signature accepted, and
must fail.
"""

import hashlib
import hmac
import json
import random
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade

from sponsorship import create_app
from sponsorship.core.config import load_settings
from sponsorship.payments.stripe_gateway import StripeGateway
from tests.postgresql import postgresql_url
from torture._money.checker import read_rows
from torture.harness.options import databases, parser_of
from torture.verdict import Verdict, tell

EVENT = {
    "id": "evt_1", "object": "event", "type": "checkout.session.completed", "livemode": False,
    "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
}  # fmt: skip
THIN = {
    "id": "evt_2", "object": "v2.core.event", "type": "v1.checkout.session.completed", "livemode": False,
    "related_object": {"id": "cs_test_1", "type": "checkout.session", "url": "/v1/checkout/sessions/cs_test_1"},
}  # fmt: skip
NOT_EVENTS: tuple[bytes, ...] = (
    b"", b"[]", b"null", b"0", b"{}", b'"event"', b"\xff\xfe\x00", b"[" * 100_000, b'{"object":"event"}',
    b'{"object":"event","id":7,"type":[],"livemode":0,"data":{"object":{}}}', b'{"object":"v2.core.event"}',
    b'{"object":"event","id":"evt_1","type":"x","livemode":false,"data":{"object":{"id":"../../etc"}}}',
    b'{"a":' * 50_000, b'{"object":"event","id":"' + b"e" * 300 + b'","type":"x","livemode":false,"data":{"object":{}}}',
    b'{"object":NaN}', b" " * 600_000, "{\"object\":\"event\ud800\"}".encode("utf-8", "surrogatepass"),
)  # fmt: skip
Post = tuple[bytes, str]


class OpenGateway(StripeGateway):
    """The planted defect: whatever is signed, it is believed."""

    def _check_signature(self, text: str, signature: str) -> None:
        """Believe it."""


def main(arguments: list[str]) -> int:
    """Send as many as asked for."""
    parser = parser_of("webhooks", (__doc__ or "").splitlines()[0], plants=("open",))
    parser.add_argument("--n", type=int, default=10_000)
    chosen = parser.parse_args(arguments)
    return tell(
        run_webhooks(database, n=chosen.n, seed=chosen.seed, plant=chosen.plant)
        for database in databases(chosen.database)
    )


def run_webhooks(database: str, *, n: int, seed: int, plant: str = "") -> Verdict:
    """Post `n` webhooks that no one signed, and count what became of them."""
    dice, answers = random.Random(seed), Counter[int]()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'product.sqlite3'}" if database == "sqlite" else postgresql_url()
        settings = load_settings({"FLATPLAN_VAR": folder, "APP_ENV": "test", "DATABASE_URL": url, "FLATPLAN_DEMO": "0"})
        app = create_app(settings)
        with app.app_context():
            upgrade()
        app.extensions["payment_gateway"] = (OpenGateway if plant else StripeGateway)(settings)
        client, secret = app.test_client(), settings.stripe_webhook_secrets[0]
        for number in range(n):
            body, signature = FORGERS[number % len(FORGERS)](dice, secret)
            headers = {"Stripe-Signature": signature} if signature else {}
            answers[client.post("/webhooks/stripe", data=body, headers=headers).status_code] += 1
        stored = read_rows(settings.database_url, "SELECT COUNT(*) FROM webhook_event")[0][0]
    accepted = sum(count for status, count in answers.items() if status < 400)
    broken = sum(count for status, count in answers.items() if status >= 500)
    figure = {"accepted": accepted, "stored": stored, "broken": broken}
    return Verdict(
        promise="R27", name="webhooks", database=database, size=f"{n} forged or damaged webhooks", seed=seed,
        figure=figure, target=dict.fromkeys(figure, 0), passed=not any(figure.values()), plant=plant,
        notes=[f"{count} answered {status}" for status, count in sorted(answers.items())],
    )  # fmt: skip


def sign(body: bytes, secret: str, at: datetime) -> str:
    """Sign as the provider documents it."""
    stamp = str(int(at.timestamp()))
    return f"t={stamp},v1={hmac.new(secret.encode(), stamp.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def _event(dice: random.Random) -> bytes:
    return json.dumps({**dice.choice((EVENT, THIN)), "id": f"evt_{dice.getrandbits(64):x}"}).encode()


def _unsigned(dice: random.Random, _secret: str) -> Post:
    return _event(dice), dice.choice(("", "t=1", "v1=00", "t=,v1=", "=,=", "t=1e9,v1=zz", "t=9" * 500, "v1=0," * 1000))


def _other_secret(dice: random.Random, _secret: str) -> Post:
    body = _event(dice)
    secret = dice.choice(("", "whsec_", "whsec_test", "changeme", f"whsec_{dice.getrandbits(64):x}"))
    return body, sign(body, secret, datetime.now(UTC))


def _replayed(dice: random.Random, secret: str) -> Post:
    body = _event(dice)
    return body, sign(body, secret, datetime.now(UTC) - timedelta(seconds=dice.randint(310, 10**7)))


def _dated_ahead(dice: random.Random, secret: str) -> Post:
    body = _event(dice)
    return body, sign(body, secret, datetime.now(UTC) + timedelta(seconds=dice.randint(330, 10**7)))


def _flipped(dice: random.Random, secret: str) -> Post:
    body = _event(dice)
    signature, damaged = sign(body, secret, datetime.now(UTC)), bytearray(body)
    damaged[dice.randrange(len(damaged))] ^= 1 << dice.randrange(8)
    return bytes(damaged), signature


def _cut(dice: random.Random, secret: str) -> Post:
    body = _event(dice)
    return body[: dice.randrange(len(body))], sign(body, secret, datetime.now(UTC))


def _signature_flipped(dice: random.Random, secret: str) -> Post:
    body = _event(dice)
    signature = list(sign(body, secret, datetime.now(UTC)))
    place = signature.index("v") + 3 + dice.randrange(64)
    signature[place] = "f" if signature[place] != "f" else "0"
    return body, "".join(signature)


def _many_signatures(dice: random.Random, _secret: str) -> Post:
    body = _event(dice)
    wrong = ",".join(f"v1={dice.getrandbits(256):064x}" for _ in range(200))
    return body, f"t={int(datetime.now(UTC).timestamp())},{wrong}"


def _no_event(dice: random.Random, secret: str) -> Post:
    body = dice.choice(NOT_EVENTS)
    return body, sign(body, secret, datetime.now(UTC))


FORGERS: tuple[Callable[[random.Random, str], Post], ...] = (
    _unsigned, _other_secret, _replayed, _dated_ahead, _flipped, _cut, _signature_flipped, _many_signatures, _no_event,
)  # fmt: skip
