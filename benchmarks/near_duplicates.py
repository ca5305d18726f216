"""How well and how fast edited copy is found again among 100,000 texts: `python -m benchmarks.near_duplicates`.

An archive of ads of forty trades is made from a seed and put into a database in a temporary folder, with the product's
own words and signatures; so are edits of some of them. Then the product is asked, as it is when copy is checked, for what is
like each of a thousand texts: edits of texts in the archive, and, as negatives, new ads of the same trades, half of them
by sponsors that the archive knows. Printed are recall and precision over all, recall by kind of edit, and the time of one
query with all that it does in Python, beside a search by letters through the whole archive in the same run.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from flask_migrate import upgrade
from rapidfuzz import fuzz, process
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from benchmarks.ad_copy import EDITS, Ad, make_brands, write_ad
from sponsorship import create_app
from sponsorship.checks.models import CopyBand, CorpusText
from sponsorship.checks.queries import find_alike
from sponsorship.checks.rules import ALIKE_FROM, CopySource, Passage, destination_of, signature
from sponsorship.checks.similarity import masked_words, spell
from sponsorship.core.config import load_settings
from sponsorship.core.db import db, transaction
from sponsorship.inventory.models import Newsletter
from tests.factories.inventory import make_newsletter

SEED = 7
NOW = datetime(2026, 11, 19, 9, 40, tzinfo=UTC)
CHUNK = 2000
SLOW_QUERIES = 20


@dataclass(slots=True)
class Question:
    """One text to look for: how it came about, and the ids of the archive that it is a copy of; none for a new ad."""

    kind: str
    ad: Ad
    wanted: set[int] = field(default_factory=set)


def main() -> None:
    """Make the archive, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=1_000)
    parser.add_argument(
        "--database-url", default="", help="an empty PostgreSQL database; else SQLite in a temporary folder"
    )
    options = parser.parse_args()
    archive, questions = make_set(options.texts, options.queries)
    with tempfile.TemporaryDirectory() as folder:
        environment = {"FLATPLAN_VAR": folder, "APP_ENV": "test", "FLATPLAN_DEMO": "0"}
        if options.database_url:
            environment["DATABASE_URL"] = options.database_url
        app = create_app(load_settings(environment))
        with app.app_context():
            upgrade()
            began = time.perf_counter()
            newsletter_id = fill(archive)
            print(
                f"\n{len(archive):,} texts indexed in {time.perf_counter() - began:.0f} s on {db.engine.dialect.name}"
            )
            report(ask(newsletter_id, questions), search_letters(newsletter_id, questions[:SLOW_QUERIES]))
            size = sum(path.stat().st_size for path in Path(folder).glob("*.sqlite3"))
            print(f"database: {size / 1e6:.0f} MB" if size else "")
            db.session.remove()
            db.engine.dispose()


def make_set(texts: int, queries: int) -> tuple[list[Ad], list[Question]]:
    """Return the archive (of which one text in twenty is an edit of another) and the questions, three of four with an answer.

    The id of a text is its place in the archive and one more.
    """
    dice = random.Random(SEED)
    brands, edits = make_brands(dice, 3000), list(EDITS)
    archive = [write_ad(dice, dice.choice(brands)) for _ in range(texts * 19 // 20)]
    kin: dict[int, set[int]] = {}
    for number in range(len(archive), texts):
        origin = dice.randrange(texts * 19 // 20)
        archive.append(EDITS[dice.choice(edits)](dice, archive[origin]))
        kin.setdefault(origin, set()).add(number + 1)
    questions = []
    for number in range(queries):
        origin = dice.randrange(texts * 19 // 20)
        if number % 4 == 3:
            known = archive[origin]
            brand = known.brand if number % 8 == 7 else make_brands(dice, 1)[0]
            questions.append(Question("new ad of the trade", write_ad(dice, brand, known.trade)))
            continue
        kind = edits[(number - number // 4) % len(edits)]
        questions.append(Question(kind, EDITS[kind](dice, archive[origin]), {origin + 1} | kin.get(origin, set())))
    return archive, questions


def fill(archive: list[Ad]) -> int:
    """Put the archive into the database, as the product keeps it, and return the newsletter's id."""
    with transaction() as session:
        newsletter = make_newsletter(session, now=NOW)
        _fill_chunks(session, newsletter, archive)
        return newsletter.id


def _fill_chunks(session: Session, newsletter: Newsletter, archive: list[Ad]) -> None:
    for start in range(0, len(archive), CHUNK):
        rows, bands = [], []
        for number, ad in enumerate(archive[start : start + CHUNK], start=start + 1):
            passage = passage_of(newsletter.id, number, ad)
            words = masked_words(passage.copy, ad.brand)
            rows.append({
                "id": number, "newsletter_id": newsletter.id, "source": CopySource.ARCHIVE, "source_id": number,
                "issue_number": passage.issue_number, "publish_on": passage.publish_on, "placement_name": "Primary",
                "sponsor_name": ad.brand, "heading": ad.heading, "body": ad.body, "url": ad.url,
                "destination": passage.destination, "words": spell(words),
            })  # fmt: skip
            bands += [{"band": band, "text_id": number} for band in set(signature(words, salt=newsletter.id))]
        session.execute(insert(CorpusText), rows)
        session.execute(insert(CopyBand), sorted(bands, key=lambda row: row["band"]))


def passage_of(newsletter_id: int, number: int, ad: Ad) -> Passage:
    """Return an ad as the product compares it; its issue is one of the last nine years'."""
    day = date(2026, 11, 22) - timedelta(weeks=number % 480)
    return Passage(
        newsletter_id=newsletter_id, source=CopySource.ARCHIVE, source_id=number, issue_number=480 - number % 480, publish_on=day,
        placement_name="Primary", sponsor_id=None, sponsor_name=ad.brand, heading=ad.heading, body=ad.body, url=ad.url,
        destination=destination_of(ad.url),
    )  # fmt: skip


@dataclass(slots=True)
class Answers:
    """What came back: hits and misses over all and by kind, and how long each question took."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    found: dict[str, list[bool]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def note(self, question: Question, got: set[int], seconds: float) -> None:
        """Count one answer. A question without an answer is found right where nothing comes back."""
        self.right += len(got & question.wanted)
        self.wrong += len(got - question.wanted)
        self.missed += len(question.wanted - got)
        is_found = bool(got & question.wanted) if question.wanted else not got
        self.found.setdefault(question.kind, []).append(is_found)
        self.seconds.append(seconds)


def ask(newsletter_id: int, questions: list[Question]) -> Answers:
    """Ask the product for what is like each text, from `ALIKE_FROM` on."""
    answers, session = Answers(), db.session()
    for question in questions:
        passage = passage_of(newsletter_id, 0, question.ad)
        began = time.perf_counter()
        alike = find_alike(session, passage, {})
        got = {text_id for text_id, score in alike.items() if score * 100 >= ALIKE_FROM}
        answers.note(question, got, time.perf_counter() - began)
    return answers


def search_letters(newsletter_id: int, questions: list[Question]) -> Answers:
    """Compare each text with the whole archive by its letters (rapidfuzz's ratio of sorted words, 80 and more)."""
    archive = {row.id: row.words for row in db.session.execute(select(CorpusText.id, CorpusText.words))}
    answers = Answers()
    for question in questions:
        passage = passage_of(newsletter_id, 0, question.ad)
        began = time.perf_counter()
        words = spell(masked_words(passage.copy, question.ad.brand))
        got = {key for _, _, key in process.extract(words, archive, scorer=fuzz.ratio, score_cutoff=80, limit=None)}
        answers.note(question, got, time.perf_counter() - began)
    return answers


def report(ours: Answers, letters: Answers) -> None:
    """Print the figures."""
    print(f"\n{'':28} {'recall':>7} {'precision':>10} {'median ms':>10} {'p95 ms':>8}")
    for name, answers in (("bands and weighed words", ours), ("letters, whole archive", letters)):
        print(f"{name:28} {' '.join(_figures(answers))}")
    print(f"\nratio of medians: {statistics.median(letters.seconds) / statistics.median(ours.seconds):.0f}")
    print("\nfound, by kind of edit")
    for kind, hits in ours.found.items():
        print(f"  {kind:26} {sum(hits) / len(hits):6.3f}  of {len(hits)}")


def _figures(answers: Answers) -> Iterator[str]:
    yield f"{answers.right / max(1, answers.right + answers.missed):7.3f}"
    yield f"{answers.right / max(1, answers.right + answers.wrong):10.3f}"
    yield f"{statistics.median(answers.seconds) * 1e3:10.1f}"
    yield f"{sorted(answers.seconds)[int(len(answers.seconds) * 0.95)] * 1e3:8.1f}"


if __name__ == "__main__":
    main()
