"""Form-encoded parameters, nested by brackets: parsing them, checking them, refusing what is not known.

A shape is a mapping from a parameter's name to a reader; a reader takes the text and its full name and returns the
value, or raises the refusal that names the parameter.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from sponsorship.standin.errors import ApiError, missing_parameter, unknown_parameter

Tree = dict[str, Any]
Reader = Callable[[Any, str], Any]

NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
FIELDS_AT_MOST = 3000


class Required(NamedTuple):
    """Marks a reader whose parameter may not be left out."""

    reader: Reader


Shape = Mapping[str, Reader | Required]


def parse_form(encoded: str) -> Tree:
    """Parse `a[b][0]=c` into nested mappings; a list is a mapping from its index, `a[]=x` appends."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=FIELDS_AT_MOST)
    except ValueError as error:
        raise ApiError(f"The request could not be read: {error}.") from error
    tree: Tree = {}
    for name, value in pairs:
        _plant(tree, name, value)
    return tree


def _plant(tree: Tree, name: str, value: str) -> None:
    match = NAME.fullmatch(name)
    if match is None:
        raise ApiError(f"Invalid parameter name: {name}.", param=name)
    steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
    branch = tree
    for step in steps[:-1]:
        branch = branch.setdefault(step or str(len(branch)), {})
        if not isinstance(branch, dict):
            raise ApiError(f"{name} was given both as a value and as a group.", param=name)
    leaf = steps[-1] or str(len(branch))
    if leaf in branch:
        raise ApiError(f"{name} was given twice.", param=name)
    branch[leaf] = value


def read_params(tree: Tree, shape: Shape) -> dict[str, Any]:
    """Check the parameters of a call against its shape; `expand` is known everywhere and left to the caller."""
    return _read_fields({name: value for name, value in tree.items() if name != "expand"}, shape, "")


def read_expand(tree: Tree) -> list[str]:
    """Return the paths that the call wants expanded."""
    return list(list_of(text(), at_most=20)(tree["expand"], "expand")) if "expand" in tree else []


def _read_fields(tree: Any, shape: Shape, prefix: str) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise ApiError(f"Invalid object: {prefix} must be a group of parameters.", param=prefix)
    for name in tree:
        if name not in shape:
            raise unknown_parameter(_join(prefix, name))
    values = {}
    for name, field in shape.items():
        reader = field.reader if isinstance(field, Required) else field
        if name in tree:
            values[name] = reader(tree[name], _join(prefix, name))
        elif isinstance(field, Required):
            raise missing_parameter(_join(prefix, name))
    return values


def _join(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def text(at_most: int = 5000) -> Reader:
    """Read a text that is not empty and has at most that many characters."""

    def read(value: Any, name: str) -> str:
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {name} must be a plain value.", param=name)
        if value == "":
            raise ApiError(
                f"You passed an empty string for '{name}', which cannot be unset.",
                code="parameter_invalid_empty",
                param=name,
            )
        if len(value) > at_most:
            raise ApiError(
                f"Invalid string: {name} must be at most {at_most} characters.",
                code="parameter_invalid_string_maximum_length",
                param=name,
            )
        return value

    return read


def integer(at_least: int | None = None, at_most: int | None = None) -> Reader:
    """Read a whole number within the bounds."""

    def read(value: Any, name: str) -> int:
        if not isinstance(value, str) or not re.fullmatch(r"-?[0-9]{1,15}", value):
            raise ApiError(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
        number = int(value)
        if at_least is not None and number < at_least:
            raise ApiError(
                f"This value must be greater than or equal to {at_least}.", code="parameter_invalid_integer", param=name
            )
        if at_most is not None and number > at_most:
            raise ApiError(
                f"This value must be less than or equal to {at_most}.", code="parameter_invalid_integer", param=name
            )
        return number

    return read


def flag(value: Any, name: str) -> bool:
    """Read true or false."""
    if value not in ("true", "false"):
        raise ApiError(f"Invalid boolean: {value}", param=name)
    return bool(value == "true")


def one_of(*choices: str) -> Reader:
    """Read one of the given words."""

    def read(value: Any, name: str) -> str:
        if value not in choices:
            raise ApiError(f"Invalid {name}: must be one of {', '.join(choices)}", param=name)
        return str(value)

    return read


def currency(value: Any, name: str) -> str:
    """Read a currency code: three letters in lower case."""
    if not isinstance(value, str) or not re.fullmatch("[a-z]{3}", value):
        raise ApiError(f"Invalid currency: {value}. It must be three letters in lower case.", param=name)
    return value


def web_address(value: Any, name: str) -> str:
    """Read an http or https address."""
    address = text()(value, name)
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError("Not a valid URL", code="url_invalid", param=name)
    return str(address)


def removed(code: str, message: str) -> Reader:
    """Refuse a parameter that this version of the API no longer has, with the code that Stripe gives it."""

    def read(value: Any, name: str) -> Any:
        raise ApiError(message, code=code, param=name)

    return read


def list_of(reader: Reader, at_most: int = 100) -> Reader:
    """Read a list whose indices count up from 0."""

    def read(value: Any, name: str) -> list[Any]:
        if not isinstance(value, dict) or sorted(value) != sorted(str(index) for index in range(len(value))):
            raise ApiError(f"Invalid array: {name}", param=name)
        if len(value) > at_most:
            raise ApiError(f"{name} may hold at most {at_most} items.", param=name)
        return [reader(value[str(index)], f"{name}[{index}]") for index in range(len(value))]

    return read


def group(shape: Shape) -> Reader:
    """Read a group of parameters of the given shape."""

    def read(value: Any, name: str) -> dict[str, Any]:
        return _read_fields(value, shape, name)

    return read


def metadata(value: Any, name: str) -> dict[str, str]:
    """Read at most 50 own fields: names up to 40 characters, texts up to 500; an empty text means no such field."""
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise ApiError(f"Invalid object: {name}", param=name)
    if len(value) > 50:
        raise ApiError("Metadata can have at most 50 keys.", param=name)
    for key, entry in value.items():
        if not isinstance(entry, str) or len(key) > 40 or len(entry) > 500:
            raise ApiError("Metadata keys have at most 40 and values at most 500 characters.", param=f"{name}[{key}]")
    return {key: entry for key, entry in value.items() if entry}


def moment_range(value: Any, name: str) -> dict[str, int]:
    """Read a moment or its bounds (gt, gte, lt, lte), all in seconds since 1970; a moment becomes both bounds."""
    if isinstance(value, dict):
        return dict(_read_fields(value, {bound: integer() for bound in ("gt", "gte", "lt", "lte")}, name))
    moment = integer()(value, name)
    return {"gte": moment, "lte": moment}
