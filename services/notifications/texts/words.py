"""Small words in both languages: dates, times, zones and the names of hobbies.

Hobbies are codes on the topic; one that has no name here is shown as its code, readable at least.
"""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_timezone_location
from babel.units import format_unit

from services.notifications.domain.pairs import Window

LANGUAGES = ("en", "ru")

_DATE = {"en": "d MMMM y", "ru": "d MMMM y 'года'"}
_ZONE = {"en": "{} time", "ru": "часовой пояс: {}"}
_A_MONDAY = datetime(2001, 1, 1)  # noqa: DTZ001 - a day of the week, in whatever zone
_STRANGER = {"en": "a colleague", "ru": "коллега"}
_PARTNER = {"en": "your colleague", "ru": "коллега"}

HOBBIES: dict[str, dict[str, str]] = {
    "art": {"en": "art", "ru": "искусство"},
    "astronomy": {"en": "astronomy", "ru": "астрономия"},
    "baking": {"en": "baking", "ru": "выпечка"},
    "board_games": {"en": "board games", "ru": "настольные игры"},
    "books": {"en": "books", "ru": "книги"},
    "chess": {"en": "chess", "ru": "шахматы"},
    "cinema": {"en": "cinema", "ru": "кино"},
    "climbing": {"en": "climbing", "ru": "скалолазание"},
    "cooking": {"en": "cooking", "ru": "кулинария"},
    "cycling": {"en": "cycling", "ru": "велосипед"},
    "dancing": {"en": "dancing", "ru": "танцы"},
    "drawing": {"en": "drawing", "ru": "рисование"},
    "fishing": {"en": "fishing", "ru": "рыбалка"},
    "fitness": {"en": "fitness", "ru": "фитнес"},
    "football": {"en": "football", "ru": "футбол"},
    "gaming": {"en": "computer games", "ru": "компьютерные игры"},
    "gardening": {"en": "gardening", "ru": "садоводство"},
    "guitar": {"en": "playing the guitar", "ru": "игра на гитаре"},
    "hiking": {"en": "hiking", "ru": "походы"},
    "history": {"en": "history", "ru": "история"},
    "languages": {"en": "languages", "ru": "языки"},
    "music": {"en": "music", "ru": "музыка"},
    "painting": {"en": "painting", "ru": "живопись"},
    "photography": {"en": "photography", "ru": "фотография"},
    "reading": {"en": "reading", "ru": "чтение"},
    "running": {"en": "running", "ru": "бег"},  # noqa: RUF001 - a Russian word
    "sailing": {"en": "sailing", "ru": "парусный спорт"},
    "skiing": {"en": "skiing", "ru": "лыжи"},
    "swimming": {"en": "swimming", "ru": "плавание"},
    "tennis": {"en": "tennis", "ru": "теннис"},
    "theatre": {"en": "theatre", "ru": "театр"},
    "travel": {"en": "travel", "ru": "путешествия"},
    "volunteering": {"en": "volunteering", "ru": "волонтёрство"},
    "writing": {"en": "writing", "ru": "писательство"},
    "yoga": {"en": "yoga", "ru": "йога"},
}


def language_of(locale: str) -> str:
    """The language to write in; English for anybody whose language we do not have."""
    language = locale.lower()[:2]
    return language if language in LANGUAGES else "en"


def zone_name(zone: ZoneInfo, language: str) -> str:
    """The zone as people call it: by its city, or by its offset where that never changes.

    The names of such zones mislead: Etc/GMT-3 is three hours ahead.
    """
    offset = zone.utcoffset(None)
    if offset is not None:
        hours = offset / timedelta(hours=1)
        return f"UTC{hours:+g}" if hours else "UTC"
    city = get_timezone_location(zone, locale=language, return_city=True)
    return _ZONE[language].format(city.rpartition("/")[2])


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """A day of the week, a date and a time of the reader's zone, 24 hours."""
    return format_datetime(at, f"EEEE, {_DATE[language]}, HH:mm", tzinfo=zone, locale=language)


def deadline(at: datetime, zone: ZoneInfo, language: str) -> str:
    """A date and a time, fit to follow "by" and its Russian sister, which bends names of days."""
    return format_datetime(at, f"{_DATE[language]}, HH:mm", tzinfo=zone, locale=language)


def day(on: date, language: str) -> str:
    """A date."""
    return format_date(on, _DATE[language], locale=language)


def minutes(count: int, language: str) -> str:
    """A length of time: "45 minutes"."""
    return format_unit(count, "duration-minute", locale=language)


def hobby(code: str, language: str) -> str:
    """The name of a hobby."""
    return HOBBIES.get(code, {}).get(language) or code.replace("_", " ").replace("-", " ")


def nameless(language: str, *, paired: bool) -> str:
    """What a partner without a name is called, before both have said yes and afterwards."""
    return (_PARTNER if paired else _STRANGER)[language]


def weekly(windows: Iterable[Window], zone: ZoneInfo, language: str, found_on: date) -> list[str]:
    """Weekly windows of UTC as lines of the reader's zone.

    They go by its clock on the day when they were found, or summer time would move what people said by an hour.
    """
    offset = datetime.combine(found_on, time(12), zone).utcoffset() or timedelta()
    lines = []
    for window in windows:
        begins = _A_MONDAY + timedelta(days=window.weekday, minutes=window.start) + offset
        ends = begins + timedelta(minutes=window.minutes)
        name = format_date(begins, "EEEE", locale=language)
        line = f"{name}, {begins:%H:%M}–{ends:%H:%M}"  # noqa: RUF001 - a range
        lines.append(((begins.weekday(), begins.time()), line))
    return [line for _, line in sorted(lines)]
