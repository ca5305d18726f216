"""The fast lane: answers /c/<token> in front of Flask, from memory, and writes each hit into a spool file first."""

from sponsorship.tracking.fastlane.book import Destination, LinkBook, delete_snapshot
from sponsorship.tracking.fastlane.lane import FastLane
from sponsorship.tracking.fastlane.reading import Importer, SpoolState, Unread, spool_state
from sponsorship.tracking.fastlane.spool import Spool

__all__ = [
    "Destination",
    "FastLane",
    "Importer",
    "LinkBook",
    "Spool",
    "SpoolState",
    "Unread",
    "delete_snapshot",
    "spool_state",
]
