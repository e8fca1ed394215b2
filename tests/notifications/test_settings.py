"""The config rows of the bad input table, as far as they are ours."""

from pathlib import Path

import pytest

from services.notifications.settings import Settings
from shared.chassis.settings import BadSettings, load


@pytest.fixture
def good(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "jwks.json").write_text("{}")
    (tmp_path / "password").write_text("open sesame")
    return {
        "OBVERSE_ENVIRONMENT": "demo",
        "OBVERSE_MONGO_URL": "mongodb://mongo:27017/?replicaSet=rs0",
        "OBVERSE_MONGO_DATABASE": "notifications",
        "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
        "OBVERSE_AUTH_ISSUER": "https://identity.obverse.test",
        "OBVERSE_AUTH_JWKS_FILE": str(tmp_path / "jwks.json"),
        "OBVERSE_SMTP_HOST": "mail",
        "OBVERSE_MAIL_FROM": "mentoring@example.org",
    }


def blamed(environ: dict[str, str]) -> list[str]:
    with pytest.raises(BadSettings) as caught:
        load(Settings, environ)
    return [line.partition(":")[0] for line in caught.value.problems]


def test_a_mail_server_and_a_sender_are_enough(good: dict[str, str]) -> None:
    settings = load(Settings, good)
    assert (settings.smtp_port, settings.smtp_starttls) == (587, "if_offered")
    assert settings.mail_at_once == 16


def test_a_mail_server_and_a_sender_are_needed(good: dict[str, str]) -> None:
    del good["OBVERSE_SMTP_HOST"], good["OBVERSE_MAIL_FROM"]
    assert blamed(good) == ["OBVERSE_MAIL_FROM", "OBVERSE_SMTP_HOST"]


@pytest.mark.parametrize("sender", ["mentoring", "a@b\r\nBcc: c@d", "анна@example.org", "a b@c"])
def test_a_sender_is_a_plain_address(good: dict[str, str], sender: str) -> None:
    assert blamed(good | {"OBVERSE_MAIL_FROM": sender}) == ["OBVERSE_MAIL_FROM"]


def test_a_password_needs_its_user_and_encryption(good: dict[str, str], tmp_path: Path) -> None:
    password = {"OBVERSE_SMTP_PASSWORD_FILE": str(tmp_path / "password")}
    user = {"OBVERSE_SMTP_USERNAME": "obverse"}
    assert blamed(good | password) == ["OBVERSE_SMTP_USERNAME"]
    assert blamed(good | password | user) == ["OBVERSE_SMTP_STARTTLS"]
    assert load(Settings, good | password | user | {"OBVERSE_SMTP_STARTTLS": "required"})


def test_production_refuses_mail_in_plain_text(good: dict[str, str]) -> None:
    assert "OBVERSE_SMTP_STARTTLS" in blamed(good | {"OBVERSE_ENVIRONMENT": "production"})


def test_a_ca_file_without_a_certificate_is_told(good: dict[str, str], tmp_path: Path) -> None:
    assert blamed(good | {"OBVERSE_SMTP_CA_FILE": str(tmp_path / "jwks.json")}) == [
        "OBVERSE_SMTP_CA_FILE"
    ]


def test_a_claim_lasts_longer_than_a_delivery(good: dict[str, str]) -> None:
    assert blamed(good | {"OBVERSE_MAIL_LEASE_SECONDS": "60"}) == ["OBVERSE_MAIL_LEASE_SECONDS"]


def test_the_page_is_a_web_address(good: dict[str, str]) -> None:
    assert blamed(good | {"OBVERSE_MAIL_PAGE_URL": "javascript:alert(1)"}) == [
        "OBVERSE_MAIL_PAGE_URL"
    ]
