"""What our SCIM can do, as RFC 7643, sections 5 to 7, wants it told."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from services.enrollment.api.scim import MOST_AT_ONCE
from services.enrollment.api.scim_answers import LIST, PREFIX, ScimResponse
from services.enrollment.domain.scim.names import CORE, ENTERPRISE, OURS, Document
from shared.chassis.http.calls import Call, query
from shared.chassis.principals import Role
from shared.chassis.refusals import Forbidden, NotFound

router = APIRouter(prefix=PREFIX, tags=["scim"], default_response_class=ScimResponse)

Asker = Annotated[Call, query(Role.DIRECTORY)]
NoFilter = Annotated[str | None, Query(max_length=2_000)]
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"


def _meta(kind: str, place: str) -> Document:
    return {"resourceType": kind, "location": f"{PREFIX}/{place}"}


CONFIG: Document = {
    "schemas": [_CONFIG],
    "patch": {"supported": True},
    "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
    "filter": {"supported": True, "maxResults": MOST_AT_ONCE},
    "changePassword": {"supported": False},
    "sort": {"supported": False},
    "etag": {"supported": False},
    "authenticationSchemes": [
        {
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token of the company's identity provider with the role `directory`.",
            "primary": True,
        }
    ],
    "meta": _meta("ServiceProviderConfig", "ServiceProviderConfig"),
}
USER_TYPE: Document = {
    "schemas": [_TYPE],
    "id": "User",
    "name": "User",
    "endpoint": "/Users",
    "description": "An employee of the HR directory.",
    "schema": CORE,
    "schemaExtensions": [
        {"schema": ENTERPRISE, "required": False},
        {"schema": OURS, "required": False},
    ],
    "meta": _meta("ResourceType", "ResourceTypes/User"),
}


def _attribute(name: str, description: str, kind: str = "string", **more: Any) -> Document:
    usual = {
        "multiValued": False,
        "required": False,
        "caseExact": False,
        "mutability": "readWrite",
        "returned": "default",
        "uniqueness": "none",
    }
    return {"name": name, "type": kind, "description": description} | usual | more


def _complex(name: str, description: str, *parts: Document, many: bool = False) -> Document:
    return _attribute(name, description, "complex", multiValued=many, subAttributes=list(parts))


def _schema(urn: str, name: str, description: str, *attributes: Document) -> Document:
    return {
        "schemas": [_SCHEMA],
        "id": urn,
        "name": name,
        "description": description,
        "attributes": list(attributes),
        "meta": _meta("Schema", f"Schemas/{urn}"),
    }


_WORK = _attribute("type", "work.", canonicalValues=["work"])
SCHEMAS = (
    _schema(
        CORE,
        "User",
        "An employee. Attributes of RFC 7643 that are not listed may be sent and are not stored.",
        _attribute(
            "userName",
            "The e-mail address at work, by which the employee's own token is known.",
            required=True,
            uniqueness="server",
        ),
        _complex(
            "name",
            "The name; formatted counts where it is sent.",
            _attribute("formatted", "The whole name."),
            _attribute("givenName", "The given name."),
            _attribute("familyName", "The family name."),
        ),
        _attribute("displayName", "The same as name.formatted."),
        _attribute(
            "title", "The profession; where the mapping has grades, it says the level, too."
        ),
        _attribute("preferredLanguage", "A language, as en or ru-RU."),
        _attribute("locale", "The same as preferredLanguage."),
        _attribute("timezone", "A name of the IANA list."),
        _attribute("active", "Whether they work here. Who does not has left.", "boolean"),
        _complex(
            "emails",
            "The address at work, the same as userName.",
            _attribute("value", "The address."),
            _WORK,
            _attribute("primary", "Always true.", "boolean"),
            many=True,
        ),
        _complex(
            "addresses",
            "Where they work.",
            _attribute("locality", "The site."),
            _WORK,
            many=True,
        ),
    ),
    _schema(
        ENTERPRISE,
        "EnterpriseUser",
        "What RFC 7643, 4.3, adds for a company.",
        _attribute(
            "employeeNumber",
            "The staff number; where it is not sent, externalId is.",
            caseExact=True,
            uniqueness="server",
        ),
        _attribute("department", "The unit."),
        _complex(
            "manager",
            "Whom they report to.",
            _attribute(
                "value", "A user's id; a staff number, address or externalId is known, too."
            ),
            _attribute(
                "$ref", "The user.", "reference", referenceTypes=["User"], mutability="readOnly"
            ),
            _attribute("displayName", "Their name.", mutability="readOnly"),
        ),
    ),
    _schema(
        OURS,
        "ObverseUser",
        "What matching needs beside it.",
        _attribute("level", "1 to 20, needed unless the title says it.", "integer"),
        _attribute("reportsToNobody", "They stand at the top.", "boolean"),
        _attribute("alsoReportsTo", "Dotted lines, named as a manager is.", multiValued=True),
    ),
)


@router.get("/ServiceProviderConfig")
async def read_config(_: Asker) -> Response:
    """What is supported of SCIM."""
    return ScimResponse(CONFIG)


@router.get("/ResourceTypes")
async def list_types(_: Asker, filter: NoFilter = None) -> Response:  # noqa: A002 - RFC 7644's name
    """The one kind of resource."""
    return _listed([USER_TYPE], filter)


@router.get("/ResourceTypes/{name}")
async def read_type(_: Asker, name: str) -> Response:
    """The one kind of resource."""
    return _one([USER_TYPE], name)


@router.get("/Schemas")
async def list_schemas(_: Asker, filter: NoFilter = None) -> Response:  # noqa: A002 - RFC 7644's name
    """Every attribute that is stored, and as what."""
    return _listed(SCHEMAS, filter)


@router.get("/Schemas/{name}")
async def read_schema(_: Asker, name: str) -> Response:
    """One schema."""
    return _one(SCHEMAS, name)


def _listed(things: Any, filter_text: str | None) -> Response:
    if filter_text is not None:
        raise Forbidden("no_filter_here", "Nothing can be filtered here (RFC 7644, section 4).")
    count = {"totalResults": len(things), "startIndex": 1, "itemsPerPage": len(things)}
    return ScimResponse({"schemas": [LIST], **count, "Resources": list(things)})


def _one(things: Any, name: str) -> Response:
    for thing in things:
        if thing["id"] == name:
            return ScimResponse(thing)
    raise NotFound("no_such_thing", "There is none with this id; read the list.")
