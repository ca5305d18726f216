"""Telling the demo's story through the services that the product itself uses."""

from sponsorship.demo.services.seed import make_sure_of_demo

__all__ = ["make_sure_of_demo"]
