"""Facts about doubts and conversations as events: days, codes and ids, and no word of what was said."""

import json
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.enrollment.domain import dialogues, doubts
from services.enrollment.domain.ports import Fact
from services.enrollment.translation import log_line, outgoing
from shared.contracts.envelope import to_value
from tests.enrollment.test_dialogues import DIALOGUE, FIRST, HELD
from tests.enrollment.test_doubts import ANSWERED, CONCERN

CONCERN_ID = "00000000-0000-0000-0000-00000000001e"
DIALOGUE_ID = "00000000-0000-0000-0000-000000000028"
COMPROMISE_ID = "00000000-0000-0000-0000-000000000029"
PROGRAMME_ID = "00000000-0000-0000-0000-00000000000a"
OF_CONCERN = {"concern_id": CONCERN_ID, "programme_id": PROGRAMME_ID, "code": "fear_of_harm"}
OF_DIALOGUE = {"dialogue_id": DIALOGUE_ID, "programme_id": PROGRAMME_ID}
CLOSED = ANSWERED.close(date(2027, 2, 1))[0]
REVIEW = HELD.review(FIRST.compromise_id, dialogues.Outcome.BROKEN, None, date(2027, 3, 2))[1][0]


@pytest.mark.parametrize(
    ("fact", "key", "data"),
    [
        (
            doubts.ConcernRaised(CONCERN),
            CONCERN_ID,
            OF_CONCERN | {"asked_on": "2027-01-11"},
        ),
        (
            doubts.ConcernAnswered(ANSWERED),
            CONCERN_ID,
            OF_CONCERN
            | {
                "asked_on": "2027-01-11",
                "answered_on": "2027-01-11",
                "cases": 1,
                "progress_ids": [],
                "kpis": [],
                "taste_sprint": True,
            },
        ),
        (doubts.ConcernClosed(CLOSED), CONCERN_ID, OF_CONCERN | {"closed_on": "2027-02-01"}),
        (
            doubts.ReplyReady(UUID(int=1), UUID(int=10), UUID(int=2)),
            str(UUID(int=1)),
            {
                "request_id": str(UUID(int=1)),
                "programme_id": PROGRAMME_ID,
                "person_id": str(UUID(int=2)),
            },
        ),
        (
            dialogues.DialoguePlanned(DIALOGUE),
            DIALOGUE_ID,
            OF_DIALOGUE | {"planned_for": "2027-02-16"},
        ),
        (dialogues.DialogueHeld(HELD), DIALOGUE_ID, OF_DIALOGUE | {"held_on": "2027-02-16"}),
        (
            dialogues.CompromiseAgreed(HELD, FIRST),
            DIALOGUE_ID,
            OF_DIALOGUE | {"compromise_id": COMPROMISE_ID, "owner": "lead", "due": "2027-03-01"},
        ),
        (
            REVIEW,
            DIALOGUE_ID,
            OF_DIALOGUE
            | {
                "compromise_id": COMPROMISE_ID,
                "owner": "lead",
                "outcome": "broken",
                "reviewed_on": "2027-03-02",
            },
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_fact_is_told_by_days_codes_and_ids(fact: Fact, key: str, data: dict[str, Any]) -> None:
    contract, told_key = outgoing(fact)
    assert (told_key, json.loads(to_value(contract))) == (key, data)


def test_the_log_has_ids_and_a_reply_has_no_line() -> None:
    assert log_line(doubts.ConcernRaised(CONCERN)) == (
        "concern.raised",
        {"programme_id": PROGRAMME_ID, "concern_id": CONCERN_ID},
    )
    assert log_line(doubts.ReplyReady(UUID(int=1), UUID(int=10), UUID(int=2))) is None
