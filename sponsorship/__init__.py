"""Flatplan: a sponsorship desk for newsletters."""
