"""One figure of one promise, as a JSON line."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """A promise by its number in docs/reliability.md ("R01"), what was run, what came out, and whether that meets the target."""

    promise: str
    name: str
    database: str  # sqlite or postgresql
    size: str  # in words: "200 buyers, 50 rounds"
    seed: int
    figure: dict[str, Any]
    target: dict[str, Any]
    passed: bool
    plant: str = ""  # the defect that was planted, where one was: then `passed` should be false
    notes: list[str] = field(default_factory=list)

    def line(self) -> str:
        """The verdict as one line of JSON; `pass` is the last word on it."""
        values = asdict(self)
        values["pass"] = values.pop("passed")
        return json.dumps(values, sort_keys=False)


def tell(verdicts: Iterable[Verdict]) -> int:
    """Print each verdict as it comes and return the exit code: 0 where all passed."""
    code = 0
    for verdict in verdicts:
        print(verdict.line(), flush=True)
        code = code if verdict.passed else 1
    return code
