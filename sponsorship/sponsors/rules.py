"""How companies are told apart by name."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

LEGAL_FORMS = frozenset(
    ("ab", "ag", "bv", "co", "corp", "corporation", "gmbh", "inc", "incorporated", "limited", "llc", "llp", "ltd", "oy", "plc",
     "pty", "sa", "sarl", "sas", "srl")
)  # fmt: skip
MAIL_PROVIDERS = frozenset(
    ("aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "icloud.com",
     "live.com", "mail.com", "me.com", "outlook.com", "pm.me", "proton.me", "protonmail.com", "web.de", "yahoo.com", "zoho.com")
)  # fmt: skip


class RivalRule(StrEnum):
    """How near each other rivals (sponsors of competing categories) may run."""

    ALLOWED = "allowed"
    PLACEMENT = "placement"
    ISSUE = "issue"

    @property
    def label(self) -> str:
        """The words on screens."""
        return {
            "allowed": "Rivals may share an issue",
            "placement": "No rivals in the same placement of an issue",
            "issue": "No rivals in the same issue",
        }[self.value]


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


def domain_of(address: str) -> str | None:
    """Return the host that a website or an e-mail address names, in lower case and without "www.", or None."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", address.strip().lower()).rsplit("@", 1)[-1]
    host = re.split(r"[/?#:\s]", host, maxsplit=1)[0].removeprefix("www.").strip(".")
    return host if "." in host else None


def may_join(sponsor_domain: str | None, contacts: Iterable[str], address: str) -> bool:
    """Tell whether somebody new with this address may act for a company of the same name.

    Yes where nobody acts for it yet and no other domain is known; else only beside a colleague, all at the company's own
    domain, never at a mail provider's. Whoever merely types a customer's name must not see its orders.
    """
    domain = domain_of(address)
    domains = {domain_of(contact) for contact in contacts}
    if not domains:
        return sponsor_domain in (None, domain)
    return domain is not None and domain not in MAIL_PROVIDERS and domain == sponsor_domain and domain in domains
