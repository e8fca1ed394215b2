"""CloudEvents 1.0 on Kafka, binary content mode: attributes are `ce_*` headers, the value is the data.

Sources: CloudEvents 1.0.2, its Kafka protocol binding, and the extensions "sequence", "correlation" and
"distributed tracing". `ce_time` and every header are UTF-8 text.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from shared.contracts.base import Contract, utc_text

Data = TypeVar("Data", bound=Contract)
Headers = list[tuple[str, bytes]]

REQUIRED = frozenset({"id", "type", "source", "specversion", "time", "sequence", "correlationid"})


class UnreadableEnvelope(ValueError):
    """The headers do not form an envelope; `code` says why, in a word that may be logged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Envelope(BaseModel):
    """The attributes of one event.

    `sequence` counts the facts of one key on one topic from 1. `correlation_id` names the request or run
    that everything came from, `causation_id` the event or request just before this one.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: UUID
    type: str = Field(min_length=1, max_length=200)
    source: str = Field(min_length=1, max_length=200)
    specversion: str = Field(default="1.0", pattern=r"^1\.\d+$")
    subject: str = Field(default="", max_length=200)
    time: AwareDatetime
    sequence: int = Field(ge=1, lt=2**63)
    correlation_id: UUID = Field(alias="correlationid")
    causation_id: UUID | None = Field(default=None, alias="causationid")
    traceparent: str | None = Field(default=None, max_length=60)


_ENVELOPE = TypeAdapter(Envelope)


def to_headers(envelope: Envelope) -> Headers:
    """The envelope as Kafka headers, in a fixed order."""
    attributes = {
        "ce_specversion": envelope.specversion,
        "ce_id": str(envelope.id),
        "ce_type": envelope.type,
        "ce_source": envelope.source,
        "ce_subject": envelope.subject,
        "ce_time": utc_text(envelope.time),
        "ce_sequence": str(envelope.sequence),
        "ce_correlationid": str(envelope.correlation_id),
        "ce_causationid": str(envelope.causation_id or ""),
        "traceparent": envelope.traceparent or "",
        "content-type": "application/json",
    }
    return [(name, text.encode()) for name, text in attributes.items() if text]


def from_headers(headers: Headers) -> Envelope:
    """The envelope read from Kafka headers; anything beyond it is ignored.

    Raises UnreadableEnvelope with one of the codes `header_not_text`, `header_missing`, `header_invalid`.
    """
    attributes: dict[str, str] = {}
    try:
        for name, value in headers:
            if value and (name[:3] == "ce_" or name == "traceparent"):
                attributes[name.removeprefix("ce_")] = value.decode()
    except UnicodeDecodeError as error:
        raise UnreadableEnvelope("header_not_text") from error
    if not attributes.keys() >= REQUIRED:
        raise UnreadableEnvelope("header_missing")
    try:
        return _ENVELOPE.validate_python(attributes)
    except ValidationError as error:
        raise UnreadableEnvelope("header_invalid") from error


class UnreadableData(ValueError):
    """The value does not fit the contract; `code` says why, in a word that may be logged."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def to_value(data: Contract) -> bytes:
    """The data as JSON text in UTF-8, keys in the order of the model."""
    return data.model_dump_json().encode()


def from_value(model: type[Data], value: bytes) -> Data:
    """The data read by its contract, as strictly as its JSON Schema: a number in quotes is refused.

    Raises UnreadableData with one of the codes `not_utf8`, `not_json`, `schema_invalid`; the detail names
    fields and error types only, never a value.
    """
    try:
        return model.model_validate_json(value, strict=True)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        if problems[0]["type"] == "json_invalid":
            raise UnreadableData(_why_not_json(value)) from None
        detail = ", ".join(f"{'/'.join(map(str, p['loc']))}: {p['type']}" for p in problems[:5])
        raise UnreadableData("schema_invalid", detail) from None


def _why_not_json(value: bytes) -> str:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return "not_utf8"
    return "not_json"


@dataclass(frozen=True, slots=True)
class Event(Generic[Data]):
    """An envelope with its data."""

    envelope: Envelope
    data: Data
