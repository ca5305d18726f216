"""Links: which may be sold, and which lead to the same place."""

import pytest

from sponsorship.core.urls import domain_name, host_of, is_web_url, normal_url, registrable_domain


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://example.com/offer?utm_source=runbook#top",
        "HTTPS://Example.COM/",
        "https://example.com:8443/a",
        "https://bücher.example/neu",
        "http://[2001:db8::1]/",
    ],
)
def test_a_web_link_is_one(url: str) -> None:
    assert is_web_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/a",
        "ftp://example.com/a",
        "javascript:alert(1)",
        "data:text/html,hello",
        "mailto:ads@example.com",
        "https://",
        "https:///path",
        "https://user@example.com/",
        "https://user:word@example.com/",
        "https://example.com@evil.example/",
        "https://example.com\\@evil.example/",
        "https://example.com/a b",
        "https://exa\nmple.com/",
        "https://example.com/\x00",
        " https://example.com",
        "https://example.com:99999/",
        "https://example.com:port/",
        "https://[2001:db8::1/",
    ],
)
def test_what_is_no_web_link_is_refused(url: str) -> None:
    assert not is_web_url(url)


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("http://example.com/a", "example.com/a"),
        ("https://www.example.com/a/", "example.com/a"),
        ("https://EXAMPLE.com./a", "example.com/a"),
        ("https://example.com:443/a", "example.com/a"),
        ("http://example.com:80/a", "example.com/a"),
        ("http://example.com:8080/a", "example.com:8080/a"),
        ("http://example.com", "example.com"),
        ("http://example.com/", "example.com"),
        ("https://example.com/a?utm_source=x&utm_medium=y", "example.com/a"),
        ("https://example.com/a?b=2&a=1&gclid=z", "example.com/a?a=1&b=2"),
        ("https://example.com/a?b=1&amp;utm_source=x", "example.com/a?b=1"),
        ("https://example.com/a#chapter", "example.com/a"),
        ("https://example.com/#/pricing", "example.com#/pricing"),
        ("https://example.com/%7Eann/caf%c3%a9", "example.com/~ann/caf%C3%A9"),
        ("https://example.com/?empty=", "example.com?empty="),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("example.com/a", "example.com/a"),
        ("www.example.com", "example.com"),
        ("//example.com/a", "example.com/a"),
        ("  https://example.com/a\n", "example.com/a"),
        ("https://example.com/Case", "example.com/Case"),
    ],
)
def test_normal_form_keeps_what_names_the_place(url: str, normal: str) -> None:
    assert normal_url(url) == normal


@pytest.mark.parametrize(
    "url", ["", "nowhere", "/sponsor/", "mailto:a@example.com", "https://", "https://a@b.example", "#"]
)
def test_no_normal_form_for_what_is_no_web_link(url: str) -> None:
    assert normal_url(url) is None
    assert host_of(url) is None
    assert registrable_domain(url) is None
    assert domain_name(url) is None


def test_the_normal_form_of_a_normal_form_is_itself() -> None:
    once = normal_url("https://www.example.co.uk:443/a/?b=1&utm_term=x")
    assert once is not None
    assert normal_url(once) == once


@pytest.mark.parametrize(
    ("url", "host", "domain", "name"),
    [
        ("https://www.example.com/a", "example.com", "example.com", "example"),
        ("https://try.shop.example.co.uk/a", "try.shop.example.co.uk", "example.co.uk", "example"),
        ("https://ann.github.io/notes", "ann.github.io", "ann.github.io", "ann"),
        ("https://news.harbour.example/", "news.harbour.example", "harbour.example", "harbour"),
        ("http://192.0.2.7:8000/", "192.0.2.7", "192.0.2.7", "192.0.2.7"),
        ("http://localhost/", "localhost", "localhost", "localhost"),
    ],
)
def test_host_and_domain_are_told_apart(url: str, host: str, domain: str, name: str) -> None:
    assert (host_of(url), registrable_domain(url), domain_name(url)) == (host, domain, name)
