"""Routes that keep nothing of who called them: `APIRouter(route_class=Anonymous)`.

The gate still asks for a good token and a role, so that strangers stay outside, and then forgets whose it was: the
handler gets a caller without a name, the Idempotency-Key stands alone (and so has to be long), and the answer that is
kept for a repeat can be read with that key only. What is logged and told begins a trail of its own, since a client may send one
correlation id with all that it does.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from shared.chassis.correlation import start_anew
from shared.chassis.principals import Claims, Principal

REFERENCE_HEADER = "Obverse-Reference"
"""What an anonymous caller shows to be known again. A header, because addresses land in logs."""

NOBODY = Principal(Claims("", "", None, frozenset()))


class Untraced(APIRoute):
    """A route whose trail leads to no other request of its caller."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Begin anew before anything is read, checked or logged."""
        answer = super().get_route_handler()

        async def untraced(request: Request) -> Response:
            start_anew()
            return await answer(request)

        return untraced


class Anonymous(Untraced):
    """A route whose handler never learns who calls."""


def forgets_caller(request: Request) -> bool:
    """Whether the route of this request keeps nothing of its caller."""
    return isinstance(request.scope.get("route"), Anonymous)
