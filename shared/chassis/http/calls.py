"""The gate of every route: who calls, whether they may, whether there is room; then one unit of work.

A route declares `command(...)` or `query(...)` with the roles of which one is needed, and gets a Call.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel

from shared.chassis import audit
from shared.chassis.auth import Authenticator
from shared.chassis.http import idempotency
from shared.chassis.http.discreet import NOBODY, REFERENCE_HEADER, forgets_caller
from shared.chassis.http.limits import BODY_HASH, OutboxGate, Rates
from shared.chassis.http.problems import Problem, invalid, spoken
from shared.chassis.passages import passage
from shared.chassis.principals import Principal, Resolve, Role
from shared.chassis.transactions import Transactions, Tx

Unit = TypeVar("Unit")
Result = TypeVar("Result")

LONGEST_KEY = 255
SHORTEST_KEY_ALONE = 16
"""Where the key stands without its caller, two who chose the same one would read each other's answer."""
KEY_HEADER = "Idempotency-Key"
# Given to a person within a programme; the other roles come with the token and hold everywhere.
_ROLES_OF_A_PROGRAMME = frozenset({Role.LEAD, Role.SPONSOR})
_BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    bearerFormat="JWT",
    description="A token of the company's identity provider, for this audience.",
)


@dataclass(frozen=True, slots=True)
class Edge(Generic[Unit]):
    """What a service's HTTP edge is made of; there is one for each application."""

    authenticator: Authenticator
    rates: Rates
    outbox: OutboxGate
    transactions: Transactions
    unit: Callable[[Tx], Unit]
    resolve: Resolve


@dataclass(frozen=True, slots=True)
class Call:
    """One request of a caller who may make it."""

    principal: Principal
    edge: Edge[Any]
    request: Request
    audited: bool = False
    """Whether what is done is written down: a route that participants may call never is."""

    @property
    def who(self) -> str:
        """The caller in the words of the audit."""
        principal = self.principal
        if principal.person_id is not None:
            return str(principal.person_id)
        return audit.account(principal.claims.issuer, principal.claims.subject)

    async def read(self, handler: Callable[[Any], Awaitable[Result]]) -> Result:
        """Answer a question; nothing can be written."""
        return await self.edge.transactions.read(lambda tx: handler(self.edge.unit(tx)))

    async def run(
        self,
        handler: Callable[[Any], Awaitable[Result]],
        shows: Callable[[Result], BaseModel] | None = None,
    ) -> Result:
        """Carry out a command that is safe to repeat (PUT, PATCH, DELETE); `shows` has ids for the audit."""
        passage("http.validated")

        async def work(tx: Tx) -> Result:
            result = await handler(self.edge.unit(tx))
            self._write_down(tx, shows(result) if shows else None)
            return result

        return await self.edge.transactions.run(work)

    async def once(
        self,
        handler: Callable[[Any], Awaitable[Result]],
        view: Callable[[Result], BaseModel],
        status: int | Callable[[Result], int] = 201,
    ) -> Response:
        """Carry out a command (POST) once for its Idempotency-Key; a repeat gets the first answer.

        `status` may depend on the result, where a command finds that the thing is there already.
        """

        async def work(tx: Tx) -> idempotency.Answer:
            result = await handler(self.edge.unit(tx))
            code = status if isinstance(status, int) else status(result)
            shown = view(result)
            self._write_down(tx, shown)
            return idempotency.Answer(code, shown.model_dump_json())

        sent = self._idempotent_request()
        passage("http.validated")
        answer = await idempotency.answer_once(self.edge.transactions, sent, work)
        return answer.response()

    def _write_down(self, tx: Tx, shown: BaseModel | None = None) -> None:
        """One entry however many units of work a command has: it lies under the request's own id."""
        if not self.audited:
            return
        scope = self.request.scope
        ids = {name: str(value) for name, value in self.request.path_params.items()}
        for name in type(shown).model_fields if shown is not None else ():
            value = getattr(shown, name)
            if name.endswith("_id") and isinstance(value, UUID):
                ids.setdefault(name, str(value))
        subject = next(iter(self.request.path_params.values()), None) or next(
            iter(ids.values()), ""
        )
        action = f"{self.request.method} {scope['route'].path}"
        entry = audit.entry(tx.now, self.who, action, str(subject), ids)
        entry["_id"] = scope.setdefault("obverse.audit_id", entry["_id"])
        audit.write_down(tx, entry)

    def _idempotent_request(self) -> idempotency.Request:
        request, claims = self.request, self.principal.claims
        route = request.scope["route"].path
        key = request.headers[KEY_HEADER]
        body = request.scope[BODY_HASH].hexdigest()
        sent = (request.url.path, request.url.query, body)
        if self.principal is NOBODY:
            reference = request.headers.get(REFERENCE_HEADER, "")
            scope = ("anonymous", reference, request.method, route, key)
            return idempotency.Request.of(scope, sent, seal=key.encode())
        return idempotency.Request.of(
            (claims.issuer, claims.subject, request.method, route, key), sent
        )


def command(*roles: Role, scope: str | None = None) -> Any:
    """Who may change something: one of `roles`, in the programme that the path parameter `scope` names."""
    return Depends(_gate(frozenset(roles), scope, changes=True))


def query(*roles: Role, scope: str | None = None) -> Any:
    """Who may read something: one of `roles`, in the programme that the path parameter `scope` names."""
    return Depends(_gate(frozenset(roles), scope, changes=False))


def _gate(
    roles: frozenset[Role], scope: str | None, *, changes: bool
) -> Callable[..., Awaitable[Call]]:
    if not roles:
        raise ValueError("a route names the roles that may call it")

    async def enter(
        request: Request,
        _: Annotated[HTTPAuthorizationCredentials | None, Security(_BEARER)],
    ) -> Call:
        edge: Edge[Any] = request.app.state.edge
        claims = await edge.authenticator.claims(request.headers.get("authorization"))
        edge.rates.take((claims.issuer, claims.subject))
        principal = await edge.transactions.read(lambda tx: edge.resolve(tx, claims))
        alone = forgets_caller(request)
        # A doubt that keeps nothing of its writer goes on after they have left; whose it is, nobody knows.
        if not (alone and principal.left and Role.PARTICIPANT in roles):
            _require(principal, roles, _programme(request, scope))
        if changes:
            if request.method == "POST" and spoken(request.app, request.url.path) is None:
                _require_key(request.headers.get(KEY_HEADER), SHORTEST_KEY_ALONE if alone else 1)
            await edge.outbox.check()
        if alone:
            principal = NOBODY
        return Call(principal, edge, request, changes and Role.PARTICIPANT not in roles)

    return enter


def _require(principal: Principal, roles: frozenset[Role], programme: str | None) -> None:
    for role in roles:
        if principal.has(role, programme if role in _ROLES_OF_A_PROGRAMME else None):
            return
    if principal.left:
        raise Problem(
            403,
            "left_the_company",
            "The HR directory has you no more, so that this account opens nothing here. If that is wrong, ask HR to "
            "correct it; for a copy of what is held on you, or its erasure, ask the company's data protection.",
        )
    if Role.PARTICIPANT in roles:
        raise Problem(
            403,
            "not_enrolled",
            "You are not known here: say yes in enrollment first, with the address that the HR directory has. "
            "If that is what you did, the directory lacks your token's address; ask HR.",
        )
    named = " or ".join(sorted(roles))
    raise Problem(
        403,
        "role_missing",
        f"You need the role {named} here; ask the programme's lead, or whoever gives out tokens.",
    )


def _require_key(key: str | None, at_least: int) -> None:
    if not key:
        raise Problem(
            400, "idempotency_key_missing", f"Send a new {KEY_HEADER} with each new POST."
        )
    if len(key) > LONGEST_KEY or not (key.isascii() and key.isprintable()):
        raise Problem(
            400,
            "idempotency_key_malformed",
            f"Send an {KEY_HEADER} of at most {LONGEST_KEY} printable ASCII characters.",
        )
    if len(key) < at_least:
        raise Problem(
            400,
            "idempotency_key_guessable",
            f"Send a random {KEY_HEADER} of at least {at_least} characters, such as a UUID: here it stands for you.",
        )


def _programme(request: Request, scope: str | None) -> str | None:
    if scope is None:
        return None
    try:
        return str(UUID(request.path_params[scope]))
    except ValueError:
        raise invalid(f"/{scope}", "uuid_parsing", where="path") from None
