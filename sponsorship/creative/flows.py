"""Acts on copy that keep what they learned although they were refused."""

from datetime import datetime

from sponsorship.core.db import transaction
from sponsorship.creative.errors import FindingsOpen
from sponsorship.creative.queries import get_creative
from sponsorship.creative.services import approve_copy, check_copy


def approve_creative(*, creative_id: int, version_number: int, actor: str, now: datetime) -> None:
    """Approve copy; where a finding stops it, write the findings down, so that they can be waived, and raise FindingsOpen."""
    try:
        with transaction() as session:
            creative = get_creative(session, creative_id)
            approve_copy(session, creative=creative, version_number=version_number, actor=actor, now=now)
    except FindingsOpen:
        with transaction() as session:
            check_copy(session, creative=get_creative(session, creative_id), now=now)
        raise
