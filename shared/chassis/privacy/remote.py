"""The privacy routes of all services, as an operator's command calls them."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from shared.contracts.catalogue import CATALOGUE

SERVICES = tuple(sorted({topic.owner for topic in CATALOGUE.topics.values()}))
FIRST = next(topic.owner for topic in CATALOGUE.topics.values() if topic.personal)
"""Whoever owns personal data knows all volunteers of a person, and is asked first."""

SECONDS = 30.0
SECONDS_BETWEEN = 0.5
PAGE = 200

Answer = dict[str, Any]


class NotAnswered(Exception):
    """A service did not do what it was asked; says which, and what to do."""


@dataclass(frozen=True, slots=True)
class Remote:
    """All four services. The token is read from its file anew for each request: it may be renewed meanwhile."""

    urls: Mapping[str, str]
    token_file: Path
    transport: httpx.AsyncBaseTransport | None = None

    async def person_of(self, **known: str) -> str:
        """The id behind a `staff_number` or an `email`."""
        found = await self.ask(FIRST, "GET", "/v1/persons", params=known)
        return str(found["person_id"])

    async def ask(self, service: str, method: str, path: str, **more: Any) -> Answer:
        """One request. Raises NotAnswered."""
        try:
            headers = {"Authorization": f"Bearer {self.token_file.read_text('utf-8').strip()}"}
            async with httpx.AsyncClient(timeout=SECONDS, transport=self.transport) as client:
                url = f"{self.urls[service].rstrip('/')}{path}"
                response = await client.request(method, url, headers=headers, **more)
            answer: Answer = response.json()
        except OSError as error:
            raise NotAnswered(f"the token file: {error.strerror}") from error
        except (httpx.HTTPError, json.JSONDecodeError) as error:
            raise NotAnswered(f"{service} cannot be reached: {type(error).__name__}") from error
        if not response.is_success:
            told = f"{answer.get('code', response.status_code)}: {answer.get('detail', '')}"
            raise NotAnswered(f"{service} says {told}")
        return answer

    async def erase(
        self, service: str, person_id: str, by: str, volunteer_ids: list[str]
    ) -> Answer:
        """Have a person erased."""
        body = {"by": by, "volunteer_ids": volunteer_ids}
        return await self.ask(service, "PUT", f"/v1/erasures/{person_id}", json=body)

    async def completed(self, service: str, person_id: str, answer: Answer, tries: int) -> Answer:
        """The answer once nothing is left, or the last one where that takes too long."""
        for _ in range(tries):
            if answer["complete"]:
                break
            await asyncio.sleep(SECONDS_BETWEEN)
            answer = await self.ask(service, "GET", f"/v1/erasures/{person_id}")
        return answer

    async def erased(self) -> list[str]:
        """Everybody whom any service has erased."""
        found: set[str] = set()
        for service in SERVICES:
            after: dict[str, str] = {}
            while page := (await self._page(service, after))["person_ids"]:
                found.update(page)
                after = {"after": page[-1]}
        return sorted(found)

    async def _page(self, service: str, after: dict[str, str]) -> Answer:
        return await self.ask(service, "GET", "/v1/erasures", params={"limit": PAGE, **after})
