"""Every collection stands in a table that says what it holds on people; see docs/operations/privacy.md."""

from pathlib import Path, PurePosixPath

import pytest

from services.enrollment.store.holdings import HOLDINGS as ENROLLMENT
from services.matching.store.holdings import HOLDINGS as MATCHING
from services.notifications.store.holdings import HOLDINGS as NOTIFICATIONS
from services.reporting.journal.store import HOLDINGS as JOURNAL
from services.reporting.projections.domain.documents import Collection
from services.reporting.projections.store import HOLDINGS as PROJECTIONS
from shared.chassis.privacy.holdings import Holding, OnErasure
from shared.chassis.privacy.own import OWN_HOLDINGS
from tests.architecture.collections_named import constants, named
from tests.architecture.sources import Source, read

ROOT = Path(__file__).parents[2]
TABLES = {
    "services/enrollment": ENROLLMENT,
    "services/matching": MATCHING,
    "services/notifications": NOTIFICATIONS,
    "services/reporting/journal": JOURNAL,
}
EVERYTHING = (*(row for table in TABLES.values() for row in table), *PROJECTIONS, *OWN_HOLDINGS)


def in_table(table: tuple[Holding, ...]) -> set[str]:
    return {str(row.collection) for row in (*table, *OWN_HOLDINGS)}


@pytest.mark.parametrize("folder", TABLES)
def test_every_collection_of_a_service_stands_in_its_table(folder: str) -> None:
    stores = [one for one in read(ROOT, [folder]) if {"store", "store.py"} & set(one.path.parts)]
    found = named(stores)

    assert len(found) >= 1
    assert found - in_table(TABLES[folder]) == set()


def test_every_collection_of_the_projections_stands_in_their_table() -> None:
    assert {str(one) for one in Collection} - in_table(PROJECTIONS) == set()


def test_every_collection_of_the_chassis_stands_in_its_table() -> None:
    sources = read(ROOT, ["shared/chassis"])
    names = ("COLLECTION", "OUTBOX", "SEQUENCES", "OURS")
    found = {text for one in sources for name, text in constants(one) if name in names}

    assert {"outbox", "cursors", "dead_letters", "principals"} <= found
    assert found - in_table(()) == set()


@pytest.mark.parametrize("row", EVERYTHING, ids=lambda row: str(row.collection))
def test_a_row_says_how_it_does_what_it_promises(row: Holding) -> None:
    assert row.what
    if row.on_erasure is OnErasure.DELETE:
        assert row.find is not None or row.purge is not None
    if row.on_erasure is OnErasure.BLANK:
        assert row.find is not None
        assert row.blank is not None
    if row.on_erasure is OnErasure.NOTHING:
        assert row.find is None


def test_a_collection_without_a_row_is_seen() -> None:
    text = 'DIARIES, X = "diaries", 1\nINDEXES = (Index(DIARIES, []),)\ntx.write("notes", one)\n'
    made_up = Source(PurePosixPath("services/made_up/store.py"), text)

    assert named([made_up]) == {"diaries", "notes"}
