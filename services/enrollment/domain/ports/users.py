"""Employees as an identity provider sees them."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.scim.filters import Filter
from services.enrollment.domain.scim.users import User


class Users(Protocol):
    """Everybody in the directory, and those whom the provider set inactive."""

    async def get(self, person_id: UUID) -> User | None:
        """The user, active or not."""

    async def page(self, wanted: Filter | None, skip: int, limit: int) -> list[User]:
        """Those that fit, the active ones first, by staff number."""

    async def count(self, wanted: Filter | None) -> int:
        """How many fit."""

    async def inactive(
        self, emails: Collection[str], staff_numbers: Collection[str]
    ) -> dict[str, Employee]:
        """Inactive ones with one of these addresses or staff numbers, by address."""

    async def by_external_ids(self, external_ids: Collection[str]) -> dict[str, Employee]:
        """Those in the directory to whom the provider gave one of these ids."""

    async def put_inactive(self, employee: Employee) -> None:
        """They are not in the directory, and may come back."""

    def forget(self, person_id: UUID) -> None:
        """They are inactive no more."""
