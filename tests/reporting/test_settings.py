"""Each half has a database of its own, and in production a user of its own."""

from pathlib import Path

import pytest

from services.reporting.settings import Settings
from shared.chassis.settings import BadSettings, load


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    keys = tmp_path / "jwks.json"
    keys.write_text('{"keys": []}', encoding="utf-8")
    return {
        "OBVERSE_ENVIRONMENT": "test",
        "OBVERSE_MONGO_URL": "mongodb://mongo.example:27017/?tls=true",
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "kafka.example:9092",
        "OBVERSE_KAFKA_SECURITY": "ssl",
        "OBVERSE_AUTH_ISSUER": "https://identity.example",
        "OBVERSE_AUTH_JWKS_FILE": str(keys),
    }


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as refused:
        load(Settings, environ)
    return [problem.partition(":")[0] for problem in refused.value.problems]


def test_the_databases_are_named_after_the_service(environ: dict[str, str]) -> None:
    settings = load(Settings, environ)

    assert settings.journal == "obverse_reporting_journal"
    assert settings.projections == "obverse_reporting_projections"


def test_a_database_can_be_named(environ: dict[str, str]) -> None:
    settings = load(Settings, environ | {"OBVERSE_JOURNAL_DATABASE": "one"})

    assert (settings.journal, settings.projections) == ("one", "obverse_reporting_projections")


def test_the_halves_cannot_share_a_database(environ: dict[str, str]) -> None:
    both = {"OBVERSE_JOURNAL_DATABASE": "one", "OBVERSE_PROJECTIONS_DATABASE": "one"}

    assert problems(environ | both) == ["OBVERSE_PROJECTIONS_DATABASE"]


def test_without_a_user_of_their_own_the_projections_use_the_common_one(
    environ: dict[str, str],
) -> None:
    address = load(Settings, environ).projections_address

    assert (address.url, address.username) == ("mongodb://mongo.example:27017/?tls=true", None)


def secret(folder: Path, text: str) -> str:
    file = folder / text
    file.write_text(text, encoding="utf-8")
    return str(file)


def test_in_production_each_half_has_a_user_of_its_own(
    environ: dict[str, str], tmp_path: Path
) -> None:
    production = environ | {
        "OBVERSE_ENVIRONMENT": "production",
        "OBVERSE_MONGO_USERNAME": "journal",
        "OBVERSE_MONGO_PASSWORD_FILE": secret(tmp_path, "first"),
    }
    second = {"OBVERSE_PROJECTIONS_MONGO_PASSWORD_FILE": secret(tmp_path, "second")}
    name = "OBVERSE_PROJECTIONS_MONGO_USERNAME"

    assert problems(production) == [name]
    assert problems(production | second) == [name, name]
    assert problems(production | second | {name: "journal"}) == [name]
    address = load(Settings, production | second | {name: "projections"}).projections_address
    assert (address.username, address.password) == ("projections", "second")
