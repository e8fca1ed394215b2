"""Ten ways to break the promise, each in place of one part of the chassis. They exist in the harness only.

A checker that never fails proves nothing: each of these must be caught by it, on a run that provokes it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from dev.faults.mutants import consuming, leasing, publishing, storing
from dev.faults.mutants.replacing import Replace


@dataclass(frozen=True, slots=True)
class Mutant:
    """What is installed, what it breaks, what has to happen for that to show, and which invariants then fail.

    Only one of `shows_in` is a catch: whatever else may be wrong with a run proves nothing.
    """

    install: Callable[[Replace], None]
    breaks: str
    provoked_by: str
    shows_in: frozenset[str]


def _any(names: str) -> frozenset[str]:
    return frozenset(names.split())


MUTANTS: Mapping[str, Mutant] = MappingProxyType(
    {
        "default_acknowledgement": Mutant(
            consuming.default_acknowledgement,
            "FastStream's own policy: offsets are committed by the clock, whatever became of the messages",
            "a database that is away for over 5 s, and a kill or rebalance of the consumer meanwhile",
            _any("I6 I7"),
        ),
        "offset_before_transaction": Mutant(
            consuming.offset_before_transaction,
            "offsets are committed before the transaction",
            "a kill of a consumer inside its transaction (intake.marked, transaction.begun or written)",
            _any("I6 I7"),
        ),
        "publish_in_the_handler": Mutant(
            publishing.publish_in_the_handler,
            "the event goes to Kafka from inside the transaction, without an outbox",
            "a kill between the send and the commit (transaction.written), or two writers of one key",
            _any("I2 I3 I4 I8"),
        ),
        "cursor_without_filter": Mutant(
            consuming.cursor_without_filter,
            "cursors are read outside the transaction and moved whatever they are by then",
            "a consumer stopped at intake.marked for longer than the session timeout, then continued",
            _any("I3"),
        ),
        "mark_before_yes": Mutant(
            publishing.mark_before_yes,
            "outbox rows are marked before the broker has said yes, and its answer is not waited for",
            "a kill of the relay at relay.marked, or brokers that are away",
            _any("I1 I4"),
        ),
        "lease_without_fence": Mutant(
            leasing.lease_without_fence,
            "whoever takes a lease has the same fence, and nothing asks for it",
            "a second holder of any lease: a killed or stopped relay",
            _any("I10"),
        ),
        "pod_clock": Mutant(
            leasing.pod_clock,
            "leases and due times are judged by the clock of the process",
            "the clock of one notifications process some hours ahead",
            _any("I9"),
        ),
        "dead_letter_outside": Mutant(
            storing.dead_letter_outside,
            "a dead letter is written after the transaction that passes its message over",
            "poison that holds its key, and a kill of its consumer at dead_letter.kept",
            _any("I7"),
        ),
        "w1": Mutant(
            storing.w1,
            "a write counts once the primary has it",
            "a primary that has lost the others, takes commands and is then killed",
            _any("I1 I4 I8"),
        ),
        "two_relays": Mutant(
            leasing.two_relays,
            "each process publishes the outbox, without a lease",
            "nothing: two replicas are enough",
            _any("I10"),
        ),
    }
)


def install(name: str, replace: Replace = setattr) -> None:
    """Break the promise in this process from now on, before a service is imported."""
    MUTANTS[name].install(replace)
