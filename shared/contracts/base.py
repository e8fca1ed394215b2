"""What every contract has in common: frozen, tolerant to what a later minor version adds.

A closed list is written as `known(...)`: the schema names the values of today, and a reader keeps a value
of tomorrow as data instead of refusing the event.
"""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer


def utc_text(moment: datetime) -> str:
    """The moment in UTC with milliseconds, whatever zone it came with."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Contract(BaseModel):
    """Base of every event's data. Unknown fields are ignored, known ones are checked."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


def known(*values: str) -> Any:
    """A code of a closed list, open to the values of later versions; never a sentence."""
    return Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        json_schema_extra={"x-known-values": list(values)},
    )


Id = UUID
"""A random identifier; it says nothing about the person or thing behind it."""

Moment = Annotated[AwareDatetime, PlainSerializer(utc_text, return_type=str, when_used="json")]
"""A point in time with its zone, written in UTC with milliseconds."""

Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
"""A code of a list that a programme may edit: topic, hobby, unit group."""

Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
"""ISO 639-1."""

Role = Annotated[str, known("mentor", "mentee")]
Format = Annotated[str, known("one_to_one", "group", "partnership", "sprint")]
Side = Annotated[str, known("mentor", "mentee")]

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""A SHA-256 digest as hexadecimal text."""

FewOrCount = Annotated[str, Field(pattern=r"^(<5|0|[1-9][0-9]*)$")]
"""A count of people as text: "0", "<5" for one to four, else the number."""
