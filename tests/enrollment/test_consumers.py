"""Pairs of matching stand in the volunteer's own view while they run."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.enrollment.consumers import ROUTES
from shared.contracts.envelope import Envelope, Event
from shared.contracts.matching.v1 import PairEnded, PairFormed
from tests.enrollment.conftest import House

PAIR = UUID(int=7)


async def consume(house: House, data: PairFormed | PairEnded) -> None:
    envelope = Envelope(
        id=uuid4(),
        type="of.no.matter",
        source="/obverse/matching",
        time=datetime(2027, 1, 11, tzinfo=UTC),
        sequence=1,
        correlationid=uuid4(),
    )
    event = Event(envelope, data)
    transactions = house.service.databases[0].transactions
    await transactions.run(lambda tx: ROUTES[type(data)](tx, event))


async def test_a_running_pair_is_seen_by_its_two_people_until_it_ends(house: House) -> None:
    await house.furnish()
    programme = await house.programme()
    mine = (await house.enrol("anna", programme))["volunteer_id"]
    ids: dict[str, Any] = {
        "pair_id": PAIR,
        "programme_id": programme,
        "cohort_id": uuid4(),
        "mentor_id": mine,
        "mentee_id": uuid4(),
    }
    formed = PairFormed(**ids, format="sprint", group_id=None, until=date(2027, 4, 1))
    await consume(house, formed)
    await consume(house, formed)
    (pair,) = (await house.person("anna").get(f"/volunteers/{mine}"))["pairs"]
    assert (pair["pair_id"], pair["format"]) == (str(PAIR), "sprint")
    assert pair["until"] == "2027-04-01"
    await consume(house, PairEnded(**ids, outcome="stopped"))
    assert (await house.person("anna").get(f"/volunteers/{mine}"))["pairs"] == []


async def test_a_pair_of_volunteers_nobody_knows_is_no_error(house: House) -> None:
    ids: dict[str, Any] = dict.fromkeys(
        ("pair_id", "programme_id", "cohort_id", "mentor_id", "mentee_id"), PAIR
    )
    await consume(house, PairEnded(**ids, outcome="completed"))
    kept = await house.database["pairs"].find_one({"_id": PAIR})
    assert kept is not None
    assert kept["running"] is False
