"""What a click is, and why one is not counted."""

from sponsorship.tracking.rules.agents import is_our_robot, program_of, split_words, without_app
from sponsorship.tracking.rules.judgement import (
    AT_ONCE,
    BURST_SECONDS,
    NO_BURST,
    RATE_WINDOW,
    RULES_VERSION,
    Before,
    Judged,
    LinkFacts,
    burst_seconds,
    is_repeat,
    judge,
    reason_at_once,
    second_of,
)
from sponsorship.tracking.rules.readers import (
    FORGOTTEN,
    LATE_KEY_LIVES,
    READERS_KNOWN,
    SECRET_BYTES,
    clean_agent,
    hash_reader,
    network_of,
    place_of,
)
from sponsorship.tracking.rules.reasons import (
    DestinationInvalid,
    ExclusionReason,
    Hit,
    LinkPosition,
    Mark,
    checked_destination,
    is_fetched_ahead,
)

__all__ = [
    "AT_ONCE", "BURST_SECONDS", "FORGOTTEN", "LATE_KEY_LIVES", "NO_BURST", "RATE_WINDOW", "READERS_KNOWN",
    "RULES_VERSION", "SECRET_BYTES", "Before", "DestinationInvalid", "ExclusionReason", "Hit", "Judged",
    "LinkFacts", "LinkPosition", "Mark", "burst_seconds", "checked_destination", "clean_agent", "hash_reader",
    "is_fetched_ahead", "is_our_robot", "is_repeat", "judge", "network_of", "place_of", "program_of",
    "reason_at_once", "second_of", "split_words", "without_app",
]  # fmt: skip
