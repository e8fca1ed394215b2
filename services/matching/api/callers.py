"""Who may call what: the lead of a programme, and participants for themselves."""

from typing import Annotated

from services.matching.handlers.pairs import Caller
from shared.chassis.http.calls import Call, command, query
from shared.chassis.principals import Role

LeadCommands = Annotated[Call, command(Role.LEAD, scope="programme_id")]
LeadAsks = Annotated[Call, query(Role.LEAD, scope="programme_id")]
Answers = Annotated[Call, command(Role.PARTICIPANT)]
Asks = Annotated[Call, query(Role.PARTICIPANT)]


def own(call: Call) -> Caller:
    """The volunteers that the caller is."""
    return Caller(call.principal.volunteer_ids)
