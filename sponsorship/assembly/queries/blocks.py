"""An issue's sponsor blocks in mailing order, as they are printed: Markdown, HTML and plain text, links tracked."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from sponsorship.assembly.queries.slots import SlotView
from sponsorship.assembly.rules.draft import block_key
from sponsorship.assembly.rules.mail import mail_block
from sponsorship.creative import render
from sponsorship.creative.models import Creative, CreativeVersion
from sponsorship.creative.rules import Copy, CreativeState
from sponsorship.tracking.models import TrackedLink
from sponsorship.tracking.queries import links_of
from sponsorship.tracking.rules import LinkPosition

APPROVED = (CreativeState.APPROVED, CreativeState.LOCKED)


@dataclass(frozen=True, slots=True)
class IssueBlock:
    """One block of an issue: a slot's, or its echo at the foot. `copy` is the sponsor's latest, approved or not.

    The three texts are empty until the copy is approved and its link is tracked, and while its payment is disputed: nothing
    else may be printed.
    """

    key: str
    name: str
    view: SlotView
    is_echo: bool
    copy: Copy | None
    link: TrackedLink | None
    markdown: str = ""
    html: str = ""
    text: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether the block can be printed."""
        return bool(self.markdown)

    @property
    def is_written(self) -> bool:
        """Whether the sponsor has sent copy; a draft is the sponsor's own."""
        creative = self.view.creative
        is_sent = creative is not None and creative.state is not CreativeState.DRAFT
        return self.copy is not None and is_sent and self.view.is_sold

    @property
    def is_approved(self) -> bool:
        """Whether the publisher approved the copy."""
        return is_approved(self.view)


def is_approved(view: SlotView) -> bool:
    """Whether a slot's copy is approved."""
    return view.creative is not None and view.creative.state in APPROVED


def issue_blocks(session: Session, views: Sequence[SlotView], url_of: Callable[[str], str]) -> list[IssueBlock]:
    """Return the blocks of one issue's slots, those of unsold slots empty, echoes last; `url_of` turns a token into /c/...."""
    booking_ids = [view.booking.id for view in views if view.booking]
    links = links_of(session, booking_ids)
    copies = _latest_copies(session, booking_ids)
    places = [(view, LinkPosition.HEAD) for view in views]
    places += [(view, LinkPosition.FOOT) for view in views if view.placement.is_echoed]
    blocks = []
    for view, position in places:
        booking_id = view.booking.id if view.booking else 0
        link = links.get(booking_id, {}).get(position)
        blocks.append(_block(view, position is LinkPosition.FOOT, copies.get(booking_id), link, url_of))
    return blocks


def _block(
    view: SlotView, is_echo: bool, copy: Copy | None, link: TrackedLink | None, url_of: Callable[[str], str]
) -> IssueBlock:
    key = block_key(view.placement.key, view.slot.ordinal, is_echo=is_echo)
    name = f"{view.slot.name}, at the foot" if is_echo else view.slot.name
    if copy is None or link is None or not view.is_sold or not is_approved(view) or view.is_held_back:
        return IssueBlock(key, name, view, is_echo, copy, link)
    url, heading = url_of(link.token), view.placement.printed_heading
    if is_echo:
        texts = (
            render.echo_markdown(copy, url=url),
            mail_block(render.echo_html(copy, url=url)),
            render.echo_text(copy, url=url),
        )
    else:
        texts = (
            render.block_markdown(copy, printed_heading=heading, url=url),
            mail_block(render.block_html(copy, printed_heading=heading, url=url)),
            render.block_text(copy, printed_heading=heading, url=url),
        )
    return IssueBlock(key, name, view, is_echo, copy, link, *texts)


def _latest_copies(session: Session, booking_ids: Collection[int]) -> dict[int, Copy]:
    latest = and_(CreativeVersion.creative_id == Creative.id, CreativeVersion.number == Creative.version_number)
    query = (
        select(Creative.booking_id, CreativeVersion)
        .join(CreativeVersion, latest)
        .where(Creative.booking_id.in_(booking_ids))
    )
    return {booking_id: version.copy for booking_id, version in session.execute(query)}
