"""Lists of objects: newest first, a page at a time, by cursor."""

import json
from typing import Any

from sponsorship.standin.expand import show
from sponsorship.standin.objects import list_object
from sponsorship.standin.params import Shape, integer, moment_range, text
from sponsorship.standin.store import Body, Transaction

DEFAULT_LIMIT = 10
PAGE_SHAPE: Shape = {
    "limit": integer(1, 100),
    "starting_after": text(),
    "ending_before": text(),
}
LIST_SHAPE: Shape = {**PAGE_SHAPE, "created": moment_range}
COMPARISONS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}

Condition = tuple[str, list[Any]]


def field_is(field: str, value: Any) -> Condition:
    """Return the condition that a field of the body has that value."""
    return f"json_extract(body, '$.{field}') = ?", [value]


def list_objects(tx: Transaction, kind: str, url: str, params: Body, conditions: list[Condition]) -> Body:
    """Return one page: after or before the cursor, within `created`, and meeting all conditions."""
    conditions = [*conditions, *_created(params.get("created", {})), *_cursor(tx, kind, params)]
    backwards = "ending_before" in params and "starting_after" not in params
    limit = params.get("limit", DEFAULT_LIMIT)
    sql = " AND ".join(condition for condition, _ in conditions) or "1"
    values = [value for _, some in conditions for value in some]
    rows = tx.execute(
        f"SELECT body FROM (SELECT sequence, body FROM object WHERE kind = ? AND {sql}"
        f" ORDER BY sequence {'ASC' if backwards else 'DESC'} LIMIT ?) ORDER BY sequence DESC",
        (kind, *values, limit + 1),
    )
    return _page(tx, [json.loads(row[0]) for row in rows], limit, url, backwards=backwards)


def page_of(bodies: list[Body], url: str, params: Body) -> Body:
    """Return one page of a list that is at hand."""
    ids = [body["id"] for body in bodies]
    if params.get("starting_after") in ids:
        bodies = bodies[ids.index(params["starting_after"]) + 1 :]
    limit = params.get("limit", DEFAULT_LIMIT)
    return list_object(url, bodies[:limit], has_more=len(bodies) > limit)


def _page(tx: Transaction, bodies: list[Body], limit: int, url: str, *, backwards: bool) -> Body:
    has_more = len(bodies) > limit
    if has_more:
        bodies = bodies[1:] if backwards else bodies[:-1]
    return list_object(url, [show(tx, body) for body in bodies], has_more=has_more)


def _created(bounds: dict[str, int]) -> list[Condition]:
    return [(f"created {COMPARISONS[bound]} ?", [moment]) for bound, moment in bounds.items()]


def _cursor(tx: Transaction, kind: str, params: Body) -> list[Condition]:
    conditions: list[Condition] = []
    for param, comparison in (("starting_after", "<"), ("ending_before", ">")):
        if param in params:
            tx.get(params[param], kind, param=param)
            conditions.append((f"sequence {comparison} (SELECT sequence FROM object WHERE id = ?)", [params[param]]))
    return conditions
