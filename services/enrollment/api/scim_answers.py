"""How SCIM answers (RFC 7644): its media type and its form of an error."""

import json
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from shared.chassis.http.problems import Dialect, Problem

PREFIX = "/scim/v2"
MEDIA_TYPE = "application/scim+json"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"

_TYPES = {
    "uniqueness": "uniqueness",
    "already_exists": "uniqueness",
    "invalid_filter": "invalidFilter",
    "invalid_path": "invalidPath",
    "invalid_syntax": "invalidSyntax",
    "json_broken": "invalidSyntax",
    "json_too_deep": "invalidSyntax",
    "invalid_value": "invalidValue",
    "request_invalid": "invalidValue",
    "no_target": "noTarget",
    "mutability": "mutability",
}


class ScimResponse(JSONResponse):
    """An answer in SCIM's own media type."""

    media_type = MEDIA_TYPE


def _refused(problem: Problem) -> Response:
    # What our own routes call unprocessable is a plain bad request in SCIM (RFC 7644, table 8).
    status = 400 if problem.status == 422 else problem.status
    error: dict[str, Any] = {"schemas": [ERROR], "status": str(status), "detail": problem.detail}
    if status in (400, 409) and problem.code in _TYPES:
        error["scimType"] = _TYPES[problem.code]
    places = [f"{place['in']} {place['pointer']}: {place['code']}" for place in problem.errors]
    if problem.code == "request_invalid":
        error["detail"] = f"Correct these places, and send it again: {'; '.join(places)}"
    elif places:
        error["detail"] = f"{problem.detail} {'; '.join(places)}"
    return Response(json.dumps(error), status, headers=problem.headers, media_type=MEDIA_TYPE)


SCIM = Dialect(
    PREFIX,
    MEDIA_TYPE,
    error={
        "type": "object",
        "title": "ScimError",
        "required": ["schemas", "status"],
        "properties": {
            "schemas": {"type": "array", "items": {"type": "string"}},
            "status": {"type": "string"},
            "scimType": {"enum": sorted(set(_TYPES.values()))},
            "detail": {"type": "string"},
        },
    },
    example={
        "schemas": [ERROR],
        "status": "409",
        "scimType": "uniqueness",
        "detail": "One sentence that says what to do next.",
    },
    answer=_refused,
)
