"""The publisher's pages about what there is to sell."""

from sponsorship.inventory.views.door import blueprint

__all__ = ["blueprint"]
