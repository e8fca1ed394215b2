"""What a lead decided and what a volunteer said come over from enrollment whole."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from services.matching import translation
from services.matching.domain.terms import AttributeRule
from shared.contracts.enrollment.v1 import CandidateChanged, ProgrammeChanged

EXAMPLES = Path(__file__).parents[2] / "shared/contracts/examples"


def example(event: str) -> dict[str, Any]:
    """The data of a golden message."""
    text = (EXAMPLES / f"obverse.enrollment.{event}.v1.json").read_text("utf-8")
    value: dict[str, Any] = json.loads(text)["value"]
    return value


def test_floor_rules_and_stable_mode_of_a_policy_are_read() -> None:
    data = example("programme.changed")
    data["matching"] |= {
        "need_floor": 3,
        "stable": True,
        "attribute_rules": [
            {"attribute": "site", "relation": "different", "points": None},
            {"attribute": "hobbies", "relation": "contains", "points": 10},
        ],
    }

    terms = translation.terms(ProgrammeChanged.model_validate(data))
    assert (terms.need_floor, terms.stable) == (3, True)
    assert terms.attribute_demands == (AttributeRule("site", "different"),)
    assert terms.attribute_wishes == (AttributeRule("hobbies", "contains", 10),)


def test_a_policy_of_an_earlier_release_asks_for_no_more_than_it_did() -> None:
    data = example("programme.changed")
    for name in ("need_floor", "attribute_rules", "stable"):
        del data["matching"][name]

    terms = translation.terms(ProgrammeChanged.model_validate(data))
    assert (terms.need_floor, terms.attribute_rules, terms.stable) == (1, (), False)


def test_a_candidate_comes_with_exposure_last_day_and_steps_of_the_line() -> None:
    candidate = translation.candidate(CandidateChanged.model_validate(example("candidate.changed")))

    assert candidate.exposure == ("strategy",)
    assert candidate.until == date(2027, 6, 30)
    assert candidate.has_task is False
    assert candidate.direct_managers == candidate.managers[:1]
    assert candidate.near_managers == candidate.managers
    assert len(candidate.managers) == 2
