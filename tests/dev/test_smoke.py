"""How the smoke test judges what came out of the story."""

import pytest

from dev.demo.smoke import flaws

GOOD = {
    "pairs_formed": 88,
    "sessions_held": 65,
    "mails_sent": 570,
    "mails_received": 570,
    "dead_letters": 0,
}


def test_a_whole_story_has_no_flaw() -> None:
    assert list(flaws(GOOD)) == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"pairs_formed": 0}, "no pair was formed"),
        ({"sessions_held": 0}, "no session was reported"),
        ({"mails_sent": 0, "mails_received": 0}, "received no mail"),
        ({"mails_received": 569}, "570 mails count as sent, and the mail catcher has received 569"),
        ({"mails_received": 571}, "570 mails count as sent, and the mail catcher has received 571"),
        ({"dead_letters": 2}, "2 dead letters"),
    ],
)
def test_a_flaw_is_told(wrong: dict[str, int], words: str) -> None:
    (found,) = flaws(GOOD | wrong)
    assert words in found
