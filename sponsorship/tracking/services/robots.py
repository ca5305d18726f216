"""Who is a program: our own rules, and a maintained public list for what they do not know."""

import re
from functools import cache, lru_cache

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from sponsorship.tracking.rules import program_of, split_words, without_app

BROWSER = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"  # what only the word can make a program
)


@lru_cache(maxsize=65536)
def robot_kind(user_agent: str) -> str | None:
    """Return what kind of program a user-agent string belongs to, or None for a person's browser."""
    return program_of(user_agent) or _listed(without_app(user_agent))


def is_robot(user_agent: str) -> bool:
    """Whether a user-agent string belongs to a program."""
    return robot_kind(user_agent) is not None


def _listed(user_agent: str) -> str | None:
    """The public list: its plain words are looked for as such, which is thirty times as fast as its expressions."""
    words, rest = _list()
    if any(word in user_agent for word in words) or rest.search(user_agent):
        return "listed crawler"
    return None


@cache
def _list() -> tuple[tuple[str, ...], re.Pattern[str]]:
    words, expressions = split_words(entry["pattern"] for entry in CRAWLER_USER_AGENTS_DATA)
    beyond_ours = tuple(word for word in words if program_of(f"{BROWSER} x{word}x") is None)
    return beyond_ours, re.compile("|".join(expressions))
