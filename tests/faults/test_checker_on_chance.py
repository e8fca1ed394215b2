"""The checker says nothing of valid histories made by chance, and finds whatever single thing is spoilt in one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dev.faults.checker import judge, shown
from tests.faults.corruptions import CORRUPTIONS, Corruption
from tests.faults.small_world import World

SEEDS = st.integers(min_value=0, max_value=2**32 - 1)


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_a_valid_history_has_no_finding(seed: int) -> None:
    assert [shown(finding) for finding in judge(World(seed).history())] == []


@pytest.mark.parametrize(
    ("invariants", "spoil"), CORRUPTIONS, ids=[spoil.__name__ for _, spoil in CORRUPTIONS]
)
@given(seed=SEEDS)
@settings(max_examples=40, deadline=None)
def test_one_thing_that_is_spoilt_is_found(invariants: str, spoil: Corruption, seed: int) -> None:
    spoilt = spoil(World(seed).history(), random.Random(seed))
    if spoilt is not None:
        findings = judge(spoilt)
        assert {finding.invariant for finding in findings} & set(invariants.split())
        assert all(finding.ids for finding in findings)
