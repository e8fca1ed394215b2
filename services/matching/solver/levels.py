"""CP-SAT with one aim after the other: what one aim has reached, the next ones may not give up.

The same on every machine: one worker, a fixed seed, and a limit in units of work instead of seconds. Within it most
aims are proven best; where one is not, its bound says how far from the best it can be at most. Each aim starts from
the answer of the one before, so a worse one is never given.
OR-Tools CP-SAT: https://developers.google.com/optimization/cp/cp_solver
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from ortools.sat.python import cp_model

from services.matching.domain.fields import Level

WORK = 10.0
"""Units of deterministic time for each aim; about as many seconds."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Something that may be in the answer.

    `worth` is what it counts that it serves somebody, `points` how good it is, `cost` what it is better without, and
    `mark` decides between equals.
    """

    taken: cp_model.IntVar
    worth: int
    points: int
    mark: int
    cost: int = 0


Sum = Sequence[tuple[int, cp_model.IntVar]]
"""Whole numbers, each with the variable that it is multiplied by."""


class Search:
    """One model, and the best answer to it so far: at first the one in which every variable is 0."""

    def __init__(self, model: cp_model.CpModel, work: float = WORK) -> None:
        self._model = model
        self._solver = cp_model.CpSolver()
        parameters = self._solver.parameters
        parameters.num_workers = 1
        parameters.random_seed = 1
        parameters.max_deterministic_time = work
        self._answer = [0] * len(model.proto.variables)

    def taken(self, variable: cp_model.IntVar) -> bool:
        """Whether it is in the answer."""
        return self._answer[variable.index] > 0

    def most(self, name: str, aim: Sum) -> Level:
        """The greatest sum, held from here on."""
        self._model.maximize(_expression(aim))
        bound = self._run(sum(max(factor, 0) * _top(variable) for factor, variable in aim))
        value = self._value(aim)
        self._model.add(_expression(aim) >= value)
        return Level(name, value, max(value, bound))

    def least(self, name: str, aim: Sum) -> Level:
        """The smallest sum, held from here on; no factor is below 0."""
        turned = self.most(name, [(-factor, variable) for factor, variable in aim])
        return Level(name, -turned.value, -turned.bound)

    def _run(self, bound: int) -> int:
        """Looks for a better answer; returns what no answer can exceed, at most `bound`."""
        self._model.clear_hints()  # type: ignore[no-untyped-call]
        for index, value in enumerate(self._answer):
            self._model.add_hint(self._model.get_int_var_from_proto_index(index), value)
        status = self._solver.solve(self._model)
        if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            self._answer = list(self._solver.response_proto.solution)
        if status == cp_model.UNKNOWN:
            return bound
        return min(bound, floor(self._solver.best_objective_bound + 1e-6))

    def _value(self, aim: Sum) -> int:
        return sum(factor * self._answer[variable.index] for factor, variable in aim)


def decide(
    model: cp_model.CpModel, choices: Sequence[Choice], work: float = WORK
) -> tuple[list[bool], tuple[Level, ...]]:
    """Which choices are taken, and what each aim has reached.

    The aims: the most worth; then the worst choice as good as can be; then the most points; then the least cost; then the
    smallest sum of marks.
    """
    if not choices:
        return [], ()
    top = max(choice.points for choice in choices)
    worst = model.new_int_var(0, top, "worst")
    for choice in choices:
        model.add(worst <= choice.points).only_enforce_if(choice.taken)
    search = Search(model, work)
    levels = [search.most("served", [(choice.worth, choice.taken) for choice in choices])]
    if any(search.taken(choice.taken) for choice in choices):
        levels.append(search.most("least", [(1, worst)]))
        levels.append(search.most("total", [(choice.points, choice.taken) for choice in choices]))
        if any(choice.cost for choice in choices):
            levels.append(search.least("cost", [(one.cost, one.taken) for one in choices]))
        levels.append(search.least("marks", [(choice.mark, choice.taken) for choice in choices]))
    return [search.taken(choice.taken) for choice in choices], tuple(levels)


def _expression(aim: Sum) -> cp_model.LinearExprT:
    factors = [factor for factor, _ in aim]
    return cp_model.LinearExpr.weighted_sum([variable for _, variable in aim], factors)


def _top(variable: cp_model.IntVar) -> int:
    return int(variable.proto.domain[-1])
