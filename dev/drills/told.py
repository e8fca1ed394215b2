"""What the drills have other services say, so that notifications has mails to send."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from dev.drills.stage import Stage
from shared.contracts.enrollment import v1 as enrollment
from shared.contracts.matching import v1 as matching

MAILS_OF_A_PROPOSAL = 2


async def propose(stage: Stage, times: int) -> None:
    """Make up pairs of people who have just been proposed to each other: two mails each."""
    for _ in range(times):
        people = [await _person(stage) for _ in range(MAILS_OF_A_PROPOSAL)]
        pair_id = uuid4()
        proposal = matching.ProposalMade(
            pair_id=pair_id,
            programme_id=UUID(stage.programme_id),
            mentor_id=people[0],
            mentee_id=people[1],
            cohort_id=uuid4(),
            round_id=uuid4(),
            format="one_to_one",
            topics=["ai"],
            hobby="chess",
            slots=[enrollment.WeeklySlot(weekday=0, start_minute=450, minutes=90)],
            score={},
            expires_at=datetime.now(UTC) + timedelta(hours=72),
        )
        await stage.tell(proposal, pair_id)


async def _person(stage: Stage) -> UUID:
    """Somebody with an address, who volunteers; returns the volunteer's id."""
    person_id, volunteer_id = uuid4(), uuid4()
    principal = enrollment.PrincipalChanged(
        person_id=person_id,
        issuer="https://identity.obverse.test",
        subject=str(person_id),
        roles={},
        volunteer_ids=[volunteer_id],
    )
    contact = enrollment.ContactChanged(
        person_id=person_id,
        name="Drill",
        email=f"{person_id.hex}@obverse.test",
        locale="en",
        time_zone="Europe/Berlin",
    )
    await stage.tell(principal, person_id)
    await stage.tell(contact, person_id)
    return volunteer_id
