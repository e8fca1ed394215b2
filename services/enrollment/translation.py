"""The published language: facts of the domain as contracts, contracts of matching as what we keep.

Domain and contract name a thing alike, so a fact is told field by field; what a contract does not know,
such as a title, stays here.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.enrollment.domain import volunteers
from services.enrollment.domain.csv_text import Delimiter, Encoding
from services.enrollment.domain.directory import TOP_LEVEL, Layout
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import ContactChanged, PrincipalChanged
from services.enrollment.domain.ports import Fact
from services.enrollment.domain.programmes import (
    CohortOpened,
    ProgrammeChanged,
    ProgrammeClosed,
    ProgrammeOpened,
)
from services.enrollment.domain.topics import TopicChanged
from shared.contracts.base import Contract
from shared.contracts.catalogue import CATALOGUE
from shared.contracts.enrollment import v1
from shared.contracts.matching.v1 import PairEnded, PairFormed

Header = Annotated[str, Field(min_length=1, max_length=200)]


class _Columns(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    staff_number: Header
    email: Header
    level: Header
    manager: Header | None = None
    name: Header | None = None
    unit: Header | None = None
    site: Header | None = None
    profession: Header | None = None
    time_zone: Header | None = None
    language: Header | None = None


class DirectoryMapping(BaseModel):
    """How a company's directory file is laid out, as TOML beside it or as JSON over HTTP.

    `columns` names the file's own headers; `level_scale` turns grades into levels where the level column
    holds grades. Encoding and delimiter are found out where they are not named.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_extra={
            "example": {
                "columns": {"staff_number": "ID", "email": "Mail", "level": "Grade"},
                "level_scale": {"Assistant": 1, "Director": 7},
            }
        },
    )

    columns: _Columns
    level_scale: Annotated[
        dict[Header, Annotated[int, Field(ge=1, le=TOP_LEVEL)]], Field(max_length=500)
    ] = {}
    encoding: Encoding | None = None
    delimiter: Delimiter | None = None

    def layout(self) -> Layout:
        """The same for the domain."""
        columns = self.columns.model_dump(exclude_none=True)
        return Layout(columns, self.level_scale, self.encoding, self.delimiter)

    @staticmethod
    def of(layout: Layout) -> "DirectoryMapping":
        """The same for people."""
        return DirectoryMapping.model_validate(asdict(layout))


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


def pair_formed(data: PairFormed) -> Pair:
    """A pair that runs."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, data.format, data.until)


def pair_ended(data: PairEnded) -> Pair:
    """A pair that is over."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, running=False)


Fields = dict[str, Any]


def _programme(fact: ProgrammeOpened | ProgrammeChanged | ProgrammeClosed) -> Fields:
    return {**asdict(fact.programme.terms), "programme_id": fact.programme.programme_id}


def _cohort(fact: CohortOpened) -> Fields:
    ids = {"programme_id": fact.programme_id, "cohort_id": fact.cohort.cohort_id}
    return {**asdict(fact.cohort.terms), **ids}


def _topic(fact: TopicChanged) -> Fields:
    return asdict(fact.topic)


def _person(fact: PrincipalChanged | ContactChanged) -> Fields:
    person = fact.person
    return {**asdict(person), **(asdict(person.identity) if person.identity else {})}


def _volunteer(fact: volunteers.Fact) -> Fields:
    volunteer = fact.volunteer
    return {
        "volunteer_id": volunteer.volunteer_id,
        "programme_id": volunteer.programme_id,
        "cohort_id": volunteer.cohort_id,
        "roles": volunteer.profile.roles,
        "consent_version": volunteer.consent.version,
        "until": volunteer.paused_until,
    }


def _candidate(fact: volunteers.CandidateChanged) -> Fields:
    volunteer = fact.volunteer
    return {
        **_volunteer(fact),
        **asdict(volunteer.profile),
        **asdict(volunteer.standing),
        "person_id": volunteer.person_id,
        "status": volunteer.status,
        "avoid": [],
    }


_LOGGED = ("volunteer_id", "programme_id", "cohort_id")
_TOLD: Mapping[type, tuple[type[Contract], Callable[[Any], Fields], str | None]] = {
    ProgrammeOpened: (v1.ProgrammeOpened, _programme, "programme.opened"),
    ProgrammeChanged: (v1.ProgrammeChanged, _programme, "programme.changed"),
    ProgrammeClosed: (v1.ProgrammeClosed, _programme, "programme.closed"),
    CohortOpened: (v1.CohortOpened, _cohort, "cohort.opened"),
    TopicChanged: (v1.TopicChanged, _topic, None),
    PrincipalChanged: (v1.PrincipalChanged, _person, None),
    ContactChanged: (v1.ContactChanged, _person, None),
    volunteers.VolunteerEnrolled: (v1.VolunteerEnrolled, _volunteer, "volunteer.enrolled"),
    volunteers.VolunteerPaused: (v1.VolunteerPaused, _volunteer, "volunteer.paused"),
    volunteers.VolunteerResumed: (v1.VolunteerResumed, _volunteer, "volunteer.resumed"),
    volunteers.VolunteerWithdrawn: (v1.VolunteerWithdrawn, _volunteer, "volunteer.withdrawn"),
    volunteers.CandidateChanged: (v1.CandidateChanged, _candidate, None),
}
