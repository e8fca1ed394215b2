"""How a page of calls is read and held against what a service answers."""

from typing import Any

import pytest

from tests.support.http_pages import Otherwise, filled, learn, steps

PAGE = """\
Open it:

```http
POST {enrollment}/v1/programmes
Authorization: Bearer {lead}
Idempotency-Key: open

{"title": "Mentoring"}
```

It is a draft:

```json 201
{"programme_id": "{programme}", "state": "draft"}
```
"""


def test_a_call_has_its_answer_behind_it() -> None:
    (step,) = steps(PAGE)
    assert (step.method, step.url, step.status) == ("POST", "{enrollment}/v1/programmes", 201)
    assert step.headers == {"Authorization": "Bearer {lead}", "Idempotency-Key": "open"}
    assert step.body == '{"title": "Mentoring"}'
    assert step.answer == {"programme_id": "{programme}", "state": "draft"}


def test_a_call_without_an_answer_is_no_page() -> None:
    with pytest.raises(ValueError, match="no answer"):
        steps(PAGE[: PAGE.index("It is a draft")])


def test_words_that_have_a_value_are_put_in_and_others_stay() -> None:
    assert filled('{a}/{b} {"c": 1}', {"a": "x"}) == 'x/{b} {"c": 1}'


def test_a_word_without_a_value_takes_the_one_of_the_answer() -> None:
    expected = {"id": "{programme}", "items": [{"of": "{programme}", "at": "..."}]}
    found = {"id": "p1", "more": True, "items": [{"of": "p1", "at": "noon"}]}
    assert learn(expected, found, {"lead": "t"}) == {"lead": "t", "programme": "p1"}


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"id": "{programme}"}, {"id": "p2"}),
        ({"state": "draft"}, {"state": "open"}),
        ({"state": "draft"}, {}),
        ([1, 2], [1]),
        ({"n": 1}, {"n": {"deep": 1}}),
    ],
)
def test_another_answer_is_found_out(expected: Any, found: Any) -> None:
    with pytest.raises(Otherwise):
        learn(expected, found, {"programme": "p1"})
