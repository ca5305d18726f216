"""The editor's draft of an issue, kept so that it can be filled again when a block changes."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from sponsorship.core.db import Base


class IssueDraft(Base):
    """The Markdown that the editor pasted for one issue, as it was before the sponsor blocks were filled in."""

    __tablename__ = "issue_draft"
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue.id"), primary_key=True)
    markdown: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]
