"""Who leads a programme over HTTP: its leads decide, and operators where nobody is left who could."""
# ruff: noqa: RUF001 - the Russian texts are meant to be Russian

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict

from services.enrollment import handlers
from services.enrollment.api.terms import StaffNumber
from services.enrollment.handlers.leads import Lead, Leadership
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.fields import Body
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/programmes/{programme_id}/leads", tags=["programmes"])

Decides = Annotated[Call, command(Role.LEAD, Role.OPS, scope="programme_id")]


class NameBody(Body):
    """Who is to lead it, too."""

    staff_number: StaffNumber

    model_config = ConfigDict(json_schema_extra={"example": {"staff_number": "E-0007"}})


class LeadView(BaseModel):
    """A lead; without number and name where the directory has none."""

    person_id: UUID
    staff_number: str | None
    name: str | None
    left: bool

    @staticmethod
    def of(lead: Lead) -> "LeadView":
        """With what the directory says of them."""
        return LeadView(
            person_id=lead.person.person_id,
            staff_number=lead.employee.staff_number if lead.employee else None,
            name=lead.employee.name if lead.employee else None,
            left=lead.person.left,
        )


class LeftView(BaseModel):
    """A role whose holder has left the company, and what to do about it."""

    code: str
    en: str
    ru: str


class LeadsView(BaseModel):
    """All of them, and which roles were left."""

    leads: list[LeadView]
    left: list[LeftView]

    @staticmethod
    def of(leadership: Leadership) -> "LeadsView":
        """With the words for each role that was left."""
        leads = [LeadView.of(lead) for lead in leadership.leads]
        left = [SPONSOR_LEFT] if leadership.sponsor_left else []
        left += [LEAD_LEFT] if any(lead.left for lead in leads) else []
        return LeadsView(leads=leads, left=left)


SPONSOR_LEFT = LeftView(
    code="sponsor_left",
    en="The sponsor has left the company. Name another one; until then nobody answers for the programme by name.",
    ru="Спонсор больше не работает в компании. Назначьте другого: до тех пор лично за программу никто не отвечает.",
)
LEAD_LEFT = LeftView(
    code="lead_left",
    en="Somebody who leads the programme has left the company. Name another lead, and remove them.",
    ru="Один из ведущих больше не работает в компании. Назначьте другого, а ушедшего исключите.",
)


@router.get("")
async def list_leads(
    programme_id: UUID,
    call: Annotated[Call, query(Role.LEAD, Role.OPS, scope="programme_id")],
) -> LeadsView:
    """Who leads it, or prepares it."""
    found = await call.read(lambda unit: handlers.leads.list_leads(unit, programme_id))
    return LeadsView.of(found)


@router.post("", status_code=201, response_model=LeadView)
async def name_lead(programme_id: UUID, body: NameBody, call: Decides) -> Response:
    """Let an employee lead it, too. Without a token of before, they call `PUT /v1/me` once."""
    number = body.staff_number
    return await call.once(
        lambda unit: handlers.leads.name_lead(unit, programme_id, number), LeadView.of
    )


@router.delete("/{person_id}", status_code=204)
async def remove_lead(programme_id: UUID, person_id: UUID, call: Decides) -> Response:
    """They lead it no more, and read nothing of it; the last one stays."""
    await call.run(lambda unit: handlers.leads.remove_lead(unit, programme_id, person_id))
    return Response(status_code=204)
