"""The page of one ad as the sponsor, or whoever writes for the sponsor, sees it."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from sponsorship.booking.models import Booking, Order
from sponsorship.creative.models import Creative, CreativeVersion, ReviewNote
from sponsorship.creative.portal.door import Door
from sponsorship.creative.queries import (
    NO_COPY,
    Checks,
    Difference,
    Word,
    compare_versions,
    copy_limits,
    current_version,
    last_agreed_version,
    list_words,
)
from sponsorship.creative.render import preview_html, shown_address
from sponsorship.creative.rules import (
    EDITABLE,
    Copy,
    CopyLimits,
    CreativeState,
    Side,
    copy_headline,
    due_words,
    link_problem,
    tally_words,
)
from sponsorship.inventory.models import Issue, Newsletter, Placement, Slot
from sponsorship.inventory.rules import IssueState, PlacementKind

AD_KINDS = {PlacementKind.PRIMARY: "primary", PlacementKind.CLASSIFIED: "line"}


@dataclass(frozen=True, slots=True)
class CopyPage:
    """The page of one booking's copy: what is written, what the checks say, what may be done now."""

    door: Door
    booking: Booking
    order: Order
    creative: Creative | None
    copy: Copy
    checks: Checks
    now: datetime

    @property
    def slot(self) -> Slot:
        """The slot that the ad fills."""
        return self.booking.slot

    @property
    def issue(self) -> Issue:
        """The issue that prints it."""
        return self.slot.issue

    @property
    def newsletter(self) -> Newsletter:
        """The newsletter of the issue."""
        return self.issue.newsletter

    @property
    def placement(self) -> Placement:
        """The placement, with its limits."""
        return self.slot.placement

    @property
    def limits(self) -> CopyLimits:
        """The ad spec."""
        return copy_limits(self.placement)

    @property
    def publisher(self) -> str:
        """Who reads the copy."""
        return self.newsletter.publisher_name or self.newsletter.name

    @property
    def state(self) -> CreativeState:
        """How far the copy has come; a draft before the first word."""
        return self.creative.state if self.creative else CreativeState.DRAFT

    @property
    def may_write(self) -> bool:
        """Whether the fields are open."""
        return self.state in EDITABLE and self.is_planned

    @property
    def may_take_back(self) -> bool:
        """Whether what was sent can be made a draft again."""
        return self.state is CreativeState.SUBMITTED and self.is_planned and not self.is_writer

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print yet."""
        return not (self.copy.heading or self.copy.body or self.copy.link_text)

    @property
    def saved_at(self) -> datetime | None:
        """When the latest version was kept."""
        version = current_version(self.creative) if self.creative else None
        return version.saved_at if version else None

    @property
    def note(self) -> ReviewNote | None:
        """What the publisher wants changed, while the sponsor is at it."""
        asked = self.creative is not None and self.state is CreativeState.CHANGES_REQUESTED
        return self.creative.notes[-1] if asked and self.creative and self.creative.notes else None

    @property
    def headline(self) -> list[str | tuple[str, str]]:
        """The page's sentence."""
        due_at = self.slot.deadlines.copy_due_at
        return copy_headline(
            self.state, is_asked=self.edit_marked_up is not None, has_run=not self.is_planned,
            is_late=self.now > due_at,
            due=due_words(due_at, self.now, self.newsletter.timezone), publisher=self.publisher,
            publish_on=self.issue.publish_on, stops=self.checks.stops, looks=self.checks.looks, is_empty=self.copy == NO_COPY,
        )  # fmt: skip

    @property
    def tally(self) -> str:
        """What the checks come to, in one line."""
        return tally_words(self.checks.stops, self.checks.looks, len(self.checks.passed))

    @property
    def state_words(self) -> str:
        """How far the copy has come, with its version."""
        version = f", version {self.creative.version_number}" if self.creative else ""
        return f"{self.state.label}{version}"

    @property
    def ad_kind(self) -> str:
        """How the galley draws the block."""
        return AD_KINDS.get(self.placement.kind, "")

    @property
    def body_html(self) -> Markup:
        """The body as readers get it."""
        return preview_html(self.copy)

    @property
    def link(self) -> str:
        """The ad's link where it is one, else nothing."""
        return "" if link_problem(self.copy.link_url) else self.copy.link_url

    @property
    def shown_link(self) -> str:
        """The address as it is read."""
        return shown_address(self.copy.link_url)

    @property
    def link_words(self) -> str:
        """What the link says."""
        return self.copy.link_text or self.shown_link

    def url(self, act: str) -> str:
        """Return where one of the page's buttons leads: "write_copy", "preview_copy", "submit_copy" and so on."""
        return self.door.url(act)

    @property
    def is_writer(self) -> bool:
        """Whether a copywriter reads it, who sees this ad and nothing of the order."""
        return self.door.side is Side.WRITER

    @property
    def may_answer(self) -> bool:
        """Whether the publisher's edit is this reader's to agree to: the sponsor's, not a copywriter's."""
        return self.door.side is Side.SPONSOR and self.is_planned

    @property
    def is_planned(self) -> bool:
        """Whether the issue is still to come."""
        return self.issue.state is IssueState.PLANNED

    @property
    def edit(self) -> CreativeVersion | None:
        """The publisher's edit where it is the latest version, answered or not."""
        version = current_version(self.creative) if self.creative else None
        return version if version is not None and version.consent is not None else None

    @property
    def edit_marked_up(self) -> Difference | None:
        """What the publisher's edit changes."""
        edit = self.edit
        if edit is None or self.creative is None or not edit.is_asked:
            return None
        own = last_agreed_version(self.creative)
        return compare_versions(self.creative, own.number if own else None, edit.number)

    @property
    def words(self) -> list[Word]:
        """What was said beside the copy."""
        return list_words(self.creative) if self.creative else []

    @property
    def has_versions(self) -> bool:
        """Whether there is something to compare."""
        return self.creative is not None and len(self.creative.versions) > 1
