"""What checks does when something happened elsewhere."""

from collections.abc import Sequence

from sponsorship.core.outbox import Handler

HANDLERS: dict[str, Sequence[Handler]] = {}
