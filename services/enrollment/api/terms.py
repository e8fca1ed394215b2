"""What a lead writes of a programme: its terms, its first cohort, its sponsor."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from services.enrollment.domain.people import Caller
from services.enrollment.domain.programmes import (
    MOST_IN_A_PILOT,
    USUAL_TERMS,
    USUAL_WEIGHTS,
    Attribute,
    AttributeRule,
    Closing,
    CohortTerms,
    Direction,
    Format,
    FormatTerms,
    MatchingPolicy,
    Objective,
    Relation,
    ReminderPolicy,
    Terms,
)
from services.enrollment.handlers.programmes import Anew, Draft
from shared.chassis.http.fields import Body, LanguageCode, Text, TopicCode

StaffNumber = Annotated[str, Text(64)]
People = Annotated[int, Field(ge=2, le=50)]
Days = Annotated[int, Field(ge=0, le=730)]
Hours = Annotated[float, Field(gt=0, le=24 * 60)]
Minute = Annotated[int, Field(ge=0, lt=1440)]
Number = Annotated[float, Field(allow_inf_nan=False)]
Points = Annotated[int, Field(ge=0, le=1_000)]
HoursList = Annotated[tuple[Hours, ...], Field(max_length=5)]
_TERMS_OF_A_YEAR: JsonDict = {
    "title": "Reverse mentoring 2027",
    "starts_on": "2027-01-11",
    "ends_on": "2027-12-17",
    "languages": ["en", "ru"],
    "formats": [{"format": "one_to_one"}, {"format": "sprint"}],
}

_HALF_A_YEAR: JsonDict = {
    "starts_on": "2027-01-11",
    "ends_on": "2027-06-30",
    "size_cap": 40,
    "pilot": True,
}


class FormatBody(Body):
    """A format that the programme allows; limits that are left out are the usual ones."""

    format: Format
    people_min: People | None = None
    people_max: People | None = None
    days: Days | None = None
    cadence_days: Days | None = None
    closing: Closing | None = None

    def terms(self) -> FormatTerms:
        """With the usual limits where none are named."""
        usual = asdict(USUAL_TERMS[self.format])
        return FormatTerms(**{**usual, **self.model_dump(exclude_none=True)})


class AttributeRuleBody(Body):
    """What must hold of the two; with points it need not, but adds them where it does."""

    attribute: Attribute
    relation: Relation
    points: Annotated[int | None, Field(ge=1, le=1_000)] = None


class MatchingBody(Body):
    """What a round must obey, and what it prefers."""

    level_gap: Annotated[int, Field(ge=0, le=20)] = 2
    common_slot_minutes: Annotated[int, Field(ge=15, le=480)] = 30
    weights: dict[TopicCode, Points] = Field(
        max_length=20, default_factory=lambda: dict(USUAL_WEIGHTS)
    )
    direction: Direction = Direction.UPWARDS
    level_gap_max: Annotated[int | None, Field(ge=0, le=20)] = None
    other_unit: bool = False
    other_site: bool = False
    need_floor: Annotated[int, Field(ge=1, le=5)] = 1
    attribute_rules: Annotated[tuple[AttributeRuleBody, ...], Field(max_length=10)] = ()
    stable: bool = False

    def policy(self) -> MatchingPolicy:
        """The same for the domain."""
        rules = tuple(AttributeRule(**body.model_dump()) for body in self.attribute_rules)
        return MatchingPolicy(**{**self.model_dump(), "attribute_rules": rules})


class RemindersBody(Body):
    """When people are told, in hours, and when not, in minutes after their own midnight."""

    session_hours_before: HoursList = (24.0,)
    proposal_hours_after: HoursList = (48.0,)
    proposal_expires_hours: Hours = 168.0
    quiet_from_minute: Minute | None = None
    quiet_until_minute: Minute | None = None


class ObjectiveBody(Body):
    """A KPI with where it stands and where it should go."""

    kpi: TopicCode
    unit: TopicCode
    baseline: Number
    target: Number
    due: date


class CohortBody(Body):
    """One intake."""

    starts_on: date
    ends_on: date
    size_cap: Annotated[
        int, Field(ge=2, le=100_000, description=f"of a pilot at most {MOST_IN_A_PILOT}")
    ]
    pilot: bool = False

    model_config = ConfigDict(json_schema_extra={"example": _HALF_A_YEAR})

    def terms(self) -> CohortTerms:
        """The same for the domain."""
        return CohortTerms(**self.model_dump())


class TermsBody(Body):
    """All terms of a programme; what is left out is the usual."""

    title: Annotated[str, Text(200)]
    starts_on: date
    ends_on: date
    languages: Annotated[tuple[LanguageCode, ...], Field(min_length=1, max_length=10)]
    formats: Annotated[tuple[FormatBody, ...], Field(min_length=1, max_length=10)]
    matching: MatchingBody = MatchingBody()
    reminders: RemindersBody = RemindersBody()
    objectives: Annotated[tuple[ObjectiveBody, ...], Field(max_length=20)] = ()
    pilot_only: bool = False

    model_config = ConfigDict(json_schema_extra={"example": _TERMS_OF_A_YEAR})

    def terms(self) -> Terms:
        """The same for the domain."""
        return Terms(
            self.title,
            self.starts_on,
            self.ends_on,
            self.languages,
            tuple(body.terms() for body in self.formats),
            self.matching.policy(),
            ReminderPolicy(**self.reminders.model_dump()),
            tuple(Objective(**body.model_dump()) for body in self.objectives),
            self.pilot_only,
        )


class ChangeBody(TermsBody):
    """All terms anew; a draft's first cohort, too, where it is to be another."""

    cohort: CohortBody | None = None
    version: int | None = Field(
        default=None,
        ge=0,
        description="what was read; a 409 where somebody changed it since. Left out, the last one counts",
    )

    model_config = ConfigDict(json_schema_extra={"example": _TERMS_OF_A_YEAR})

    def wish(self) -> Anew:
        """What the lead wants."""
        return Anew(self.terms(), self.cohort.terms() if self.cohort else None, self.version)


class DraftBody(TermsBody):
    """A programme with its first cohort."""

    cohort: CohortBody
    sponsor_staff_number: StaffNumber | None = None

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                **_TERMS_OF_A_YEAR,
                "cohort": _HALF_A_YEAR,
                "sponsor_staff_number": "E-0007",
            }
        }
    )

    def command(self, caller: Caller) -> Draft:
        """What the lead wants."""
        return Draft(caller, self.terms(), self.cohort.terms(), self.sponsor_staff_number)


class SponsorBody(Body):
    """Who answers for it."""

    sponsor_staff_number: StaffNumber

    model_config = ConfigDict(json_schema_extra={"example": {"sponsor_staff_number": "E-0007"}})
