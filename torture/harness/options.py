"""The options that every proof has: which database, which seed, which defect to plant."""

import argparse
from collections.abc import Sequence

DATABASES = ("sqlite", "postgresql")


def parser_of(name: str, about: str, plants: Sequence[str] = ()) -> argparse.ArgumentParser:
    """Return a parser with the options that all share; a proof adds its own sizes."""
    parser = argparse.ArgumentParser(prog=f"python -m torture {name}", description=about)
    parser.add_argument("--database", choices=(*DATABASES, "both"), default="both")
    parser.add_argument("--seed", type=int, default=1)
    if plants:
        parser.add_argument("--plant", choices=plants, default="", help="break the product on purpose: must turn red")
    return parser


def databases(chosen: str) -> tuple[str, ...]:
    """The databases to prove it on."""
    return DATABASES if chosen == "both" else (chosen,)
