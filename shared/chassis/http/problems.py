"""How an error is answered: RFC 9457 problem details with a stable `code`, never with a value that was sent.

Every refusal of every service passes here, so that a client learns one shape.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from shared.chassis.auth import BadToken, KeysUnavailable
from shared.chassis.correlation import current_trail
from shared.chassis.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal
from shared.chassis.troubles import is_transient

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 2
MOST_ERRORS = 50
MOST_NAMED = 3
LONGEST_POINTER = 200

_STATUS_OF_REFUSAL: dict[type[Refusal], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
}
_CODES = {404: "route_unknown", 405: "method_not_allowed", 400: "json_broken"}
_DETAILS = {
    "route_unknown": "There is no such address; see /openapi.json.",
    "method_not_allowed": "The address does not know this method; see the Allow header.",
    "json_broken": "The body is not JSON; send UTF-8 JSON text.",
    "token_missing": "Send a bearer token of the company's identity provider.",
    "token_expired": "The token has expired; get a new one.",
    "token_invalid": "The token does not count here; get one for this service.",
    "unavailable": "What this service stands on does not answer now; try again.",
    "stopping": "This process ends before it could end this; send the same again, another one answers.",
    "failed": "Something went wrong that is not your fault; the log has it under the correlation id.",
}


class Problem(HTTPException):
    """An answer that is not what was asked for.

    An HTTPException, because FastAPI turns any other error that reading a body raises into its own.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.status = status
        self.code = code
        self.errors = errors

    def response(self) -> Response:
        """The answer; ASCII, so that nothing in it can break its encoding."""
        content: dict[str, Any] = {
            "type": f"urn:obverse:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": f"urn:uuid:{current_trail().correlation_id}",
        }
        if self.errors:
            content["errors"] = list(self.errors)
        return Response(
            json.dumps(content), self.status, headers=self.headers, media_type=MEDIA_TYPE
        )


@dataclass(frozen=True, slots=True)
class Dialect:
    """Another protocol, spoken by all routes under a prefix: it has its own errors and no Idempotency-Key.

    Its POST must be safe to send again by itself, as where a unique name is taken the second time.
    """

    prefix: str
    media_type: str
    error: Mapping[str, Any]
    """The JSON schema of an error."""
    example: Mapping[str, Any]
    answer: Callable[[Problem], Response]

    def speaks(self, path: str) -> bool:
        """Whether the path is one of its own."""
        return path == self.prefix or path.startswith(f"{self.prefix}/")


def speak(app: FastAPI, *dialects: Dialect) -> None:
    """From now on these protocols are spoken under their prefixes."""
    app.state.dialects = dialects


def spoken(app: FastAPI, path: str) -> Dialect | None:
    """The protocol of a path, None where it is ours."""
    dialects: Sequence[Dialect] = getattr(app.state, "dialects", ())
    return next((one for one in dialects if one.speaks(path)), None)


def refusal(scope: Scope, problem: Problem) -> Response:
    """The answer to a request that is refused, in the protocol of its path."""
    dialect = spoken(scope["app"], scope["path"]) if "app" in scope else None
    return dialect.answer(problem) if dialect else problem.response()


def unavailable(code: str = "unavailable", detail: str | None = None) -> Problem:
    """503: nothing was done, try again."""
    headers = {"Retry-After": str(RETRY_SECONDS)}
    return Problem(503, code, detail or _DETAILS[code], headers=headers)


def invalid(place: str, code: str, where: str = "body") -> Problem:
    """422 for one place."""
    error = {"in": where, "pointer": place, "code": code}
    return Problem(422, "request_invalid", _what_to_correct([error]), [error])


def failed() -> Problem:
    """500: a bug."""
    return Problem(500, "failed", _DETAILS["failed"])


def problem_of(error: Exception) -> Problem | None:
    """The problem that an exception stands for; None where nobody foresaw it."""
    problem: Problem | None = None
    match error:
        case Problem():
            problem = error
        case Refusal():
            problem = _of_refusal(error)
        case RequestValidationError():
            problem = _of_validation(error)
        case BadToken():
            problem = _of_token(error)
        case HTTPException():
            code = _CODES.get(error.status_code, f"http_{error.status_code}")
            detail = _DETAILS.get(code, HTTPStatus(error.status_code).description)
            problem = Problem(error.status_code, code, detail, headers=error.headers)
        case KeysUnavailable():
            problem = unavailable()
        case PyMongoError() if is_transient(error):
            problem = unavailable()
    return problem


def _of_token(error: BadToken) -> Problem:
    challenge = "Bearer" if error.code == "token_missing" else 'Bearer error="invalid_token"'
    headers = {"WWW-Authenticate": challenge}
    return Problem(401, error.code, _DETAILS[error.code], headers=headers)


def _of_refusal(refusal: Refusal) -> Problem:
    status = next(s for kind, s in _STATUS_OF_REFUSAL.items() if isinstance(refusal, kind))
    pointer = refusal.pointer if isinstance(refusal, Invalid) else ""
    errors = [{"in": "body", "pointer": pointer, "code": refusal.code}] if pointer else []
    return Problem(status, refusal.code, refusal.detail, errors)


def _of_validation(error: RequestValidationError) -> Problem:
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return Problem(400, "json_broken", _DETAILS["json_broken"])
    errors = [
        {
            "in": str(item["loc"][0]),
            "pointer": pointer(item["loc"][1:]),
            "code": str(item["type"]),
        }
        for item in found[:MOST_ERRORS]
    ]
    return Problem(422, "request_invalid", _what_to_correct(errors), errors)


def _what_to_correct(errors: Sequence[Mapping[str, str]]) -> str:
    """The first places by name, so that a reader of the sentence alone knows where to begin."""
    places = [f"{one['in']} {one['pointer'] or '/'} ({one['code']})" for one in errors[:MOST_NAMED]]
    others = len(errors) - len(places)
    more = f", and {others} more that errors lists" if others else ""
    return f"The request does not fit: correct {', '.join(places)}{more}, and send it again."


def pointer(path: Sequence[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a place."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(f"/{step}" for step in steps)[:LONGEST_POINTER]


def answer_with_problems(app: FastAPI) -> None:
    """Make every error that was foreseen a problem; others are left to the outermost layer."""

    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if problem is None:
            raise error
        if problem.status in (401, 403):
            log.info("auth.refused", code=problem.code)
        elif problem.status == 503:
            log.warning("http.unavailable", code=problem.code, exc_info=error)
        return refusal(request.scope, problem)

    handler: Callable[[Request, Exception], Awaitable[Response]] = answer
    kinds: tuple[type[Exception], ...] = (
        Problem,
        Refusal,
        RequestValidationError,
        HTTPException,
        BadToken,
        KeysUnavailable,
        PyMongoError,
    )
    for kind in kinds:
        app.add_exception_handler(kind, handler)
