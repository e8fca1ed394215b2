"""Every figure has one stated definition, and every definition a figure."""

from pathlib import Path

from services.reporting.projections.domain.definitions import DEFINITIONS
from services.reporting.projections.domain.figures import figures
from tests.reporting.projections.test_suppression import CELLS, material_of

FIGURES = figures(material_of(dict.fromkeys(CELLS, 1)))
BEGIN, END = "<!-- definitions -->", "<!-- /definitions -->"


def test_each_figure_has_one_definition() -> None:
    covering = {path: sum(d.covers(path) for d in DEFINITIONS) for path in FIGURES}

    assert {path: count for path, count in covering.items() if count != 1} == {}


def test_each_definition_has_a_figure() -> None:
    assert [d.figure for d in DEFINITIONS if not any(d.covers(path) for path in FIGURES)] == []


def test_labels_are_told_apart_in_both_languages() -> None:
    for place in ("volunteers", "proposals", "pairs", "rounds", "sessions", "mails"):
        here = [d for d in DEFINITIONS if d.figure.startswith(place)]
        assert len({d.en for d in here}) == len({d.ru for d in here}) == len(here)


def test_the_readme_states_the_definitions_as_the_code_does(project: Path) -> None:
    rows = [f"| `{d.figure}` | {d.en} | {d.ru} | {d.meaning} |" for d in DEFINITIONS]
    table = "\n".join(["| figure | label | на русском | meaning |", "|---|---|---|---|", *rows])

    readme = (project / "services/reporting/README.md").read_text(encoding="utf-8")

    stated = readme.partition(BEGIN)[2].partition(END)[0].strip()
    assert stated == table, f"put this between {BEGIN} and {END}:\n{table}"
