"""One line of a spool file: what a web server writes down of a hit before the reader is sent on."""

from dataclasses import dataclass
from zlib import crc32

HEADER = b"flatplan clicks 1 lost=%010d\n"
HEADER_BYTES = len(HEADER % 0)


@dataclass(frozen=True, slots=True)
class Record:
    """A hit as it is spooled: no address, only its network and two hashes; `at` in microseconds since 1970.

    `session_hash` is what the database keeps of a sign-in cookie, so that the team's own clicks can be told.
    """

    at: int
    link_id: int
    marks: int
    reader: str
    source: str
    network: str
    session_hash: str
    user_agent: str


def write_record(
    at: int, link_id: int, marks: int, reader: str, source: str, network: str, session_hash: str, user_agent: str
) -> bytes:
    """Return the line of a record; `user_agent` is printable, so that no field holds a tab or a line's end."""
    body = f"{at}\t{link_id}\t{marks}\t{reader}\t{source}\t{network}\t{session_hash}\t{user_agent}\t".encode()
    return b"%b%08x\n" % (body, crc32(body))


def read_record(line: bytes) -> Record | None:
    """Return the record of a line, or None where the line is not whole: its checksum tells."""
    body, check = line[:-9], line[-9:-1]
    if len(line) < 10 or b"%08x" % crc32(body) != check:
        return None
    fields = body.decode(errors="replace").split("\t")
    if len(fields) != 9:
        return None
    return Record(int(fields[0]), int(fields[1]), int(fields[2]), *fields[3:8])


def lost_of(header: bytes) -> int:
    """Return how many clicks a spool file's first line says were lost: 0 where the line is not whole."""
    digits = header[-11:-1]
    return int(digits) if header.startswith(b"flatplan clicks 1 lost=") and digits.isdigit() else 0
