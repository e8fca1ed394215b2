"""What can be seen of the containers without an engine: the compose file, and the file that makes the images."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from dev.demo.smoke import KAFKA, MAIL_PORT, PORTS
from dev.local.containers import KAFKA_IMAGE, MONGO_IMAGE
from dev.local.identity import AUDIENCE, ISSUER
from dev.local.platform import ROOT
from services.enrollment.settings import Settings as EnrollmentSettings
from services.matching.settings import Settings as MatchingSettings
from services.notifications.settings import Settings as NotificationsSettings
from services.reporting.settings import Settings as ReportingSettings
from shared.chassis.settings import ServiceSettings, load

SETTINGS: dict[str, type[ServiceSettings]] = {
    "enrollment": EnrollmentSettings,
    "matching": MatchingSettings,
    "notifications": NotificationsSettings,
    "reporting": ReportingSettings,
    "mongo-init": EnrollmentSettings,
    "topics-init": EnrollmentSettings,
}
OURS = ("enrollment", "matching", "notifications", "reporting")
# What the environment may settle, with what holds otherwise.
VARIABLE = re.compile(r"\$\{(?P<name>[A-Z_]+):-(?P<default>[^}]*)\}")


def settled(value: Any) -> Any:
    """The file's content as Compose reads it where no variable is set."""
    if isinstance(value, dict):
        return {key: settled(item) for key, item in value.items()}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return VARIABLE.sub(lambda found: found["default"], value) if isinstance(value, str) else value


TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
SERVICES: dict[str, dict[str, Any]] = settled(yaml.safe_load(TEXT))["services"]


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_accepts_the_settings_that_it_is_given(name: str, tmp_path: Any) -> None:
    jwks = tmp_path / "jwks.json"
    jwks.touch()
    given = {**SERVICES[name]["environment"]}
    assert given["OBVERSE_AUTH_JWKS_FILE"] == "/run/keys/jwks.json"

    settings = load(SETTINGS[name], given | {"OBVERSE_AUTH_JWKS_FILE": str(jwks)})

    assert (settings.auth_issuer, settings.auth_audience) == (ISSUER, AUDIENCE)
    assert settings.kafka_profile == "kafka"


def test_every_service_has_databases_of_its_own() -> None:
    names = {name: SERVICES[name]["environment"]["OBVERSE_MONGO_DATABASE"] for name in OURS}
    assert names == {
        "enrollment": "obverse_enrollment",
        "matching": "obverse_matching",
        "notifications": "obverse_notifications",
        "reporting": "obverse_reporting",
    }


def test_images_from_elsewhere_are_settings_with_the_names_that_the_tests_use() -> None:
    defaults = {found["name"]: found["default"] for found in VARIABLE.finditer(TEXT)}
    assert defaults["OBVERSE_KAFKA_IMAGE"] == KAFKA_IMAGE == "apache/kafka:4.1.0"
    assert defaults["OBVERSE_MONGO_IMAGE"] == MONGO_IMAGE == "mongo:7.0"
    assert defaults["OBVERSE_PYTHON_IMAGE"] == "python:3.11-slim-bookworm"
    assert re.findall(r"image: (?!obverse/)(\S+)", TEXT) == [
        "${OBVERSE_KAFKA_IMAGE:-apache/kafka:4.1.0}",
        "${OBVERSE_MONGO_IMAGE:-mongo:7.0}",
    ]


def test_ports_are_published_on_this_machine_only() -> None:
    published = {
        name: port for name, service in SERVICES.items() for port in service.get("ports", [])
    }
    assert published == {
        "kafka": "127.0.0.1:8192:9094",
        "enrollment": "127.0.0.1:8101:8000",
        "matching": "127.0.0.1:8102:8000",
        "notifications": "127.0.0.1:8103:8000",
        "reporting": "127.0.0.1:8104:8000",
        "mail": "127.0.0.1:8125:8025",
    }


def test_the_smoke_test_looks_where_the_ports_are_published() -> None:
    assert KAFKA == "127.0.0.1:8192"
    assert {**PORTS, "mail": MAIL_PORT} == {
        "enrollment": 8101,
        "matching": 8102,
        "notifications": 8103,
        "reporting": 8104,
        "mail": 8125,
    }


@pytest.mark.parametrize("name", [*SETTINGS, "mail"])
def test_what_we_make_runs_without_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "user" not in service  # the image's own, which has no rights


@pytest.mark.parametrize("name", SETTINGS)
def test_a_service_sees_nothing_of_this_machine_but_public_keys(name: str) -> None:
    assert SERVICES[name]["volumes"] == ["./build/compose/keys:/run/keys:ro"]


@pytest.mark.parametrize("name", OURS)
def test_a_service_starts_on_a_prepared_database_and_broker(name: str) -> None:
    awaited = SERVICES[name]["depends_on"]
    done = {"condition": "service_completed_successfully"}
    assert (awaited["mongo-init"], awaited["topics-init"]) == (done, done)
    assert SERVICES[name]["build"]["args"]["SERVICE"] == name


class TestTheImages:
    lines = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8").splitlines()

    def test_only_named_folders_are_copied_into_them(self) -> None:
        assert [line for line in self.lines if re.match(r"(COPY|ADD)\b", line)] == [
            "COPY services/${SERVICE}/requirements.lock /tmp/requirements.lock",
            "COPY shared/ /app/shared/",
            "COPY services/${SERVICE}/ /app/services/${SERVICE}/",
            "COPY mappings/ /tmp/mappings/",
            "COPY --from=build /opt/venv /opt/venv",
            "COPY --from=build /app /app",
        ]

    def test_they_run_as_a_numeric_user(self) -> None:
        assert [line for line in self.lines if line.startswith("USER ")] == ["USER 10001:10001"]

    def test_they_take_only_what_the_lock_names_by_its_hash(self) -> None:
        installs = re.findall(r"pip install (.*?)&&", " ".join(self.lines), re.DOTALL)
        assert len(installs) == 1
        assert "--require-hashes" in installs[0]
        assert "-r /tmp/requirements.lock" in installs[0]

    def test_nothing_else_reaches_the_engine(self) -> None:
        ignore = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        rules = [line for line in ignore if not line.startswith("#")]
        assert rules[0] == "*"
        assert [rule for rule in rules if rule.startswith("!")] == [
            "!deploy/Dockerfile",
            "!mappings/",
            "!services/",
            "!shared/",
        ]
