"""Nobody reads a number with fewer than five people behind it, and nobody can work one out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.projections.domain.figures import Figure, Figures, Path, figures
from services.reporting.projections.domain.material import (
    Answer,
    Asked,
    Material,
    Meetings,
    Pairing,
    PairState,
    Programme,
    Round,
    Side,
    Volunteer,
)
from services.reporting.projections.domain.suppression import Reader, shown_to
from tests.reporting.projections import events as e

LEAD, SPONSOR = Reader.LEAD, Reader.SPONSOR

CELLS = (
    "waiting",
    "paused",
    "withdrawn",
    "erased",
    "open",
    "declined",
    "expired",
    "voided",
    "active",
    "completed",
    "stopped",
)
"""Independent groups of people; every count that a sponsor may read is one of these or a sum of them."""

few_or_many = st.one_of(st.integers(0, 6), st.integers(0, 40))
sizes = st.fixed_dictionaries(dict.fromkeys(CELLS, few_or_many))


def material_of(sizes: Mapping[str, int], meetings: tuple[Meetings, ...] = ()) -> Material:
    """A programme in which each group has so many mentors, or pairings of a mentor with a mentee.

    Who was in a pairing that is over is none of these volunteers, so that no group depends on another.
    """
    volunteers: list[Volunteer] = []
    pairings: list[Pairing] = []
    names = [name for name, size in sizes.items() for _ in range(size)]
    for number, name in enumerate(names, start=1):
        if name in ("waiting", "paused", "withdrawn", "erased"):
            status = "active" if name == "waiting" else name
            volunteers.append(Volunteer(e.mentor(number), frozenset({"mentor"}), status))
            continue
        people = {Side.MENTOR: e.mentor(number), Side.MENTEE: e.mentee(number)}
        state = PairState(name) if name in set(PairState) else None
        answer = Answer.ACCEPTED if state else Answer(name)
        pairings.append(Pairing(e.pair(number), people, answer, state, e.START))
        if name in ("open", "active"):
            volunteers += [
                Volunteer(who, frozenset({side}), "active") for side, who in people.items()
            ]
    programme = Programme(
        e.PROGRAMME,
        date(2026, 3, 1),
        date(2026, 12, 31),
        pilot_only=False,
        closed=False,
        cohorts=(),
    )
    mails = {("proposal", "sent"): 2 * len(pairings)}
    left = str(sizes["waiting"]) if sizes["waiting"] > 4 else "<5"
    last = Round(UUID(int=5), e.START, left, "9", "9", {"no_topic": left})
    return Material(programme, tuple(volunteers), tuple(pairings), meetings, mails, 1, last)


def meetings(pair: UUID, *, held: int = 0, planned: int = 0, moods: int = 0) -> Meetings:
    first = e.START + timedelta(days=1) if held else None
    return Meetings(pair, planned, held, 0, held * 60, first, moods * 4, moods)


def shown(reader: Reader, material: Material) -> Mapping[Path, object]:
    return shown_to(reader, figures(material))


@given(sizes)
def test_a_sponsor_reads_no_count_from_one_to_four(sizes: Mapping[str, int]) -> None:
    read = shown(SPONSOR, material_of(sizes))

    counts = {path: value for path, value in read.items() if path != ("rounds", "completed")}
    assert not [path for path, value in counts.items() if value in (1, 2, 3, 4)]


@given(sizes, st.sampled_from(CELLS), st.integers(1, 4), st.integers(1, 4))
def test_whatever_stands_behind_a_withheld_count_a_sponsor_reads_the_same(
    sizes: Mapping[str, int], cell: str, one: int, other: int
) -> None:
    """So no total, no sibling and no other figure can give it away."""
    first = shown(SPONSOR, material_of({**sizes, cell: one}))
    second = shown(SPONSOR, material_of({**sizes, cell: other}))

    assert first == second


def test_a_sponsor_reads_what_five_people_stand_behind() -> None:
    sizes = dict.fromkeys(CELLS, 5)

    read = shown(SPONSOR, material_of(sizes))

    assert {
        path[-1]: count for path, count in read.items() if path[:2] == ("volunteers", "mentor")
    } == {
        "waiting": 5,
        "proposed": 5,
        "paired": 5,
        "paused": 5,
        "withdrawn": 5,
        "erased": 5,
        "total": 30,
    }
    assert read["pairs", "formed"] == 15
    assert read["proposals", "made"] == 35


def test_one_withheld_count_withholds_the_totals_that_it_is_part_of() -> None:
    sizes = {**dict.fromkeys(CELLS, 5), "stopped": 2}

    read = shown(SPONSOR, material_of(sizes))

    assert read["pairs", "stopped"] == "<5"
    assert read["pairs", "active"] == 5
    # Accepted proposals are as many as pairs formed, and part of the proposals made.
    assert read["pairs", "formed"] == "hidden"
    assert read["proposals", "accepted"] == "hidden"
    assert read["proposals", "made"] == "hidden"
    assert read["volunteers", "mentor", "total"] == 30


@pytest.mark.parametrize("side", list(Side))
def test_pairs_do_not_tell_how_many_of_their_people_are_paused(side: Side) -> None:
    """Nine pairs, six of whose mentees are not paused: three are, and nobody was to read that."""
    nine = material_of({**dict.fromkeys(CELLS, 0), "active": 9})

    def with_paused(count: int) -> Mapping[Path, object]:
        paused = {pairing.people[side] for pairing in nine.pairings[:count]}
        volunteers = tuple(
            replace(one, status="paused") if one.volunteer_id in paused else one
            for one in nine.volunteers
        )
        return shown(SPONSOR, replace(nine, volunteers=volunteers))

    assert with_paused(1) == with_paused(2) == with_paused(3) == with_paused(4)
    assert with_paused(1)["pairs", "active"] == 9
    assert with_paused(1)["volunteers", side.value, "paired"] == "hidden"


def test_a_sponsor_does_not_read_what_serves_the_work_of_the_lead() -> None:
    read = shown(SPONSOR, material_of(dict.fromkeys(CELLS, 9)))

    doubts = ("concerns", "dialogues", "compromises")  # of these there are none here
    hidden = {
        path[:2] for path, value in read.items() if value == "hidden" and path[0] not in doubts
    }
    assert hidden == {
        ("rounds", "last"),
        ("mails", "proposal"),
        ("mails", "proposal_reminder"),
        ("mails", "introduction"),
        ("mails", "session_reminder"),
    }


@given(sizes)
def test_the_lead_reads_how_many_volunteer_and_are_paired_as_it_is(
    sizes: Mapping[str, int],
) -> None:
    read = shown(LEAD, material_of(sizes))

    assert read["volunteers", "mentor", "waiting"] == sizes["waiting"]
    assert read["volunteers", "mentee", "paired"] == sizes["active"]
    assert read["proposals", "declined"] == sizes["declined"]
    assert read["pairs", "stopped"] == sizes["stopped"]


def active_pairs(count: int, *met: Meetings) -> Material:
    return material_of({**dict.fromkeys(CELLS, 0), "active": count}, met)


def sessions(read: Mapping[Path, object]) -> dict[str, object]:
    return {path[-1]: value for path, value in read.items() if path[0] == "sessions"}


def test_what_two_pairs_do_is_shown_to_nobody() -> None:
    material = active_pairs(9, *(meetings(e.pair(n), held=20, moods=20) for n in (1, 2)))

    expected = {
        "planned": 0,
        "held": "hidden",
        "cancelled": 0,
        "minutes": "hidden",
        "mood_mean": "hidden",
        "days_to_first_median": "hidden",
    }
    assert sessions(shown(LEAD, material)) == expected
    assert sessions(shown(SPONSOR, material)) == expected


def test_what_three_pairs_do_is_shown_and_their_mood_is_not() -> None:
    material = active_pairs(9, *(meetings(e.pair(n), held=20, moods=20) for n in (1, 2, 3)))

    read = sessions(shown(LEAD, material))

    assert (read["held"], read["minutes"]) == (60, 3600)
    # One of the two says the mood: three pairs may be three people.
    assert read["mood_mean"] == "hidden"


def test_the_mood_of_five_pairs_is_shown() -> None:
    material = active_pairs(9, *(meetings(e.pair(n), held=1, moods=1) for n in range(1, 6)))

    assert sessions(shown(SPONSOR, material))["mood_mean"] == 4.0


def test_that_nobody_of_four_people_met_is_shown_to_nobody() -> None:
    assert set(sessions(shown(LEAD, active_pairs(2))).values()) == {"hidden"}
    assert sessions(shown(LEAD, active_pairs(3)))["held"] == 0


def test_sessions_do_not_tell_a_sponsor_how_few_pairs_there_are() -> None:
    met = [meetings(e.pair(n), planned=1) for n in (1, 2, 3)]

    few = [shown(SPONSOR, active_pairs(count)) for count in (1, 2, 3, 4)]
    assert few[0] == few[1] == few[2] == few[3]
    assert shown(SPONSOR, active_pairs(4, *met)) == few[0]
    assert sessions(shown(SPONSOR, active_pairs(5)))["held"] == 0
    assert sessions(shown(LEAD, active_pairs(4, *met)))["planned"] == 3


def test_few_sessions_of_enough_people_are_still_few_to_a_sponsor() -> None:
    material = active_pairs(9, *(meetings(e.pair(n), planned=1) for n in (1, 2, 3)))

    assert sessions(shown(LEAD, material))["planned"] == 3
    assert sessions(shown(SPONSOR, material))["planned"] == "<5"


def test_reminders_of_sessions_do_not_give_withheld_sessions_away() -> None:
    few = active_pairs(9, meetings(e.pair(1), planned=2))
    enough = active_pairs(9, *(meetings(e.pair(n), planned=2) for n in range(1, 6)))
    reminders = ("mails", "session_reminder", "sent")

    assert shown(LEAD, few)[reminders] == "hidden"
    assert shown(LEAD, few)["mails", "proposal", "sent"] == 18
    assert shown(LEAD, enough)[reminders] == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=8), st.integers(0, 8))
def test_no_figure_on_what_people_do_is_shown_with_fewer_than_five_behind_it(
    counts: list[tuple[int, int]], idle: int
) -> None:
    met = (meetings(e.pair(n), held=h, planned=p) for n, (h, p) in enumerate(counts, start=1))
    material = active_pairs(len(counts) + idle, *met)
    exact: Figures = figures(material)

    for reader in Reader:
        read = shown_to(reader, exact)
        loose = [
            path
            for path, figure in exact.items()
            if figure.doing and figure.people < 5 and read[path] != "hidden"
        ]
        assert not loose


ANSWERS = ("waiting", "accepted", "declined", "later", "expired")


@given(
    st.fixed_dictionaries(dict.fromkeys(ANSWERS, few_or_many)),
    st.sampled_from(ANSWERS),
    st.integers(1, 4),
    st.integers(1, 4),
)
def test_whatever_few_answered_so_a_sponsor_reads_the_same(
    answers: Mapping[str, int], answer: str, one: int, other: int
) -> None:
    nobody = material_of(dict.fromkeys(CELLS, 0))

    def read(count: int) -> Mapping[Path, object]:
        return shown(SPONSOR, replace(nobody, asked=Asked({**answers, answer: count})))

    assert read(one) == read(other)


def test_the_lead_reads_whom_they_asked_and_a_sponsor_from_five_on() -> None:
    asked = Asked(
        {"waiting": 5, "accepted": 7, "declined": 2}, {"waiting": 6, "given": 9, "lapsed": 5}
    )
    material = replace(material_of(dict.fromkeys(CELLS, 0)), asked=asked)

    def read(reader: Reader, what: str) -> dict[str, object]:
        counts = shown(reader, material)
        return {path[1]: count for path, count in counts.items() if path[0] == what}

    assert read(LEAD, "invitations") == {
        "waiting": 5,
        "accepted": 7,
        "declined": 2,
        "later": 0,
        "expired": 0,
        "asked": 14,
    }
    assert read(SPONSOR, "invitations") == {
        "waiting": 5,
        "accepted": 7,
        "declined": "<5",
        "later": 0,
        "expired": 0,
        "asked": "hidden",
    }
    expected = {"waiting": 6, "given": 9, "lapsed": 5, "asked": 20}
    assert read(LEAD, "confirmations") == read(SPONSOR, "confirmations") == expected


def test_an_answer_of_a_later_version_is_one_of_those_asked() -> None:
    material = replace(
        material_of(dict.fromkeys(CELLS, 0)), asked=Asked({"accepted": 6, "perhaps": 5})
    )

    assert shown(LEAD, material)["invitations", "asked"] == 11


def test_a_figure_that_betrays_what_betrays_another_is_withheld_too() -> None:
    exact: dict[Path, Figure] = {
        ("part",): Figure(3),
        ("total",): Figure(30, betrays=(("part",),)),
        ("double",): Figure(60, betrays=(("total",),)),
    }

    assert shown_to(SPONSOR, exact) == {
        ("part",): "<5",
        ("total",): "hidden",
        ("double",): "hidden",
    }
    assert shown_to(LEAD, exact) == {("part",): 3, ("total",): 30, ("double",): 60}
