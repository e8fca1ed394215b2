"""The pages say what the code says, and their links lead somewhere."""

from pathlib import Path

import pytest

from dev.documents import __main__ as command
from dev.documents import alarms, decisions, links, mentions, pages, tables
from shared.chassis.log_events import CHASSIS_EVENTS
from shared.chassis.settings import ServiceSettings

PAGE = "before\n{begin}\nold\n{end}\nafter\n"


def test_every_generated_part_matches_the_code(project: Path) -> None:
    assert list(pages.stale(project)) == []


def test_no_link_of_any_page_leads_nowhere(project: Path) -> None:
    assert links.broken(project) == []


def test_every_test_and_file_that_a_page_names_is_there(project: Path) -> None:
    assert mentions.lost(project) == []


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("`test_it_holds`, `tests/test_it.py`, `shared/`", []),
        ("`services/<name>/store.py`, `test_`, `make test_it`", []),
        ("`test_it_does_not_hold`", ["page.md -> test_it_does_not_hold"]),
        ("`shared/nowhere.py`", ["page.md -> shared/nowhere.py"]),
    ],
)
def test_a_name_of_what_is_not_there_is_found(tmp_path: Path, text: str, lost: list[str]) -> None:
    for folder in ("tests", "shared"):
        (tmp_path / folder).mkdir()
    (tmp_path / "tests/test_it.py").write_text("def test_it_holds(): ...", encoding="utf-8")
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    assert mentions.lost(tmp_path) == lost


def test_every_setting_of_every_service_says_what_it_is_for(project: Path) -> None:
    page = tables.settings(project)
    for name in ServiceSettings.model_fields:
        assert f"`OBVERSE_{name.upper()}" in page
    assert "`OBVERSE_MONGO_PASSWORD_FILE`" in page
    assert "`OBVERSE_MONGO_PASSWORD`" not in page


def test_every_log_event_of_the_chassis_is_told(project: Path) -> None:
    page = tables.log_events(project)
    assert [event.name for event in CHASSIS_EVENTS if f"| `{event.name}` |" not in page] == []


def test_a_counter_is_named_as_prometheus_shows_it(project: Path) -> None:
    page = tables.metrics(project)
    assert "| `obverse_relay_published_total` | counter | topic |" in page
    assert "| `obverse_outbox_depth` | gauge | database |" in page


def test_a_block_is_replaced_and_the_rest_of_the_page_stays() -> None:
    begin, end = pages.marks("settings")
    text = PAGE.format(begin=begin, end=end)
    assert pages.filled(text, "settings", "new\n") == f"before\n{begin}\n\nnew\n\n{end}\nafter\n"


@pytest.mark.parametrize("text", ["", "{begin}", "{end}{begin}", "{begin}{end}{begin}"])
def test_a_page_without_both_marks_is_refused(text: str) -> None:
    begin, end = pages.marks("settings")
    with pytest.raises(ValueError, match="each once"):
        pages.filled(text.format(begin=begin, end=end), "settings", "new")


@pytest.fixture
def tree(tmp_path: Path, project: Path) -> Path:
    """A copy of the documents, as they should be."""
    for page in links.pages(project):
        copy = tmp_path / page.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(page.read_bytes())
    (tmp_path / alarms.RULES).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / alarms.RULES).write_bytes((project / alarms.RULES).read_bytes())
    for path, text in pages.stale(tmp_path).items():
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_page_that_was_changed_by_hand_is_named_and_mended(tree: Path) -> None:
    runbook = tree / pages.RUNBOOK
    good = runbook.read_text(encoding="utf-8")
    begin, _ = pages.marks("log-events")
    runbook.write_text(good.replace(begin, f"{begin}\nby hand"), encoding="utf-8")
    assert list(pages.stale(tree)) == [pages.RUNBOOK]
    command.main([], tree)
    assert runbook.read_text(encoding="utf-8") == good


def test_a_check_writes_nothing_and_fails(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tree / pages.SETTINGS
    changed = page.read_text(encoding="utf-8").replace("OBVERSE_RUN", "OBVERSE_WALK")
    page.write_text(changed, encoding="utf-8")
    assert command.main(["--check"], tree) == 1
    assert page.read_text(encoding="utf-8") == changed
    assert "differs from the code: docs/operations/settings.md" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("[a](there.md)", []),
        ("[a](there.md#a-heading-of-2-words)", []),
        ("[a](https://example.org/nowhere.md)", []),
        ("```\n[a](nowhere.md)\n```\n", []),
        ("[a](nowhere.md)", ["page.md -> nowhere.md"]),
        ("[a](there.md#no-heading)", ["page.md -> there.md#no-heading"]),
        ("[a](#no-heading)", ["page.md -> #no-heading"]),
    ],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, text: str, lost: list[str]) -> None:
    (tmp_path / "there.md").write_text("# A heading, of 2 words!\n", encoding="utf-8")
    (tmp_path / "page.md").write_text(text, encoding="utf-8")
    assert links.broken(tmp_path) == lost


def test_a_decision_without_its_number_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "docs/decisions"
    folder.mkdir(parents=True)
    (folder / "0001-rooms.md").write_text("# 0002 Rooms\n", encoding="utf-8")
    with pytest.raises(ValueError, match="0001-rooms"):
        decisions.index(tmp_path)
