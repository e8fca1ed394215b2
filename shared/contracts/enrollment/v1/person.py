"""Who somebody is and how to reach them. Internal."""

from typing import Annotated

from pydantic import Field

from shared.contracts.base import Contract, Id, known


class PrincipalChanged(Contract):
    """Who stands behind a token, and what they may do."""

    person_id: Id
    issuer: str
    subject: str
    roles: Annotated[dict[str, list[str]], Field(description="programme id to roles")]
    volunteer_ids: list[Id]
    left: Annotated[
        bool, Field(description="the HR directory has them no more: their token opens nothing")
    ] = False


class ContactChanged(Contract):
    """How to reach a person. Internal, never logged."""

    person_id: Id
    name: str
    email: str
    locale: Annotated[str, known("en", "ru")]
    time_zone: str
