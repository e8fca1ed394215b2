"""The words: complete in both languages, in the reader's zone, and safe whatever a name holds."""

# ruff: noqa: RUF001 - Russian letters look like Latin ones

import re
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from jinja2 import meta

from services.notifications.domain.pairs import Side, TopicLabels, Window
from services.notifications.domain.quiet import zone_of
from services.notifications.domain.reminders import Kind
from services.notifications.texts import words
from services.notifications.texts.writing import TEMPLATES, clean, write
from tests.notifications.letters import ANNA, TOPICS, VIKTOR, letter

PAGE = "https://obverse.test/me"
TEXTS = Path(words.__file__).parent
CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def variables(language: str, name: str) -> set[str]:
    source = (TEXTS / language / name).read_text(encoding="utf-8")
    return meta.find_undeclared_variables(TEMPLATES.parse(source))


def test_both_languages_have_the_same_texts_with_the_same_contents() -> None:
    english = {path.name for path in (TEXTS / "en").iterdir()}
    russian = {path.name for path in (TEXTS / "ru").iterdir()}
    assert english == russian
    assert len(english) == 12
    for name in english:
        assert variables("en", name) == variables("ru", name)


def test_small_words_are_there_in_both_languages() -> None:
    for name in words.HOBBIES.values():
        assert set(name) == {"en", "ru"}
        assert CYRILLIC.search(name["ru"])
        assert not CYRILLIC.search(name["en"])


@pytest.mark.parametrize(("kind", "side", "page"), list(product(Kind, Side, (PAGE, None))))
def test_no_text_mixes_the_languages(kind: Kind, side: Side, page: str | None) -> None:
    english = write(letter(kind, side, reader=replace(ANNA, locale="en")), page)
    assert not CYRILLIC.search(english.subject + english.plain + english.html)
    russian = write(
        letter(
            kind,
            side,
            reader=replace(ANNA, name="Анна", locale="ru"),
            partner=replace(VIKTOR, name="Виктор", email="@"),
        ),
        page,
    )
    latin = set(re.findall("[A-Za-z]{2,}", russian.subject + russian.plain))
    assert latin <= {"Obverse", "https", "obverse", "test", "me"}


def test_a_proposal_in_english() -> None:
    text = write(letter(Kind.PROPOSAL), PAGE)
    assert text.subject == "Reverse mentoring: would you like to work with Viktor Lang?"
    assert text.plain == (
        "Hello Anna Petrova,\n\n"
        "We have found somebody for you in the reverse mentoring programme: Viktor Lang.\n\n"
        "You offer what Viktor Lang would like to learn:\n"
        "- Artificial intelligence\n"
        "- Social media\n\n"
        "You also share a hobby: chess.\n\n"
        "These times of the week suit both of you (Berlin time):\n"
        "- Monday, 08:30–10:00\n"
        "- Friday, 00:00–01:00\n\n"
        "Please answer yes or no by 6 November 2026, 17:00 (Berlin time). A no needs no reason, and "
        "nobody is told one. Without an answer the offer ends by itself.\n\n"
        "Your answer: https://obverse.test/me\n\n"
        "Your mentoring programme\n"
    )


def test_a_proposal_in_russian() -> None:
    text = write(letter(Kind.PROPOSAL, Side.MENTEE), None)
    assert text.subject == "Обратное наставничество: ваша возможная пара — Anna Petrova"
    assert text.plain == (
        "Здравствуйте, Viktor Lang!\n\n"
        "В программе обратного наставничества для вас нашлась пара: Anna Petrova.\n\n"
        "Вот чему вы хотели научиться и чем с вами готовы поделиться:\n"
        "- Искусственный интеллект\n"
        "- Социальные сети\n\n"
        "У вас есть и общее увлечение: шахматы.\n\n"
        "Каждую неделю вам обоим удобно в это время (часовой пояс: Москва):\n"
        "- понедельник, 10:30–12:00\n"
        "- пятница, 02:00–03:00\n\n"
        "Пожалуйста, ответьте «да» или «нет» до 6 ноября 2026 года, 19:00 (часовой пояс: Москва). "
        "Причину отказа объяснять не нужно, и её никто не узнает. Без ответа предложение закроется само.\n\n"
        "Ответить можно в Obverse.\n\n"
        "Ваша программа наставничества\n"
    )


def test_an_introduction_names_the_partner_the_hobby_the_times_and_an_agenda() -> None:
    text = write(letter(Kind.INTRODUCTION), PAGE)
    assert (
        "You both said yes: you and Viktor Lang are a mentoring pair until 5 February 2027"
        in text.plain
    )
    assert "You share a hobby, which makes a good beginning: chess." in text.plain
    assert "- Monday, 08:30–10:00\n" in text.plain
    assert "An agenda for your first meeting, 45 minutes:\n- 5 minutes: who you are" in text.plain
    assert "write to Viktor Lang (viktor@example.org) today" in text.plain


def test_mentors_and_mentees_are_introduced_in_different_words() -> None:
    mentor = write(letter(Kind.INTRODUCTION), PAGE).plain
    mentee = write(letter(Kind.INTRODUCTION, Side.MENTEE, reader=ANNA), PAGE).plain
    assert "It is normal to feel the weight of teaching a senior colleague." in mentor
    assert "Reverse mentoring asks more of you than it seems." in mentee
    assert "asks more of you" not in mentor
    assert "the weight of teaching" not in mentee


def test_a_session_reminder_in_both_languages() -> None:
    english = write(letter(Kind.SESSION_REMINDER), PAGE)
    russian = write(letter(Kind.SESSION_REMINDER, Side.MENTEE), PAGE)
    assert english.subject == (
        "Your mentoring session with Viktor Lang: Monday, 9 November 2026, 09:30"
    )
    assert "- Monday, 9 November 2026, 09:30 (Berlin time)\n- 45 minutes\n" in english.plain
    assert russian.subject == (
        "Встреча по наставничеству (Anna Petrova): понедельник, 9 ноября 2026 года, 11:30"
    )
    assert "- 45 минут\n- ваша пара: Anna Petrova\n" in russian.plain


def test_an_invitation_in_both_languages() -> None:
    english = write(letter(Kind.INVITATION, topics=TOPICS[:1]), PAGE)
    assert english.subject == "Would you like to take part in reverse mentoring?"
    assert (
        "They thought of you because of this topic:\n- Artificial intelligence\n" in english.plain
    )
    assert "It is a question and nothing more; you are not enrolled." in english.plain
    russian = write(letter(Kind.INVITATION, Side.MENTEE, topics=()), None)
    assert russian.subject == "Хотите участвовать в обратном наставничестве?"
    assert "этой темы" not in russian.plain
    assert "Это только вопрос: вы никуда не записаны." in russian.plain


def test_a_confirmation_in_both_languages() -> None:
    english = write(letter(Kind.CONFIRMATION), PAGE)
    assert "Please confirm by 5 February 2027. Without an answer you are paused" in english.plain
    russian = write(letter(Kind.CONFIRMATION, Side.MENTEE), PAGE)
    assert "не позднее этой даты: 5 февраля 2027 года. Без ответа" in russian.plain


def test_a_gap_names_its_topic_and_no_number() -> None:
    english = write(letter(Kind.GAP_OPENED, topics=TOPICS[:1]), PAGE)
    assert english.subject == "More colleagues want a topic than your mentors can teach"
    assert (
        "more people want to learn this than there are places with its mentors:\n"
        "- Artificial intelligence\n\n"
        "You could invite colleagues" in english.plain
    )
    assert not re.search("[0-9]", english.plain)
    russian = write(letter(Kind.GAP_OPENED, Side.MENTEE, topics=TOPICS[:1]), None)
    assert "мест у её наставников:\n- Искусственный интеллект\n\nМожно" in russian.plain
    assert not re.search("[0-9]", russian.plain)


def test_a_conversation_and_a_compromise_are_told_with_their_day_and_nothing_that_was_said() -> (
    None
):
    ahead = write(letter(Kind.DIALOGUE_AHEAD), PAGE)
    assert ahead.subject == "An open conversation in your programme on 5 February 2027"
    due = write(letter(Kind.COMPROMISE_DUE, Side.MENTEE), None)
    assert due.subject == "Срок договорённости в вашей программе: 5 февраля 2027 года"
    assert "Посмотреть можно в Obverse." in due.plain


def test_a_reader_without_a_name_is_greeted_without_one() -> None:
    english = write(letter(Kind.PROPOSAL, reader=replace(ANNA, name="")), None)
    russian = write(letter(Kind.PROPOSAL, reader=replace(ANNA, name=" ", locale="ru")), None)
    assert english.plain.startswith("Hello,\n")
    assert russian.plain.startswith("Здравствуйте!\n")


def test_a_partner_without_a_name_is_a_colleague() -> None:
    nameless = replace(VIKTOR, name="")
    english = write(letter(Kind.PROPOSAL, partner=nameless), None)
    russian = write(letter(Kind.PROPOSAL, Side.MENTEE, partner=nameless), None)
    assert english.subject == "Reverse mentoring: would you like to work with a colleague?"
    assert russian.subject == "Обратное наставничество: ваша возможная пара — коллега"


def test_a_partner_without_a_name_is_your_colleague_once_both_said_yes() -> None:
    nameless = replace(VIKTOR, name="")
    mentor = write(letter(Kind.INTRODUCTION, partner=nameless), None)
    mentee = write(letter(Kind.INTRODUCTION, Side.MENTEE, reader=ANNA, partner=nameless), None)
    session = write(letter(Kind.SESSION_REMINDER, partner=nameless), None)
    assert mentor.subject == "You and your colleague are a mentoring pair"
    assert "write to your colleague (viktor@example.org) today" in mentor.plain
    assert "until 5 February 2027, and your colleague is your mentor. What" in mentee.plain
    assert session.subject.startswith("Your mentoring session with your colleague: Monday")


def test_a_first_session_is_not_spoken_of_as_if_there_had_been_another() -> None:
    mentor = write(letter(Kind.SESSION_REMINDER), None).plain
    mentee = write(letter(Kind.SESSION_REMINDER, Side.MENTEE, reader=ANNA), None).plain
    assert "If you have met before, also ask what became of the last one." in mentor
    assert "If you have met before, try once more what you saw last time." in mentee


@pytest.mark.parametrize(
    ("zone", "english", "russian"),
    [
        ("Europe/Berlin", "Berlin time", "часовой пояс: Берлин"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires time", "часовой пояс: Buenos Aires"),
        ("Etc/GMT-3", "UTC+3", "UTC+3"),
        ("Etc/GMT+5", "UTC-5", "UTC-5"),
        ("Etc/Zulu", "UTC", "UTC"),
    ],
)
def test_a_zone_is_called_by_its_city_or_by_its_offset(
    zone: str, english: str, russian: str
) -> None:
    assert words.zone_name(zone_of(zone), "en") == english
    assert words.zone_name(zone_of(zone), "ru") == russian


def test_a_session_reminder_does_without_the_partner() -> None:
    text = write(letter(Kind.SESSION_REMINDER, partner=None), None)
    assert text.subject == "Your mentoring session: Monday, 9 November 2026, 09:30"


def test_nothing_is_said_of_a_hobby_or_of_times_that_there_are_not() -> None:
    text = write(letter(Kind.INTRODUCTION, hobby=None, windows=()), PAGE)
    assert "hobby" not in text.plain
    assert "times of the week" not in text.plain
    assert "\n\n\n" not in text.plain


def test_another_language_is_answered_in_english() -> None:
    assert write(letter(Kind.PROPOSAL, reader=replace(ANNA, locale="fr")), None).language == "en"


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_is_utc(zone: str) -> None:
    text = write(letter(Kind.SESSION_REMINDER, reader=replace(ANNA, time_zone=zone)), None)
    assert "- Monday, 9 November 2026, 08:30 (UTC)\n" in text.plain


def test_weekly_windows_are_the_times_that_people_named_also_when_summer_time_ends() -> None:
    """Both were found from Monday, 09:30 to 11:00 in Berlin; summer time ends on 25 October 2026."""
    berlin = zone_of("Europe/Berlin")
    named = ["Monday, 09:30–11:00"]
    assert words.weekly([Window(0, 450, 90)], berlin, "en", date(2026, 10, 23)) == named
    assert words.weekly([Window(0, 510, 90)], berlin, "en", date(2026, 10, 26)) == named


def test_a_hobby_that_has_no_name_here_shows_its_code() -> None:
    assert words.hobby("ice_hockey", "en") == "ice hockey"


def test_the_html_alternative_says_the_same_and_escapes_everything() -> None:
    partner = replace(VIKTOR, name='<script>alert("x")</script> & Co https://evil.test')
    labels = (TopicLabels("<b>AI</b>", "ИИ"),)
    text = write(letter(Kind.INTRODUCTION, partner=partner, topics=labels), PAGE)
    assert "<script" not in text.html
    assert "<li>&lt;b&gt;AI&lt;/b&gt;</li>" in text.html
    assert '<a href="https://obverse.test/me">https://obverse.test/me</a>' in text.html
    assert 'href="https://evil.test' not in text.html
    assert text.html.startswith('<!doctype html>\n<html lang="en">')


@pytest.mark.parametrize(
    ("name", "cleaned"),
    [
        ("Anna\r\nBcc: x@y.z", "Anna Bcc: x@y.z"),
        ("\u202eannA\u2066", "annA"),
        ("Anna\x00\x07", "Anna"),
        ("  Анна \u2028 Мария ", "Анна Мария"),
        ("क्\u200dष", "क्\u200dष"),
        ("x" * 500, "x" * 120),
    ],
)
def test_a_name_is_one_visible_line(name: str, cleaned: str) -> None:
    assert clean(name) == cleaned
