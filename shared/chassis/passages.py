"""Named places in the flow of work, for whoever wants to see what a death exactly there would do.

`passage` does nothing. The fault harness (dev/faults) alone listens, in processes that it starts itself;
nothing that is shipped sets `hook`, and a test proves it.
"""

from collections.abc import Callable

PASSAGES = (
    "http.validated",  # a command is let in, nothing is stored
    "http.claimed",  # its Idempotency-Key is taken up, in a transaction; its handler has not run
    "transaction.begun",
    "transaction.written",  # all is sent, nothing is committed
    "transaction.committed",  # the database said yes, nobody knows it yet
    "lease.taken",
    "intake.marked",  # a batch is marked as begun
    "intake.applied",  # its transaction is committed, its offsets are not
    "offsets.committed",
    "waiting.kept",  # a message that came too early is taken up, in a transaction
    "waiting.released",  # its turn has come, in a transaction
    "dead_letter.kept",  # a letter is taken up, in a transaction
    "relay.claimed",  # the relay holds its lease and has sent nothing
    "relay.sent",  # the broker said yes, the rows are not marked
    "relay.marked",
    "rebalance.revoked",
    "rebalance.assigned",  # the places are known, nothing is fetched
    "reminder.claimed",  # mails are claimed, none is sent
    "mail.handed_over",  # the final dot is written, the answer is not here
    "mail.recorded",
    "directory.chunk_stored",  # some rows of a directory are staged, others are not
    "directory.switched",  # everybody sees the new directory, volunteers do not show it
    "directory.page_settled",  # some volunteers show it, others do not
    "round.claimed",
    "round.solved",  # there is an answer, no proposal is stored
    "service.stopping",  # SIGTERM came, nothing is put down yet
)

hook: Callable[[str], None] | None = None


def passage(name: str) -> None:
    """Pass a named place."""
    if hook is not None:
        hook(name)
