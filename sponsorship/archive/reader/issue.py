"""A file of the archive into an issue, and an issue into the line that a scan prints."""

from collections.abc import Sequence
from dataclasses import dataclass

from sponsorship.archive.errors import UnreadableIssue
from sponsorship.archive.reader.blocks import Block, Document, part_pictures
from sponsorship.archive.reader.decode import decode_issue, tell_medium
from sponsorship.archive.reader.duplicates import find_duplicates
from sponsorship.archive.reader.facts import note_oddities, tell_date, tell_newsletter, tell_number
from sponsorship.archive.reader.formats import BUILT_IN, choose_format
from sponsorship.archive.reader.front_matter import read_front_matter
from sponsorship.archive.reader.html import read_html, read_titles
from sponsorship.archive.reader.markdown import read_markdown
from sponsorship.archive.reader.markers import MarkReader
from sponsorship.archive.reader.placements import find_placements
from sponsorship.archive.rules import MOST_PLACEMENTS, FormatDescription, FoundPlacement, Medium, ReadIssue


@dataclass(frozen=True)
class OpenedIssue:
    """A file with all that was read of it: its blocks, who reads its marks, and the issue that they make."""

    document: Document
    marks: MarkReader
    issue: ReadIssue


def read_issue(path_name: str, content: bytes, *, formats: Sequence[FormatDescription] = BUILT_IN) -> ReadIssue:
    """Read a published issue and find its sponsor placements.

    `path_name` is the file's path as the user gave it: its folder may name the newsletter, its name the date. Raises
    UnreadableIssue for what is no text, empty, or no Markdown or HTML.
    """
    return open_issue(path_name, content, formats=formats).issue


def open_issue(path_name: str, content: bytes, *, formats: Sequence[FormatDescription] = BUILT_IN) -> OpenedIssue:
    """Read a published issue as `read_issue` does, and return it with its blocks."""
    source = decode_issue(content)
    medium = tell_medium(path_name, source)
    description = choose_format(source, medium, formats)
    front_matter = read_front_matter(source)
    keys = dict(front_matter.keys)
    titles = _titles(source, medium, keys)
    newsletter = tell_newsletter(path_name, keys, titles, source)
    marks = MarkReader(description, (newsletter,) if newsletter else ())
    blocks = tuple(part_pictures(_blocks(source, medium, front_matter.lines, marks)))
    document = Document(medium, blocks, source, keys, dict(front_matter.key_lines), titles, front_matter.notices)
    placements = find_placements(document, marks, newsletter)
    if not any(block.text or block.links for block in blocks) and not placements:
        raise UnreadableIssue("There is no text in the file.")
    published_on = tell_date(path_name, document)
    issue = ReadIssue(
        path_name=path_name,
        medium=medium,
        format_name=description.name,
        title=next(iter(titles), None),
        newsletter=newsletter,
        issue_no=tell_number(path_name, document),
        published_on=published_on,
        placements=placements,
        duplicates=find_duplicates(placements),
        notices=(*document.notices, *note_oddities(document, published_on), *_note_number(placements)),
    )
    return OpenedIssue(document, marks, issue)


def _blocks(source: str, medium: Medium, front_lines: int, marks: MarkReader) -> Sequence[Block]:
    if medium is Medium.HTML:
        return read_html(source, marks.is_label)
    body = "\n".join(source.split("\n")[front_lines:])
    return read_markdown(body, marks.is_label, first_line=front_lines + 1)


def _titles(source: str, medium: Medium, keys: dict[str, object]) -> tuple[str, ...]:
    if medium is Medium.HTML:
        return read_titles(source)
    title = keys.get("title") or keys.get("subject")
    return (title,) if isinstance(title, str) else ()


def _note_number(placements: Sequence[FoundPlacement]) -> tuple[str, ...]:
    if len(placements) < MOST_PLACEMENTS:
        return ()
    return (f"No more than {MOST_PLACEMENTS} placements were read: the file does not look like an issue.",)


def scan_line(issue: ReadIssue) -> dict[str, object]:
    """Return what a scan prints of an issue, ready for JSON; duplicates are pairs of places in the list."""
    return {
        "file": issue.path_name,
        "newsletter": issue.newsletter,
        "issue_no": issue.issue_no,
        "date": issue.published_on.isoformat() if issue.published_on else None,
        "placements": [
            {
                "slot": each.slot.value,
                "sponsor": each.sponsor,
                "heading": each.heading,
                "first_words": each.first_words,
                "url": each.url,
                "line_start": each.line_start,
                "line_end": each.line_end,
                "house": each.house,
                "confidence": round(each.confidence, 2),
            }
            for each in issue.placements
        ],
        "duplicates": [[pair.first, pair.second, pair.words] for pair in issue.duplicates],
    }
