"""The other matcher at work: read by the interpreter of its own environment, which knows nothing of this project.

    python peer_rules.py POOL.jsonl ANSWER.json

Its own rules in its own classes, and its own way from lists to pairs (`matching.process.process_data`), so that
what is written is what a user of it would get: pairs, their scores, and seconds without start and reading.
"""

import json
import operator
import sys
import time
from pathlib import Path
from typing import Any

from matching import process
from matching.mentee import Mentee
from matching.mentor import Mentor
from matching.rules.rule import Disqualify, Equivalent, Grade


def rules() -> list[Any]:
    """The conditions, and the points."""
    return [
        Disqualify(lambda match: match.mentor.organisation == match.mentee.organisation),
        Disqualify(lambda match: match.mentee.grade - match.mentor.grade < 2),
        Equivalent("profession", {True: 5, False: 0}),
        *(Grade(-steps, operator.le, {True: 1, False: 0}) for steps in (1, 2, 3, 4)),
    ]


def people(pool: Path) -> tuple[list[Any], list[Any]]:
    """Mentors and mentees; a volunteer's id stands as the email, which is what it tells people by."""
    sides: dict[str, list[Any]] = {"mentor": [], "mentee": []}
    kinds = {"mentor": Mentor, "mentee": Mentee}
    for line in pool.read_text(encoding="utf-8").splitlines():
        data = json.loads(line)["data"]
        (role,) = data["roles"]
        told = {
            "email": data["volunteer_id"],
            "grade": data["level"],
            "organisation": data["unit"],
            "profession": data["site"],
        }
        sides[role].append(kinds[role](**told))
    return sides["mentor"], sides["mentee"]


def main(pool: str, answer: str) -> None:
    """Match, and write the pairs."""
    mentors, mentees = people(Path(pool))
    begin = time.perf_counter()
    process.process_data(mentors, mentees, [rules()])
    seconds = time.perf_counter() - begin
    pairs = [(one.email, other.email) for one in mentors for other in one.mentees]
    Path(answer).write_text(json.dumps({"seconds": seconds, "pairs": pairs}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
