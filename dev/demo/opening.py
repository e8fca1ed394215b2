"""How a lead opens a programme: a draft, the readiness questionnaire, and then it is open."""

from collections.abc import Awaitable, Callable
from typing import Any

Ask = Callable[[str, str, Any], Awaitable[Any]]
"""Sends a method, a path and a body to enrollment, and returns the body of the answer."""


def ready(*, sponsor: bool) -> dict[str, Any]:
    """The answers of a company that is ready, whether or not an executive answers for it by name."""
    return {
        "answers": {
            "sponsor_named": "yes" if sponsor else "no",
            "leadership_open": "yes",
            "time_budgeted": "yes",
            "confidentiality_promised": "yes",
            "voluntary": "yes",
            "objectives_agreed": "yes",
        }
    }


async def open_programme(ask: Ask, programme: dict[str, Any]) -> Any:
    """Draft it, answer, open it; returns the open programme."""
    draft = await ask("POST", "/v1/programmes", programme)
    path = f"/v1/programmes/{draft['programme_id']}"
    answers = ready(sponsor="sponsor_staff_number" in programme)
    await ask("PUT", f"{path}/readiness", answers)
    return await ask("POST", f"{path}/open", None)
