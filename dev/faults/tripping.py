"""Makes handlers fail, or kill their process, at messages that ask for it; in processes of the harness only.

An operator's command line is none of these, so there the same message finds a handler that is mended.
"""

import os
import signal

from shared.chassis.intake import Intake
from shared.chassis.messages import Incoming
from shared.chassis.transactions import Tx

FAILS = "/obverse/harness/fails"
DIES = "/obverse/harness/dies"
"""As `ce_source` of a message: what its handler does."""
REASON = "handler:ArithmeticError"


def install() -> None:
    """From now on, in this process."""
    right = Intake.handle

    async def handle(self: Intake, tx: Tx, item: Incoming) -> str:
        source = item.envelope.source if item.envelope else ""
        if source == DIES:
            os.kill(os.getpid(), signal.SIGKILL)
        if source == FAILS:
            raise ArithmeticError
        return await right(self, tx, item)

    setattr(Intake, "handle", handle)  # noqa: B010 - an assignment would be no method
