"""How companies are told apart by name."""

import re
import unicodedata

LEGAL_FORMS = frozenset(
    ("ab", "ag", "bv", "co", "corp", "corporation", "gmbh", "inc", "incorporated", "limited", "llc", "llp", "ltd", "oy", "plc",
     "pty", "sa", "sarl", "sas", "srl")
)  # fmt: skip


def name_key(name: str) -> str:
    """Return a company's name as it is compared: case, accents, punctuation and legal forms aside.

    "Cinderbox B.V." and "cinderbox" are one company; a name of nothing but a legal form keeps it.
    """
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c)).replace(".", "")
    words = re.findall(r"\w+", plain)
    while len(words) > 1 and words[-1] in LEGAL_FORMS:
        words.pop()
    return " ".join(words)
