"""How companies and those who act for them are told apart."""

import pytest

from sponsorship.sponsors.rules import domain_of, may_join


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("https://www.Tidewatch.example/pricing?x=1", "tidewatch.example"),
        ("tidewatch.example", "tidewatch.example"),
        ("http://tidewatch.example:8080", "tidewatch.example"),
        ("noor@Tidewatch.example", "tidewatch.example"),
        ("https://app.tidewatch.example#top", "app.tidewatch.example"),
        ("localhost", None),
        ("", None),
        ("no host at all", None),
    ],
)
def test_the_domain_of_a_website_or_an_address(address: str, domain: str | None) -> None:
    assert domain_of(address) == domain


@pytest.mark.parametrize(
    ("sponsor_domain", "contacts", "address", "joins"),
    [
        (None, [], "ada@anywhere.example", True),
        ("acme.example", [], "ada@acme.example", True),
        ("acme.example", [], "ada@elsewhere.example", False),
        ("acme.example", ["bob@acme.example"], "ada@acme.example", True),
        ("acme.example", ["bob@elsewhere.example"], "ada@acme.example", False),
        (None, ["bob@acme.example"], "ada@acme.example", False),
        ("gmail.com", ["bob@gmail.com"], "ada@gmail.com", False),
        ("acme.example", ["bob@acme.example"], "ada@acme.example.evil.example", False),
        ("acme.example", ["bob@acme.example"], "no address", False),
    ],
)
def test_who_may_act_for_a_company_of_the_same_name(
    sponsor_domain: str | None, contacts: list[str], address: str, joins: bool
) -> None:
    assert may_join(sponsor_domain, contacts, address) is joins
