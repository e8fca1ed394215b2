"""The bad input table, config rows: everything that is wrong is told at once, and no value with it."""

from pathlib import Path

import pytest

from shared.chassis.broker import PROFILES, profile_of
from shared.chassis.settings import BadSettings, Environment, Part, ServiceSettings, load, shown


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name in ("jwks.json", "ca.pem"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "password").write_text("s3cret\n")
    (tmp_path / "empty").write_text("\n")
    return tmp_path


@pytest.fixture
def good(files: Path) -> dict[str, str]:
    return {
        "OBVERSE_ENVIRONMENT": "demo",
        "OBVERSE_MONGO_URL": "mongodb://mongo:27017/?replicaSet=rs0",
        "OBVERSE_MONGO_DATABASE": "boxes",
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "kafka-1:9092,kafka-2:9092",
        "OBVERSE_AUTH_ISSUER": "https://identity.obverse.test",
        "OBVERSE_AUTH_JWKS_FILE": str(files / "jwks.json"),
    }


@pytest.fixture
def production(good: dict[str, str], files: Path) -> dict[str, str]:
    return good | {
        "OBVERSE_ENVIRONMENT": "production",
        "OBVERSE_MONGO_CA_FILE": str(files / "ca.pem"),
        "OBVERSE_MONGO_USERNAME": "boxes",
        "OBVERSE_MONGO_PASSWORD_FILE": str(files / "password"),
        "OBVERSE_KAFKA_SECURITY": "sasl_ssl",
        "OBVERSE_KAFKA_SASL_USERNAME": "boxes",
        "OBVERSE_KAFKA_SASL_PASSWORD_FILE": str(files / "password"),
    }


def problems(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load(ServiceSettings, environ)
    return caught.value.problems


def blamed(environ: dict[str, str]) -> list[str]:
    return [line.partition(":")[0] for line in problems(environ)]


def test_good_settings_are_frozen_and_typed(good: dict[str, str]) -> None:
    settings = load(ServiceSettings, good | {"OBVERSE_HTTP_PORT": "0", "PATH": "/bin"})
    assert settings.environment is Environment.DEMO
    assert settings.http_port == 0
    assert settings.run == {Part.API, Part.CONSUMERS, Part.RELAY, Part.SCHEDULES}
    with pytest.raises(ValueError, match="frozen"):
        settings.http_port = 1  # type: ignore[misc]


def test_a_process_may_run_some_parts(good: dict[str, str]) -> None:
    settings = load(ServiceSettings, good | {"OBVERSE_RUN": "api, relay"})
    assert settings.run == {Part.API, Part.RELAY}


def test_production_with_everything_in_place_is_fine(production: dict[str, str]) -> None:
    settings = load(ServiceSettings, production)
    assert settings.mongo_password is not None
    assert settings.mongo_password.get_secret_value() == "s3cret"


def test_production_is_what_it_is_unless_it_says_otherwise(good: dict[str, str]) -> None:
    del good["OBVERSE_ENVIRONMENT"]
    assert "OBVERSE_KAFKA_SECURITY" in blamed(good)


def test_everything_that_is_missing_is_told_at_once() -> None:
    assert problems({"OBVERSE_ENVIRONMENT": "test"}) == [
        "OBVERSE_AUTH_ISSUER: is missing; set it",
        "OBVERSE_AUTH_JWKS_URL: set exactly one of this and OBVERSE_AUTH_JWKS_FILE",
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS: is missing; set it",
        "OBVERSE_MONGO_DATABASE: is missing; set it",
        "OBVERSE_MONGO_URL: is missing; set it",
    ]


def test_missing_malformed_unknown_and_conflicting_come_together(
    good: dict[str, str], files: Path
) -> None:
    del good["OBVERSE_MONGO_DATABASE"]
    good |= {
        "OBVERSE_HTTP_PORT": "eighty",
        "OBVERSE_OUTBOX_LIMT": "5",
        "OBVERSE_AUTH_JWKS_URL": "https://identity.obverse.test/keys",
        "OBVERSE_KAFKA_SECURITY": "sasl_ssl",
        "OBVERSE_MONGO_USERNAME": "boxes",
    }
    assert blamed(good) == [
        "OBVERSE_AUTH_JWKS_URL",
        "OBVERSE_HTTP_PORT",
        "OBVERSE_KAFKA_SECURITY",
        "OBVERSE_MONGO_DATABASE",
        "OBVERSE_MONGO_USERNAME",
        "OBVERSE_OUTBOX_LIMT",
    ]


def test_an_unknown_variable_gets_a_hint(good: dict[str, str]) -> None:
    assert problems(good | {"OBVERSE_OUTBOX_LIMT": "5"}) == [
        "OBVERSE_OUTBOX_LIMT: is not a setting; did you mean OBVERSE_OUTBOX_LIMIT?"
    ]
    assert problems(good | {"OBVERSE_KAFKA_SASL_PASSWORD": "s3cret"}) == [
        "OBVERSE_KAFKA_SASL_PASSWORD: is not a setting; a secret comes from a file; set OBVERSE_KAFKA_SASL_PASSWORD_FILE"
    ]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OBVERSE_ENVIRONMENT", "prod"),
        ("OBVERSE_RUN", "api,cooking"),
        ("OBVERSE_MONGO_URL", "http://mongo"),
        ("OBVERSE_MONGO_DATABASE", "a.b"),
        ("OBVERSE_KAFKA_BOOTSTRAP_SERVERS", "kafka"),
        ("OBVERSE_KAFKA_SECURITY", "tls"),
        ("OBVERSE_HTTP_PORT", "65536"),
        ("OBVERSE_HTTP_RATE", "-1"),
        ("OBVERSE_KAFKA_SESSION_TIMEOUT_MS", "5"),
        ("OBVERSE_AUTH_ALGORITHMS", "HS256"),
        ("OBVERSE_AUTH_ALGORITHMS", "none"),
        ("OBVERSE_AUTH_JWKS_FILE", "/no/such/file"),
        ("OBVERSE_MONGO_CA_FILE", "/no/such/file"),
        ("OBVERSE_OUTBOX_LIMIT", "0"),
        ("OBVERSE_LOG_LEVEL", "loud"),
        ("OBVERSE_AUTH_ISSUER", " "),
    ],
)
def test_a_malformed_value_is_named_and_not_repeated(
    good: dict[str, str], variable: str, value: str
) -> None:
    (line,) = problems(good | {variable: value})
    assert line.startswith(f"{variable}: is ")
    assert repr(value) not in line
    assert not line.endswith(value)


class TestSecrets:
    def test_they_are_masked(self, production: dict[str, str]) -> None:
        settings = load(ServiceSettings, production)
        assert "s3cret" not in repr(settings)
        listed = dict(shown(settings))
        assert "s3cret" not in str(listed)
        assert listed["OBVERSE_MONGO_PASSWORD_FILE"] == "**********"
        assert listed["OBVERSE_AUTH_JWKS_URL"] == "(not set)"
        assert listed["OBVERSE_RUN"] == "api,consumers,relay,schedules"

    def test_a_missing_file_is_told(self, production: dict[str, str], files: Path) -> None:
        path = str(files / "nothing")
        (line,) = problems(production | {"OBVERSE_MONGO_PASSWORD_FILE": path})
        assert line == (
            "OBVERSE_MONGO_PASSWORD_FILE: names a file that cannot be read "
            "(No such file or directory); mount the secret"
        )

    def test_an_empty_file_is_told(self, production: dict[str, str], files: Path) -> None:
        path = str(files / "empty")
        (line,) = problems(production | {"OBVERSE_KAFKA_SASL_PASSWORD_FILE": path})
        assert line.startswith("OBVERSE_KAFKA_SASL_PASSWORD_FILE: names an empty file")

    def test_one_in_the_url_is_refused_and_not_repeated(self, good: dict[str, str]) -> None:
        url = "mongodb://boxes:s3cret@mongo:27017/"
        (line,) = problems(good | {"OBVERSE_MONGO_URL": url})
        assert line.startswith("OBVERSE_MONGO_URL: holds a user or a password")
        assert "s3cret" not in line


class TestProduction:
    @pytest.mark.parametrize("security", ["plaintext", "sasl_plaintext"])
    def test_kafka_in_plain_text_is_refused(
        self, production: dict[str, str], security: str
    ) -> None:
        assert (
            "OBVERSE_KAFKA_SECURITY: plain text is refused in production; set ssl or sasl_ssl"
            in (problems(production | {"OBVERSE_KAFKA_SECURITY": security}))
        )

    def test_mongo_in_plain_text_is_refused(self, production: dict[str, str]) -> None:
        del production["OBVERSE_MONGO_CA_FILE"]
        assert blamed(production) == ["OBVERSE_MONGO_URL"]
        encrypted = {"OBVERSE_MONGO_URL": "mongodb://mongo/?tls=true"}
        assert load(ServiceSettings, production | encrypted).mongo_ca_file is None

    def test_mongo_without_a_user_is_refused(self, production: dict[str, str]) -> None:
        del production["OBVERSE_MONGO_USERNAME"], production["OBVERSE_MONGO_PASSWORD_FILE"]
        assert blamed(production) == ["OBVERSE_MONGO_USERNAME"]

    def test_keys_over_plain_text_are_refused(self, production: dict[str, str]) -> None:
        del production["OBVERSE_AUTH_JWKS_FILE"]
        url = "http://identity.obverse.test/keys"
        assert blamed(production | {"OBVERSE_AUTH_JWKS_URL": url}) == ["OBVERSE_AUTH_JWKS_URL"]

    def test_the_embedded_broker_is_refused(self, production: dict[str, str]) -> None:
        environ = production | {"OBVERSE_KAFKA_PROFILE": "embedded"}
        assert blamed(environ) == ["OBVERSE_KAFKA_PROFILE"]


def test_credentials_that_nothing_uses_are_a_conflict(good: dict[str, str], files: Path) -> None:
    assert blamed(
        good
        | {
            "OBVERSE_KAFKA_SASL_USERNAME": "boxes",
            "OBVERSE_KAFKA_SASL_PASSWORD_FILE": str(files / "password"),
        }
    ) == ["OBVERSE_KAFKA_SECURITY"]


def test_the_environment_is_read_in_one_place_only(
    good: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OBVERSE_HTTP_PORT", "4711")
    assert load(ServiceSettings, good).http_port == 8000


def test_the_session_timeout_is_the_brokers_unless_it_is_set() -> None:
    assert profile_of("kafka") is PROFILES["kafka"]
    quick = profile_of("kafka", 3_000)
    assert (quick.session_timeout_ms, quick.heartbeat_interval_ms) == (3_000, 1_000)
    assert quick.idempotence
