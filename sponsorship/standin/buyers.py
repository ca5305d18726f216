"""What the payment page asks a buyer, and what it knows already."""

from collections.abc import Mapping

from sponsorship.standin.objects import ADDRESS
from sponsorship.standin.store import Body

# fmt: off
EU = frozenset((
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
))
# fmt: on
EXAMPLE = {
    "email": "buyer@example.com",
    "name": "Example Buyer",
    "line1": "1 Example Street",
    "city": "London",
    "postal_code": "N1 1AA",
    "country": "GB",
}
ADDRESS_LABELS = {
    "line1": "Street and number",
    "city": "Town",
    "postal_code": "Postcode",
    "country": "Country, as two letters",
}
ERRORS = {
    "email": "Enter an e-mail address, with an @ in it.",
    "name": "Enter a name.",
    "line1": "Enter a street and number.",
    "city": "Enter a town.",
    "postal_code": "Enter a postcode.",
    "country": "Enter a country as two letters, such as GB.",
}


def known_answers(session: Body) -> dict[str, str]:
    """Return what the form is filled in with: what the shop said of its customer, and made-up examples for the rest."""
    details = session["customer_details"] or {}
    address = details.get("address") or {}
    known = {"email": details.get("email"), "name": details.get("name"), **address}
    if address.get("country"):
        return {**dict.fromkeys(ADDRESS_LABELS, ""), **_given(known), "name": known["name"] or EXAMPLE["name"]}
    return {**EXAMPLE, **_given(known)}


def read_buyer(session: Body, answers: Mapping[str, str]) -> tuple[Body, dict[str, str]]:
    """Return the `customer_details` of a session as its buyer gave them, and the fields that are wrong with why."""
    given = {name: value.strip() for name, value in answers.items()}
    wanted = ["email", "name"]
    address: Body = {**ADDRESS}
    if session["billing_address_collection"] == "required":
        wanted += list(ADDRESS_LABELS)
        address |= {field: given.get(field) for field in ADDRESS_LABELS}
        address["country"] = (address["country"] or "").upper()
    wrong = {field for field in wanted if not given.get(field)}
    if "@" not in given.get("email", ""):
        wrong.add("email")
    if "country" in wanted and not (len(address["country"]) == 2 and address["country"].isalpha()):
        wrong.add("country")
    buyer = {
        "address": address,
        "business_name": None,
        "email": given.get("email"),
        "individual_name": None,
        "name": given.get("name"),
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": _tax_ids(given.get("tax_id", "")),
    }
    return buyer, {field: ERRORS[field] for field in wanted if field in wrong}


def _given(known: Mapping[str, str | None]) -> dict[str, str]:
    return {field: value for field, value in known.items() if value}


def _tax_ids(value: str) -> list[dict[str, str]]:
    if not value:
        return []
    country = value[:2].upper()
    kind = "eu_vat" if country in EU else "gb_vat" if country == "GB" else "unknown"
    return [{"type": kind, "value": value}]
