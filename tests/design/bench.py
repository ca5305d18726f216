"""A bare Jinja2 environment in which the components can be rendered without the application."""

import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    URLField,
)
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from sponsorship.core import format as wording
from sponsorship.core.flatplan import Spot, draw_flatplan, draw_place, draw_specimen

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
SAMPLES = dict(
    section.split("\n", 1) for section in (Path(__file__).parent / "samples.jinja").read_text().split("\n=== ")[1:]
)
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))


@dataclass(frozen=True)
class SlotState:
    """Stands for a member of the slot states' enum."""

    value: str
    label: str
    icon: str


STATES = {
    state.value: state
    for state in (
        SlotState("open", "Open", "circle-dashed"),
        SlotState("held", "Held", "hourglass"),
        SlotState("offered", "Offered", "send"),
        SlotState("unpaid", "Unpaid", "receipt"),
        SlotState("awaiting_funds", "Awaiting funds", "building-bank"),
        SlotState("paid", "Paid", "coin"),
        SlotState("missing", "Copy missing", "pencil-exclamation"),
        SlotState("changes_asked", "Changes asked", "pencil"),
        SlotState("review", "In review", "eye"),
        SlotState("approved", "Approved", "circle-check"),
        SlotState("ran", "Ran", "news"),
        SlotState("unsold", "Unsold", "circle-minus"),
        SlotState("blocked", "Blocked", "ban"),
        SlotState("house", "House ad", "home"),
    )
}


class AddressForm(Form):
    """A form within a form."""

    street = StringField("Street and number", [InputRequired("Give the street.")])


class SampleForm(Form):
    """One field of each kind that the macros draw."""

    company = StringField("Company", [InputRequired("Give the company’s name.")])
    email = EmailField("E-mail", description="For copy reminders and reports.")
    website = URLField("Website")
    country = SelectField("Country", choices=[SelectChoice("nl", "Netherlands"), SelectChoice("gb", "United Kingdom")])
    heading = TextAreaField("Heading")
    body = TextAreaField("Body", [InputRequired("Write the body.")])
    pay = RadioField(
        "How you pay",
        choices=[SelectChoice("card", "Card, now"), SelectChoice("invoice", "Invoice, 14 days")],
        validators=[InputRequired("Choose how you pay.")],
    )
    terms = BooleanField("I have read the terms", [InputRequired("Read the terms first.")])
    address = FormField(AddressForm)
    links = FieldList(URLField("Link", [InputRequired("Give the link.")]), label="Links", min_entries=2)


def sample_form(*, refused: bool) -> SampleForm:
    """A form as first shown, or as it comes back with an error on each required field."""
    form = SampleForm(data={"company": "Tidewatch Ltd", "pay": "card", "heading": "Know what your containers do"})
    if refused:
        form = SampleForm(formdata=_NoValues(country=["nl"]))
        form.validate()
    return form


class _NoValues(dict[str, list[str]]):
    """A submitted form in which only the country, a select, has a value."""

    def getlist(self, key: str) -> list[str]:
        """Values sent under a name, as WTForms asks for them."""
        return self.get(key, [])


def environment() -> Environment:
    """The settings of the application, with stand-ins for what Flask gives to its templates."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["money"] = wording.money
    env.globals["count"] = wording.count
    spots = [
        Spot("primary", "paid", echo=True),
        Spot("sponsored", "open"),
        Spot("classified", "missing"),
        Spot("classified", "review"),
    ]
    env.globals.update(
        url_for=lambda endpoint, filename="": f"/static/{filename}" if filename else f"/{endpoint}",
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories: [("ok", "Slot released."), ("error", "The card was declined.")],
        STATES=STATES,
        plain=sample_form(refused=False),
        refused=sample_form(refused=True),
        issue=draw_flatplan(spots),
        place=draw_place(spots, {0}),
        place_large=draw_specimen(spots, {0}),
        item=lambda **given: SimpleNamespace(**given),
        bold=Markup("<p>Two words in <b>bold</b>.</p>"),
    )
    return env


def macros_of(stem: str) -> list[str]:
    """Names of the macros in templates/components/<stem>.html."""
    return re.findall(r"{% macro (\w+)\(", (TEMPLATES / f"components/{stem}.html").read_text())


def render_sample(sample: str, form: str = "plain") -> str:
    """HTML of a section of samples.jinja; FORM in it is the form as first shown ("plain") or as "refused"."""
    stem = sample.split(".")[0]
    imports = f'{{% from "components/{stem}.html" import {", ".join(macros_of(stem))} %}}'
    return environment().from_string(imports + SAMPLES[sample].replace("FORM", form)).render()
