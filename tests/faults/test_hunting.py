"""Every mutant is provoked, and the detection table says who was caught and who got away."""

from dev.faults.checker import Finding, Kind
from dev.faults.hunting import LATE, PROVOCATIONS, Catch, table
from dev.faults.mutants import MUTANTS


def test_every_mutant_has_its_provocation() -> None:
    assert list(PROVOCATIONS) == list(MUTANTS)


def test_the_table_names_who_got_away() -> None:
    lost = Finding("I1", Kind.LOST, "gone", ("e1",))
    catches = [
        Catch("w1", 61.4, ["I1", "I8"], [lost]),
        Catch("two_relays", 30.0, [], []),
        Catch("pod_clock", 40.0, ["I13", LATE], []),  # bad in another way than it breaks
    ]
    assert [line.split() for line in table(catches)] == [
        ["w1", "caught", "61", "s", "I1", "I8"],
        ["two_relays", "GOT", "AWAY", "30", "s"],
        ["pod_clock", "GOT", "AWAY", "40", "s", "I13", "not", "drained"],
    ]


def test_each_mutant_shows_in_an_invariant_that_there_is() -> None:
    names = {f"I{number}" for number in range(1, 14)}
    assert all(mutant.shows_in and mutant.shows_in <= names for mutant in MUTANTS.values())
