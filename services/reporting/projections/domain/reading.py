"""How the folded documents read: the state of a proposal or pair that their fields add up to."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.reporting.projections.domain.material import (
    Answer,
    Cohort,
    Concern,
    Measurement,
    Objective,
    Pairing,
    PairState,
    Programme,
    Round,
    Side,
    Volunteer,
)

Document = Mapping[str, Any]


def programme(found: Document, cohorts: Iterable[Document]) -> Programme:
    """The programme with its cohorts, earliest first."""
    read = [cohort(item) for item in cohorts]
    return Programme(
        found["_id"],
        date.fromisoformat(found["starts_on"]),
        date.fromisoformat(found["ends_on"]),
        found["pilot_only"],
        found.get("closed", False),
        tuple(sorted(read, key=lambda item: (item.starts_on, item.cohort_id))),
    )


def cohort(found: Document) -> Cohort:
    """One intake."""
    return Cohort(
        found["_id"],
        found["pilot"],
        date.fromisoformat(found["starts_on"]),
        date.fromisoformat(found["ends_on"]),
        found["size_cap"],
        found.get("promoted", False),
        found.get("closed", False),
    )


def objectives(found: Document, measured: Iterable[Document]) -> tuple[Objective, ...]:
    """The programme's objectives, each with its own values."""
    values = sorted(measured, key=lambda row: row["measured_on"])
    return tuple(
        Objective(
            item["kpi"],
            item["unit"],
            item["baseline"],
            item["target"],
            date.fromisoformat(item["due"]),
            tuple(
                Measurement(date.fromisoformat(row["measured_on"]), row["value"])
                for row in values
                if row["kpi"] == item["kpi"]
            ),
        )
        for item in found.get("objectives", ())
    )


def gaps(found: Iterable[Document]) -> tuple[str, ...]:
    """The topics whose gap is open."""
    return tuple(sorted(row["topic"] for row in found if row["open"]))


def volunteer(found: Document) -> Volunteer:
    """Somebody who said yes."""
    return Volunteer(found["_id"], frozenset(found["roles"]), found["status"])


def pairing(found: Document) -> Pairing | None:
    """Two volunteers and how far they came; None where no event named them yet."""
    named = found.get("pair") or found.get("proposal") or {}
    if "mentor_id" not in named:
        return None
    formed_at = found.get("pair", {}).get("formed_at")
    people = {Side.MENTOR: named["mentor_id"], Side.MENTEE: named["mentee_id"]}
    return Pairing(found["_id"], people, _answer(found), _state(found), formed_at)


def concern(found: Document) -> Concern:
    """Somebody's doubt."""
    return Concern(found["code"], found.get("days_to_answer"))


def last_round(found: Document) -> Round:
    """One run of matching."""
    return Round(
        found["_id"],
        found["completed_at"],
        found["mentors"],
        found["mentees"],
        found["matched"],
        {item["reason"]: item["count"] for item in found["unmatched"]},
    )


def _answer(found: Document) -> Answer | None:
    proposal = found.get("proposal")
    if proposal is None:
        return None
    if "closed_as" in proposal:
        return Answer(proposal["closed_as"])
    accepted = proposal.get("accepted", {})
    return Answer.ACCEPTED if all(accepted.get(side) for side in Side) else Answer.OPEN


def _state(found: Document) -> PairState | None:
    pair = found.get("pair")
    if pair is None:
        return None
    outcome = pair.get("outcome")
    if outcome is None:
        return PairState.ACTIVE
    # An outcome of a later version is an end as well, and not a completion.
    return PairState.COMPLETED if outcome == "completed" else PairState.STOPPED
