"""A user of SCIM and the employee whom they are: which attribute becomes which field of a row.

Where two attributes say the same (`userName` and the work address, `name.formatted` and `displayName`), the one that was
changed counts.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.enrollment.domain.directory import TOP_LEVEL, Employee, Provided
from services.enrollment.domain.directory_file import checked, plain
from services.enrollment.domain.scim.names import CORE, ENTERPRISE, OURS, Document, bad_value

LOCATION = "/scim/v2/Users/"
MOST_DOTTED = 50
_KINDS = ("work", None)
"""Of several addresses the one at work counts, else one that does not say where it is."""


@dataclass(frozen=True, slots=True)
class User:
    """An employee whom an identity provider knows. Whoever is not active is not in the directory."""

    employee: Employee
    active: bool


def document(user: User, bosses: Mapping[str, Employee]) -> Document:
    """The user as SCIM shows them; `bosses` are employees by staff number."""
    one, provided = user.employee, user.employee.provided or Provided()
    enterprise = {
        "employeeNumber": one.staff_number,
        "department": one.unit,
        "manager": _manager(one.manager, bosses),
    }
    also = [_reference(number, bosses) for number in one.dotted]
    ours = {"level": one.level, "reportsToNobody": one.manager == "", "alsoReportsTo": also}
    return _without_blanks(
        {
            "schemas": [CORE, ENTERPRISE, OURS],
            "id": str(one.person_id),
            "externalId": provided.external_id or one.staff_number,
            "userName": one.email,
            "name": _parts_of_name(one.name, provided),
            "displayName": one.name,
            "title": one.profession,
            "preferredLanguage": one.language,
            "locale": one.language,
            "timezone": one.time_zone,
            "active": user.active,
            "emails": [{"value": one.email, "type": "work", "primary": True}],
            "addresses": [{"type": "work", "locality": one.site}] if one.site else [],
            ENTERPRISE: enterprise,
            OURS: ours,
            "meta": {"resourceType": "User", "location": f"{LOCATION}{one.person_id}"},
        }
    )


def _parts_of_name(name: str, provided: Provided) -> Document:
    # A file may have brought another name since.
    if provided.given_name not in name or provided.family_name not in name:
        return {"formatted": name}
    parts = {"givenName": provided.given_name, "familyName": provided.family_name}
    return {"formatted": name, **parts}


def _without_blanks(fields: Document) -> Document:
    kept = {
        name: _without_blanks(value) if isinstance(value, dict) else value
        for name, value in fields.items()
    }
    return {name: value for name, value in kept.items() if value not in ("", [], {}, None)}


def _manager(number: str | None, bosses: Mapping[str, Employee]) -> Document:
    if not number:
        return {}
    boss = bosses.get(number)
    if boss is None:
        return {"value": number}
    location = f"{LOCATION}{boss.person_id}"
    return {"value": str(boss.person_id), "$ref": location, "displayName": boss.name}


def _reference(number: str, bosses: Mapping[str, Employee]) -> str:
    boss = bosses.get(number)
    return str(boss.person_id) if boss else number


@dataclass(frozen=True, slots=True)
class Change:
    """A user as they are to be. `before` is empty, and `known` None, where they are new."""

    before: Document
    after: Document
    known: User | None
    scale: Mapping[str, int]
    """Levels by title, where the company has grades."""


def changed(change: Change) -> User:
    """The user with what was sent; managers as they were named. Raises Invalid (invalidValue)."""
    known = change.known.employee if change.known else None
    name, provided = _name(change), _provided(change)
    employee = Employee(
        staff_number=_staff_number(change, known),
        email=_email(change),
        level=_level(change, known),
        manager=_boss(change),
        name=name,
        unit=_text("unit", _of(change.after, ENTERPRISE, "department"), "department"),
        site=_text("site", _at_work(change.after, "addresses", "locality"), "locality"),
        profession=_text("profession", change.after.get("title"), "title"),
        time_zone=_text("time_zone", change.after.get("timezone"), "timezone"),
        language=_text("language", _language(change), "preferredLanguage"),
        dotted=_also(change.after),
        person_id=known.person_id if known else None,
        provided=provided,
    )
    return User(employee, _active(change))


def with_managers(user: User, found: Mapping[str, str]) -> User:
    """The same, with staff numbers where managers are named in another way."""
    one = user.employee
    manager = found.get(one.manager, one.manager) if one.manager else one.manager
    dotted = tuple(found.get(name, name) for name in one.dotted)
    return replace(user, employee=replace(one, manager=manager, dotted=dotted))


def managers_of(employees: Sequence[Employee]) -> set[str]:
    """How all of them are named to whom these report."""
    return {name for one in employees for name in (one.manager or "", *one.dotted) if name}


def id_in(text: str) -> UUID | None:
    """The id that a text is, if it is one."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _name(change: Change) -> str:
    formatted = _newest(change, (_formatted, _joined, lambda user: user.get("displayName")))
    return _text("name", formatted, "name")


def _formatted(user: Document) -> Any:
    return _of(user, "name", "formatted")


def _joined(user: Document) -> Any:
    parts = [_of(user, "name", part) for part in ("givenName", "familyName")]
    if not all(part is None or isinstance(part, str) for part in parts):
        raise bad_value("name", "givenName and familyName are texts")
    return " ".join(part for part in parts if part)


def _provided(change: Change) -> Provided:
    return Provided(
        _text("external_id", change.after.get("externalId"), "externalId"),
        _text("name", _of(change.after, "name", "givenName"), "givenName"),
        _text("name", _of(change.after, "name", "familyName"), "familyName"),
    )


def _staff_number(change: Change, known: Employee | None) -> str:
    number = _of(change.after, ENTERPRISE, "employeeNumber")
    if number in (None, ""):
        number = known.staff_number if known else change.after.get("externalId")
    if number in (None, ""):
        raise bad_value("employeeNumber", "send the staff number there, or as externalId")
    return _text("staff_number", number, "employeeNumber")


def _email(change: Change) -> str:
    sent = (change.after.get("userName"), _at_work(change.after, "emails", "value"))
    if not sent[0]:
        raise bad_value("userName", "send the e-mail address at work")
    had = (change.before.get("userName"), _at_work(change.before, "emails", "value"))
    name, address = (_text("email", value, "userName") if value else None for value in sent)
    if address is None or name == address:
        return str(name)
    new_name, new_address = name != had[0], address != had[1]
    if new_name and new_address:
        raise bad_value("userName", "it is the e-mail address at work; send the same in both")
    return str(name if new_name else address)


def _level(change: Change, known: Employee | None) -> int:
    sent, title = _of(change.after, OURS, "level"), change.after.get("title")
    scaled = {plain(grade): level for grade, level in change.scale.items()}.get(plain(str(title)))
    as_before = sent == _of(change.before, OURS, "level")
    if scaled is not None and (sent is None or (as_before and title != change.before.get("title"))):
        return scaled
    if sent is None and known:
        return known.level
    text = str(sent)
    if isinstance(sent, bool) or not text.isascii() or not text.isdecimal():
        raise bad_value("level", f"send 1 to {TOP_LEVEL} in {OURS}, or a title of the level scale")
    if len(text) > 2 or not 1 <= int(text) <= TOP_LEVEL:
        raise bad_value("level", f"it is a number from 1 to {TOP_LEVEL}")
    return int(text)


def _boss(change: Change) -> str | None:
    """As they are named: an id, an address or a staff number; "" at the top, None where nothing is said."""
    boss, top = _named_boss(change.after), _truth(_of(change.after, OURS, "reportsToNobody"))
    if boss is None:
        return "" if top else None
    had_top = _truth(_of(change.before, OURS, "reportsToNobody"))
    if not top or had_top:
        return boss
    if boss == _named_boss(change.before):
        return ""
    raise bad_value("reportsToNobody", "whoever has a manager reports to somebody")


def _named_boss(user: Document) -> str | None:
    boss = _of(user, ENTERPRISE, "manager")
    if isinstance(boss, list):
        boss = boss[0] if boss else None
    if isinstance(boss, dict):
        boss = boss.get("value")
    return _text("manager", boss, "manager") or None


def _also(user: Document) -> tuple[str, ...]:
    names = _of(user, OURS, "alsoReportsTo") or []
    if not isinstance(names, list):
        raise bad_value("alsoReportsTo", "it is a list of texts")
    if len(names) > MOST_DOTTED:
        raise bad_value("alsoReportsTo", f"name at most {MOST_DOTTED}")
    also = (_text("dotted", name, "alsoReportsTo") for name in names)
    return tuple(name for name in also if name)


def _active(change: Change) -> bool:
    sent = change.after.get("active")
    if sent is None:
        return change.known.active if change.known else True
    return _truth(sent, "active")


def _truth(value: Any, name: str = "reportsToNobody") -> bool:
    """Entra ID sends "True" and "False" as texts."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if value is None or isinstance(value, bool):
        return bool(value)
    raise bad_value(name, "it is true or false")


def _language(change: Change) -> Any:
    return _newest(
        change, (lambda user: user.get("preferredLanguage"), lambda user: user.get("locale"))
    )


def _newest(change: Change, ways: Sequence[Callable[[Document], Any]]) -> Any:
    """Of several attributes for one field the first that was changed, else the first that is there."""
    said = [(way(change.after), way(change.before)) for way in ways]
    said = [(after, before) for after, before in said if after not in (None, "")]
    return next((after for after, before in said if after != before), said[0][0] if said else None)


def _of(user: Document, holder: str, name: str) -> Any:
    found = user.get(holder)
    if found is not None and not isinstance(found, dict):
        raise bad_value(holder, "it is an object")
    return found.get(name) if found else None


def _at_work(user: Document, name: str, part: str) -> Any:
    values = user.get(name) or []
    if not isinstance(values, list) or not all(isinstance(one, dict) for one in values):
        raise bad_value(name, "it is a list of objects")
    for kind in _KINDS:
        for one in values:
            given = one.get("type")
            if (given.lower() if isinstance(given, str) else given) == kind:
                return one.get(part)
    return None


def _text(field: str, value: Any, name: str) -> str:
    """A value as a row may hold it. Raises Invalid (invalidValue)."""
    if value is None or value == "":
        return ""
    if not isinstance(value, str):
        raise bad_value(name, "it is a text")
    clean, problem = checked(field, value)
    if problem:
        raise bad_value(name, problem.replace("_", " "))
    return clean
