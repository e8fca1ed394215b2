"""One volunteer's way through the four services, over the real broker and database (capabilities 13, 17, 19, 20)."""

from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from dev.demo.company_api import Company
from dev.demo.story import Story
from dev.local.platform import Platform
from services.enrollment.translation import DirectoryMapping
from tests.support.logs import on_the_trail
from tests.support.waiting import until

OVERLAP = {"weekday": 1, "start_minute": 540, "minutes": 240}
COMMON: dict[str, Any] = {
    "consent": {"version": "2026-11", "given_on": "2026-11-24", "language": "en"},
    "hours_per_month": 4,
    "slots": [OVERLAP],
    "time_zone": "Europe/London",
    "languages": ["en"],
    "hobbies": ["chess"],
}
MENTOR = COMMON | {"roles": ["mentor"], "offers": [{"topic": "crm", "proficiency": 5}]}
MENTEE = COMMON | {
    "roles": ["mentee"],
    "needs": [{"topic": "crm", "priority": 1, "level": 1}],
}
DIRECTORY = """\
Staff Number,Name,Work Email,Level,Unit,Line Manager Staff Number
B1,Bella Boss,boss@company.example,9,Board,
X1,Emma Exec,emma@company.example,8,Sales,B1
H1,Henry Head,henry@company.example,5,Service,B1
J1,Julia Junior,julia@company.example,2,Service,H1
"""


async def test_a_volunteer_is_followed_by_correlation_id_through_all_four_services(
    platform: Platform, company: Company, tmp_path: Path, mapping: DirectoryMapping
) -> None:
    file = tmp_path / "directory.csv"
    file.write_text(DIRECTORY, encoding="utf-8")
    story = Story(company, lambda _: None, seed=1)
    await story.import_directory(file, mapping)
    cohort_id = await story.open_programme()
    programme = f"/v1/programmes/{story.outcome.programme_id}"
    mentor = company.employee("J1", "julia@company.example")
    mentee = company.employee("X1", "emma@company.example")

    yes = str(uuid4())
    await mentor.under(yes).post("enrollment", f"{programme}/volunteers", MENTOR)
    await mentee.post("enrollment", f"{programme}/volunteers", MENTEE)

    assert trail(platform, "enrollment", yes) >= {"volunteer.enrolled", "http.request"}
    for service in ("matching", "notifications", "reporting"):
        await until(
            partial(has, platform, service, yes, "intake.batch_applied"),
            f"{service} has taken in what the enrolment said",
        )

    await story.run_round(cohort_id, mentors=1, mentees=1)
    assert story.outcome.round["matched"] == 1
    assert story.outcome.round["unmatched"] == {}
    await until(lambda: mails(platform, 2), "both sides have their proposal in the mail")
    (proposal,) = (await mentee.get("matching", "/v1/proposals"))["items"]
    await mentee.post("matching", f"/v1/proposals/{proposal['id']}/accept")
    second_yes = str(uuid4())
    await mentor.under(second_yes).post("matching", f"/v1/proposals/{proposal['id']}/accept")

    assert "pair.formed" in trail(platform, "matching", second_yes)
    await until(
        lambda: has(platform, "notifications", second_yes, "delivery.sent"),
        "the introductions are sent",
    )
    await until(
        lambda: has(platform, "reporting", second_yes, "intake.batch_applied"),
        "reporting knows that they were sent",
    )
    await until(lambda: mails(platform, 4), "two proposals and two introductions have arrived")
    report = await company.lead().until(
        "the report has caught up",
        "reporting",
        f"{programme}/report",
        lambda found: found["mails"]["introduction"]["sent"] == 2,
    )
    assert report["pairs"]["active"] == 1
    assert report["volunteers"]["mentor"]["paired"] == 1
    assert report["volunteers"]["mentee"]["paired"] == 1


def trail(platform: Platform, service: str, correlation_id: str) -> set[str]:
    return {line["event"] for line in on_the_trail(platform.log(service), correlation_id)}


async def has(platform: Platform, service: str, correlation_id: str, event: str) -> bool:
    return event in trail(platform, service, correlation_id)


async def mails(platform: Platform, count: int) -> bool:
    return len(list(platform.mails.glob("*.eml"))) == count


async def test_no_name_or_address_is_in_a_log(
    platform: Platform, company: Company, tmp_path: Path, mapping: DirectoryMapping
) -> None:
    file = tmp_path / "directory.csv"
    file.write_text(DIRECTORY, encoding="utf-8")
    story = Story(company, lambda _: None, seed=1)
    await story.import_directory(file, mapping)
    cohort_id = await story.open_programme()
    programme = f"/v1/programmes/{story.outcome.programme_id}"
    for number, email, body in (
        ("J1", "julia@company.example", MENTOR),
        ("X1", "emma@company.example", MENTEE),
    ):
        await company.employee(number, email).post("enrollment", f"{programme}/volunteers", body)
    await story.run_round(cohort_id, mentors=1, mentees=1)
    await until(lambda: mails(platform, 2), "two proposals have arrived")
    written = "".join(log.read_text() for log in (platform.folder / "logs").glob("*.log"))
    found = [
        word for word in ("Julia", "Emma", "julia@", "emma@", "company.example") if word in written
    ]
    assert found == []
