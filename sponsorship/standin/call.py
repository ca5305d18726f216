"""One call of the API as its handler sees it."""

from dataclasses import dataclass

from sponsorship.standin.params import Tree
from sponsorship.standin.store import Transaction


@dataclass(frozen=True)
class Call:
    """The open transaction, the parameters as they came, and the address at which browsers find this server."""

    tx: Transaction
    tree: Tree
    address: str
