"""Which keys of which state topics go with an erasure, or with a part that somebody had."""

from collections.abc import Iterator

from services.enrollment.domain.people import ContactRemoved, PersonErased
from services.enrollment.domain.ports import Fact
from services.enrollment.domain.volunteers import CandidateErased
from shared.contracts.catalogue import CATALOGUE, Topic
from shared.contracts.enrollment import v1


def removed(fact: Fact) -> Iterator[tuple[Topic, str]]:
    """The tombstones that tell the fact; none for a fact that is told by an event."""
    if isinstance(fact, CandidateErased):
        yield CATALOGUE.by_model[v1.CandidateChanged].topic, str(fact.volunteer.volunteer_id)
    if isinstance(fact, ContactRemoved):
        yield CATALOGUE.by_model[v1.ContactChanged].topic, str(fact.person.person_id)
    if isinstance(fact, PersonErased):
        for model in (v1.PrincipalChanged, v1.ContactChanged):
            yield CATALOGUE.by_model[model].topic, str(fact.person.person_id)
