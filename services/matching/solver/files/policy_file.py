"""POLICY.json: what the programme asks of its pairs, and the day and the number of the round."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, ValidationError

from services.matching.domain.score import PARTS
from services.matching.domain.terms import Terms
from services.matching.solver.files.bad_input import BadInput, Flaw, an_object, flaws_of
from services.matching.solver.files.strays import shape_of, strays, unread
from services.matching.translation import TERMS_FIELDS, read_terms

# What the policy of a programme says besides and no round reads.
_BESIDES: dict[str, Any] = {
    "programme_id": UUID(int=0),
    "starts_on": date(2000, 1, 1),
    "ends_on": date(2999, 12, 31),
    "languages": [],
    "reminders": {
        "session_hours_before": [],
        "proposal_hours_after": [],
        "proposal_expires_hours": 72,
    },
    "objectives": [],
    "pilot_only": False,
}
_FORMAT = {"people_min": 2, "people_max": 2, "days": 90, "cadence_days": 14}
_MATCHING = {"level_gap": 2, "common_slot_minutes": 60, "weights": {}}


class _RoundOf(BaseModel):
    """The fields of the file that are the round's and not the programme's."""

    model_config = ConfigDict(frozen=True)

    round_id: UUID = UUID(int=0)
    # A fixed day, or the same file would give other pairs in summer than in winter.
    on: date = date(2026, 1, 15)


_SHAPE = shape_of({**TERMS_FIELDS, **_RoundOf.model_fields})


@dataclass(frozen=True, slots=True)
class Policy:
    """The file: the terms, the round's id, which the last tie is decided by, and its day."""

    terms: Terms
    round_id: UUID
    on: date


def read_policy(path: Path) -> Policy:
    """The policy. Raises BadInput where the file says none, OSError where it cannot be read."""
    told = an_object(path.read_bytes())
    if told is None:
        raise BadInput(path.name, (Flaw(None, "not_a_json_object"),))
    if unknown := tuple(_unread(told)):
        raise BadInput(path.name, unknown)
    try:
        round_ = _RoundOf.model_validate(told)
        terms = read_terms({**_BESIDES, "formats": _formats(told), "matching": _MATCHING | told})
    except ValidationError as error:
        raise BadInput(path.name, flaws_of(error)) from None
    return Policy(terms, round_.round_id, round_.on)


def _unread(told: dict[str, Any]) -> Iterator[Flaw]:
    yield from strays(told, _SHAPE)
    weights = told.get("weights")
    for part in weights if isinstance(weights, dict) else ():
        if part not in PARTS:
            yield unread(f"weights.{part}", PARTS)


def _formats(told: dict[str, Any]) -> Any:
    formats = told.get("formats", ["one_to_one"])
    if not isinstance(formats, list):
        return formats
    return [_FORMAT | (one if isinstance(one, dict) else {"format": one}) for one in formats]
