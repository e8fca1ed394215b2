"""The database's time: `$$NOW`, read with the rows that are judged by it. No other clock is asked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from services.notifications.store.documents import Document

WITH_NOW: Document = {"$addFields": {"now": "$$NOW"}}
_NOBODY_ASKS = datetime.max.replace(tzinfo=UTC)


def not_later(field: str) -> Document:
    """The stage that lets through what is not in the future."""
    return {"$match": {"$expr": {"$lte": [f"${field}", "$$NOW"]}}}


def now_of(rows: Sequence[Document]) -> datetime:
    """When the database read these rows; where there are none, there is nothing to judge."""
    now: Any = rows[0]["now"] if rows else _NOBODY_ASKS
    return now  # type: ignore[no-any-return]
