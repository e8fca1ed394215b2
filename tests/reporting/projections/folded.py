"""The port `Projections` in memory: what the pure fold of some events says, read without MongoDB."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from services.reporting.projections.domain import reading
from services.reporting.projections.domain.documents import Change, Collection, Documents, fold
from services.reporting.projections.domain.material import Asked, Material, Meetings, Talks
from services.reporting.projections.translation import CHANGES
from shared.contracts.envelope import Event


def documents_of(events: Iterable[Event[Any]]) -> Documents:
    return fold(CHANGES[type(event.data)](event) for event in events)


class FoldedProjections:
    """Passes the same tests as the store."""

    def __init__(self) -> None:
        self.changes: list[Change] = []

    def apply(self, change: Change) -> None:
        self.changes.append(change)

    async def material(self, programme_id: UUID) -> Material | None:
        documents = fold(self.changes)

        def mine(collection: Collection) -> list[dict[str, Any]]:
            rows = documents[collection].values()
            return [row for row in rows if row["programme_id"] == programme_id]

        found = documents[Collection.PROGRAMMES].get(programme_id)
        if found is None or "starts_on" not in found:
            return None
        rounds = sorted(mine(Collection.ROUNDS), key=lambda row: (row["completed_at"], row["_id"]))
        pairings = [reading.pairing(row) for row in mine(Collection.PAIRINGS)]
        return Material(
            reading.programme(found, mine(Collection.COHORTS)),
            tuple(reading.volunteer(row) for row in mine(Collection.VOLUNTEERS)),
            tuple(item for item in pairings if item is not None),
            tuple(_meetings(mine(Collection.SESSIONS))),
            Counter((row["kind"], row["outcome"]) for row in mine(Collection.DELIVERIES)),
            len(rounds),
            reading.last_round(rounds[-1]) if rounds else None,
            reading.objectives(found, mine(Collection.MEASUREMENTS)),
            reading.gaps(mine(Collection.GAPS)),
            tuple(reading.concern(row) for row in mine(Collection.CONCERNS)),
            Talks(
                Counter(row["state"] for row in mine(Collection.DIALOGUES)),
                Counter(row["outcome"] for row in mine(Collection.COMPROMISES)),
            ),
            Asked(
                Counter(row["state"] for row in mine(Collection.INVITATIONS)),
                Counter(row["state"] for row in mine(Collection.CONFIRMATIONS)),
            ),
        )


def _meetings(sessions: list[dict[str, Any]]) -> Iterable[Meetings]:
    by_pair = defaultdict(list)
    for row in sessions:
        by_pair[row["pair_id"]].append(row)
    for pair_id, rows in by_pair.items():
        held = [row for row in rows if row["state"] == "held"]
        moods = [row["mood"] for row in held if row["mood"] is not None]
        yield Meetings(
            pair_id,
            planned=sum(row["state"] == "planned" for row in rows),
            held=len(held),
            cancelled=sum(row["state"] == "cancelled" for row in rows),
            minutes=sum(row["minutes"] for row in held),
            first_held_at=min((row["held_at"] for row in held), default=None),
            mood_sum=sum(moods),
            moods=len(moods),
        )
