"""A text's signature: stable, apart by newsletter, shared by texts that share most of their words."""

import pytest

from sponsorship.checks.rules import BANDS, signature
from sponsorship.checks.similarity import masked_words
from tests.factories.checks import BUILDS, WATCH, WATCH_EDITED


def shared(one: str, two: str, brand: str = "Cinderbox", other: str = "Cinderbox") -> int:
    ours, theirs = (signature(masked_words(text, name)) for text, name in ((one, brand), (two, other)))
    return len(set(ours) & set(theirs))


def test_a_signature_is_the_same_in_every_process_and_fits_its_column() -> None:
    bands = signature(["watch", "every", "process"], salt=1)
    assert bands[:2] == signature(["process", "watch", "every", "watch"], salt=1)[:2]
    assert bands[0] == 6099326033922817193  # signatures are stored: a change of the hash makes the index blind
    assert len(bands) == BANDS
    assert all(-(2**63) <= band < 2**63 for band in bands)


def test_no_words_no_signature() -> None:
    assert signature([]) == ()


def test_newsletters_share_no_band() -> None:
    assert not set(signature(["watch"], salt=1)) & set(signature(["watch"], salt=2))


@pytest.mark.parametrize(
    ("other", "brand"),
    [
        (WATCH_EDITED, "Cinderbox"),
        (WATCH.replace("Cinderbox", "Emberjar"), "Emberjar"),
        (WATCH.split(" Readers")[0], "Cinderbox"),
    ],
)
def test_an_edited_text_shares_a_band(other: str, brand: str) -> None:
    assert shared(WATCH, other, other=brand) >= 1


def test_strangers_share_none() -> None:
    assert shared(WATCH, BUILDS, other="Kestrel CI") == 0


@pytest.mark.parametrize(
    ("text", "brand", "words"),
    [
        ("Kestrel CI builds. KESTREL  ci, again.", "Kestrel CI", ["brand", "builds", "brand", "again"]),
        ("Kestrel builds", "Kestrel CI", ["kestrel", "builds"]),
        ("Kestrel builds", "", ["kestrel", "builds"]),
        ("", "Kestrel", []),
    ],
)
def test_a_brand_is_masked_where_it_stands_as_a_whole(text: str, brand: str, words: list[str]) -> None:
    assert masked_words(text, brand) == words
