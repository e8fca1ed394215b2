"""Why two were paired, in both languages; the words typed by hand."""
# ruff: noqa: RUF001 - Russian words

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.matching.domain.candidates import Candidate, Need, Offer
from services.matching.domain.explaining.parts import PairReasons, reasons_of, shown
from services.matching.domain.score import PARTS, scarcity_of, score, worth
from services.matching.domain.terms import Terms
from services.matching.texts.pairs import lines
from services.matching.texts.phrases import LANGUAGES, say
from tests.matching.builders import TERMS, a_mentee, a_mentor, profile

WEIGHTS = dict.fromkeys(PARTS, 10) | {"topics": 40, "motivation": 20, "openness": 8}
ALL_PARTS = replace(TERMS, weights=WEIGHTS)


def why(mentor: Candidate, mentee: Candidate, terms: Terms = TERMS) -> PairReasons:
    one, other = profile(mentor), profile(mentee)
    points = score(one, other, terms, scarcity_of([one], [other]))
    return reasons_of(one, other, terms, points)


def test_a_pair_is_explained_in_english() -> None:
    mentor = a_mentor(1, hobbies=("chess", "yoga"), site="moscow", motivation=5)
    mentee = a_mentee(2, hobbies=("yoga",))

    assert lines(why(mentor, mentee), "en") == (
        "For the mentee",
        "Topics (40 of 40 points): the mentor can teach 1 of the wanted topics: ai.",
        "Hobbies (3 of 10 points): 1 hobby in common.",
        "Common time (5 of 10 points): 120 minutes a week free at the same time.",
        "A view from elsewhere (5 of 10 points): the same unit, another site.",
        "For the mentor",
        "Hobbies (3 of 10 points): 1 hobby in common.",
        "Common time (5 of 10 points): 120 minutes a week free at the same time.",
        "For the programme",
        "A scarce topic (5 of 10 points): the mentor teaches what many want and few offer.",
        "Told in confidence (20 of 20 points): what the two say of themselves and what earlier feedback taught, in one sum.",
    )


def test_a_pair_is_explained_in_russian_with_the_forms_of_its_numbers() -> None:
    mentor = a_mentor(1, offers=(Offer("ai", 4), Offer("crm", 3)), hobbies=("chess", "yoga", "art"))
    mentee = a_mentee(2, needs=(Need("ai", 1, 1), Need("crm", 1, 2)), hobbies=("art", "yoga"))
    terms = replace(TERMS, weights={"topics": 41, "hobbies": 1, "distance": 22})

    assert lines(why(mentor, mentee, terms), "ru") == (
        "Для обучаемого",
        "Темы (27 из 41 балла): наставник может научить 2 нужным темам: ai, crm.",
        "Увлечения (0 из 1 балла): 2 общих увлечения.",
        "Взгляд со стороны (0 из 22 баллов): то же подразделение и та же площадка.",
        "Для наставника",
        "Увлечения (0 из 1 балла): 2 общих увлечения.",
    )


@pytest.mark.parametrize(
    ("count", "english", "russian"),
    [
        (0, "no hobby in common.", "общих увлечений нет."),
        (1, "1 hobby in common.", "1 общее увлечение."),
        (2, "2 hobbies in common.", "2 общих увлечения."),
        (5, "5 hobbies in common.", "5 общих увлечений."),
        (11, "11 hobbies in common.", "11 общих увлечений."),
        (21, "21 hobbies in common.", "21 общее увлечение."),
        (22, "22 hobbies in common.", "22 общих увлечения."),
    ],
)
def test_a_number_takes_its_plural_form(count: int, english: str, russian: str) -> None:
    assert say("en", "part.hobbies", count=count) == english
    assert say("ru", "part.hobbies", count=count) == russian


@st.composite
def two(draw: st.DrawFn) -> tuple[Candidate, Candidate]:
    hobbies = st.lists(st.sampled_from(["chess", "yoga", "art", "skiing"]), unique=True).map(tuple)
    units = st.sampled_from(["sales", "it"])
    mentor = a_mentor(
        1,
        offers=(Offer("ai", draw(st.integers(1, 5))),),
        hobbies=draw(hobbies),
        unit=draw(units),
        motivation=draw(st.integers(1, 5)),
        exposure=("strategy", "finance"),
    )
    mentee = a_mentee(2, hobbies=draw(hobbies), unit=draw(units), openness=draw(st.integers(1, 5)))
    return mentor, mentee


@given(two())
def test_the_points_of_an_explanation_sum_up_to_the_score_of_the_pair(
    them: tuple[Candidate, Candidate],
) -> None:
    told = why(*them, ALL_PARTS)
    one, other = map(profile, them)
    points = score(one, other, ALL_PARTS, scarcity_of([one], [other]))

    assert told.score == sum(reason.points for reason in told.reasons) == worth(points).total
    assert all(lines(told, language) for language in LANGUAGES)


def test_what_is_told_in_confidence_can_only_be_read_as_one_sum() -> None:
    keen = why(a_mentor(1, motivation=5), a_mentee(2, openness=1), ALL_PARTS)
    calm = why(a_mentor(1, motivation=3), a_mentee(2, openness=5), ALL_PARTS)

    told = {reason.part for reason in (*keen.reasons, *calm.reasons)}
    assert told.isdisjoint({"motivation", "openness", "feedback"})
    assert [one.points for one in keen.reasons if one.part == "confidential"] == [25]
    assert [one.points for one in calm.reasons if one.part == "confidential"] == [23]


def test_points_are_shown_with_what_is_private_as_one_sum() -> None:
    points = {"topics": 40, "motivation": 3, "openness": 4, "feedback": 5}
    assert shown(points) == {"topics": 40, "confidential": 12}
    assert shown({"topics": 40}) == {"topics": 40}
