"""The caller of a request in the words of the domain."""

from services.enrollment.domain.people import Caller, Identity
from shared.chassis.principals import Principal


def caller_of(principal: Principal) -> Caller:
    """Who asks."""
    claims = principal.claims
    return Caller(Identity(claims.issuer, claims.subject), claims.email, principal.person_id)
