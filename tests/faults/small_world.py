"""A tiny model of the whole system that makes valid histories by chance, so that a checker can be tested on them.

It keeps its own account of everything and answers reads from that, apart from how the checker folds topics.
"""

import random
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid5

from dev.faults.history import (
    Command,
    Fault,
    History,
    Line,
    Mail,
    Offset,
    Reads,
    Record,
    Sample,
)
from shared.contracts.catalogue import CATALOGUE
from tests.faults.made_up import NOON, TOPIC_OF, command, event, gauge, line, mail, moment, named

REMINDERS = UUID("5c0f4c1e-3a57-4d6b-9a53-0b1f6f0f9d3a")
PROGRAMME, COHORT = named("programme"), named("cohort")
PARTITIONS = 3
GROUPS = {
    "enrollment": "enrollment",
    "matching": "matching",
    "notifications": "notifications",
    "reporting-journal": "reporting",
    "reporting-projections": "reporting",
}
SLOT = {"weekday": 1, "start_minute": 540, "minutes": 240}
DAY = 86_400.0
Data = dict[str, Any]


@dataclass
class Person:
    """A volunteer of the model."""

    id: str
    person: str
    side: str
    unit: str = "Sales"
    status: str = "active"
    busy: bool = False


@dataclass
class Pair:
    """A proposal or pair of the model."""

    id: str
    mentor: Person
    mentee: Person
    state: str = "open"
    answered: set[str] = field(default_factory=set)
    formed_at: float = 0.0
    sessions: dict[str, str] = field(default_factory=dict)


class World:
    """Acts by chance; `history` tells all of it, after a perfect drain."""

    def __init__(self, seed: int, steps: int = 40) -> None:
        self.chance = random.Random(seed)
        self.now = 0.0
        self.commands: list[Command] = []
        self.records: list[Record] = []
        self.mails: list[Mail] = []
        self.deliveries: dict[str, list[dict[str, Any]]] = {}
        self.people: list[Person] = []
        self.pairs: list[Pair] = []
        self.rounds: list[str] = []
        self.held: list[tuple[str, int, int]] = []
        self.mailed: Counter[tuple[str, str]] = Counter()
        self._sequences: Counter[tuple[str, str]] = Counter()
        self._ends: Counter[tuple[str, int]] = Counter()
        self._open()
        for _ in range(steps):
            self.now += self.chance.uniform(0.5, 5.0)
            self.chance.choice(
                [self._enrol, self._enrol, self._stand, self._round, self._answer, self._answer,
                 self._meet, self._meet, self._refused, self._repeat, self._move]
            )()  # fmt: skip
        self.lines = self._logs()

    def history(self) -> History:
        """What the checker gets."""
        return History(
            commands=self.commands,
            records=self.records,
            lines=self.lines,
            mails=self.mails,
            faults=[Fault(NOON, "kill", "matching-1", "inside_transaction", 1)],
            samples=list(self._samples()),
            offsets=[
                Offset(group, topic, partition, end, end)
                for group in GROUPS
                for (topic, partition), end in self._ends.items()
                if topic in self._topics_of(group)
            ],
            reads=self._reads(),
            phases={"healed": NOON + self.now, "drained": NOON + self.now + 100.0},
            directory={
                person.id: {"unit": person.unit, "site": "London"} for person in self.people
            },
            personal=[f"Person {person.person}" for person in self.people],
            texts={"logs/matching-1.log": "nothing about anybody"},
        )

    def publish(self, type_: str, key: str, trail: str, cause: str = "", **data: Any) -> Record:
        """The event, on its topic."""
        topic = TOPIC_OF[type_].topic.name
        self._sequences[topic, key] += 1
        sequence = self._sequences[topic, key]
        record = event(
            type_, key, sequence, trail=trail, cause=cause, at=self.now, id_=self._id(), **data
        )
        self._append(record)
        return record

    def _append(self, record: Record) -> None:
        partition = zlib.crc32((record.key or "").encode()) % PARTITIONS
        offset = self._ends[record.topic, partition]
        self._ends[record.topic, partition] += 1
        fields = {name: getattr(record, name) for name in ("topic", "key", "headers", "value")}
        self.records.append(Record(partition=partition, offset=offset, data=record.data, **fields))

    def _id(self) -> str:
        return str(UUID(int=self.chance.getrandbits(128), version=4))

    def _say(self, name: str, outcome: str = "ok", **subject: str) -> str:
        trail = self._id()
        self.commands.append(command(name, outcome, trail=trail, **subject))
        return trail

    def _open(self) -> None:
        trail = self._say("open_programme", programme_id=PROGRAMME)
        terms: Data = {
            "starts_on": "2026-11-01",
            "ends_on": "2027-05-01",
            "languages": ["en"],
            "formats": [
                {"format": "one_to_one", "people_min": 2, "people_max": 2, "days": 90, "cadence_days": 14}
            ],
            "matching": {"level_gap": 2, "common_slot_minutes": 30, "weights": {}},
            "reminders": {
                "session_hours_before": [24.0],
                "proposal_hours_after": [48.0],
                "proposal_expires_hours": 168.0,
            },
            "objectives": [],
            "pilot_only": False,
        }  # fmt: skip
        self.publish("programme.opened", PROGRAMME, trail, programme_id=PROGRAMME, **terms)
        cohort: Data = {
            "pilot": True,
            "starts_on": "2026-11-01",
            "ends_on": "2027-05-01",
            "size_cap": 99,
        }
        ids = {"programme_id": PROGRAMME, "cohort_id": COHORT}
        self.publish("cohort.opened", PROGRAMME, trail, **ids, **cohort)

    def _enrol(self) -> None:
        side = self.chance.choice(("mentor", "mentee"))
        person = Person(self._id(), self._id(), side)
        self.people.append(person)
        who = {"volunteer_id": person.id, "staff_number": person.id}
        trail = self._say("enrol", programme_id=PROGRAMME, **who)
        self.publish(
            "volunteer.enrolled", person.id, trail, **self._fact(person), consent_version="1"
        )
        self._tell_candidate(person, trail)
        roles: Data = {"issuer": "i", "subject": "s", "roles": {}, "volunteer_ids": [person.id]}
        who = {"person_id": person.person}
        self.publish("principal.changed", person.person, trail, **who, **roles)
        contact = {"name": f"Person {person.person}", "email": f"{person.person}@c.example"}
        contact |= {"locale": "en", "time_zone": "UTC"}
        self.publish("contact.changed", person.person, trail, **who, **contact)

    def _fact(self, person: Person) -> dict[str, Any]:
        ids = {"volunteer_id": person.id, "programme_id": PROGRAMME, "cohort_id": COHORT}
        return {**ids, "roles": [person.side]}

    def _tell_candidate(self, person: Person, trail: str) -> None:
        mentor = person.side == "mentor"
        said: Data = {
            "person_id": person.person,
            "status": person.status,
            "offers": [{"topic": "crm", "proficiency": 5}] if mentor else [],
            "needs": [] if mentor else [{"topic": "crm", "priority": 1, "level": 1}],
            "formats": ["one_to_one"],
            "hours_per_month": 4.0,
            "capacity": 1,
            "slots": [SLOT],
            "time_zone": "UTC",
            "languages": ["en"],
            "hobbies": [],
            "motivation": 3,
            "openness": 3,
            "unit": person.unit,
            "site": "London",
            "level": 2 if mentor else 8,
            "managers": [],
            "managers_complete": False,
            "avoid": [],
        }
        self.publish("candidate.changed", person.id, trail, **self._fact(person), **said)

    def _stand(self) -> None:
        """Pause, come back or leave; who is in a pair stays."""
        idle = [one for one in self.people if not one.busy and one.status != "withdrawn"]
        if not idle:
            return
        person = self.chance.choice(idle)
        if person.status == "paused":
            word, type_, person.status = "resume", "volunteer.resumed", "active"
        elif self.chance.random() < 0.3:
            word, type_, person.status = "withdraw", "volunteer.withdrawn", "withdrawn"
        else:
            word, type_, person.status = "pause", "volunteer.paused", "paused"
        trail = self._say(word, volunteer_id=person.id)
        more: Data = {"until": None} if word == "pause" else {}
        self.publish(type_, person.id, trail, **self._fact(person), **more)
        self._tell_candidate(person, trail)

    def _move(self) -> None:
        """The directory says that somebody sits elsewhere; of who has left it is not told."""
        if not self.people:
            return
        person = self.chance.choice(self.people)
        others = [unit for unit in ("Sales", "Finance", "Legal") if unit != person.unit]
        person.unit = self.chance.choice(others)
        if person.status != "withdrawn":
            self._tell_candidate(person, self._say("move"))

    def _idle(self, side: str) -> list[Person]:
        return [
            one
            for one in self.people
            if one.side == side and one.status == "active" and not one.busy
        ]

    def _round(self) -> None:
        round_ = self._id()
        self.rounds.append(round_)
        trail = self._say("round", programme_id=PROGRAMME, round_id=round_)
        pairs = list(zip(self._idle("mentor"), self._idle("mentee"), strict=False))
        for mentor, mentee in pairs:
            pair = Pair(self._id(), mentor, mentee)
            self.pairs.append(pair)
            mentor.busy = mentee.busy = True
            made = {
                **self._ids(pair), **self._both(pair), "round_id": round_, "format": "one_to_one",
                "topics": ["crm"], "hobby": None, "slots": [SLOT], "score": {},
                "expires_at": moment(self.now + 7 * DAY)[:10] + "T12:00:00.000Z",
            }  # fmt: skip
            self.publish("proposal.made", pair.id, trail, round_, **made)
            self._send("proposal", pair, "once", trail)
        counts = {"mentors": "<5", "mentees": "<5", "matched": str(len(pairs)), "unmatched": {}}
        hashes = {"input_hash": "0" * 64, "policy_hash": "0" * 64}
        ids = {"round_id": round_, "programme_id": PROGRAMME, "cohort_id": COHORT}
        self.publish("round.completed", round_, trail, round_, **ids, **counts, **hashes)

    def _ids(self, pair: Pair) -> dict[str, Any]:
        return {"pair_id": pair.id, "programme_id": PROGRAMME, "cohort_id": COHORT}

    def _both(self, pair: Pair) -> dict[str, Any]:
        return {"mentor_id": pair.mentor.id, "mentee_id": pair.mentee.id}

    def _send(self, kind: str, pair: Pair, name: str, trail: str, session: str = "") -> None:
        """Both sides get their mail, and the topic tells that they did."""
        for person in (pair.mentor, pair.mentee):
            about = f"{kind}/{pair.id}/{session}/{person.id}/{name}"
            id_ = str(uuid5(REMINDERS, about))
            self.mails.append(mail(id_, self.now + 3.5, len(self.mails) + 1))
            self.mailed[kind, "sent"] += 1
            told = {"delivery_id": id_, "programme_id": PROGRAMME, "kind": kind, "channel": "mail"}
            self.publish("delivery.sent", id_, trail, **told)
            entry = {"delivery_id": id_, "kind": kind, "outcome": "sent"}
            self.deliveries.setdefault(person.id, []).append(entry)

    def _answer(self) -> None:
        undecided = [pair for pair in self.pairs if pair.state == "open"]
        if not undecided:
            return
        pair = self.chance.choice(undecided)
        side = self.chance.choice([one for one in ("mentor", "mentee") if one not in pair.answered])
        person = pair.mentor if side == "mentor" else pair.mentee
        word = "decline" if self.chance.random() < 0.2 else "accept"
        trail = self._say(word, pair_id=pair.id, volunteer_id=person.id)
        type_ = "proposal.declined" if word == "decline" else "proposal.accepted"
        self.publish(type_, pair.id, trail, **self._ids(pair), side=side)
        if word == "decline":
            pair.state = "declined"
            self._free(pair)
            return
        pair.answered.add(side)
        if len(pair.answered) == 2:
            pair.state, pair.formed_at = "formed", self.now
            more: Data = {"format": "one_to_one", "group_id": None, "until": "2027-02-01"}
            both = {**self._ids(pair), **self._both(pair)}
            self.publish("pair.formed", pair.id, trail, **both, **more)
            self._send("introduction", pair, "once", trail)

    def _free(self, pair: Pair) -> None:
        pair.mentor.busy = pair.mentee.busy = False

    def _meet(self) -> None:
        running = [pair for pair in self.pairs if pair.state == "formed"]
        if not running:
            return
        pair = self.chance.choice(running)
        word = self.chance.choice(("plan", "plan", "report", "cancel", "end"))
        if word == "end":
            self._end(pair)
        elif word == "plan":
            self._plan(pair)
        else:
            self._close_session(pair, word)

    def _end(self, pair: Pair) -> None:
        outcome = self.chance.choice(("completed", "stopped"))
        trail = self._say("end", pair_id=pair.id, volunteer_id=pair.mentor.id)
        both = {**self._ids(pair), **self._both(pair)}
        self.publish("pair.ended", pair.id, trail, **both, outcome=outcome)
        pair.state = outcome
        self._free(pair)

    def _plan(self, pair: Pair) -> None:
        session = self._id()
        pair.sessions[session] = "planned"
        trail = self._say("plan", pair_id=pair.id, session_id=session, volunteer_id=pair.mentor.id)
        ids = {"pair_id": pair.id, "programme_id": PROGRAMME, "session_id": session}
        starts_at = moment(self.now + 3.0)
        ahead = f"2026-11-25{starts_at[10:]}"  # a day and three seconds from now
        self.publish("session.planned", pair.id, trail, **ids, starts_at=ahead, minutes=60)
        self._send("session_reminder", pair, "24h", trail, session)

    def _close_session(self, pair: Pair, word: str) -> None:
        planned = [id_ for id_, state in pair.sessions.items() if state == "planned"]
        if not planned:
            return
        session = self.chance.choice(planned)
        ids = {"pair_id": pair.id, "programme_id": PROGRAMME, "session_id": session}
        subject = {"pair_id": pair.id, "session_id": session, "volunteer_id": pair.mentee.id}
        trail = self._say(word, **subject)
        if word == "cancel":
            pair.sessions[session] = "cancelled"
            self.publish("session.cancelled", pair.id, trail, **ids)
            return
        pair.sessions[session] = "held"
        minutes, mood = self.chance.randint(30, 90), self.chance.randint(1, 5)
        self.held.append((pair.id, minutes, mood))
        told: Data = {
            "held_at": moment(pair.formed_at + 0.5),
            "minutes": minutes,
            "mood": mood,
            "topics": [],
        }
        self.publish("session.held", pair.id, trail, **ids, **told)

    def _refused(self) -> None:
        self._say("enrol", "refused", programme_id=PROGRAMME)

    def _repeat(self) -> None:
        """A relay that was killed before it had marked sends again, the newest of a key."""
        newest = {record.lane: record for record in self.records}
        self._append(self.chance.choice(list(newest.values())))

    def _topics_of(self, group: str) -> set[str]:
        if group == "reporting-journal":
            return {"obverse.matching.pair.v1"}
        service = GROUPS[group]
        return {one.topic.name for one in CATALOGUE.events if service in one.consumers}

    def _logs(self) -> list[Line]:
        lines: list[Line] = []
        for group, service in GROUPS.items():
            seen: set[tuple[tuple[str, str], int]] = set()
            for (topic, partition), end in sorted(self._ends.items()):
                if topic in self._topics_of(group):
                    lines += self._group_logs(group, service, (topic, partition), end, seen)
        for service in sorted(set(GROUPS.values())):
            for fence, number in enumerate((1, 2, 1), start=1):
                process = f"{service}-{number}"
                lines.append(line(process, "relay.lease_taken", fence * 10.0, fence=fence))
                lines.append(line(process, "relay.batch_sent", fence * 10.0, fence=fence, events=3))
        return lines

    def _group_logs(
        self, group: str, service: str, partition: tuple[str, int], end: int, seen: set[Any]
    ) -> list[Line]:
        """Batches of a partition; now and then one comes again, to the other replica."""
        there = {r.offset: r for r in self.records if (r.topic, r.partition) == partition}
        cuts = sorted({0, end, *(self.chance.randrange(end + 1) for _ in range(3))})
        lines = []
        for first, after in pairwise(cuts):
            counts: Counter[str] = Counter()
            for offset in range(first, after):
                fact = (there[offset].lane, there[offset].sequence)
                counts["duplicate" if fact in seen else "applied"] += 1
                seen.add(fact)
            place = {f"{partition[0]}:{partition[1]}": [first, after - 1]}
            said: Data = {"group": group, "offsets": place}
            lines.append(line(f"{service}-1", "intake.batch_applied", **said, **counts))
            if self.chance.random() < 0.2:
                again = {"duplicate": after - first}
                lines.append(line(f"{service}-2", "intake.batch_applied", **said, **again))
        return lines

    def _samples(self) -> Sequence[Sample]:
        samples = []
        for group, service in GROUPS.items():
            for number in (1, 2):
                process, database = f"{service}-{number}", f"obverse_{group}"
                samples.append(gauge(process, "obverse_outbox_depth", 0, database=database))
                samples.append(gauge(process, "obverse_keys_waiting", 0, database=database))
        return samples

    def _reads(self) -> Reads:
        present = [one for one in self.people if one.status != "withdrawn"]
        formed = [one for one in self.pairs if one.state in ("formed", "completed", "stopped")]
        roster = [{"volunteer_id": one.id, "status": one.status} for one in self.people]
        return Reads(
            enrolment={
                PROGRAMME: {
                    "employees": 100,
                    "volunteers": len(present),
                    "mentors": sum(one.side == "mentor" for one in present),
                    "mentees": sum(one.side == "mentee" for one in present),
                    "by_status": dict(Counter(one.status for one in self.people)),
                }
            },
            roster={PROGRAMME: roster},
            waiting={PROGRAMME: {f"{s}s": len(self._idle(s)) for s in ("mentor", "mentee")}},
            pairs={
                PROGRAMME: [
                    {"id": one.id, "state": "formed" if one.state == "formed" else "ended"}
                    for one in formed
                ]
            },
            rounds={round_: {"state": "completed"} for round_ in self.rounds},
            reports={PROGRAMME: self._report(formed)},
            deliveries=self.deliveries,
            sessions={
                one.id: [{"session_id": s, "state": state} for s, state in one.sessions.items()]
                for one in formed
            },
        )

    def _report(self, formed: list[Pair]) -> dict[str, Any]:
        states = Counter(one.state for one in self.pairs)
        both = sum(len(one.answered) == 2 for one in self.pairs)
        sessions = Counter(state for one in self.pairs for state in one.sessions.values())
        moods = [mood for *_, mood in self.held]
        kinds = {kind for kind, _ in self.mailed}
        return {
            "volunteers": {side: self._cells(side) for side in ("mentor", "mentee")},
            "proposals": {
                "made": len(self.pairs), "accepted": both, "open": states["open"],
                "declined": states["declined"], "expired": 0, "voided": 0,
            },
            "pairs": {
                "formed": len(formed), "active": states["formed"],
                "completed": states["completed"], "stopped": states["stopped"],
            },
            "rounds": {"completed": len(self.rounds)},
            "sessions": {
                **{name: sessions[name] for name in ("planned", "held", "cancelled")},
                "minutes": sum(minutes for _, minutes, _ in self.held),
                "mood_mean": round(sum(moods) / len(moods), 1) if moods else None,
                "days_to_first_median": 0.0 if self.held else None,
            },
            "mails": {kind: {"sent": self.mailed[kind, "sent"]} for kind in kinds},
        }  # fmt: skip

    def _cells(self, side: str) -> dict[str, int]:
        cells = Counter(
            {"erased": 0, "withdrawn": 0, "paused": 0, "paired": 0, "proposed": 0, "waiting": 0}
        )
        partner = {
            id(getattr(p, side)): p.state for p in self.pairs if p.state in ("open", "formed")
        }
        for person in self.people:
            if person.side != side:
                continue
            state = partner.get(id(person))
            if person.status != "active":
                cells[person.status] += 1
            else:
                cells[{"open": "proposed", "formed": "paired"}.get(state or "", "waiting")] += 1
        return dict(cells) | {"total": cells.total()}
