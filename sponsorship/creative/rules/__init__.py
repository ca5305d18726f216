"""Copy from draft to print: what it is, its limits, its states, its words."""

from sponsorship.creative.rules.copy import (
    CREATIVE_STEPS,
    EDITABLE,
    LONGEST_FIELD,
    LONGEST_LINK,
    LONGEST_LINK_TEXT,
    NO_COPY,
    Copy,
    CopyLimits,
    CreativeState,
    check_creative_step,
    clean_copy,
    copy_problems,
    limit_sentence,
    link_problem,
)
from sponsorship.creative.rules.telling import (
    copy_headline,
    due_words,
    queue_headline,
    tally_words,
)

__all__ = [
    "CREATIVE_STEPS",
    "EDITABLE",
    "LONGEST_FIELD",
    "LONGEST_LINK",
    "LONGEST_LINK_TEXT",
    "NO_COPY",
    "Copy",
    "CopyLimits",
    "CreativeState",
    "check_creative_step",
    "clean_copy",
    "copy_headline",
    "copy_problems",
    "due_words",
    "limit_sentence",
    "link_problem",
    "queue_headline",
    "tally_words",
]
