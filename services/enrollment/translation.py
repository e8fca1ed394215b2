"""The published language: facts of the domain as contracts, contracts of matching as what we keep.

Domain and contract name a thing alike, so a fact is told field by field; what a contract does not know,
such as a title, stays here.
"""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.enrollment.domain.csv_text import Delimiter, Encoding
from services.enrollment.domain.directory import TOP_LEVEL, Layout
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import ContactChanged, Person, PrincipalChanged
from services.enrollment.domain.ports import Fact
from services.enrollment.domain.programmes import CohortOpened, ProgrammeOpened
from services.enrollment.domain.topics import TopicChanged
from services.enrollment.domain.volunteers import (
    CandidateChanged,
    Volunteer,
    VolunteerEnrolled,
    VolunteerPaused,
    VolunteerResumed,
    VolunteerWithdrawn,
)
from shared.contracts.base import Contract
from shared.contracts.enrollment import v1
from shared.contracts.matching.v1 import PairEnded, PairFormed

_OF_VOLUNTEERS: Mapping[type, tuple[type[Contract], str]] = MappingProxyType(
    {
        VolunteerEnrolled: (v1.VolunteerEnrolled, "volunteer.enrolled"),
        VolunteerPaused: (v1.VolunteerPaused, "volunteer.paused"),
        VolunteerResumed: (v1.VolunteerResumed, "volunteer.resumed"),
        VolunteerWithdrawn: (v1.VolunteerWithdrawn, "volunteer.withdrawn"),
    }
)


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
    model, key, fields = _parts(fact)
    return model.model_validate(fields), key


def log_line(fact: Fact) -> tuple[str, dict[str, str]] | None:
    """The line of a fact in the log, with its ids; None for a copy of what a person said."""
    match fact:
        case ProgrammeOpened(programme):
            return "programme.opened", {"programme_id": str(programme.programme_id)}
        case CohortOpened(programme_id, cohort):
            ids = {"programme_id": str(programme_id), "cohort_id": str(cohort.cohort_id)}
            return "cohort.opened", ids
        case VolunteerEnrolled() | VolunteerPaused() | VolunteerResumed() | VolunteerWithdrawn():
            ids = {name: str(known) for name, known in _ids(fact.volunteer).items()}
            return _OF_VOLUNTEERS[type(fact)][1], ids
    return None


def pair_formed(data: PairFormed) -> Pair:
    """A pair that runs."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, data.format, data.until)


def pair_ended(data: PairEnded) -> Pair:
    """A pair that is over."""
    return Pair(data.pair_id, data.mentor_id, data.mentee_id, running=False)


def _parts(fact: Fact) -> tuple[type[Contract], str, dict[str, Any]]:
    match fact:
        case ProgrammeOpened(programme):
            programme_id = programme.programme_id
            fields = {**asdict(programme.terms), "programme_id": programme_id}
            return v1.ProgrammeOpened, str(programme_id), fields
        case CohortOpened(programme_id, cohort):
            ids = {"programme_id": programme_id, "cohort_id": cohort.cohort_id}
            fields = {**asdict(cohort.terms), **ids}
            return v1.CohortOpened, str(programme_id), fields
        case TopicChanged(topic):
            return v1.TopicChanged, topic.topic, asdict(topic)
        case PrincipalChanged(person):
            return v1.PrincipalChanged, str(person.person_id), _principal(person)
        case ContactChanged(person):
            return v1.ContactChanged, str(person.person_id), asdict(person)
        case CandidateChanged(volunteer):
            return v1.CandidateChanged, str(volunteer.volunteer_id), _candidate(volunteer)
        case _:
            model, _ = _OF_VOLUNTEERS[type(fact)]
            return model, str(fact.volunteer.volunteer_id), _volunteer(fact.volunteer)


def _principal(person: Person) -> dict[str, Any]:
    return {**asdict(person), **(asdict(person.identity) if person.identity else {})}


def _ids(volunteer: Volunteer) -> dict[str, Any]:
    return {
        "volunteer_id": volunteer.volunteer_id,
        "programme_id": volunteer.programme_id,
        "cohort_id": volunteer.cohort_id,
    }


def _volunteer(volunteer: Volunteer) -> dict[str, Any]:
    return {
        **_ids(volunteer),
        "roles": volunteer.profile.roles,
        "consent_version": volunteer.consent.version,
        "until": volunteer.paused_until,
    }


def _candidate(volunteer: Volunteer) -> dict[str, Any]:
    return {
        **_ids(volunteer),
        **asdict(volunteer.profile),
        **asdict(volunteer.standing),
        "person_id": volunteer.person_id,
        "status": volunteer.status,
        "avoid": [],
    }
