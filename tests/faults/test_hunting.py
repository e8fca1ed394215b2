"""Every mutant is provoked, and the detection table says who was caught and who got away."""

from dev.faults.checker import Finding, Kind
from dev.faults.hunting import PROVOCATIONS, Catch, table
from dev.faults.mutants import MUTANTS


def test_every_mutant_has_its_provocation() -> None:
    assert list(PROVOCATIONS) == list(MUTANTS)


def test_the_table_names_who_got_away() -> None:
    lost = Finding("I1", Kind.LOST, "gone", ("e1",))
    catches = [Catch("w1", 61.4, ["I1", "I8"], [lost]), Catch("two_relays", 30.0, [], [])]
    assert [line.split() for line in table(catches)] == [
        ["w1", "caught", "61", "s", "I1", "I8"],
        ["two_relays", "GOT", "AWAY", "30", "s"],
    ]
