"""docs/first-programme.md, followed call by call on the whole platform."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from dev.local.platform import SERVICES, Platform
from tests.support.http_pages import Otherwise, Step, filled, learn, steps
from tests.support.waiting import until

PAGE = Path(__file__).parents[2] / "docs" / "first-programme.md"
NOT_YET = (httpx.codes.FORBIDDEN, httpx.codes.NOT_FOUND)


async def test_a_lead_comes_from_nothing_to_the_first_pair(platform: Platform) -> None:
    words = _words(platform)
    async with httpx.AsyncClient(timeout=30.0) as client:
        for step in steps(PAGE.read_text(encoding="utf-8")):
            words = await _follow(client, step, words)
    assert {"programme", "cohort", "round", "pair"} <= words.keys()


def _words(platform: Platform) -> dict[str, str]:
    token, today = platform.identity.token, datetime.now(UTC).date()
    return {
        **{name: platform.url(name) for name in SERVICES},
        "hr": token("hr-system", roles=("directory",)),
        "lead": token("programme-lead", roles=("lead",)),
        "emma": token("X1", email="emma@company.example"),
        "julia": token("J1", email="julia@company.example"),
        "today": today.isoformat(),
        "end": (today + timedelta(days=180)).isoformat(),
    }


async def _follow(client: httpx.AsyncClient, step: Step, words: dict[str, str]) -> dict[str, str]:
    """Do what the page says, again while nobody has heard of it yet; returns what is known afterwards."""
    learnt: dict[str, str] = {}

    async def as_written() -> bool:
        answer = await _send(client, step, words)
        try:
            learnt.update(_held_against(step, answer, words))
        except Otherwise:
            if step.method == "GET" or answer.status_code in NOT_YET:
                return False
            raise
        return True

    await until(as_written, f"{step.method} {step.url} is answered as the page says")
    return learnt


async def _send(client: httpx.AsyncClient, step: Step, words: dict[str, str]) -> httpx.Response:
    headers = {name: filled(text, words) for name, text in step.headers.items()}
    content = filled(step.body, words).encode() if step.body else None
    return await client.request(
        step.method, filled(step.url, words), headers=headers, content=content
    )


def _held_against(step: Step, answer: httpx.Response, words: dict[str, str]) -> dict[str, str]:
    if answer.status_code != step.status:
        raise Otherwise(f"{step.method} {step.url}: {answer.status_code} {answer.text}")
    return learn(step.answer, json.loads(answer.text), words)
