"""Which issue a file is: the newsletter's name, the number and the date, wherever they are written."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath

from sponsorship.archive.reader.blocks import Document, compact, one_line
from sponsorship.archive.reader.dates import find_date

_NEWSLETTER_KEYS = ("newsletter", "publication", "site_name", "sitename", "publisher")
_NUMBER_KEYS = ("issue", "issue_no", "issue_number", "issuenumber", "number", "no", "idx", "edition", "episode", "slug")
_DATE_KEYS = ("date", "published", "published_at", "publishdate", "publish_date", "published_on", "pubdate", "pub_date")
_LATER_DATE_KEYS = ("sent", "sent_at", "send_date", "issue_date", "created", "created_at")
_NUMBER_IN_TITLE = re.compile(
    r"(?:\b(?:issue|edition|no\.?|nr\.?|vol(?:ume)?\.?|number|week|episode)\s*#?\s*|#)(\d{1,5})\b", re.I
)
_NUMBER_FIRST = re.compile(r"^\W*(\d{1,4})\s*[:.–—|-]\s*\D")
_NAME_IN_TITLE = re.compile(
    r"^\W*(.{3,60}?)[\s,:–—|-]*(?:\b(?:issue|edition|no\.?|vol(?:ume)?\.?|week)\s*#?\s*\d|#\s*\d|\s(?!(?:19|20)\d\d$)\d{1,4}$)",
    re.IGNORECASE,
)
_IS_COUNT = re.compile(r"^\W*(?:issue|edition|newsletter|week|volume|number|episode|no)\W*$", re.IGNORECASE)
_NUMBER_LAST = re.compile(r"\s(?!(?:19|20)\d\d$)(\d{1,4})$")
_LAST_WORDS = re.compile(r"\b(?:subscribe to|reading|copy of|issue of)\s+(?:the\s+)?([A-Z][\w'’ ]{2,40}?)\s*[:.,!(]")
_DATE_IN_NAME = re.compile(r"(?<!\d)(?:(?:19|20)\d\d[-_.]?\d\d[-_.]?\d\d|\d{1,2}[-_.]\d{1,2}[-_.](?:19|20)\d\d)(?!\d)")
_COMMON_FOLDERS = frozenset(
    (
        *("issues", "archive", "archives", "posts", "content", "newsletters", "newsletter", "docs", "site", "blog"),
        *("emails", "html", "text", "public", "static", "weekly", "monthly", "drafts", "letters", "sent", "past"),
        *("documents", "desktop", "downloads", "projects", "project", "users", "shared", "repos", "github", "source"),
        *("workspace", "tests", "fixtures", "samples", "examples", "website", "export", "exports", "backup", "import"),
    )
)
_INDEX_NAMES = {"index", "readme", "_index", "content", "issue", "newsletter", "email"}
_SHORT_TEXT = 120


def tell_newsletter(path_name: str, keys: Mapping[str, object], titles: Sequence[str], source: str) -> str | None:
    """Return the newsletter's name: as a key gives it, as the text spells a folder's name, or from the title."""
    named = next((str(keys[key]) for key in _NEWSLETTER_KEYS if isinstance(keys.get(key), str) and keys[key]), None)
    if named:
        return named
    for place, folder in enumerate(_telling_folders(path_name)):
        spelled = spell_as_printed(compact(folder), "\n".join((*titles, source)))
        if spelled or (place == 0 and compact(folder) in compact(source)):
            return spelled or re.sub(r"[\W_]+", " ", folder).strip().title()
    in_title = next((name for each in (*titles, *_first_headings(source)) if (name := _name_in_title(each))), None)
    if in_title:
        return in_title
    title = next(iter(titles), "")
    has_number_key = any(key in keys for key in _NUMBER_KEYS)
    if has_number_key and 1 < len(title.split()) <= 4 and not re.search(r"\d", title):
        return title
    invited = _LAST_WORDS.search(source)
    return one_line(invited[1]) if invited else None


def _name_in_title(title: str) -> str | None:
    """Return what stands before the number of the issue in a title, unless that is a date or a word for issue."""
    match = _NAME_IN_TITLE.search(title)
    if not match or find_date(match[1]) or len(compact(match[1])) < 4 or _IS_COUNT.match(match[1]):
        return None
    return match[1].strip(" -–—|:,#")


def _first_headings(source: str) -> list[str]:
    """Return what a text begins with where that is a subject line or a heading."""
    return re.findall(r"\A\s*(?:Subject:|#{1,2}\s|h[12]\.)\s*([^\n]+)", source)


def _telling_folders(path_name: str) -> list[str]:
    """Return the folders above a file that could bear a newsletter's name, the nearest first."""
    folders = reversed(PurePosixPath(path_name.replace("\\", "/")).parts[:-1])
    return [each for each in folders if len(compact(each)) > 4 and each.strip("_.").lower() not in _COMMON_FOLDERS]


def spell_as_printed(letters: str, text: str) -> str | None:
    """Return how a text writes a name of which only letters and figures are known ("my-weekly" as "My Weekly")."""
    pattern = r"[\W_]{0,2}".join(re.escape(letter) for letter in letters[:60])
    spellings = Counter(
        one_line(match[0])
        for match in re.finditer(rf"(?<![\w./@-]){pattern}(?![\w/@-])", text, re.I)
        if "\n" not in match[0]
    )
    proper = [spelling for spelling, _ in spellings.most_common() if spelling[0].isupper()]
    if not proper:
        return None
    return proper[0].title() if proper[0].isupper() and " " in proper[0] else proper[0]


def tell_number(path_name: str, document: Document) -> int | None:
    """Return the issue's number: from a key, the title, the first lines, or the name of the file."""
    for key in _NUMBER_KEYS:
        value = document.keys.get(key)
        if isinstance(value, str) and re.fullmatch(r"#?\d{1,5}", value):
            return int(value.strip("#"))
    shorts = [block.text for block in document.blocks[:12] if len(block.text) <= _SHORT_TEXT]
    for text in (*document.titles, *shorts):
        match = _NUMBER_IN_TITLE.search(text)
        if match:
            return int(match[1])
    for title in (*document.titles, *_first_headings(document.source)):
        match = _NUMBER_FIRST.match(title) or _NUMBER_LAST.search(title.strip())
        if match:
            return int(match[1])
    match = re.search(r"\d{1,5}(?!\d)", _DATE_IN_NAME.sub(" ", _file_name(path_name)))
    return int(match[0]) if match else None


def tell_date(path_name: str, document: Document) -> date | None:
    """Return the day of the issue: from a key, the name of the file, the title, or one of the first lines."""
    for key in (*_DATE_KEYS, *_LATER_DATE_KEYS):
        value = document.keys.get(key)
        found = find_date(str(value)) if value else None
        if found:
            return found
    shorts = [block.text for block in document.blocks[:15] if len(block.text) <= _SHORT_TEXT]
    for text in (_file_name(path_name), *document.titles, *shorts):
        found = find_date(text)
        if found:
            return found
    return None


def note_oddities(document: Document, published_on: date | None) -> tuple[str, ...]:
    """Return sentences about what a reader of the archive should know: a title that gives another date."""
    in_title = next((found for title in document.titles if (found := find_date(title))), None)
    if in_title and published_on and in_title != published_on:
        days = [f"{day.day} {day:%B %Y}" for day in (in_title, published_on)]
        return (f"The title says {days[0]}, the issue is dated {days[1]}.",)
    return ()


def _file_name(path_name: str) -> str:
    """Return the name of the file without its ending; for an index page, that of its folder."""
    path = PurePosixPath(path_name.replace("\\", "/"))
    return path.parent.name if path.stem.lower() in _INDEX_NAMES else path.stem
