"""Whether sponsors are approved before they may buy."""

from enum import StrEnum


class SponsorApproval(StrEnum):
    """Whose orders are a request first, which the publisher accepts or declines."""

    NOBODY = "nobody"
    NEW = "new"
    ALL = "all"

    @property
    def label(self) -> str:
        """The choice as the settings say it."""
        return {
            "nobody": "Nobody: what is open can be bought at once",
            "new": "New sponsors: who has bought before buys at once",
            "all": "Everybody: each order is a request first",
        }[self.value]
