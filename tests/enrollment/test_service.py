"""The whole service on a real broker: what is told arrives, and what matching tells is taken in."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from aiokafka import AIOKafkaProducer

from dev.local.records import everything_on, header
from services.enrollment.app import build
from services.enrollment.settings import Settings
from shared.chassis.broker import KafkaAddress
from shared.chassis.settings import load
from shared.contracts.catalogue import CANDIDATE, PAIR, TOPIC
from shared.contracts.envelope import Envelope, to_headers, to_value
from shared.contracts.matching.v1 import PairFormed
from tests.enrollment.conftest import House
from tests.support.waiting import until


async def test_one_volunteer_goes_out_and_their_pair_comes_in(
    environment: dict[str, str], kafka: KafkaAddress, house: House
) -> None:
    service = build(load(Settings, environment))
    house.service, house.database = service, service.databases[0].mongo
    async with service.running():
        await house.furnish()
        programme = await house.programme()
        mine = (await house.enrol("anna", programme))["volunteer_id"]
        await until(lambda: _sent(house), "the outbox is empty")
        (candidate,) = await everything_on(kafka, CANDIDATE.name)
        assert (candidate.key.decode(), header(candidate, "ce_sequence")) == (mine, "1")
        topics = await everything_on(kafka, TOPIC.name)
        assert len({record.key for record in topics}) == len(topics) == 12
        await _tell_pair(kafka, UUID(mine), UUID(programme))

        async def seen() -> bool:
            return bool((await house.person("anna").get(f"/volunteers/{mine}"))["pairs"])

        await until(seen, "the pair stands in the volunteer's view")


async def _sent(house: House) -> bool:
    return await house.database["outbox"].count_documents({"sent_at": None}) == 0


async def _tell_pair(kafka: KafkaAddress, mentor: UUID, programme: UUID) -> None:
    pair = PairFormed(
        pair_id=uuid4(),
        programme_id=programme,
        cohort_id=uuid4(),
        mentor_id=mentor,
        mentee_id=uuid4(),
        format="one_to_one",
        group_id=None,
        until=date(2027, 4, 1),
    )
    envelope = Envelope(
        id=uuid4(),
        type="obverse.matching.pair.formed.v1",
        source="/obverse/matching",
        time=datetime(2027, 1, 11, tzinfo=UTC),
        sequence=1,
        correlationid=uuid4(),
    )
    async with AIOKafkaProducer(**kafka.client_options()) as producer:
        key = str(pair.pair_id).encode()
        headers = to_headers(envelope)
        await producer.send_and_wait(PAIR.name, to_value(pair), key=key, headers=headers)
