"""The HR directory over HTTP, for the system that feeds it."""

import asyncio
import tempfile
from collections.abc import Iterator
from functools import partial
from typing import IO, Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from services.enrollment.domain.directory_file import ImportReport
from services.enrollment.domain.ports import ImportTurn
from services.enrollment.handlers import directory as handlers
from services.enrollment.handlers.difference import Scope
from services.enrollment.translation import DirectoryMapping
from shared.chassis.http.calls import Call, command, query
from shared.chassis.http.limits import takes
from shared.chassis.patience import LONG_WORK, patience
from shared.chassis.principals import Role

router = APIRouter(prefix="/v1/directory", tags=["directory"])

Feeder = Annotated[Call, command(Role.DIRECTORY)]
MOST_BYTES = 256 * 1024 * 1024
CHUNK_BYTES = 64 * 1024


class DirectoryView(BaseModel):
    """How many employees there are."""

    employees: int


@router.put("/mapping")
async def set_mapping(body: DirectoryMapping, call: Feeder) -> DirectoryMapping:
    """Say how the files are laid out. It is never chosen by the name of a file."""
    layout = body.layout()
    return DirectoryMapping.of(await call.run(lambda unit: handlers.set_layout(unit, layout)))


@router.get("")
async def read_directory(
    call: Annotated[Call, query(Role.DIRECTORY)],
) -> DirectoryView:
    """How many employees there are."""
    return DirectoryView(employees=await call.read(handlers.count_employees))


@router.post("/imports")
@takes("text/csv", at_most=MOST_BYTES)
async def import_directory(
    call: Feeder,
    mode: Literal["all_or_nothing", "skip_bad"] = "all_or_nothing",
    scope: Scope = Scope.FULL,
    dry_run: bool = False,  # noqa: FBT001, FBT002 - a query parameter
) -> ImportReport:
    """Take in a CSV file. The same file again changes nothing, so it may simply be sent again.

    Who is not in the file has left the company, unless `scope` says that it holds a part of the directory; that
    many have left (more than 30 % as a rule; the service's setting) is believed only with `scope=shrunk`.
    """
    patience.set(LONG_WORK)
    layout = await call.read(handlers.read_layout)
    state = call.request.app.state
    turn: ImportTurn = state.import_turn
    with tempfile.TemporaryFile() as spool:
        async for chunk in call.request.stream():
            await asyncio.to_thread(spool.write, chunk)
        order = handlers.ImportOrder(
            partial(_chunks, spool),
            layout,
            mode == "skip_bad",
            dry_run,
            scope,
            state.most_leavers_percent,
        )
        return await handlers.import_directory(order, call.run, turn)


def _chunks(spool: IO[bytes]) -> Iterator[bytes]:
    spool.seek(0)
    while chunk := spool.read(CHUNK_BYTES):
        yield chunk
