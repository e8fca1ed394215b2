"""`python -m services.matching.solver.explain`: a line with the question and a pool on stdin, the answer on stdout."""

import sys

from services.matching.solver import wire
from services.matching.solver.explain.answering import answer
from services.matching.solver.explain.wire import read_question, write_answer
from services.matching.solver.progress import tell
from shared.chassis.garbage import let_rest


def main() -> None:
    """Answer one question."""
    question = read_question(sys.stdin.buffer.readline())
    pool = wire.read_pool(sys.stdin.buffer.read())
    sys.stdout.buffer.write(write_answer(answer(pool, question, tell)))


if __name__ == "__main__":
    let_rest()
    main()
