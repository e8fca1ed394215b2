"""The settings of notifications: the mail server, who writes, and how patiently."""

import ssl
from typing import Annotated, Any, ClassVar

from pydantic import Field, FilePath, HttpUrl, SecretStr

from services.notifications.channels.mail import StartTls
from services.notifications.channels.message import UnusableAddress, address_of
from shared.chassis.settings import Environment, NonEmpty, Rule, ServiceSettings


class Settings(ServiceSettings):
    """All settings."""

    smtp_host: NonEmpty
    smtp_port: Annotated[int, Field(ge=1, le=65_535)] = 587
    smtp_starttls: StartTls = StartTls.IF_OFFERED
    smtp_ca_file: FilePath | None = None
    smtp_username: NonEmpty | None = None
    smtp_password: SecretStr | None = None
    smtp_timeout_seconds: Annotated[float, Field(gt=0, le=600)] = 30.0
    """For each answer of the mail server; a whole delivery may take twice as long."""

    mail_from: NonEmpty
    mail_page_url: HttpUrl | None = None
    """Where people answer; every mail names it."""
    mail_at_once: Annotated[int, Field(ge=1, le=200)] = 16
    """Mails that one process has under way at the same time."""
    mail_lease_seconds: Annotated[float, Field(gt=0)] = 180.0
    """How long a claim lasts; afterwards a mail without an outcome counts as unknown."""
    mail_retry_seconds: Annotated[float, Field(gt=0)] = 10.0
    """The first pause after a failed attempt; it doubles up to an hour, for 24 hours."""

    RULES: ClassVar[tuple[Rule, ...]] = (
        *ServiceSettings.RULES,
        Rule(
            ("mail_from",),
            lambda s: not _is_address(s.mail_from),
            "OBVERSE_MAIL_FROM: is no mail address; set one such as mentoring@example.org",
        ),
        Rule(
            ("smtp_ca_file",),
            lambda s: s.smtp_ca_file is not None and not _holds_certificates(s.smtp_ca_file),
            "OBVERSE_SMTP_CA_FILE: holds no certificate; name a file in PEM format",
        ),
        Rule(
            ("smtp_username", "smtp_password"),
            lambda s: (s.smtp_username is None) != (s.smtp_password is None),
            "OBVERSE_SMTP_USERNAME: goes together with OBVERSE_SMTP_PASSWORD_FILE; set both or none",
        ),
        Rule(
            ("smtp_username", "smtp_starttls"),
            lambda s: s.smtp_username is not None and s.smtp_starttls is not StartTls.REQUIRED,
            "OBVERSE_SMTP_STARTTLS: a password is never sent in plain text; set it to required",
        ),
        Rule(
            ("environment", "smtp_starttls"),
            lambda s: (
                s.environment is Environment.PRODUCTION and s.smtp_starttls is not StartTls.REQUIRED
            ),
            "OBVERSE_SMTP_STARTTLS: plain text is refused in production; set it to required",
        ),
        Rule(
            ("mail_lease_seconds", "smtp_timeout_seconds"),
            lambda s: s.mail_lease_seconds < 3 * s.smtp_timeout_seconds,
            "OBVERSE_MAIL_LEASE_SECONDS: is shorter than a delivery may take; "
            "set at least three times OBVERSE_SMTP_TIMEOUT_SECONDS",
        ),
    )


def _is_address(text: str) -> bool:
    try:
        return address_of("", text).username.isascii()
    except UnusableAddress:
        return False


def _holds_certificates(path: Any) -> bool:
    try:
        ssl.create_default_context(cafile=path)
    except (ssl.SSLError, OSError):
        return False
    return True
