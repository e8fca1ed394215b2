"""Who somebody is by the number or address that HR knows, for operators who are to export or erase them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

from services.enrollment.domain.ports import Unit
from services.enrollment.handlers import erasure
from shared.chassis.http.calls import Call, query
from shared.chassis.principals import Role
from shared.chassis.refusals import NotFound

router = APIRouter(prefix="/v1", tags=["privacy"])


class PersonView(BaseModel):
    """The random id under which the other services know an employee."""

    person_id: UUID


@router.get("/persons")
async def find_person(
    call: Annotated[Call, query(Role.OPS)],
    staff_number: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
    email: Annotated[str | None, Query(min_length=3, max_length=254)] = None,
) -> PersonView:
    """The person_id of an employee by staff number, or of a leaver who had a part by address."""

    async def look(unit: Unit) -> UUID | None:
        if staff_number is not None:
            return await erasure.person_of(unit, staff_number)
        return await erasure.person_at(unit, email) if email is not None else None

    found = await call.read(look)
    if found is None:
        raise NotFound(
            "no_such_person",
            "Nobody is known by that staff number or address; check it, or name the person_id.",
        )
    return PersonView(person_id=found)
