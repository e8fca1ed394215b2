"""Taking in the HR directory: a file is staged in small units of work, and becomes the directory in one."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from itertools import islice

from services.enrollment.domain.directory import MOST_LEAVERS_PERCENT, Layout
from services.enrollment.domain.directory_file import ImportReport, read_directory, survey
from services.enrollment.domain.ports import ImportTurn, Unit, Work
from services.enrollment.handlers import staging
from services.enrollment.handlers.difference import Scope, hold_back
from services.enrollment.handlers.settling import is_unsettled, settle
from shared.chassis.passages import passage
from shared.chassis.refusals import Conflict

ROWS_AT_ONCE = 1_000
STAGED_FOR = timedelta(days=1)
"""So long a file that was cut short can be sent again and goes on; then it begins anew."""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """A file that can be read from its beginning as often as needed, and what to do with it."""

    read: Callable[[], Iterable[bytes]]
    layout: Layout
    skip_bad: bool = False
    dry_run: bool = False
    scope: Scope = Scope.FULL
    most_leavers_percent: int = MOST_LEAVERS_PERCENT


async def set_layout(unit: Unit, layout: Layout) -> Layout:
    """From now on the company's files are laid out like this."""
    unit.directory.keep_layout(layout)
    return layout


async def read_layout(unit: Unit) -> Layout:
    """How the company's files are laid out."""
    layout = await unit.directory.layout()
    if layout is None:
        raise Conflict("no_mapping", "PUT /v1/directory/mapping first; it names the columns.")
    return layout


async def count_employees(unit: Unit) -> int:
    """How many are in the directory."""
    return await unit.employees.count()


async def import_directory(order: ImportOrder, work: Work, turn: ImportTurn) -> ImportReport:
    """Read the whole file; where it is good enough, stage it, switch to it, and tell what follows.

    Killed in the middle, the same file goes on where it was; nobody sees a part of it. Raises Unreadable, and
    Conflict where more would leave than is likely.
    """
    digest = _digest_of(order)
    known = await asyncio.to_thread(survey, _fed(order.read(), digest), order.layout)
    report = known.report
    if order.dry_run or (report.bad_total and not order.skip_bad):
        return report
    fence = await turn.take()
    try:
        await work(partial(_leave_out_known, report=report))
        if order.scope is Scope.FULL:
            await hold_back(work, known, order.most_leavers_percent)
        await _stage(order, work, staging.Order(fence, known), digest.hexdigest())
        outcome = await work(partial(staging.switch, fence=fence))
        passage("directory.switched")
        await settle(work)
    except BaseException:
        turn.give_up(fence)
        raise
    await turn.give_back(fence)
    report.show(outcome)
    await work(partial(_tell, report=report))
    return report


def _digest_of(order: ImportOrder) -> "hashlib._Hash":
    """Begins with how the file is to be taken: the same bytes taken otherwise are another import."""
    told = [asdict(order.layout), order.skip_bad, order.scope.value]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode())


def _fed(chunks: Iterable[bytes], digest: "hashlib._Hash") -> Iterator[bytes]:
    for chunk in chunks:
        digest.update(chunk)
        yield chunk


async def _leave_out_known(unit: Unit, report: ImportReport) -> None:
    names = [named.id for named in report.unknown_managers]
    here = {*await unit.employees.by_staff_numbers(names), *await unit.employees.by_emails(names)}
    report.unknown_managers = [named for named in report.unknown_managers if named.id not in here]


async def _stage(order: ImportOrder, work: Work, mine: staging.Order, digest: str) -> None:
    staged = await staging.open_staging(work, digest, mine.fence)
    done = staged.done
    rows = islice(read_directory(order.read(), order.layout), done, None)
    while batch := await asyncio.to_thread(lambda: list(islice(rows, ROWS_AT_ONCE))):
        done += len(batch)
        await work(partial(staging.stage, records=batch, done=done, order=mine))
        passage("directory.chunk_stored")
    await staging.follow_numbers(work, mine)
    if order.scope is not Scope.PART:
        mine.known.report.leavers_kept = await staging.let_leave(work, mine)


async def _tell(unit: Unit, report: ImportReport) -> None:
    unit.note(
        "directory.imported",
        rows=report.rows,
        bad=report.bad_total,
        joined=report.joined,
        changed=report.changed,
        left=report.left,
    )


async def settle_what_is_left(work: Work, turn: ImportTurn) -> None:
    """Settle what an import that died, or a provider, has changed; an import that runs does so itself."""
    if not await work(is_unsettled):
        return
    async with _turn_if_free(turn) as fence:
        if fence is not None:
            await settle(work)


async def purge(work: Work, turn: ImportTurn) -> None:
    """Remove rows that nobody sees any more, and take back what was staged and not sent again for a day."""
    while await work(staging.sweep):
        pass
    if not await work(_is_abandoned):
        return
    async with _turn_if_free(turn) as fence:
        if fence is not None and await work(_is_abandoned):
            await staging.take_back(work, fence)
            await work(_tell_taken_back)


@asynccontextmanager
async def _turn_if_free(turn: ImportTurn) -> AsyncIterator[int | None]:
    """The fence of a turn that is given back at the end; None while an import is running."""
    fence = await turn.take_if_free()
    try:
        yield fence
    finally:
        if fence is not None:
            await turn.give_back(fence)


async def _is_abandoned(unit: Unit) -> bool:
    staged = await unit.staging.open()
    return staged is not None and (staged.dropped or staged.at + STAGED_FOR < unit.now)


async def _tell_taken_back(unit: Unit) -> None:
    unit.note("directory.taken_back")
