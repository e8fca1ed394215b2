"""The lead and the sponsor read the report, each their own; what the figures mean is open to all."""

from datetime import date

from tests.reporting.conftest import Reporting
from tests.reporting.projections import events as e

REPORT = f"/v1/programmes/{e.PROGRAMME}/report"


async def a_programme(reporting: Reporting) -> None:
    """Six mentors with a mentee each; two pairs formed, of which one met."""
    facts = [
        e.cohort_opened(),
        *(e.enrolled(e.mentor(n), "mentor") for n in range(1, 7)),
        *(e.enrolled(e.mentee(n), "mentee") for n in range(1, 7)),
        *(e.made(n) for n in (1, 2)),
        e.formed(1),
        e.formed(2),
        e.held(1, 1, mood=2),
        e.delivery(1, "introduction", "sent"),
        e.round_completed(1, no_topic="<5"),
        *(e.confirmation(n, "requested") for n in (1, 2, 3)),
        e.confirmation(3, "given"),
    ]
    await reporting.told(*e.numbered(facts))


async def test_the_lead_reads_who_is_paired_and_not_what_four_people_do(
    reporting: Reporting,
) -> None:
    await a_programme(reporting)

    answer = await reporting.get(REPORT, "lead")

    report = answer.json()
    assert answer.status_code == 200
    assert report["reader"] == "lead"
    assert report["programme"] == {
        "programme_id": str(e.PROGRAMME),
        "starts_on": "2026-03-01",
        "ends_on": "2026-12-31",
        "pilot_only": False,
        "closed": False,
        "cohorts": [
            {
                "cohort_id": str(e.COHORT),
                "pilot": True,
                "starts_on": "2026-03-01",
                "ends_on": "2026-09-30",
                "size_cap": 100,
                "promoted": False,
                "closed": False,
            }
        ],
    }
    assert report["volunteers"]["mentor"] == {
        "erased": 0,
        "withdrawn": 0,
        "paused": 0,
        "paired": 2,
        "proposed": 0,
        "waiting": 4,
        "total": 6,
    }
    assert report["pairs"] == {"active": 2, "completed": 0, "stopped": 0, "formed": 2}
    assert report["confirmations"] == {"waiting": 2, "given": 1, "lapsed": 0, "asked": 3}
    assert set(report["sessions"].values()) == {"hidden"}
    assert report["mails"]["introduction"] == {
        "sent": 1,
        "failed": 0,
        "suppressed": 0,
        "unknown": 0,
    }
    assert report["rounds"] == {
        "completed": 1,
        "last": {"mentors": 30, "mentees": 20, "matched": 15, "unmatched": {"no_topic": "<5"}},
    }


async def test_the_sponsor_reads_nothing_below_five(reporting: Reporting) -> None:
    await a_programme(reporting)

    report = (await reporting.get(REPORT, "sponsor")).json()

    assert report["reader"] == "sponsor"
    assert report["volunteers"]["mentor"] == {
        "erased": 0,
        "withdrawn": 0,
        "paused": 0,
        "paired": "<5",
        "proposed": 0,
        "waiting": "<5",
        "total": "hidden",
    }
    assert report["pairs"] == {"active": "<5", "completed": 0, "stopped": 0, "formed": "hidden"}
    assert report["confirmations"] == {
        "waiting": "<5",
        "given": "<5",
        "lapsed": 0,
        "asked": "hidden",
    }
    assert report["invitations"]["asked"] == 0
    assert report["rounds"]["last"]["unmatched"] == {"no_topic": "hidden"}
    assert set(report["mails"]["introduction"].values()) == {"hidden"}


async def test_a_programme_without_a_round_has_no_last_one(reporting: Reporting) -> None:
    report = (await reporting.get(REPORT, "lead")).json()

    assert report["rounds"] == {"completed": 0, "last": None}


async def test_the_report_is_for_the_lead_and_the_sponsor_of_this_programme(
    reporting: Reporting,
) -> None:
    participant = await reporting.get(REPORT, "mentor")
    elsewhere = await reporting.get(f"/v1/programmes/{e.COHORT}/report", "lead")
    nobody = await reporting.http.get(REPORT)

    assert (participant.status_code, participant.json()["code"]) == (403, "role_missing")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "role_missing")
    assert (nobody.status_code, nobody.json()["code"]) == (401, "token_missing")


async def test_a_malformed_programme_is_refused(reporting: Reporting) -> None:
    answer = await reporting.get("/v1/programmes/everything/report", "lead")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/programme_id"


async def test_whoever_takes_part_may_read_what_the_figures_mean(reporting: Reporting) -> None:
    answer = await reporting.get("/v1/definitions", "mentor")

    assert answer.status_code == 200
    assert answer.json()["definitions"][0] == {
        "figure": "volunteers.*.waiting",
        "label_en": "Waiting",
        "label_ru": "Ожидают пары",
        "meaning": "active volunteers in this role without an open proposal or an active pair",
    }


async def test_each_kpi_is_read_against_baseline_and_target(reporting: Reporting) -> None:
    facts = [
        e.opened(objectives=[e.objective("ai_users", 20, 60), e.objective("errors", 8, 4)]),
        e.measured("ai_users", 30, date(2026, 5, 1)),
        e.measured("ai_users", 24, date(2026, 4, 1)),
        e.measured("ai_users", 36, date(2026, 5, 1)),
    ]
    await reporting.told(*e.numbered(facts))

    for reader in ("lead", "sponsor"):
        report = (await reporting.get(REPORT, reader)).json()
        assert report["objectives"] == [
            {
                "kpi": "ai_users",
                "unit": "percent",
                "baseline": 20.0,
                "target": 60.0,
                "due": "2026-12-01",
                "measured": [
                    {"measured_on": "2026-04-01", "value": 24.0},
                    {"measured_on": "2026-05-01", "value": 36.0},
                ],
                "latest": {"measured_on": "2026-05-01", "value": 36.0},
                "reached_percent": 40.0,
            },
            {
                "kpi": "errors",
                "unit": "percent",
                "baseline": 8.0,
                "target": 4.0,
                "due": "2026-12-01",
                "measured": [],
                "latest": None,
                "reached_percent": None,
            },
        ]


async def test_open_gaps_and_what_became_of_a_pilot_are_read(reporting: Reporting) -> None:
    facts = [
        e.cohort_opened(),
        e.gap_opened("presenting"),
        e.gap_opened("crm"),
        e.gap_closed("presenting"),
        e.cohort_promoted(),
        e.cohort_closed(),
    ]
    await reporting.told(*e.numbered(facts))

    report = (await reporting.get(REPORT, "sponsor")).json()

    assert report["gaps"] == ["crm"]
    (cohort,) = report["programme"]["cohorts"]
    assert (cohort["promoted"], cohort["closed"]) == (True, True)
