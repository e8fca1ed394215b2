"""The load: a company whose people enrol, pause, leave, answer and meet, at a given rate, whatever dies meanwhile.

What is done is drawn with the run's seed. One person does one thing at a time, so that the journal says in
which order things were meant.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from dev.demo.opening import open_programme
from dev.demo.volunteers import Volunteer
from dev.faults.bodies import LEAD, programme, span
from dev.faults.client import Client, command_of
from dev.faults.directory import Places
from dev.faults.feed import Feed
from dev.faults.journal import OK, UNKNOWN, Command, Journal
from dev.faults.pace import Pace
from dev.local.processes import NotReady

AT_ONCE = 40
COME_LATER = 150  # people
IMPORT_EVERY = 40.0
WARM_UP_SECONDS = 60.0
WARM_UP_LOOK_SECONDS = 0.2
LEARN_SECONDS = 45.0  # what a dead process held is free long before
_WEIGHTS = {"enrol": 5, "answer": 4, "meet": 20, "pause": 2, "resume": 4, "withdraw": 0.2}

_PREPARES = {"POST": "draft_programme", "PUT": "answer_readiness"}


@dataclass
class Person:
    """Somebody of the load and what they know of themselves."""

    said: Volunteer
    volunteer_id: str = ""
    status: str = "new"
    pairs: list[str] = field(default_factory=list)
    planned: list[tuple[str, str]] = field(default_factory=list)  # (pair, session)
    meetings: int = 0
    busy: bool = False

    @property
    def claims(self) -> dict[str, Any]:
        """What their token says."""
        return {"subject": self.said.staff_number, "email": self.said.email}


class Load:
    """One programme under load; `set_up` first, then `run` as a task until `stop`."""

    def __init__(
        self,
        client: Client,
        journal: Journal,
        people: list[Volunteer],
        feed: Feed,
        chance: random.Random,
    ) -> None:
        self._client = client
        self._journal = journal
        self.feed = feed
        self._chance = chance
        self._people = [Person(one) for one in people]
        self._chance.shuffle(self._people)
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Future[Any]] = set()
        self._round = ""
        self._next_round = self._next_import = self._rounds_every = 0.0
        self.programme_id = self.cohort_id = ""

    @property
    def people(self) -> list[Person]:
        """Everybody who has enrolled."""
        return [one for one in self._people if one.volunteer_id]

    async def set_up(self, mapping: Any) -> None:
        """The directory and a programme, before anything dies."""
        put = command_of("lead", "mapping", "enrollment", "/v1/directory/mapping", method="PUT")
        await self._client.say(put, LEAD, json=mapping)
        await self.feed.send_all()
        opened = await open_programme(self._ask_of_programmes, programme())
        self.programme_id, self.cohort_id = opened["programme_id"], opened["cohort_id"]

    async def _ask_of_programmes(self, method: str, path: str, body: Any) -> Any:
        opens = path.endswith("/open")
        name = "open_programme" if opens else _PREPARES[method]
        command = command_of("lead", name, "enrollment", path, method=method)
        content = {"json": body} if body is not None else {}
        await self._client.say(command, LEAD, **content)
        if opens:
            named = ("programme_id", "cohort_id")
            command.subject = {name: command.answer[name] for name in named}
            self._journal.settle(command, OK)
        return command.answer

    async def warm_up(self, people: int, patience: float) -> None:
        """Let so many enrol, half of them mentors, and be proposed to each other, so that there is something to answer.

        Raises NotReady where any of it takes longer than `patience` seconds.
        """
        mentors, mentees = (self._some(role, people // 2) for role in ("mentor", "mentee"))
        first = [*mentors, *mentees]
        await asyncio.gather(*(self._enrol(one) for one in first))
        known = {"mentors": len(mentors), "mentees": len(mentees)}
        await self._until("/waiting", lambda found: found == known, patience)
        asked = await self.ask_round()
        path = f"/rounds/{asked.subject['round_id']}"
        await self._until(path, lambda found: found["state"] in ("completed", "failed"), patience)
        for _ in range(2):  # the second time they see that both have said yes
            await asyncio.gather(*(self._answer(one) for one in first))

    async def let_most_in(self) -> None:
        """Let all but some enrol, so that there are many whom the directory can move; the others come under fire."""
        coming = [one for one in self._people if one.status == "new"][COME_LATER:]
        for at in range(0, len(coming), AT_ONCE):
            await asyncio.gather(*(self._enrol(one) for one in coming[at : at + AT_ONCE]))

    def _some(self, role: str, count: int) -> list[Person]:
        return [one for one in self._people if one.said.body["roles"] == [role]][:count]

    async def _until(self, path: str, enough: Callable[[Any], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            path_here = f"/v1/programmes/{self.programme_id}{path}"
            found = await self._client.read("matching", path_here, LEAD)
            if found is not None and enough(found):
                return
            await asyncio.sleep(WARM_UP_LOOK_SECONDS)
        raise NotReady(f"the load could not warm up: {path}")

    async def run(self, pace: Pace) -> None:
        """What the pace says, each second, until told to stop; then until all have their outcome."""
        self._rounds_every = pace.rounds_every
        if pace.moves:
            self._spawn(self.feed.keep_moving(pace.moves, self._takes_part, self._stop))
        began, done = time.monotonic(), 0
        self._next_import = time.monotonic() + IMPORT_EVERY / 4
        while not self._stop.is_set():
            due = int((time.monotonic() - began) * pace.commands)
            while done < due and len(self._tasks) < AT_ONCE:
                self._begin()
                done += 1
            # What was missed for more than a second is missed.
            done = max(done, due - int(pace.commands))
            await asyncio.sleep(0.02)
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _takes_part(self) -> list[str]:
        return [one.said.staff_number for one in self.people]

    def stop(self) -> None:
        """No more commands."""
        self._stop.set()

    async def learn(self, patience: float) -> Places:
        """Ask again for everything whose outcome is unknown, then import once more, for so many seconds at most.

        Where everybody sits then; empty where that is not known.
        """
        patience = min(patience, LEARN_SECONDS)
        until = time.monotonic() + patience
        again = [self._client.ask_again(one, patience) for one in self._journal.unknown()]
        for command in await asyncio.gather(*again):
            if command.outcome == OK:
                self._name_subject(command)
        return await self.feed.settle(until - time.monotonic())

    def _begin(self) -> None:
        moment = time.monotonic()
        if moment > self._next_import:
            self._next_import = moment + IMPORT_EVERY
            self._spawn(self.feed.send_all())
        elif moment > self._next_round:
            self._next_round = moment + self._rounds_every
            self._spawn(self.ask_round())
        elif found := self._draw():
            person, act = found
            person.busy = True
            self._spawn(self._alone(person, act))

    def _spawn(self, work: Awaitable[Any]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _draw(self) -> tuple[Person, Callable[[Person], Awaitable[None]]] | None:
        """Somebody and what they do: of the kinds of things that anybody can do now."""
        free = [one for one in self._people if not one.busy]
        running = [one for one in free if one.status == "active"]
        kinds = {
            "enrol": ([one for one in free if one.status == "new"], self._enrol),
            "answer": (running, self._answer),
            "meet": ([one for one in running if one.pairs], self._meet),
            "pause": (running, self._pause),
            "resume": ([one for one in free if one.status == "paused"], self._resume),
            "withdraw": (running, self._withdraw),
        }
        possible = [name for name, (able, _) in kinds.items() if able]
        if not possible:
            return None
        weights = [_WEIGHTS[name] for name in possible]
        able, act = kinds[self._chance.choices(possible, weights)[0]]
        return self._chance.choice(able), act

    async def _alone(self, person: Person, act: Callable[[Person], Awaitable[None]]) -> None:
        try:
            await act(person)
        finally:
            person.busy = False

    async def _say(self, person: Person, command: Command, **content: Any) -> Command:
        await self._client.say(command, person.claims, **content)
        if command.outcome == OK:
            self._name_subject(command)
        return command

    def _name_subject(self, command: Command) -> None:
        """What the command made has an id now; the journal is told."""
        answer = command.answer if isinstance(command.answer, dict) else {}
        names = {"enrol": "volunteer_id", "plan": "session_id", "report": "session_id"}
        made = answer.get(names.get(command.command, ""), answer.get("id"))
        name = names.get(command.command, "round_id")
        if command.command in (*names, "round") and made and command.subject.get(name) != made:
            command.subject[name] = made
            self._journal.settle(command, OK)

    async def ask_round(self) -> Command:
        """Ask for a round; refused while one is open."""
        path = f"/v1/programmes/{self.programme_id}/rounds"
        subject = {"programme_id": self.programme_id, "cohort_id": self.cohort_id}
        command = command_of("lead", "round", "matching", path, **subject)
        # Nobody reads drafts here, and the promise is about the command that asked for the round.
        body = {"cohort_id": self.cohort_id, "release": "at_once"}
        await self._client.say(command, LEAD, json=body)
        if command.outcome == OK:
            self._name_subject(command)
        return command

    async def _enrol(self, person: Person) -> None:
        path = f"/v1/programmes/{self.programme_id}/volunteers"
        who = person.said.staff_number
        subject = {"programme_id": self.programme_id, "staff_number": who}
        command = command_of(who, "enrol", "enrollment", path, **subject)
        await self._say(person, command, json=person.said.body)
        if command.outcome == OK:
            person.volunteer_id, person.status = command.answer["volunteer_id"], "active"
        else:
            person.status = "lost"  # nothing is known of them until the end

    async def _stand(self, person: Person, word: str, status: str, body: Any) -> None:
        path = f"/v1/volunteers/{person.volunteer_id}/{word}"
        subject = {"programme_id": self.programme_id, "volunteer_id": person.volunteer_id}
        command = command_of(person.said.staff_number, word, "enrollment", path, **subject)
        await self._say(person, command, **body)
        person.status = {OK: status, UNKNOWN: "lost"}.get(command.outcome or "", person.status)

    async def _pause(self, person: Person) -> None:
        await self._stand(person, "pause", "paused", {"json": {"until": None}})

    async def _resume(self, person: Person) -> None:
        await self._stand(person, "resume", "active", {})

    async def _withdraw(self, person: Person) -> None:
        await self._stand(person, "withdraw", "withdrawn", {})

    async def _answer(self, person: Person) -> None:
        found = await self._client.read("matching", "/v1/proposals", person.claims)
        for proposal in (found or {}).get("items", []):
            if proposal["accepted"]:
                continue
            word = "decline" if self._chance.random() < 0.1 else "accept"
            path = f"/v1/proposals/{proposal['id']}/{word}"
            subject = {"programme_id": self.programme_id, "pair_id": proposal["id"]}
            subject["volunteer_id"] = person.volunteer_id
            command = command_of(person.said.staff_number, word, "matching", path, **subject)
            await self._say(person, command)
        pairs = await self._client.read("matching", "/v1/pairs", person.claims)
        running = [one for one in (pairs or {}).get("items", []) if one["state"] == "formed"]
        person.pairs = [one["id"] for one in running] or person.pairs

    async def _meet(self, person: Person) -> None:
        sessions = f"/v1/pairs/{person.pairs[-1]}/sessions"
        word = self._chance.choice(("plan", "plan", "held", "held", "cancel", "report"))
        if word in ("cancel", "report") and not person.planned:
            word = "plan"
        person.meetings += 1
        path, body, more = sessions, span(person.meetings, ahead=word == "plan"), {}
        if word == "held":
            path = f"{sessions}/held"
        elif word != "plan":
            pair, session = person.planned.pop()
            more = {"session_id": session}
            ending = "held" if word == "report" else "cancel"
            path = f"/v1/pairs/{pair}/sessions/{session}/{ending}"
        name = "report" if word == "held" else word
        subject = {"pair_id": path.split("/")[3], "volunteer_id": person.volunteer_id} | more
        command = command_of(person.said.staff_number, name, "reporting", path, **subject)
        await self._say(person, command, **({} if word == "cancel" else {"json": body}))
        if word == "plan" and command.outcome == OK:
            person.planned.append((subject["pair_id"], command.answer["session_id"]))
