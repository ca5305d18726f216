"""Form-encoded parameters: nesting, lists, and what cannot be read; amounts as Stripe counts them."""

from typing import Any

import pytest

from sponsorship.standin.errors import ApiError
from sponsorship.standin.money import check_unit_amount, fee, format_amount
from sponsorship.standin.params import integer, list_of, metadata, moment_range, parse_form, read_params, text


@pytest.mark.parametrize(
    ("encoded", "tree"),
    [
        ("", {}),
        ("a=1&b=two%20words", {"a": "1", "b": "two words"}),
        ("a[b][c]=1&a[b][d]=", {"a": {"b": {"c": "1", "d": ""}}}),
        ("a[0][n]=x&a[1][n]=y", {"a": {"0": {"n": "x"}, "1": {"n": "y"}}}),
        ("expand[]=x&expand[]=y", {"expand": {"0": "x", "1": "y"}}),
        ("a%5Bb%5D=%C3%A9", {"a": {"b": "é"}}),
    ],
)
def test_brackets_nest(encoded: str, tree: dict[str, Any]) -> None:
    assert parse_form(encoded) == tree


@pytest.mark.parametrize("encoded", ["a[b=1", "[a]=1", "a=1&a[b]=2", "a=1&a=2", "a[b]]=1", "&".join(["a[]=1"] * 3001)])
def test_what_cannot_be_read_is_refused(encoded: str) -> None:
    with pytest.raises(ApiError):
        parse_form(encoded)


def test_lists_are_read_by_index_and_a_gap_is_refused() -> None:
    shape = {"sizes": list_of(integer(1))}
    many = "&".join(f"sizes[{index}]={index + 1}" for index in range(12))
    assert read_params(parse_form(many), shape) == {"sizes": list(range(1, 13))}
    for wrong in ("sizes[1]=1", "sizes=1", "sizes[a]=1", "sizes[0]=0"):
        with pytest.raises(ApiError) as refusal:
            read_params(parse_form(wrong), shape)
        assert str(refusal.value.param).startswith("sizes")


def test_an_empty_metadata_value_takes_the_field_away() -> None:
    assert read_params(parse_form("metadata[a]=&metadata[b]=1"), {"metadata": metadata}) == {"metadata": {"b": "1"}}
    with pytest.raises(ApiError):
        metadata({str(number): "x" for number in range(51)}, "metadata")


def test_a_moment_is_both_its_bounds() -> None:
    shape = {"created": moment_range}
    assert read_params(parse_form("created=5"), shape) == {"created": {"gte": 5, "lte": 5}}
    assert read_params(parse_form("created[gt]=5&created[lte]=9"), shape) == {"created": {"gt": 5, "lte": 9}}
    with pytest.raises(ApiError):
        read_params(parse_form("created[after]=5"), shape)


def test_a_group_is_no_text() -> None:
    with pytest.raises(ApiError):
        read_params(parse_form("name[first]=x"), {"name": text()})


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (165_000, "usd", "$1,650.00"),
        (5, "eur", "€0.05"),
        (-4150, "gbp", "−£41.50"),
        (1650, "jpy", "¥1,650"),
        (500, "isk", "ISK 5.00"),
        (12_340, "kwd", "KWD 12.340"),
        (700, "mga", "MGA 700"),
    ],
)
def test_amounts_are_written_with_stripe_s_exponents(amount: int, currency: str, words: str) -> None:
    assert format_amount(amount, currency) == words


@pytest.mark.parametrize(
    ("amount", "currency", "accepted"),
    [(500, "isk", True), (550, "isk", False), (120, "ugx", False), (1230, "kwd", True), (1234, "kwd", False)],
)
def test_amounts_that_a_currency_does_not_have_are_refused(amount: int, currency: str, accepted: bool) -> None:
    if accepted:
        check_unit_amount(amount, currency, "unit_amount")
        return
    with pytest.raises(ApiError):
        check_unit_amount(amount, currency, "unit_amount")


@pytest.mark.parametrize(
    ("amount", "method", "expected"),
    [(10_000, "card", 320), (50, "card", 31), (10_000, "sepa_debit", 80), (210_000, "us_bank_account", 500)],
)
def test_the_fee_is_whole_minor_units(amount: int, method: str, expected: int) -> None:
    assert fee(amount, method) == expected
