"""Who somebody is by the number that HR knows, for operators who are to export or erase them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel

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
    staff_number: Annotated[str, Query(min_length=1, max_length=64)],
    call: Annotated[Call, query(Role.OPS)],
) -> PersonView:
    """The person_id of an employee."""
    found = await call.read(lambda unit: erasure.person_of(unit, staff_number))
    if found is None:
        raise NotFound("no_such_employee", "The directory has no such staff number; check it.")
    return PersonView(person_id=found)
