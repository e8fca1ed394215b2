"""How Python collects garbage in a process that serves for long."""

import gc

_NEW_OBJECTS = 20_000  # 700 is Python's own: a batch of events makes ten thousands that live as long as it does
_ROUNDS = 50


def let_rest() -> None:
    """What there is now (modules, classes, models) stays for good and is looked at no more; look at the rest less often.

    Call it once, when everything is imported. A third of the processor time of a consumer went into looking
    (docs/decisions/0019).
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
