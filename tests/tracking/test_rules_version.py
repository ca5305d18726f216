"""A change of what counts raises the rules' version: reports say which was used, and old clicks can be told from new ones."""

import re
from hashlib import sha256

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from sponsorship.tracking.rules import RULES_VERSION, agents, judgement

# What the rules of a version were. Where this fails, raise RULES_VERSION and write the new digest beside it.
DIGESTS = {3: "6c0b250e34f1279fdf8521e35a556dcbfc7ac61c264f716cf809aa85c49e0f6d"}


def digest() -> str:
    """All that decides a verdict, as one text: our expressions, the public list, windows and limits."""
    said = [
        f"{name} {value.pattern if isinstance(value, re.Pattern) else value!r}"
        for module in (agents, judgement)
        for name, value in sorted(vars(module).items())
        if name not in ("RULES_VERSION", "AT_ONCE", "NO_BURST")
        and not name.startswith("__")
        and (
            isinstance(value, re.Pattern | int | tuple | float) or name in ("REPEAT_WINDOW", "TOO_SOON", "RATE_WINDOW")
        )
    ]
    said += [f"{name} {sorted(getattr(judgement, name))}" for name in ("AT_ONCE", "NO_BURST")]
    said += sorted(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA)
    return sha256("\n".join(said).encode()).hexdigest()


def test_the_rules_are_those_of_their_version() -> None:
    assert DIGESTS.get(RULES_VERSION) == digest()


def test_the_digest_sees_words_expressions_windows_and_the_public_list() -> None:
    before = digest()
    for module, name, other in (
        (agents, "_HARMLESS", re.compile("nothing")),
        (agents, "_TRADES", ()),
        (judgement, "BURST_SECONDS", 11),
        (judgement, "REPEAT_WINDOW", judgement.RATE_WINDOW),
    ):
        kept = getattr(module, name)
        setattr(module, name, other)
        try:
            assert digest() != before, name
        finally:
            setattr(module, name, kept)
    assert digest() == before
