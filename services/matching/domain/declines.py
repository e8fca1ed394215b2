"""Why somebody said no: a word from a list, for nobody's eyes but their own, and counted from five on."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

FEW = 5
"""Counts of people below this are not told."""


class Reason(StrEnum):
    """What somebody may say of their no. It names nobody, so that it can be counted."""

    NO_TIME = "no_time"
    OTHER_TOPIC = "other_topic"
    TOO_CLOSE = "too_close"
    TOO_FAR = "too_far"
    NOT_THIS_PERSON = "not_this_person"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Decline:
    """A no with its reason. `id` is the proposal's."""

    id: UUID
    programme_id: UUID
    volunteer_id: UUID
    reason: Reason


def told(counts: Mapping[str, int]) -> Mapping[str, int]:
    """The counts that point at nobody, in the order of their reasons."""
    return {reason: count for reason, count in sorted(counts.items()) if count >= FEW}
