"""Who a token belongs to, and what the other services hear of it."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.people import (
    ContactChanged,
    Identity,
    Person,
    PrincipalChanged,
    changes,
)
from shared.chassis.refusals import Forbidden
from tests.enrollment.people import CALLER, PERSON_ID, PROGRAMME_ID, VOLUNTEER_ID

ANNA = Person.of(Employee("S1", "anna@corp.example", 3, "", "Anna", language="ru"), PERSON_ID)


def test_an_employee_without_a_part_is_told_to_nobody() -> None:
    assert changes(None, ANNA) == []


def test_a_bound_employee_is_a_principal_but_no_contact() -> None:
    bound = ANNA.bind(CALLER)
    assert changes(ANNA, bound) == [PrincipalChanged(bound)]


def test_a_volunteer_is_both() -> None:
    volunteer = ANNA.bind(CALLER).volunteering(VOLUNTEER_ID, "de", "Europe/Berlin")
    assert changes(None, volunteer) == [PrincipalChanged(volunteer), ContactChanged(volunteer)]
    assert (volunteer.locale, volunteer.time_zone) == ("en", "Europe/Berlin")


def test_a_sponsor_can_be_written_to_before_they_ever_come() -> None:
    sponsor = ANNA.with_role(PROGRAMME_ID, "sponsor")
    assert changes(None, sponsor) == [ContactChanged(sponsor)]


def test_a_lead_without_an_address_is_only_a_principal() -> None:
    lead = Person(UUID(int=5)).bind(replace(CALLER, email=None)).with_role(PROGRAMME_ID, "lead")
    assert changes(None, lead) == [PrincipalChanged(lead)]


def test_a_new_address_changes_the_contact_alone() -> None:
    lead = ANNA.bind(CALLER).with_role(PROGRAMME_ID, "lead")
    moved = lead.as_in(Employee("S1", "new@corp.example", 3, "", "Anna"))
    assert changes(lead, moved) == [ContactChanged(moved)]


def test_the_same_role_twice_is_one() -> None:
    once = ANNA.with_role(PROGRAMME_ID, "lead")
    assert once.with_role(PROGRAMME_ID, "lead") is once


def test_another_account_cannot_take_an_employee_over() -> None:
    bound = ANNA.bind(CALLER)
    assert bound.bind(CALLER) == bound
    with pytest.raises(Forbidden, match="not_enrolled"):
        bound.bind(replace(CALLER, identity=Identity("https://id.example", "mallory")))
