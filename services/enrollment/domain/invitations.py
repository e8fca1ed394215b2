"""A lead asks an employee whether they would like to take part. It is only a question.

Whoever accepts still says yes themselves, with a consent. Who declined is not asked again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.chassis.refusals import Conflict, Invalid


class Answer(StrEnum):
    """What the invited say, or why they need not any more."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    LATER = "later"
    CLOSED = "closed"
    """The programme closed before they said anything, or they left the company before they enrolled."""


class LeftOut(StrEnum):
    """Why somebody is not invited."""

    TAKES_PART = "takes_part"
    LEFT = "left"
    DECLINED = "declined"
    INVITED = "invited"
    """An invitation of before is open."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One question to one person, on behalf of a programme."""

    invitation_id: UUID
    programme_id: UUID
    person_id: UUID
    issued_on: date
    topic: str | None = None
    answer: Answer | None = None
    answered_on: date | None = None
    later_until: date | None = None

    def is_open(self, today: date) -> bool:
        """Whether it would be asked twice if it were asked again today."""
        if self.answer is Answer.LATER:
            return self.later_until is None or today < self.later_until
        return self.answer in (None, Answer.ACCEPTED)

    def accept(self, today: date) -> "Step":
        """Yes, I am interested. It makes no volunteer."""
        return self._answered(Answer.ACCEPTED, today)

    def decline(self, today: date) -> "Step":
        """No; nobody asks why, or asks again."""
        return self._answered(Answer.DECLINED, today)

    def later(self, until: date, today: date) -> "Step":
        """Not now: nobody asks before that day. Raises Invalid where it is not ahead."""
        if until <= today:
            raise Invalid("later_over", "Name a later day than today.", "/until")
        return self._answered(Answer.LATER, today, until)

    def close(self, today: date) -> "Step":
        """The programme takes nobody any more: nobody waits for an answer."""
        return self._answered(Answer.CLOSED, today) if self.answer is None else (self, ())

    def leave(self, today: date) -> "Step":
        """They are in the company no more: nobody waits for them, and whoever comes back may be asked anew."""
        return self._answered(Answer.CLOSED, today) if self.is_open(today) else (self, ())

    def _answered(self, answer: Answer, today: date, until: date | None = None) -> "Step":
        if (self.answer, self.later_until) == (answer, until):
            return self, ()
        if self.answer is Answer.DECLINED:
            raise Conflict(
                "invitation_declined",
                "You declined this invitation; enrol in the programme if you changed your mind.",
            )
        answered = replace(self, answer=answer, answered_on=today, later_until=until)
        return answered, (InvitationAnswered(answered),)


@dataclass(frozen=True, slots=True)
class InvitationIssued:
    """Fact: somebody is asked."""

    invitation: Invitation


@dataclass(frozen=True, slots=True)
class InvitationAnswered:
    """Fact: they said what they think of it, or something else than before."""

    invitation: Invitation


Fact = InvitationIssued | InvitationAnswered
Step = tuple[Invitation, tuple[InvitationAnswered, ...]]
"""The invitation after it, and what to tell the others."""


def reason_against(earlier: Iterable[Invitation], today: date) -> LeftOut | None:
    """Why a person with these invitations of the programme is not invited once more."""
    earlier = list(earlier)
    if any(invitation.answer is Answer.DECLINED for invitation in earlier):
        return LeftOut.DECLINED
    if any(invitation.is_open(today) for invitation in earlier):
        return LeftOut.INVITED
    return None
