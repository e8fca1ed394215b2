"""The OpenAPI document: adds to FastAPI's what our gate and limits answer, so that it is true for every route."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from shared.chassis.http.calls import KEY_HEADER, LONGEST_KEY, SHORTEST_KEY_ALONE
from shared.chassis.http.discreet import Anonymous
from shared.chassis.http.limits import taken_by
from shared.chassis.http.problems import MEDIA_TYPE, Dialect, spoken

Schema = dict[str, Any]

# fmt: off
_PLACE: Schema = {
    "type": "object",
    "required": ["in", "pointer", "code"],
    "properties": {
        "in": {"enum": ["body", "path", "query", "header"]},
        "pointer": {"type": "string", "description": "JSON pointer (RFC 6901)"},
        "code": {"type": "string"},
    },
}
PROBLEM: Schema = {
    "type": "object",
    "title": "Problem",
    "description": "RFC 9457 problem details. `code` is stable; `detail` is for people.",
    "required": ["type", "title", "status", "code", "detail", "instance"],
    "properties": {
        **{name: {"type": "string"} for name in ("title", "code", "detail")},
        **{name: {"type": "string", "format": "uri"} for name in ("type", "instance")},
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": _PLACE},
    },
}
# fmt: on
KEY: Schema = {
    "name": KEY_HEADER,
    "in": "header",
    "required": True,
    "description": "New for each new request, the same when it is sent again; kept for 48 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
    "example": "0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11",
}
KEY_ALONE: Schema = KEY | {
    "description": "New and random for each new request: it stands for the caller, of whom nothing is kept. The same "
    "when it is sent again; kept for 48 hours.",
    "schema": {"type": "string", "minLength": SHORTEST_KEY_ALONE, "maxLength": LONGEST_KEY},
    "example": "4bb0a7f2-5e46-4c5d-8b0e-8f4c7d1e2a90",
}
# status -> (title, code of the example)
_EVERYWHERE = {
    401: ("Unauthorized", "token_expired"),
    403: ("Forbidden", "role_missing"),
    429: ("Too Many Requests", "too_many_requests"),
    500: ("Internal Server Error", "failed"),
    503: ("Service Unavailable", "unavailable"),
}
_WITH_INPUT = {422: ("Unprocessable Entity", "request_invalid")}
_WITH_PATH = {404: ("Not Found", "not_found")}
_COMMANDS = {409: ("Conflict", "already_exists")}
_POSTS = {400: ("Bad Request", "idempotency_key_missing")}
_WITH_BODY = {
    400: ("Bad Request", "json_broken"),
    413: ("Content Too Large", "body_too_large"),
    415: ("Unsupported Media Type", "media_type_unsupported"),
}


def document(app: FastAPI) -> Schema:
    """The application's OpenAPI document, made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        streams, alone = _streams(app), _alone(app)
        for path, methods in made.get("paths", {}).items():
            for method, operation in methods.items():
                if method == "post" and spoken(app, path) is None:
                    key = KEY_ALONE if path in alone else KEY
                    operation.setdefault("parameters", []).append(key)
                stream = streams.get((path, method))
                _complete(path, method, operation, stream, spoken(app, path))
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        schemas["Problem"] = PROBLEM
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        app.openapi_schema = made
    return app.openapi_schema


def _complete(
    path: str, method: str, operation: Schema, stream: str | None, dialect: Dialect | None
) -> None:
    if stream is not None:
        content = {stream: {"schema": {"type": "string"}}}
        operation["requestBody"] = {"required": True, "content": content}
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status, (title, code) in _possible(path, method, operation).items():
        if dialect is None:
            responses.setdefault(str(status), _problem_response(status, title, code))
        elif status != 422:  # which SCIM and its kin call a 400
            responses.setdefault(str(status), _error_of(dialect, title))
    for response in responses.values():
        response.setdefault("headers", {})["X-Correlation-Id"] = {
            "schema": {"type": "string", "format": "uuid"}
        }


def _possible(path: str, method: str, operation: Schema) -> dict[int, tuple[str, str]]:
    possible = dict(_EVERYWHERE)
    if operation.get("parameters") or "requestBody" in operation:
        possible |= _WITH_INPUT
    if "{" in path:
        possible |= _WITH_PATH
    if method != "get":
        possible |= _COMMANDS
    if method == "post":
        possible |= _POSTS
    if "requestBody" in operation:
        possible |= _WITH_BODY
    return dict(sorted(possible.items()))


def _problem_response(status: int, title: str, code: str) -> Schema:
    example: Schema = {
        "type": f"urn:obverse:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": "One sentence that says what to do next.",
        "instance": "urn:uuid:0199c9f2-7d1e-7a53-8f5c-0d2b6a1b4c11",
    }
    if status == 422:
        example["errors"] = [{"in": "body", "pointer": "/capacity", "code": "int_type"}]
    reference = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": reference, "example": example}},
    }


def _error_of(dialect: Dialect, title: str) -> Schema:
    content = {dialect.media_type: {"schema": dialect.error, "example": dialect.example}}
    return {"description": title, "content": content}


def _streams(app: FastAPI) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for route in app.state.routes:
        if isinstance(route, APIRoute) and (takes := taken_by(route.endpoint)).streamed:
            found |= {(route.path, m.lower()): takes.media_type for m in route.methods or ()}
    return found


def _alone(app: FastAPI) -> frozenset[str]:
    return frozenset(route.path for route in app.state.routes if isinstance(route, Anonymous))
