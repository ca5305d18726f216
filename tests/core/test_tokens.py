"""Tokens stand in addresses, and addresses in plain text."""

from sponsorship.core.tokens import new_token


def test_a_token_ends_in_a_letter_or_a_digit_and_none_comes_twice() -> None:
    tokens = [new_token() for _ in range(2000)]
    assert all(len(token) == 32 and token[-1].isalnum() and token.isascii() for token in tokens)
    assert len(set(tokens)) == len(tokens)
    assert any("-" in token for token in tokens) and any("_" in token for token in tokens)
