"""The editor's draft, pasted; and a whole issue, pasted or uploaded."""

from flask_wtf import FlaskForm
from wtforms import FileField, StringField, TextAreaField


class DraftForm(FlaskForm):
    """One issue in Markdown; what a draft must be is said by the service that keeps it."""

    markdown = TextAreaField("Your draft in Markdown")


class PrintForm(FlaskForm):
    """A whole issue as it will go out, or as it was sent; what it must be is said by the service that keeps it."""

    pasted = TextAreaField("The whole issue")
    upload = FileField("Or its file")
    address = StringField("Or where it stands on the web")


class RecordForm(FlaskForm):
    """Nothing but the token: which placements are made good stands in boxes named after their bookings."""
