"""The form of a newsletter's rules for duplicate placements: a switch for each, and its numbers."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, Form, FormField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from sponsorship.checks.rules import (
    LEAST_LIKENESS,
    LIKENESS_RULES,
    MOST_DAYS,
    MOST_ISSUES,
    MOST_LIKENESS,
    WINDOW_RULES,
    CheckRule,
    Policy,
    RuleSetting,
)


class RuleForm(Form):
    """One rule: on or off."""

    is_on = BooleanField("Look for it")

    def setting(self, default: RuleSetting) -> RuleSetting:
        """The rule as it was filled in; a number that the rule does not have stays as it is."""
        numbers = [(name, getattr(self, name, None)) for name in ("issues", "days", "likeness")]
        given = {name: field.data if field else getattr(default, name) for name, field in numbers}
        return RuleSetting(self.is_on.data, **given)


def _number(label: str, least: int, most: int) -> IntegerField:
    sentence = f"Give a whole number from {least} to {most}."
    return IntegerField(label, [InputRequired(sentence), NumberRange(least, most, sentence)])


class WindowForm(RuleForm):
    """One rule that looks at what is near."""

    issues = _number("Issues to either side", 0, MOST_ISSUES)
    days = _number("or days", 0, MOST_DAYS)


class LikenessForm(RuleForm):
    """One rule that looks at words anywhere."""

    likeness = _number("How alike, in percent", LEAST_LIKENESS, MOST_LIKENESS)


class WindowLikenessForm(WindowForm, LikenessForm):
    """One rule with both."""


def _form_of(rule: CheckRule) -> type[Form]:
    kinds = {(True, True): WindowLikenessForm, (True, False): WindowForm, (False, True): LikenessForm}
    return kinds.get((rule in WINDOW_RULES, rule in LIKENESS_RULES), RuleForm)


class PolicyForm(FlaskForm):
    """All rules of a newsletter."""

    def policy(self, before: Policy) -> dict[CheckRule, RuleSetting]:
        """What was filled in, for every rule."""
        return {rule: self[rule.value].form.setting(before[rule]) for rule in CheckRule}


for _rule in CheckRule:
    setattr(PolicyForm, _rule.value, FormField(_form_of(_rule), _rule.label))
