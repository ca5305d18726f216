"""Commands of the demo newsletter."""

from flask.cli import AppGroup

from sponsorship.core.cli import Step

group = AppGroup("demo", help="The demo newsletter.")


def greet() -> list[str]:
    """Return the lines that end the start of a demo: a sign-in link for the publisher, and one for a sponsor."""
    return []


PREPARE: list[Step] = []
