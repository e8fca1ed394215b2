"""The published language: facts of the domain as contracts, contracts of matching as what we keep.

Domain and contract name a thing alike, so a fact is told field by field; what a contract does not know,
such as a title, stays here.
"""

from services.enrollment.domain.ports import Fact
from services.enrollment.translation import (
    confirmations,
    doubts,
    invitations,
    people,
    programmes,
    volunteers,
)
from services.enrollment.translation.erasure import removed
from services.enrollment.translation.mapping import DirectoryMapping
from services.enrollment.translation.told import Telling
from services.enrollment.translation.volunteers import pair_ended, pair_formed
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE

__all__ = ["DirectoryMapping", "log_line", "outgoing", "pair_ended", "pair_formed", "removed"]

_TOLD: Telling = {
    **programmes.TELLING,
    **people.TELLING,
    **volunteers.TELLING,
    **invitations.TELLING,
    **confirmations.TELLING,
    **doubts.TELLING,
}
_LOGGED = (
    "volunteer_id",
    "programme_id",
    "cohort_id",
    "kpi",
    "topic",
    "concern_id",
    "dialogue_id",
    "compromise_id",
    "request_id",
)


def outgoing(fact: Fact) -> tuple[Contract, str]:
    """The event that tells a fact, and its key."""
    model, fields_of, _ = _TOLD[type(fact)]
    fields = fields_of(fact)
    return model.model_validate(fields), str(fields[CATALOGUE.by_model[model].topic.key])


def log_line(fact: Fact) -> tuple[str, dict[str, str]] | None:
    """The line of a fact in the log, with its ids; None for a copy of what a person said."""
    _, fields_of, event = _TOLD[type(fact)]
    if event is None:
        return None
    fields = fields_of(fact)
    return event, {name: str(fields[name]) for name in _LOGGED if name in fields}
