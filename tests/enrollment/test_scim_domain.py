"""Filters and patches of RFC 7644 as they stand there, and in the forms that Okta and Entra ID send."""

from typing import Any

import pytest

from services.enrollment.domain.directory import Employee, Provided
from services.enrollment.domain.scim.filters import Both, Either, Equal, user_filter
from services.enrollment.domain.scim.names import CORE, ENTERPRISE, OURS, PATCH, normalised
from services.enrollment.domain.scim.patches import patched
from services.enrollment.domain.scim.users import Change, User, changed, document
from shared.chassis.ids import new_id
from shared.chassis.refusals import Invalid

ANNA_ID = new_id()
ANNA = Employee(
    "S3",
    "anna@corp.example",
    3,
    "S2",
    "Anna Fir",
    unit="Sales",
    site="Leeds",
    profession="Analyst",
    language="en",
    person_id=ANNA_ID,
    provided=Provided("00u1", "Anna", "Fir"),
)
KNOWN = User(ANNA, active=True)
BEFORE = document(KNOWN, {})


def after(*operations: dict[str, Any], scale: dict[str, int] | None = None) -> User:
    user = patched(BEFORE, {"schemas": [PATCH], "Operations": list(operations)})
    return changed(Change(BEFORE, user, KNOWN, scale or {}))


def patch(*operations: dict[str, Any]) -> Employee:
    return after(*operations).employee


def refused(*operations: Any) -> str:
    with pytest.raises(Invalid) as refusal:
        after(*operations)
    return refusal.value.code


def new(**body: Any) -> Employee:
    return changed(Change({}, normalised(body), None, {})).employee


def test_a_user_says_what_the_row_says() -> None:
    assert {
        "schemas": [CORE, ENTERPRISE, OURS],
        "id": str(ANNA_ID),
        "externalId": "00u1",
        "userName": "anna@corp.example",
        "name": {"formatted": "Anna Fir", "givenName": "Anna", "familyName": "Fir"},
        "displayName": "Anna Fir",
        "title": "Analyst",
        "preferredLanguage": "en",
        "locale": "en",
        "active": True,
        "emails": [{"value": "anna@corp.example", "type": "work", "primary": True}],
        "addresses": [{"type": "work", "locality": "Leeds"}],
        ENTERPRISE: {"employeeNumber": "S3", "department": "Sales", "manager": {"value": "S2"}},
        OURS: {"level": 3, "reportsToNobody": False},
        "meta": {"resourceType": "User", "location": f"/scim/v2/Users/{ANNA_ID}"},
    } == BEFORE


def test_what_was_shown_and_is_sent_back_changes_nothing() -> None:
    back = changed(Change(BEFORE, normalised(BEFORE), KNOWN, {}))
    assert (back.active, back.employee, back.employee.provided) == (True, ANNA, ANNA.provided)


def test_a_whole_user_becomes_a_row() -> None:
    made = new(
        schemas=[CORE, ENTERPRISE, OURS],
        USERNAME="Ben@Corp.example",
        name={"givenName": "Ben", "familyName": "Low", "middleName": "X"},
        title="Engineer",
        locale="ru-RU",
        timezone="Europe/London",
        addresses=[{"type": "home", "locality": "York"}, {"type": "work", "locality": "Leeds"}],
        phoneNumbers=[{"value": "5", "type": "work"}],
        favouriteColour="red",
        **{
            ENTERPRISE: {"employeeNumber": "S4", "department": "Sales", "manager": "S2"},
            OURS: {"level": "5", "alsoReportsTo": ["S9"]},
        },
    )
    assert made == Employee(
        "S4",
        "ben@corp.example",
        5,
        "S2",
        "Ben Low",
        unit="Sales",
        site="Leeds",
        profession="Engineer",
        time_zone="Europe/London",
        language="ru",
        dotted=("S9",),
    )


def test_the_external_id_is_the_staff_number_where_there_is_no_other() -> None:
    made = new(userName="b@corp.example", externalId="S4", **{OURS: {"level": 1}})
    assert (made.staff_number, made.manager) == ("S4", None)


def test_whoever_reports_to_nobody_is_at_the_top() -> None:
    ours = {"level": 9, "reportsToNobody": True}
    assert new(userName="t@corp.example", externalId="S1", **{OURS: ours}).manager == ""


def test_a_title_says_the_level_where_the_company_has_grades() -> None:
    body = normalised({"userName": "b@corp.example", "externalId": "S4", "title": "director"})
    assert changed(Change({}, body, None, {"Director": 7})).employee.level == 7
    promoted = after({"op": "replace", "path": "title", "value": "Director"}, scale={"Director": 7})
    assert (promoted.employee.level, promoted.employee.profession) == (7, "Director")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"externalId": "S4"}, "userName"),
        ({"userName": "b@corp.example"}, "employeeNumber"),
        ({"userName": "b@corp.example", "externalId": "S4"}, "level"),
        ({"userName": "nobody", "externalId": "S4"}, "userName"),
        ({"userName": 5, "externalId": "S4"}, "userName"),
        ({"userName": "b@corp.example", "externalId": "S4", OURS: {"level": 21}}, "level"),
        ({"userName": "b@corp.example", "externalId": "S4", OURS: {"level": True}}, "level"),
        ({"userName": "b@corp.example", "externalId": "S4", OURS: 5}, OURS),
        (
            {
                "userName": "b@corp.example",
                "externalId": "S4",
                "emails": [{"value": "other@corp.example", "type": "work"}],
                OURS: {"level": 1},
            },
            "userName",
        ),
        (
            {
                "userName": "b@corp.example",
                "externalId": "S4",
                "timezone": "Moon",
                OURS: {"level": 1},
            },
            "timezone",
        ),
        (
            {
                "userName": "b@corp.example",
                "externalId": "S4",
                "active": "perhaps",
                OURS: {"level": 1},
            },
            "active",
        ),
    ],
)
def test_what_no_row_can_hold_is_refused_by_its_name(body: dict[str, Any], named: str) -> None:
    with pytest.raises(Invalid) as refusal:
        new(**body)
    assert refusal.value.code == "invalid_value"
    assert refusal.value.detail.startswith(f"{named}: ")


ENTRA_OFF = {"op": "Replace", "path": "active", "value": "False"}
OKTA_OFF = {"op": "replace", "value": {"active": False}}


@pytest.mark.parametrize("operation", [ENTRA_OFF, OKTA_OFF])
def test_somebody_is_set_inactive_as_each_provider_does_it(operation: dict[str, Any]) -> None:
    assert after(operation) == User(ANNA, active=False)


def test_entra_changes_many_attributes_at_once() -> None:
    moved = patch(
        {"op": "Replace", "path": "name.givenName", "value": "Anne"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "S7"},
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Service"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "anne@corp.example"},
        {"op": "Replace", "path": f"{OURS}:level", "value": "4"},
        {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "York"},
    )
    assert (moved.name, moved.manager, moved.unit) == ("Anne Fir", "S7", "Service")
    assert (moved.email, moved.level, moved.site) == ("anne@corp.example", 4, "York")


def test_an_object_without_a_path_may_have_paths_as_keys() -> None:
    moved = patch(
        {
            "op": "Add",
            "value": {
                "name.familyName": "Oak",
                f"{ENTERPRISE}:department": "Service",
                ENTERPRISE: {"manager": {"value": "S7"}},
                "costCentre": "none of ours",
            },
        }
    )
    assert (moved.name, moved.unit, moved.manager) == ("Anna Oak", "Service", "S7")


def test_of_a_name_in_two_places_the_one_that_was_changed_counts() -> None:
    assert patch({"op": "replace", "path": "displayName", "value": "A. Fir"}).name == "A. Fir"
    assert patch({"op": "replace", "path": "name.formatted", "value": "Dr Fir"}).name == "Dr Fir"


def test_what_is_removed_is_empty() -> None:
    moved = patch(
        {"op": "remove", "path": "title"},
        {"op": "remove", "path": f"{ENTERPRISE}:manager"},
        {"op": "remove", "path": 'addresses[type eq "work"]'},
        {"op": "remove", "path": "locale"},
        {"op": "remove", "path": "preferredLanguage"},
    )
    assert (moved.profession, moved.manager, moved.site, moved.language) == ("", None, "", "")
    moved = patch({"op": "remove", "path": f"{ENTERPRISE}:manager.value"})
    assert moved.manager is None


def test_attributes_that_are_not_stored_may_be_sent() -> None:
    path = 'phoneNumbers[type eq "work"].value'
    assert patch({"op": "add", "path": path, "value": "5"}) == ANNA
    assert patch({"op": "add", "path": "nickName", "value": "Annie"}) == ANNA


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        ({"op": "move", "path": "title"}, "invalid_syntax"),
        ("replace", "invalid_syntax"),
        ({"op": "replace", "path": "colour", "value": "red"}, "invalid_path"),
        ({"op": "replace", "path": "emails[", "value": "red"}, "invalid_path"),
        ({"op": "replace", "path": "", "value": 5}, "invalid_value"),
        ({"op": "replace", "path": "title.part", "value": "red"}, "invalid_path"),
        ({"op": "replace", "path": "urn:other:User:colour", "value": "red"}, "invalid_path"),
        ({"op": "replace", "path": "emails[type gt 5].value", "value": "r"}, "invalid_filter"),
        ({"op": "replace", "path": 'emails[type eq "home"].value', "value": "r"}, "no_target"),
        ({"op": "remove"}, "no_target"),
        ({"op": "replace", "path": "id", "value": "5"}, "mutability"),
        ({"op": "replace", "path": "groups", "value": []}, "mutability"),
        ({"op": "remove", "path": "userName"}, "mutability"),
        ({"op": "remove", "path": f"{OURS}:level"}, "mutability"),
        ({"op": "replace", "path": "name", "value": "Anna"}, "invalid_value"),
        ({"op": "replace", "path": "emails", "value": "anna@corp.example"}, "invalid_value"),
        ({"op": "replace", "path": "title", "value": 5}, "invalid_value"),
        ({"op": "replace", "path": "title", "value": "a\u0000b"}, "invalid_value"),
    ],
)
def test_a_patch_that_cannot_be_is_refused_as_rfc_7644_says(operation: Any, code: str) -> None:
    assert refused(operation) == code


@pytest.mark.parametrize(
    "body", [{}, {"schemas": [PATCH]}, {"schemas": [PATCH], "Operations": []}, {"Operations": [{}]}]
)
def test_a_patch_without_schema_or_operations_is_no_patch(body: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refusal:
        patched(BEFORE, body)
    assert refusal.value.code == "invalid_syntax"


def test_filters_bind_as_rfc_7644_has_it() -> None:
    name, number, on = Equal("username", "a"), Equal("externalid", "b"), Equal("active", True)
    assert user_filter('userName eq "a"') == name
    assert user_filter('userName EQ "a" or externalId eq "b" and active eq True') == Either(
        name, Both(number, on)
    )
    assert user_filter('(userName eq "a" or externalId eq "b") and active eq true') == Both(
        Either(name, number), on
    )
    assert user_filter(f'{CORE}:userName eq "a"') == name
    assert user_filter('emails[type eq "work" and value eq "a\\"b"]') == Both(
        Equal("emails.type", "work"), Equal("emails.value", 'a"b')
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "userName",
        "userName eq",
        "userName eq anna",
        'userName eq "anna',
        'userName sw "anna"',
        "userName pr",
        'userName xx "anna"',
        'not (userName eq "anna")',
        '(userName eq "anna"',
        'userName eq "anna")',
        'userName eq "anna" and',
        'title eq "Analyst"',
        "userName eq 5",
        'active eq "true"',
        'emails[value eq "a"',
        "id eq {}",
        "(" * 50 + 'userName eq "a"' + ")" * 50,
        'userName eq "' + "a" * 2_000 + '"',
    ],
)
def test_what_is_no_filter_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        user_filter(text)
    assert refusal.value.code == "invalid_filter"
