"""Reading the directory, row by row."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from services.enrollment.domain.directory import Employee
from services.enrollment.store.versions import EMPLOYEE, Rows, beyond, number_of, numbered


class Listed:
    """One row each, as a version of the directory has them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def by_staff_numbers(self, staff_numbers: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known."""
        found = await self._find(numbered(staff_numbers)) if staff_numbers else []
        return {employee.staff_number: employee for employee in found}

    async def by_persons(self, person_ids: Collection[UUID]) -> dict[UUID, Employee]:
        """Those of them who are in the directory."""
        found = await self._find({"person_id": {"$in": list(person_ids)}}) if person_ids else []
        return {employee.person_id: employee for employee in found if employee.person_id}

    async def by_emails(self, emails: Collection[str]) -> dict[str, Employee]:
        """Those of them who are known, by address."""
        found = await self._find({"email": {"$in": list(emails)}}) if emails else []
        return {employee.email: employee for employee in found}

    async def staff_numbers(self, after: str, limit: int) -> list[str]:
        """All of them in their order, page by page; "" begins."""
        rows = await self._rows.find(beyond(after), sort=[("_id", 1)], limit=limit)
        return [number_of(row) for row in rows]

    async def reports_of(
        self, staff_numbers: Collection[str], after: str, limit: int
    ) -> list[Employee]:
        """Who reports to one of them, by a dotted line, too; page by page, "" begins."""
        among = {"$in": list(staff_numbers)}
        where = {**beyond(after), "$or": [{"manager": among}, {"dotted": among}]}
        rows = await self._rows.find(where, sort=[("_id", 1)], limit=limit)
        return [EMPLOYEE.thing(row) for row in rows]

    async def count(self) -> int:
        """How many there are."""
        return await self._rows.count({})

    async def _find(self, where: Mapping[str, Any]) -> list[Employee]:
        return [EMPLOYEE.thing(row) for row in await self._rows.find(where)]
