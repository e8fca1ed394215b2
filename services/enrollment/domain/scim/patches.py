"""PATCH of RFC 7644, 3.5.2, over a user as JSON has it; also in the forms that Okta and Entra ID send.

Seen of them: operations in capitals, `active` as text, no path with an object whose keys are paths, a manager as bare text
(Microsoft, "Develop and plan provisioning for a SCIM endpoint"; Okta, "SCIM 2.0 protocol reference").
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from services.enrollment.domain.scim.filters import Both, Either, Equal, Filter, filter_of
from services.enrollment.domain.scim.names import (
    COMPLEX,
    MANY,
    NEEDED,
    NOT_KEPT,
    PATCH,
    READ_ONLY,
    Document,
    attribute,
    bad_path,
    bad_syntax,
    bad_value,
    no_target,
    schema_of,
    sub_attribute,
    unchangeable,
    with_subs,
)

MOST_OPERATIONS = 500
"""Each of them goes through what the ones before left, so that twice as many take four times as long."""

_PATH = re.compile(
    r"(?:(?P<urn>urn:[^\[\]\"\s]*:User)(?::|$))?"
    r"(?P<name>[A-Za-z][\w-]*)?(?:\[(?P<filter>.*)\])?(?:\.(?P<sub>[A-Za-z$][\w$-]*))?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Target:
    """Where an operation points: an attribute, values of it by a filter, a part of it."""

    schema: str
    name: str
    chosen: Filter | None
    sub: str | None


def patched(user: Document, body: Mapping[str, Any]) -> Document:
    """The user after all operations. Raises Invalid with the code of RFC 7644, 3.12."""
    after = deepcopy(user)
    fields = {name.lower(): value for name, value in body.items()}
    schemas, operations = fields.get("schemas"), fields.get("operations")
    if not (isinstance(schemas, list) and PATCH in schemas):
        raise bad_syntax(f"A PATCH names the schema {PATCH}.")
    if not (isinstance(operations, list) and operations):
        raise bad_syntax("A PATCH has at least one operation in Operations.")
    if len(operations) > MOST_OPERATIONS:
        raise bad_syntax(f"Send at most {MOST_OPERATIONS} operations in one PATCH.")
    for operation in operations:
        if not isinstance(operation, dict):
            raise bad_syntax("An operation is an object with op, path and value.")
        _apply(after, {name.lower(): value for name, value in operation.items()})
    return after


def _apply(user: Document, operation: Mapping[str, Any]) -> None:
    op, path, value = operation.get("op"), operation.get("path"), operation.get("value")
    op = op.lower() if isinstance(op, str) else None
    if op not in ("add", "replace", "remove"):
        raise bad_syntax("An operation's op is add, replace or remove.")
    if path is not None and not isinstance(path, str):
        raise bad_path("A path is a text.")
    if op == "remove":
        if not path:
            raise no_target("A remove needs a path.")
        _remove(user, _target(path))
    elif path:
        _set(user, _target(path), value, op)
    elif isinstance(value, dict):
        for key, item in value.items():
            if _is_known(key):
                _set(user, _target(key), item, op)
    else:
        raise bad_value("value", "without a path it is an object of attributes")


def _is_known(key: str) -> bool:
    """Of an object without a path those that nobody knows are left out, as in a POST; so is what is read-only."""
    found = _PATH.fullmatch(key)
    schema = schema_of(found["urn"] or "") if found and found["urn"] else ""
    if found is None or schema is None:
        return False
    name = attribute(schema, found["name"] or "")
    return bool(schema and not found["name"]) or (name is not None and name not in READ_ONLY)


def _target(path: str) -> _Target:
    found = _PATH.fullmatch(path.strip())
    schema = "" if found is None or not found["urn"] else schema_of(found["urn"])
    if found is None or schema is None or not (found["name"] or found["urn"]):
        raise bad_path("The path names no attribute of a user.")
    if not found["name"]:
        return _Target(schema, "", None, None)
    name = attribute(schema, found["name"])
    if name is None:
        raise bad_path("The path names no attribute of a user.")
    if name in READ_ONLY:
        raise unchangeable(name)
    chosen = filter_of(found["filter"]) if found["filter"] is not None else None
    many = name in MANY.get(schema, ())
    known = many or name in COMPLEX.get(schema, ()) or name in NOT_KEPT.get(schema, ())
    if (chosen and not many and name not in NOT_KEPT[""]) or (found["sub"] and not known):
        raise bad_path(f"{name} has no such part.")
    return _Target(schema, name, chosen, sub_attribute(found["sub"]) if found["sub"] else None)


def _remove(user: Document, target: _Target) -> None:
    if target.name in NEEDED:
        raise unchangeable(target.name)
    holder = user.get(target.schema, {}) if target.schema else user
    if not target.name:
        user.pop(target.schema, None)
    elif target.chosen or (target.sub and isinstance(holder.get(target.name), list)):
        kept = [_without(item, target) for item in _values(holder, target.name)]
        holder[target.name] = [item for item in kept if item]
    elif target.sub:
        part = _part(holder, target.name)
        holder[target.name] = {name: one for name, one in part.items() if name != target.sub}
    else:
        holder.pop(target.name, None)


def _without(item: Document, target: _Target) -> Document | None:
    if target.chosen and not _fits(item, target.chosen):
        return item
    return {name: value for name, value in item.items() if name != target.sub and target.sub}


def _set(user: Document, target: _Target, value: Any, op: str) -> None:
    if target.name in NOT_KEPT.get(target.schema, ()):
        return
    holder = user.setdefault(target.schema, {}) if target.schema else user
    if not target.name:
        if not isinstance(value, dict):
            raise bad_value("value", "for a whole extension it is an object")
        for key, item in value.items():
            if attribute(target.schema, key):
                _set(user, _target(f"{target.schema}:{key}" if target.schema else key), item, op)
    elif target.name in MANY.get(target.schema, ()):
        _set_many(holder, target, with_subs(value), op)
    elif target.name in COMPLEX.get(target.schema, ()):
        _set_part(holder, target, with_subs(value))
    else:
        holder[target.name] = value


def _set_part(holder: Document, target: _Target, value: Any) -> None:
    if target.name == "manager":
        # All that we say of a manager follows from who it is.
        holder["manager"] = {"value": value} if target.sub else value
    elif target.sub:
        holder[target.name] = _part(holder, target.name) | {target.sub: value}
    elif isinstance(value, dict):
        holder[target.name] = _part(holder, target.name) | value
    else:
        raise bad_value(target.name, "it is an object")


def _set_many(holder: Document, target: _Target, value: Any, op: str) -> None:
    values = _values(holder, target.name)
    fitting = [one for one in values if not target.chosen or _fits(one, target.chosen)]
    if target.chosen or target.sub:
        change = {target.sub: value} if target.sub else value
        if not isinstance(change, dict):
            raise bad_value(target.name, "each of them is an object")
        if not fitting:
            if op == "replace" and target.chosen:
                raise no_target(f"None of {target.name} fits the filter; add one.")
            fitting = [_begun(target.chosen)]
            values += fitting
        for one in fitting:
            one.update(change)
        holder[target.name] = values
        return
    new = value if isinstance(value, list) else [value]
    if not all(isinstance(one, dict) for one in new):
        raise bad_value(target.name, "each of them is an object")
    kinds = [one.get("type") for one in new]
    # Of each type there is one: whoever adds another means it instead.
    kept = [one for one in values if op == "add" and one.get("type") not in kinds]
    holder[target.name] = [*kept, *new]


def _begun(chosen: Filter | None) -> Document:
    """A new value, such that the filter fits."""
    match chosen:
        case Equal(attribute=name, value=value):
            return {sub_attribute(name): value}
        case Both(left=left, right=right):
            return _begun(left) | _begun(right)
        case Either(left=left):
            return _begun(left)
    return {}


def _fits(item: Document, chosen: Filter) -> bool:
    match chosen:
        case Both(left=left, right=right):
            return _fits(item, left) and _fits(item, right)
        case Either(left=left, right=right):
            return _fits(item, left) or _fits(item, right)
    found = item.get(sub_attribute(chosen.attribute))
    if isinstance(found, str) and isinstance(chosen.value, str):
        return found.lower() == chosen.value.lower()
    return bool(found == chosen.value)


def _values(holder: Document, name: str) -> list[Document]:
    found = holder.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _part(holder: Document, name: str) -> Document:
    found = holder.get(name)
    return dict(found) if isinstance(found, dict) else {}
