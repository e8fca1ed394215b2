"""What an invitation is and is not, and who is asked again."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.enrollment.domain.directory import Employee
from services.enrollment.domain.invitations import (
    Answer,
    Invitation,
    InvitationAnswered,
    LeftOut,
    reason_against,
)
from services.enrollment.domain.people import ContactChanged, ContactRemoved, Person, changes
from shared.chassis.refusals import Conflict, Invalid
from tests.enrollment.people import PERSON_ID, PROGRAMME_ID, TODAY, VOLUNTEER_ID

ASKED = Invitation(UUID(int=30), PROGRAMME_ID, PERSON_ID, date(2027, 1, 4), "crm")
ACCEPTED, _ = ASKED.accept(TODAY)
DECLINED, _ = ASKED.decline(TODAY)
IN_MARCH, _ = ASKED.later(date(2027, 3, 1), TODAY)
ANNA = Person.of(Employee("S1", "anna@corp.example", 3, "", "Anna"), PERSON_ID)


def test_an_answer_is_told_once() -> None:
    accepted, facts = ASKED.accept(TODAY)
    assert (accepted.answer, accepted.answered_on) == (Answer.ACCEPTED, date(2027, 1, 11))
    assert facts == (InvitationAnswered(accepted),)
    assert accepted.accept(date(2027, 1, 12)) == (accepted, ())


def test_whoever_put_it_off_or_accepted_may_think_otherwise() -> None:
    assert IN_MARCH.accept(TODAY)[0].later_until is None
    assert ACCEPTED.decline(TODAY)[0].answer is Answer.DECLINED
    assert IN_MARCH.later(date(2027, 4, 1), TODAY)[0].later_until == date(2027, 4, 1)


def test_a_no_is_final() -> None:
    assert DECLINED.decline(TODAY) == (DECLINED, ())
    with pytest.raises(Conflict, match="invitation_declined"):
        DECLINED.accept(TODAY)
    with pytest.raises(Conflict, match="invitation_declined"):
        DECLINED.later(date(2027, 3, 1), TODAY)


def test_a_programme_that_closes_waits_for_no_answer() -> None:
    closed, facts = ASKED.close(TODAY)
    assert closed.answer is Answer.CLOSED
    assert facts == (InvitationAnswered(closed),)
    assert not closed.is_open(TODAY)
    assert ACCEPTED.close(TODAY) == (ACCEPTED, ())
    assert closed.decline(TODAY)[0].answer is Answer.DECLINED


def test_nobody_waits_for_one_who_left_the_company_and_a_no_stays_a_no() -> None:
    for waiting in (ASKED, ACCEPTED, IN_MARCH):
        closed, facts = waiting.leave(TODAY)
        assert (closed.answer, closed.later_until) == (Answer.CLOSED, None)
        assert facts == (InvitationAnswered(closed),)
        assert reason_against([closed], TODAY) is None
        assert closed.leave(TODAY) == (closed, ())
    assert DECLINED.leave(TODAY) == (DECLINED, ())
    assert IN_MARCH.leave(date(2027, 3, 1)) == (IN_MARCH, ())


def test_later_is_later_than_today() -> None:
    with pytest.raises(Invalid, match="later_over") as refused:
        ASKED.later(TODAY, TODAY)
    assert refused.value.pointer == "/until"


@pytest.mark.parametrize(
    ("earlier", "today", "reason"),
    [
        ([], TODAY, None),
        ([ASKED], TODAY, LeftOut.INVITED),
        ([ACCEPTED], TODAY, LeftOut.INVITED),
        ([IN_MARCH], date(2027, 2, 28), LeftOut.INVITED),
        ([IN_MARCH], date(2027, 3, 1), None),
        ([DECLINED], date(2029, 1, 1), LeftOut.DECLINED),
        ([DECLINED, ASKED], TODAY, LeftOut.DECLINED),
        ([IN_MARCH, replace(ASKED, invitation_id=UUID(int=31))], date(2027, 3, 1), LeftOut.INVITED),
    ],
)
def test_nobody_is_asked_twice_while_open_or_after_a_no(
    earlier: list[Invitation], today: date, reason: LeftOut | None
) -> None:
    assert reason_against(earlier, today) is reason


def test_an_open_invitation_is_a_part_and_a_no_ends_it() -> None:
    invited = ANNA.invited(PROGRAMME_ID)
    assert invited.invited(PROGRAMME_ID) == invited
    assert changes(None, invited) == [ContactChanged(invited)]
    declined = invited.no_more_invited(PROGRAMME_ID)
    assert changes(invited, declined) == [ContactRemoved(declined)]


def test_whoever_has_another_part_can_still_be_reached_after_a_no() -> None:
    invited = ANNA.volunteering(VOLUNTEER_ID, "en", "UTC").invited(PROGRAMME_ID)
    assert changes(invited, invited.no_more_invited(PROGRAMME_ID)) == []
    elsewhere = ANNA.invited(PROGRAMME_ID).invited(UUID(int=99))
    assert changes(elsewhere, elsewhere.no_more_invited(PROGRAMME_ID)) == []
