"""R45: kill -9 while clicking. Every click whose reader was sent on is in the database, once.

`python -m torture clicks --kill 200` starts the web server, clicks over six connections, sends SIGKILL after a random while, and
does it again; then the spool is imported, and each acknowledged click is looked for by its number. `--plant queue` puts a
design that buffers in memory in its place: it must lose.
"""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

from torture._clicking import Crowd, Ground
from torture.verdict import Verdict, tell


def main(arguments: list[str]) -> int:
    """Kill, import, compare."""
    parser = argparse.ArgumentParser(prog="torture clicks", description=__doc__)
    parser.add_argument("--kill", type=int, default=20, help="how often the web server is killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=["queue"], default="")
    given = parser.parse_args(arguments)
    random = Random(given.seed)
    app = "torture._planted:app" if given.plant else "app:app"
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder))
        acknowledged: list[int] = []
        following = 1
        for number in range(given.kill):
            with ground.server(app) as server:
                crowd = Crowd(ground, following)
                time.sleep(random.uniform(0.1, 0.9))
                ground.kill(server)
                crowd.stop()
            acknowledged += crowd.acknowledged
            following = crowd.next
            if number % 10 == 9:
                ground.import_spool()  # an importer between kills: positions have to be right as well
        ground.import_spool()
        found = Counter(ground.recorded())
    lost = sum(number not in found for number in acknowledged)
    twice = sum(count > 1 for count in found.values())
    verdict = Verdict(
        promise="R45", name="acknowledged clicks lost at SIGKILL", database="sqlite", size=f"{given.kill} kills", seed=given.seed,
        figure={"acknowledged": len(acknowledged), "recorded": sum(found.values()), "lost": lost, "twice": twice},
        target={"lost": 0, "twice": 0}, passed=lost == 0 and twice == 0 and len(acknowledged) > given.kill, plant=given.plant,
    )  # fmt: skip
    return tell([verdict])
