"""The pools that matching is measured with are what the figures say of them."""

from pathlib import Path

import numpy as np

from dev.bench.matching import pools
from dev.bench.matching.whole import points_of
from services.matching.solver.files.policy_file import read_policy
from services.matching.solver.files.pool_file import read_pool
from services.matching.solver.table import FORBIDDEN, Table, table_of


def table(files: pools.Files) -> Table:
    return table_of(read_pool(files.pool, read_policy(files.policy)), lambda *_: None)


def test_two_in_five_are_forbidden_and_scores_have_20_levels(tmp_path: Path) -> None:
    points = table(pools.write(tmp_path, "levels", *pools.levels(300))).points
    assert abs(float((points == FORBIDDEN).mean()) - 0.4) < 0.02
    assert np.unique(points[points != FORBIDDEN]).tolist() == list(range(20))


def test_the_other_matchers_rules_are_the_policy(tmp_path: Path) -> None:
    drawn = list(pools.peers(40)[0])
    judged = table(pools.write(tmp_path, "peers", *pools.peers(40)))
    mentors = [one for one in drawn if one["roles"] == ["mentor"]]
    mentees = [one for one in drawn if one["roles"] == ["mentee"]]
    theirs = [
        [
            points_of(mentor, mentee)
            if mentor["unit"] != mentee["unit"] and mentee["level"] - mentor["level"] >= 2
            else FORBIDDEN
            for mentor in mentors
        ]
        for mentee in mentees
    ]
    assert judged.points.tolist() == theirs


def test_a_pool_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    one = pools.write(tmp_path, "one", *pools.company(20, 10))
    other = pools.write(tmp_path, "other", *pools.company(20, 10))
    assert one.pool.read_bytes() == other.pool.read_bytes()
    assert len(one.pool.read_text(encoding="utf-8").splitlines()) == 30
