"""How links are made and clicks kept."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

FEWEST_AGENT_DAYS, MOST_DAYS = 14, 3650


class TrackingForm(FlaskForm):
    """A newsletter's settings of tracking."""

    count_days = IntegerField(
        "Days for which clicks count",
        [Optional(), NumberRange(1, MOST_DAYS, f"Give 1 to {MOST_DAYS} days, or nothing.")],
    )
    agent_days = IntegerField(
        "Days for which browsers and networks are kept",
        [
            InputRequired("Say for how many days."),
            NumberRange(FEWEST_AGENT_DAYS, MOST_DAYS, f"Give {FEWEST_AGENT_DAYS} to {MOST_DAYS} days."),
        ],
    )
    prints_trap = BooleanField("Print a link that no person sees")
    carries_click_id = BooleanField("Give each click an id that the sponsor’s site can report back")
    link_host = StringField("Domain for links", [Optional(), Length(max=253)])
