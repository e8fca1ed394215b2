"""The attributes of a user that we know, by the names that RFC 7643 gives them, and how SCIM says no."""

from collections.abc import Mapping
from typing import Any

from shared.chassis.refusals import Conflict, Invalid

Document = dict[str, Any]
"""A user as JSON has it."""

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OURS = "urn:obverse:params:scim:schemas:extension:1.0:User"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

SIMPLE: Mapping[str, tuple[str, ...]] = {
    "": (
        "userName",
        "externalId",
        "displayName",
        "title",
        "preferredLanguage",
        "locale",
        "timezone",
        "active",
    ),
    ENTERPRISE: ("employeeNumber", "department"),
    OURS: ("level", "reportsToNobody", "alsoReportsTo"),
}
COMPLEX = {"": ("name",), ENTERPRISE: ("manager",)}
MANY = {"": ("emails", "addresses")}
NOT_KEPT: Mapping[str, tuple[str, ...]] = {
    "": (
        "nickName",
        "profileUrl",
        "userType",
        "password",
        "phoneNumbers",
        "ims",
        "photos",
        "entitlements",
        "roles",
        "x509Certificates",
        "schemas",
    ),
    ENTERPRISE: ("costCenter", "organization", "division"),
}
"""Attributes of RFC 7643 that may be sent, and of which nothing is stored."""
READ_ONLY = ("id", "meta", "groups")
NEEDED = ("userName", "active", "level")
SUBS = ("formatted", "givenName", "familyName", "value", "type", "primary", "locality", "$ref")
"""Sub-attributes that we read; others go as they came."""

_URNS = {urn.lower(): urn for urn in (ENTERPRISE, OURS)}
_KINDS = (SIMPLE, COMPLEX, MANY, NOT_KEPT, {"": READ_ONLY})
_KNOWN = {
    (urn, name.lower()): name for kind in _KINDS for urn, names in kind.items() for name in names
}
_SUBS = {name.lower(): name for name in SUBS}


def schema_of(urn: str) -> str | None:
    """The extension with this name, "" for the core schema, None where we know none; case does not matter."""
    return "" if urn.lower() == CORE.lower() else _URNS.get(urn.lower())


def attribute(schema: str, name: str) -> str | None:
    """The attribute as RFC 7643 writes it, None where there is none."""
    return _KNOWN.get((schema, name.lower()))


def sub_attribute(name: str) -> str:
    """The sub-attribute as RFC 7643 writes it."""
    return _SUBS.get(name.lower(), name)


def normalised(body: Mapping[str, Any]) -> Document:
    """A user that was sent, with the names of attributes that we know, and without the others."""
    user: Document = {}
    for key, value in body.items():
        schema = schema_of(key)
        if schema:
            if not isinstance(value, dict):
                raise bad_value(key, "an extension is an object")
            user[schema] = _named(schema, value)
        elif name := attribute("", key):
            user[name] = with_subs(value)
    return user


def _named(schema: str, fields: Mapping[str, Any]) -> Document:
    found = ((attribute(schema, name), value) for name, value in fields.items())
    return {name: with_subs(value) for name, value in found if name}


def with_subs(value: Any) -> Any:
    """The value with the names of sub-attributes that we know."""
    if isinstance(value, dict):
        return {sub_attribute(name): item for name, item in value.items()}
    if isinstance(value, list):
        return [with_subs(item) for item in value]
    return value


def bad_value(name: str, what: str) -> Invalid:
    """RFC 7644, 3.12: invalidValue."""
    return Invalid("invalid_value", f"{name}: {what}.")


def bad_filter(what: str) -> Invalid:
    """RFC 7644, 3.12: invalidFilter."""
    return Invalid("invalid_filter", what)


def bad_path(what: str) -> Invalid:
    """RFC 7644, 3.12: invalidPath."""
    return Invalid("invalid_path", what)


def bad_syntax(what: str) -> Invalid:
    """RFC 7644, 3.12: invalidSyntax."""
    return Invalid("invalid_syntax", what)


def no_target(what: str) -> Invalid:
    """RFC 7644, 3.12: noTarget."""
    return Invalid("no_target", what)


def unchangeable(name: str) -> Invalid:
    """RFC 7644, 3.12: mutability."""
    return Invalid("mutability", f"{name} can be neither set here nor removed.")


def taken(name: str) -> Conflict:
    """RFC 7644, 3.12: uniqueness."""
    return Conflict(
        "uniqueness",
        f"Another user has this {name}; find them by a filter, and change that user instead.",
    )
