"""POOL.jsonl: who takes part, what the directory knows of them, earlier pairs and pins, a line each."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.matching.domain.candidates import Candidate, Entrant, Side
from services.matching.domain.rounds import HistoryEntry, Pin, Pool, Wish
from services.matching.solver.files.bad_input import BadInput, Flaw, an_object, flaws_of
from services.matching.solver.files.policy_file import Policy
from services.matching.solver.files.strays import shape_of, strays
from services.matching.translation import CANDIDATE_FIELDS, read_candidate

KINDS = ("volunteer", "profile", "history", "pin")
# What a volunteer need not say. Nobody is free by default: times and languages are the volunteer's to tell.
_VOLUNTEER: dict[str, Any] = {
    "programme_id": UUID(int=0),
    "cohort_id": UUID(int=0),
    "status": "active",
    "offers": [],
    "needs": [],
    "formats": ["one_to_one"],
    "hours_per_month": 4,
    "capacity": 1,
    "slots": [],
    "time_zone": "UTC",
    "languages": [],
    "hobbies": [],
    "motivation": 3,
    "openness": 3,
    "unit": "",
    "site": "",
    "level": 1,
    "managers": [],
    "managers_complete": True,
    "avoid": [],
}


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Profile(_Line):
    """What the directory knows of a person; it counts more than what the volunteer's line says."""

    person_id: UUID
    unit: str = ""
    site: str = ""
    level: Annotated[int, Field(ge=1, le=20)] = 1
    managers: list[UUID] = []
    managers_complete: bool = True
    direct_managers: list[UUID] = []
    near_managers: list[UUID] = []


class _History(_Line):
    """Two persons who were paired, or proposed to each other and one said no."""

    mentor_person_id: UUID
    mentee_person_id: UUID
    rated_by_mentor: Annotated[int | None, Field(ge=1, le=5)] = None
    rated_by_mentee: Annotated[int | None, Field(ge=1, le=5)] = None
    declined: bool = False


class _Pin(_Line):
    """Two volunteers who are to be paired if the rules allow it; `both`: they themselves wish it."""

    mentor_id: UUID
    mentee_id: UUID
    by: Wish = Wish.LEAD


class _Waited(_Line):
    waited: Annotated[int, Field(ge=0, description="rounds without a pair so far")] = 0


_MODELS: Mapping[str, type[_Line]] = {"profile": _Profile, "history": _History, "pin": _Pin}
_SHAPES = {
    "volunteer": shape_of({**CANDIDATE_FIELDS, **_Waited.model_fields}),
    **{kind: shape_of(model.model_fields) for kind, model in _MODELS.items()},
}
_Told = tuple[int, dict[str, Any]]
"""The number of a line and its data."""


@dataclass
class _Lines:
    """The lines by their kind, and what is wrong with them."""

    volunteers: list[_Told] = field(default_factory=list)
    others: dict[str, list[tuple[int, Any]]] = field(default_factory=lambda: defaultdict(list))
    flaws: list[Flaw] = field(default_factory=list)

    def add(self, number: int, text: bytes) -> None:
        """One line. What is wrong with it becomes a flaw."""
        line = an_object(text)
        if line is None:
            self.flaws.append(Flaw(number, "not_a_json_object"))
        elif line.get("kind") not in KINDS:
            self.flaws.append(Flaw(number, "unknown_kind", "kind"))
        elif not isinstance(line.get("data"), dict):
            self.flaws.append(Flaw(number, "missing", "data"))
        else:
            self.flaws.extend(strays(line["data"], _SHAPES[line["kind"]], number))
            self._check(number, line["kind"], line["data"])

    def _check(self, number: int, kind: str, data: dict[str, Any]) -> None:
        if kind == "volunteer":
            self.volunteers.append((number, data))
            return
        try:
            self.others[kind].append((number, _MODELS[kind].model_validate(data)))
        except ValidationError as error:
            self.flaws.extend(flaws_of(error, number))


def read_pool(path: Path, policy: Policy) -> Pool:
    """The pool. Raises BadInput with all flaws of the file, OSError where it cannot be read."""
    lines = _Lines()
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            if text.strip():
                lines.add(number, text)
    history = tuple(line for _, line in lines.others["history"])
    entrants = _entrants(lines, _declined(history))
    pins = _pins(lines, {one.candidate.id for one in entrants})
    if lines.flaws:
        flaws = sorted(lines.flaws, key=lambda flaw: flaw.line or 0)
        raise BadInput(path.name, tuple(flaws))
    earlier = tuple(_earlier(line) for line in history if not line.declined)
    return Pool(policy.round_id, policy.on, policy.terms, entrants, pins, earlier)


def _entrants(lines: _Lines, declined: Mapping[UUID, set[UUID]]) -> tuple[Entrant, ...]:
    profiles = {line.person_id: line for _, line in lines.others["profile"]}
    entrants: dict[UUID, Entrant] = {}
    for number, data in lines.volunteers:
        try:
            candidate = read_candidate(_whole(data, profiles))
            waited = _Waited.model_validate(data).waited
        except ValidationError as error:
            lines.flaws.extend(flaws_of(error, number))
            continue
        if candidate.id in entrants:
            lines.flaws.append(Flaw(number, "given_twice", "volunteer_id"))
        entrants[candidate.id] = _entrant(candidate, waited, declined)
    return tuple(entrants.values())


def _whole(data: dict[str, Any], profiles: Mapping[UUID, _Profile]) -> dict[str, Any]:
    """A volunteer's line with what it need not say. Who gives no person is a person of their own."""
    told = _VOLUNTEER | {"person_id": data.get("volunteer_id")} | data
    try:
        profile = profiles.get(UUID(str(told["person_id"])))
    except ValueError:  # no id at all: the contract says so with its name
        return told
    return told if profile is None else told | profile.model_dump()


def _entrant(candidate: Candidate, waited: int, declined: Mapping[UUID, set[UUID]]) -> Entrant:
    sides = tuple(side for side in Side if side in candidate.roles)
    met = tuple(sorted(declined.get(candidate.person_id, ())))
    return Entrant(candidate, sides, candidate.capacity, met, waited)


def _declined(history: Iterable[_History]) -> Mapping[UUID, set[UUID]]:
    """Per person who was proposed to them, or they to whom, in vain."""
    declined: dict[UUID, set[UUID]] = defaultdict(set)
    for line in history:
        if line.declined:
            declined[line.mentor_person_id].add(line.mentee_person_id)
    return declined


def _earlier(line: _History) -> HistoryEntry:
    return HistoryEntry(
        line.mentor_person_id, line.mentee_person_id, line.rated_by_mentor, line.rated_by_mentee
    )


def _pins(lines: _Lines, known: set[UUID]) -> tuple[Pin, ...]:
    for number, line in lines.others["pin"]:
        for where in ("mentor_id", "mentee_id"):
            if getattr(line, where) not in known:
                lines.flaws.append(Flaw(number, "unknown_volunteer", where))
    return tuple(Pin(line.mentor_id, line.mentee_id, line.by) for _, line in lines.others["pin"])
