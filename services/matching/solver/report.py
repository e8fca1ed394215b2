"""REPORT.json: an answer with its proof, as `simulate` writes it and `verify` reads it."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter

from services.matching.domain.candidates import Side
from services.matching.domain.reports import Load, SideReport, Spread

VERSION = 1
Price = Annotated[int, Field(strict=True)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)


class PairOfTwo(_Part):
    """A pair. `score` is the sum of `parts`; hobbies and availability are worth something to both, so twice in it.

    Each side's points are the parts that count for it; those of a partnership are the points of both directions.
    Ranks say where the partner stands in one's own order, and are told of pairs one to one only.
    """

    mentor_id: UUID
    mentee_id: UUID
    format: str
    score: int
    parts: dict[str, int]
    mentor_points: int
    mentee_points: int
    mentor_rank: Annotated[
        int | None, Field(description="of the mentee, for the mentor; 1 is best")
    ] = None
    mentee_rank: Annotated[
        int | None, Field(description="of the mentor, for the mentee; 1 is best")
    ] = None
    group_id: Annotated[UUID | None, Field(description="the same for all of a group")] = None
    starts_at: Annotated[AwareDatetime | None, Field(description="when a sprint starts")] = None


class Level(_Part):
    """One aim of a format: what its pairs reach, and what no answer exceeds (of `cost` and `marks`: falls below)."""

    name: str
    value: int
    bound: int
    gap: int


class Stage(_Part):
    """How a format was composed before one to one: who was looked at, its pairs, and what each aim has reached.

    `unseen`: allowed pairs that were left aside in a large pool, of which the bounds say nothing.
    """

    format: str
    mentors: int
    mentees: int
    pairs: int
    unseen: int
    levels: tuple[Level, ...]


class Left(_Part):
    """A person without a partner on one side in any format, with the code of the reason."""

    person_id: UUID
    volunteer_id: UUID
    side: Side
    reason: str


class PinRefused(_Part):
    """A pin that was not kept, with the rule that forbids it, or `pins_conflict`."""

    mentor_id: UUID
    mentee_id: UUID
    reason: str


class Objective(_Part):
    """The five levels of the pairs one to one: most, most, most, least, and the digest of the marks that break the last tie."""

    served: int
    least: int | None
    total: int
    squares: int
    digest: Sha256


class Leaf(_Part):
    """Prices for one case of decisions about people in both roles; without such people there is one case."""

    decisions: tuple[tuple[int, bool], ...]
    rows: tuple[Price, ...]
    columns: tuple[Price, ...]
    shared: tuple[Price, ...] = ()


class Claim(_Part):
    """An upper bound of a * served + b * total - d * squares, with `weights` (a, b, d)."""

    floor: int
    weights: tuple[Price, Price, Price]
    leaves: tuple[Leaf, ...]


class Certificate(_Part):
    """A claim for each of the first four levels; optimum/task.py says what each one means.

    Rows are mentees and columns mentors, both in ascending order of volunteer id; people in both roles in the
    order of theirs.
    """

    served: Claim
    least: Claim | None
    total: Claim
    squares: Claim


class Figures(_Part):
    """How the round turned out: pairs, people, groups and loads of all formats, all else of the pairs one to one.

    `blocking_pairs`: allowed pairs who would both rather have each other.
    """

    matched: int
    scores: Spread | None
    mentors: SideReport
    mentees: SideReport
    blocking_pairs: int
    load: tuple[Load, ...]


class Report(_Part):
    """The file. `seconds` are those of rules, points and optimum; reading and writing stand aside.

    Objective and certificate are about the pairs one to one; `stages` are the formats that were composed before.

    Where the policy asks for pairs that nobody would leave, there is no certificate: they need not be the best.
    """

    version: int = VERSION
    round_id: UUID
    pairs: tuple[PairOfTwo, ...]
    unmatched: tuple[Left, ...]
    stages: tuple[Stage, ...] = ()
    refused_pins: tuple[PinRefused, ...]
    objective: Objective
    certificate: Certificate | None
    figures: Figures
    input_hash: Sha256
    policy_hash: Sha256
    solver: dict[str, str]
    seconds: float


REPORT = TypeAdapter(Report)


def schema() -> dict[str, Any]:
    """The JSON schema of the file."""
    return REPORT.json_schema()
