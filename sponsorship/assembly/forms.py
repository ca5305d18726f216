"""The editor's draft, pasted."""

from flask_wtf import FlaskForm
from wtforms import TextAreaField


class DraftForm(FlaskForm):
    """One issue in Markdown; what a draft must be is said by the service that keeps it."""

    markdown = TextAreaField("Your draft in Markdown")
