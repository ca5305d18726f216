"""`python -m torture NAME [options]` proves one promise; `python -m torture` lists them.

Each module of this package but those in APART is a subcommand: its `main(arguments)` parses its own options, prints one JSON line
for each figure (`torture.verdict`) and returns the exit code: 0 where every figure meets its target. `--plant NAME` breaks the
product on purpose, and then the run must fail: a harness that cannot see a defect proves nothing.
"""

import importlib
import pkgutil
import sys
from pathlib import Path

import torture

APART = {"__main__", "verdict", "harness", "plants"}


def promises() -> list[str]:
    """The names of the subcommands: the modules and packages beside this file whose name is a public one."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(torture.__file__).parent)]))
    return sorted(name for name in found if name not in APART and not name.startswith("_"))


def main(arguments: list[str]) -> int:
    """Run the promise that is named first."""
    if not arguments or arguments[0] not in promises():
        print(__doc__)
        for name in promises():
            about = importlib.import_module(f"torture.{name}").__doc__ or ""
            print(f"  {name:14} {about.strip().splitlines()[0]}")
        return 0 if not arguments else 2
    return int(importlib.import_module(f"torture.{arguments[0]}").main(arguments[1:]))


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
