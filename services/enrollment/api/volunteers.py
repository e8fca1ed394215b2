"""Volunteers over HTTP: everybody speaks for themselves; the lead reads who takes part."""

from dataclasses import fields
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.config import JsonDict

from services.enrollment import handlers
from services.enrollment.api.callers import caller_of
from services.enrollment.domain.pairs import Pair
from services.enrollment.domain.people import Person
from services.enrollment.domain.programmes import Format
from services.enrollment.domain.volunteers import (
    Because,
    Consent,
    Exposure,
    Profile,
    Status,
    Volunteer,
)
from services.enrollment.domain.volunteers import Role as Part
from services.enrollment.handlers.own import Own, Seen
from services.enrollment.handlers.volunteers import Enrol
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body, LanguageCode, Text, TimeZoneName, TopicCode
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1", tags=["volunteers"])

Participant = Annotated[Call, command(Role.PARTICIPANT)]
_PROFILE = TypeAdapter(Profile)
Grade = Annotated[int, Field(ge=1, le=5)]
_CONSENT: JsonDict = {"version": "2026-11", "given_on": "2026-11-24", "language": "en"}
_A_MENTOR: JsonDict = {
    "roles": ["mentor"],
    "offers": [{"topic": "social_media", "proficiency": 4}],
    "formats": ["one_to_one", "sprint"],
    "hours_per_month": 4,
    "capacity": 2,
    "slots": [{"weekday": 1, "start_minute": 600, "minutes": 120}],
    "time_zone": "Europe/London",
    "languages": ["en"],
    "hobbies": ["chess"],
    "motivation": 5,
}


class OfferBody(Body):
    """A topic given."""

    topic: TopicCode
    proficiency: Grade


class NeedBody(Body):
    """A topic wanted; priority 1 is the most wanted."""

    topic: TopicCode
    priority: Annotated[int, Field(ge=1, le=3)]
    level: Annotated[int, Field(ge=0, le=4)]


class SlotBody(Body):
    """A weekly window in one's own time zone; weekday 0 is Monday."""

    weekday: Annotated[int, Field(ge=0, le=6)]
    start_minute: Annotated[int, Field(ge=0, lt=1440)]
    minutes: Annotated[int, Field(ge=15, le=1440)]


class ConsentBody(Body):
    """The yes itself: to which text, when, in which language."""

    version: Annotated[str, Text(40)]
    given_on: date
    language: LanguageCode


class ProfileBody(Body):
    """What somebody gives, wants and has time for. No format named means any of the programme."""

    roles: Annotated[frozenset[Part], Field(min_length=1)]
    offers: Annotated[tuple[OfferBody, ...], Field(max_length=30)] = ()
    needs: Annotated[tuple[NeedBody, ...], Field(max_length=30)] = ()
    formats: frozenset[Format] = frozenset()
    hours_per_month: Annotated[float, Field(ge=0, le=80)]
    capacity: Annotated[int, Field(ge=1, le=20, description="pairs at once")] = 1
    slots: Annotated[tuple[SlotBody, ...], Field(max_length=50)]
    time_zone: TimeZoneName
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1, max_length=10)]
    hobbies: Annotated[tuple[TopicCode, ...], Field(max_length=30)] = ()
    motivation: Grade = 3
    openness: Grade = 3
    task: Annotated[str, Text(500, at_least=0, lines=True)] = ""
    exposure: frozenset[Exposure] = frozenset()
    available_until: Annotated[
        date | None, Field(description="from this day on no new pair", examples=["2027-06-30"])
    ] = None

    model_config = ConfigDict(json_schema_extra={"example": _A_MENTOR})

    def profile(self) -> Profile:
        """The same for the domain."""
        said = self.model_dump(exclude={"consent"})
        for what in ("roles", "formats", "exposure"):
            said[what] = sorted(said[what])
        for what in ("languages", "hobbies"):
            said[what] = list(dict.fromkeys(said[what]))
        return _PROFILE.validate_python(said)


class EnrolBody(ProfileBody):
    """An employee's own yes."""

    consent: ConsentBody

    model_config = ConfigDict(json_schema_extra={"example": {"consent": _CONSENT, **_A_MENTOR}})


class PauseBody(Body):
    """Until when; without a date until one resumes."""

    until: Annotated[date | None, Field(examples=["2027-02-01"])] = None


class MeView(BaseModel):
    """Who the token belongs to."""

    person_id: UUID
    volunteer_ids: list[UUID]
    roles: dict[str, list[str]] = Field(description="programme id to roles")

    @staticmethod
    def of(person: Person) -> "MeView":
        """Without what the person knows of themselves."""
        roles = {programme: list(held) for programme, held in person.roles.items()}
        return MeView(
            person_id=person.person_id, volunteer_ids=list(person.volunteer_ids), roles=roles
        )


class VolunteerView(BaseModel):
    """A volunteer as they see themselves, with the pairs that are running."""

    volunteer_id: UUID
    programme_id: UUID
    cohort_id: UUID
    status: Status
    paused_until: date | None
    paused_because: Because | None = Field(description="null also for pauses of earlier releases")
    consent: Consent
    earlier: tuple[Consent, ...] = Field(description="consents of before one left and came back")
    profile: Profile
    pairs: tuple[Pair, ...]
    confirm_by: date | None = Field(description="until when to confirm that one goes on, or null")

    @staticmethod
    def of(seen: Seen) -> "VolunteerView":
        """All that was told, and nothing of the directory."""
        own = {field.name: getattr(seen.volunteer, field.name) for field in fields(seen.volunteer)}
        return VolunteerView(**own, pairs=seen.pairs, confirm_by=seen.confirm_by)


class RosterEntry(BaseModel):
    """A volunteer as the lead sees them."""

    volunteer_id: UUID
    name: str
    status: Status
    roles: tuple[Part, ...]


class RosterView(BaseModel):
    """One page; `next` is the `after` of the one that follows, null at the end."""

    volunteers: list[RosterEntry]
    next: UUID | None

    @staticmethod
    def of(page: list[tuple[Volunteer, str]], limit: int) -> "RosterView":
        """A full page may have a next one."""
        entries = [
            RosterEntry(
                volunteer_id=volunteer.volunteer_id,
                name=name,
                status=volunteer.status,
                roles=volunteer.profile.roles,
            )
            for volunteer, name in page
        ]
        full = len(entries) == limit
        return RosterView(volunteers=entries, next=entries[-1].volunteer_id if full else None)


@router.get("/me")
async def read_me(call: Annotated[Call, query(Role.PARTICIPANT)]) -> MeView:
    """Who am I."""
    caller = caller_of(call.principal)
    return MeView.of((await call.read(lambda unit: handlers.people.who_is(unit, caller)))[1])


@router.put("/me")
async def introduce_myself(call: Participant) -> MeView:
    """Bind this token to its employee, so that the other services know it too.

    Enrolling does the same; a sponsor, who does not enrol, calls this once.
    """
    caller = caller_of(call.principal)
    return MeView.of(await call.run(lambda unit: handlers.people.introduce_myself(unit, caller)))


@router.post("/programmes/{programme_id}/volunteers", status_code=201, response_model=VolunteerView)
async def enrol(programme_id: UUID, body: EnrolBody, call: Participant) -> Response:
    """Say yes, for oneself."""
    yes = Enrol(
        caller_of(call.principal),
        programme_id,
        Consent(**body.consent.model_dump()),
        body.profile(),
    )
    return await call.once(lambda unit: handlers.volunteers.enrol(unit, yes), VolunteerView.of)


@router.get("/programmes/{programme_id}/volunteers")
async def read_roster(
    programme_id: UUID,
    call: Annotated[Call, query(Role.LEAD, scope="programme_id")],
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> RosterView:
    """Who takes part, with names, for the lead who releases the round."""
    page = await call.read(
        lambda unit: handlers.volunteers.read_roster(unit, programme_id, after, limit)
    )
    return RosterView.of(page, limit)


@router.get("/volunteers/{volunteer_id}")
async def read_volunteer(
    volunteer_id: UUID, call: Annotated[Call, query(Role.PARTICIPANT)]
) -> VolunteerView:
    """Oneself, with the pairs that are running."""
    own = Own(caller_of(call.principal), volunteer_id)
    return VolunteerView.of(
        await call.read(lambda unit: handlers.volunteers.read_volunteer(unit, own))
    )


@router.put("/volunteers/{volunteer_id}")
async def change_profile(volunteer_id: UUID, body: ProfileBody, call: Participant) -> VolunteerView:
    """Describe oneself anew."""
    own, profile = Own(caller_of(call.principal), volunteer_id), body.profile()
    return VolunteerView.of(
        await call.run(lambda unit: handlers.volunteers.change_profile(unit, own, profile))
    )


@router.post("/volunteers/{volunteer_id}/pause", response_model=VolunteerView)
async def pause(volunteer_id: UUID, body: PauseBody, call: Participant) -> Response:
    """Keep the pair, and be left alone for a while."""
    own = Own(caller_of(call.principal), volunteer_id)
    return await call.once(
        lambda unit: handlers.volunteers.pause(unit, own, body.until), VolunteerView.of, 200
    )


@router.post("/volunteers/{volunteer_id}/resume", response_model=VolunteerView)
async def resume(volunteer_id: UUID, call: Participant) -> Response:
    """Come back."""
    own = Own(caller_of(call.principal), volunteer_id)
    return await call.once(
        lambda unit: handlers.volunteers.resume(unit, own), VolunteerView.of, 200
    )


@router.post("/volunteers/{volunteer_id}/consent/revoke", response_model=VolunteerView)
async def revoke(volunteer_id: UUID, call: Participant) -> Response:
    """Take the consent back, which is to leave. The day of it is kept."""
    own = Own(caller_of(call.principal), volunteer_id)
    return await call.once(
        lambda unit: handlers.volunteers.revoke(unit, own), VolunteerView.of, 200
    )


@router.post("/volunteers/{volunteer_id}/withdraw", response_model=VolunteerView)
async def withdraw(volunteer_id: UUID, call: Participant) -> Response:
    """Leave. Nobody asks why."""
    own = Own(caller_of(call.principal), volunteer_id)
    return await call.once(
        lambda unit: handlers.volunteers.withdraw(unit, own), VolunteerView.of, 200
    )
