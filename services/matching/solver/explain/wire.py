"""Questions and answers as JSON, and pools packed for keeping."""

import zlib

from pydantic import TypeAdapter

from services.matching.domain.assignment import Pairing
from services.matching.domain.explaining.answers import Answer
from services.matching.domain.rounds import Pool
from services.matching.solver.wire import write_pool

_QUESTION: TypeAdapter[Pairing | None] = TypeAdapter(Pairing | None)
_ANSWER = TypeAdapter(Answer)


def write_question(pairing: Pairing | None) -> bytes:
    """One line: mentor and mentee, or nothing where advice is asked for."""
    return _QUESTION.dump_json(pairing) + b"\n"


def read_question(line: bytes) -> Pairing | None:
    """What was asked; raises ValueError when it is no question."""
    return _QUESTION.validate_json(line)


def write_answer(answer: Answer) -> bytes:
    """The answer as JSON."""
    return _ANSWER.dump_json(answer)


def read_answer(text: bytes) -> Answer:
    """The answer; raises ValueError when it is none."""
    return _ANSWER.validate_json(text)


def packed_pool(pool: Pool) -> bytes:
    """A pool as it is kept: its JSON, at about a tenth of the length."""
    return zlib.compress(write_pool(pool), level=6)


def unpack(packed: bytes) -> bytes:
    """The JSON of a pool; raises ValueError when it is damaged."""
    try:
        return zlib.decompress(packed)
    except zlib.error as error:
        raise ValueError("the pool that was kept is damaged") from error
