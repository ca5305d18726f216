"""Import of a click export, a million rows into SQLite, beside a naive executemany of the same rows in the same run.

`python -m benchmarks.statistics_import [--rows 1000000] [--rounds 3]` writes an export (a thousandth of its rows bad), imports
it with `flask tracking import-clicks`, once more to see that nothing doubles, and with csv.DictReader, datetime.fromisoformat and
executemany into a table with a unique key in pieces of 10,000. Rows a second, medians; the ratio is what may be compared.
"""

import argparse
import csv
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from random import Random

ROOT = Path(__file__).parents[1]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the export, then import it both ways in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} over {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as folder:
        export = Path(folder) / "clicks.csv"
        _write(export, given.rows)
        ours, again, naive = [], [], []
        for number in range(given.rounds):
            environment = {**os.environ, "FLATPLAN_VAR": str(Path(folder) / f"var{number}"), "DATABASE_URL": ""}
            _flask(environment, "db", "upgrade")
            _flask(environment, "demo", "seed")
            issue = sqlite3.connect(Path(environment["FLATPLAN_VAR"]) / "flatplan.sqlite3").execute(
                "SELECT min(id) FROM issue"
            )
            words = ("tracking", "import-clicks", str(export), "--issue", str(issue.fetchone()[0]))
            first, second = _flask(environment, *words), _flask(environment, *words)
            assert " 0 new clicks" in second.stdout, second.stdout
            ours.append(_rate(first.stderr))
            again.append(_rate(second.stderr))
            naive.append(_naive(export, Path(folder) / f"naive{number}.sqlite3", given.rows))
    told = [line for line in first.stderr.splitlines() if line.startswith("line ")][:1]
    print(f"{first.stdout.splitlines()[-1]}  {told[0] if told else ''}")
    base = statistics.median(naive)
    print(f"{'':34}{'rows/s':>10}{'ratio':>8}")
    for name, rates in (
        ("flask tracking import-clicks", ours),
        ("the same file again", again),
        ("naive executemany", naive),
    ):
        print(f"{name:34}{statistics.median(rates):10,.0f}{statistics.median(rates) / base:8.2f}")
    met = statistics.median(ours) >= 100_000
    print(f"target 100,000 rows a second: {'met' if met else 'MISSED'}")
    return 0 if met else 1


def _flask(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "flask", "--app", "app", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)


def _rate(progress: str) -> float:
    """The importer's own figure after its last piece: from the heading read to the rows stored."""
    return float(re.findall(r"([\d,]+) a second", progress)[-1].replace(",", ""))


def _write(path: Path, rows: int) -> None:
    random = Random(5)
    moment = 1_750_000_000.0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Email Address", "Clicked At", "URL", "Campaign"])
        for _ in range(rows):
            moment += random.random() * 3
            when = datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            if random.random() < 0.001:
                when = "not a date"
            url = f"https://sponsor{random.randrange(40)}.example/landing?utm_source=runbook&n={random.randrange(25)}"
            writer.writerow(
                [f"reader{random.randrange(400_000)}@example.org", when, url, "The Sunday Runbook, No. 812"]
            )


def _naive(export: Path, database: Path, rows: int) -> float:
    started = time.perf_counter()
    with sqlite3.connect(database) as connection, export.open(newline="", encoding="utf-8") as file:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(
            "CREATE TABLE click (id INTEGER PRIMARY KEY, event TEXT NOT NULL UNIQUE, url TEXT, at TEXT, reader TEXT)"
        )
        piece = []
        for row in csv.DictReader(file):
            try:
                at = datetime.fromisoformat(row["Clicked At"])
            except ValueError:
                continue
            event = f"{at}|{row['URL']}|{row['Email Address']}"
            piece.append((event, row["URL"], at.isoformat(), row["Email Address"]))
            if len(piece) == 10_000:
                connection.executemany(
                    "INSERT OR IGNORE INTO click (event, url, at, reader) VALUES (?, ?, ?, ?)", piece
                )
                connection.commit()
                piece = []
        connection.executemany("INSERT OR IGNORE INTO click (event, url, at, reader) VALUES (?, ?, ?, ?)", piece)
        connection.commit()
    return rows / (time.perf_counter() - started)


if __name__ == "__main__":
    raise SystemExit(main())
