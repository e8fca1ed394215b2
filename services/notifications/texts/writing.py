"""A letter put into words: subject, plain text, and a simple HTML alternative made from the same text.

A template's first line is the subject; blank lines part paragraphs, lines starting with "- " are a list.
"""

import re
import unicodedata
from dataclasses import dataclass
from html import escape
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications.domain.letters import Letter
from services.notifications.domain.quiet import zone_of
from services.notifications.domain.reminders import Kind
from services.notifications.texts import words

MAX_NAME = 120

# Plain text: nothing is escaped here, the HTML alternative escapes all of it.
TEMPLATES = Environment(  # noqa: S701
    loader=FileSystemLoader(Path(__file__).parent), undefined=StrictUndefined, trim_blocks=False
)

_HTML = (
    '<!doctype html>\n<html lang="{language}">\n<head><meta charset="utf-8"><title>{title}</title></head>\n'
    '<body style="font-family:sans-serif;line-height:1.5;max-width:40em">\n{body}\n</body>\n</html>\n'
)


@dataclass(frozen=True, slots=True)
class Text:
    """A mail's words."""

    language: str
    subject: str
    plain: str
    html: str


def template_name(letter: Letter) -> str:
    """Mentors and mentees are introduced in different words: what each of them fears is different."""
    if letter.kind is Kind.INTRODUCTION and letter.side:
        return f"{letter.kind}_{letter.side}"
    return str(letter.kind)


def write(letter: Letter, page: str | None) -> Text:
    """The letter in its reader's language and time zone; `page` is where to answer."""
    language = words.language_of(letter.reader.locale)
    template = TEMPLATES.get_template(f"{language}/{template_name(letter)}.txt")
    subject, _, body = template.render(_values(letter, language, page)).strip().partition("\n")
    paragraphs = re.split(r"\n\s*\n", body.strip())
    plain = "\n\n".join(part.strip() for part in paragraphs) + "\n"
    html = "\n".join(_paragraph_as_html(part.strip(), page) for part in paragraphs)
    html = _HTML.format(language=language, title=escape(subject), body=html)
    return Text(language, subject.strip(), plain, html)


def clean(name: str) -> str:
    """One line without control, bidi or other invisible characters, so that a name stays a name."""
    spaced = " ".join(name.split())
    visible = "".join(
        c for c in spaced if unicodedata.category(c) not in _INVISIBLE or c in _JOINERS
    )
    return visible.strip()[:MAX_NAME]


_BEFORE_BOTH_SAID_YES = frozenset({Kind.PROPOSAL, Kind.PROPOSAL_REMINDER})
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"  # they belong to the spelling of names in some scripts


def _values(letter: Letter, language: str, page: str | None) -> dict[str, object]:
    zone = zone_of(letter.reader.time_zone)
    partner, session = letter.partner, letter.session
    nameless = words.nameless(language, paired=letter.kind not in _BEFORE_BOTH_SAID_YES)
    return {
        "reader": clean(letter.reader.name),
        "side": letter.side,
        "partner": (clean(partner.name) or nameless) if partner else "",
        "partner_address": clean(partner.email) if partner else "",
        "topics": [clean(getattr(labels, language)) for labels in letter.topics],
        "hobby": words.hobby(letter.hobby, language) if letter.hobby else "",
        "windows": words.weekly(letter.windows, zone, language, letter.windows_found_on),
        "zone": words.zone_name(zone, language),
        "answer_by": words.deadline(letter.answer_by, zone, language) if letter.answer_by else "",
        "until": words.day(letter.until, language) if letter.until else "",
        "starts_at": words.moment(session.starts_at, zone, language) if session else "",
        "length": words.minutes(session.minutes, language) if session else "",
        "page": page or "",
    }


def _paragraph_as_html(paragraph: str, page: str | None) -> str:
    blocks = []
    for is_list, lines in groupby(paragraph.splitlines(), lambda line: line.startswith("- ")):
        texts = [escape(line.removeprefix("- ").strip()) for line in lines]
        if is_list:
            blocks.append("<ul>" + "".join(f"<li>{text}</li>" for text in texts) + "</ul>")
        else:
            blocks.append(f"<p>{' '.join(texts)}</p>")
    html = "".join(blocks)
    # Only our own page becomes a link: a name may look like an address of the web.
    link = escape(page or "")
    return html.replace(link, f'<a href="{link}">{link}</a>') if link else html
