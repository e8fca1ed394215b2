"""The proof of an erasure: what each service answered, what stays for how long, and when Kafka has forgotten."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from shared.contracts.catalogue import CATALOGUE, FORGOTTEN_AFTER_MS, TOMBSTONES_LAST_MS

STAYS = (
    "random ids that lead to nobody, in pairs, reminders, reports, audit and on event topics: for good",
    "mails that were sent lie in their readers' mailboxes",
    "backups made before hold the person until they are deleted; after a restore run `erase-again`",
    "rows of the HR directory about others may name the staff number as their manager's",
)


def proof(
    person_id: str, by: str, answers: Mapping[str, dict[str, Any]], services: int
) -> dict[str, Any]:
    """What is known so far; complete once every service has answered and has nothing left to do."""
    complete = len(answers) == services and all(one["complete"] for one in answers.values())
    told: dict[str, Any] = {
        "person_id": person_id,
        "by": by,
        "complete": complete,
        "services": dict(answers),
        "stays": list(STAYS),
    }
    if complete:
        told["proven_at"] = max(one["applied_at"] for one in answers.values())
        told["compaction"] = _bound(told["proven_at"])
    return told


def _bound(proven_at: str) -> dict[str, Any]:
    hours = FORGOTTEN_AFTER_MS // 3_600_000
    bound = datetime.fromisoformat(proven_at) + timedelta(milliseconds=FORGOTTEN_AFTER_MS)
    return {
        "topics": sorted(one.name for one in CATALOGUE.topics.values() if one.personal),
        "max.compaction.lag.ms": FORGOTTEN_AFTER_MS,
        "delete.retention.ms": TOMBSTONES_LAST_MS,
        "eligible_by": bound.isoformat(),
        "says": f"a tombstone lies last under each key; what was told before becomes due for compaction "
        f"{hours} h after it was written at the latest, and is gone with the log cleaner's next round",
    }
