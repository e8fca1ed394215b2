"""The mail channel against real SMTP servers, good ones and bad ones."""

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from services.notifications import app
from services.notifications.channels.mail import Mail, MailServer, StartTls
from services.notifications.domain.pairs import Contact
from services.notifications.domain.reminders import Kind
from services.notifications.domain.sending import Answer, Outcome
from services.notifications.settings import Settings
from shared.chassis.settings import load
from tests.notifications.letters import ANNA, VIKTOR, letter, reminder
from tests.notifications.servers import Mailbox, mail_server, rude_server


def channel(port: int, **server: Any) -> Mail:
    address = MailServer("127.0.0.1", port, StartTls.IF_OFFERED, timeout=2.0)
    return Mail(replace(address, **server), "mentoring@obverse.test", "https://obverse.test/me")


async def deliver(port: int, reader: Contact = ANNA, **server: Any) -> Outcome:
    mail = channel(port, **server)
    return await mail.send(reminder(), letter(Kind.INTRODUCTION, reader=reader))


async def test_a_mail_arrives_with_all_its_headers_and_both_alternatives() -> None:
    async with mail_server(Mailbox()) as server:
        outcome = await deliver(server.port)
    assert outcome == Outcome(Answer.ACCEPTED, "250")
    (mail,) = server.mails()
    assert mail["Message-ID"] == "<00000000-0000-7000-8000-0000000000dd@obverse.test>"
    assert mail["From"] == "mentoring@obverse.test"
    assert mail["To"] == "Anna Petrova <anna@example.org>"
    assert mail["Subject"] == "You and Viktor Lang are a mentoring pair"
    assert mail["Date"] == "Mon, 02 Nov 2026 09:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "en"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert plain.get_content().startswith("Hello Anna Petrova,\r\n\r\nYou both said yes:")


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "Dorsey Hodge",
            [
                b"Subject: Your mentoring session with Dorsey Hodge: Monday, 9 November 2026,",
                b" 09:30",
            ],
        ),
        (
            "D. Hodge",
            [b"Subject: Your mentoring session with D. Hodge: Monday, 9 November 2026, 09:30"],
        ),
    ],
)
async def test_a_long_subject_begins_on_the_line_of_its_header(
    name: str, lines: list[bytes]
) -> None:
    partner = replace(VIKTOR, name=name)
    async with mail_server(Mailbox()) as server:
        await channel(server.port).send(
            reminder(Kind.SESSION_REMINDER), letter(Kind.SESSION_REMINDER, partner=partner)
        )
    (envelope,) = server.envelopes
    (mail,) = server.mails()
    head = (envelope.original_content or b"").split(b"\r\n")
    start = next(place for place, line in enumerate(head) if line.startswith(b"Subject:"))
    assert head[start : start + len(lines)] == lines
    assert mail["Subject"] == f"Your mentoring session with {name}: Monday, 9 November 2026, 09:30"


@pytest.mark.parametrize(
    ("command", "reply", "outcome"),
    [
        ("RCPT", "550 no such user", Outcome(Answer.REFUSED, "550", bounced=True)),
        ("RCPT", "451 try later", Outcome(Answer.NOT_NOW, "451")),
        ("RCPT", "421 closing", Outcome(Answer.NOT_NOW, "421")),
        ("DATA", "554 refused", Outcome(Answer.REFUSED, "554", bounced=True)),
        ("DATA", "452 disk is full", Outcome(Answer.NOT_NOW, "452")),
        ("MAIL", "553 not you", Outcome(Answer.REFUSED, "553", bounced=False)),
        ("MAIL", "450 later", Outcome(Answer.NOT_NOW, "450")),
        ("MAIL", "530 log in first", Outcome(Answer.NOT_NOW, "530")),
    ],
)
async def test_the_answer_of_the_server_is_sorted(
    command: str, reply: str, outcome: Outcome
) -> None:
    async with mail_server(Mailbox({command: reply})) as server:
        assert await deliver(server.port) == outcome
    assert server.envelopes == []


async def test_a_refused_connection_means_try_again() -> None:
    async with mail_server(Mailbox()) as server:
        port = server.port
    assert await deliver(port) == Outcome(Answer.NOT_NOW, "SMTPConnectError")


@pytest.mark.parametrize("step", [b"EHLO", b"MAIL", b"RCPT", b"DATA"])
async def test_a_connection_lost_before_the_final_dot_means_try_again(step: bytes) -> None:
    async with rude_server(step) as (port, received):
        outcome = await deliver(port)
    assert outcome.answer is Answer.NOT_NOW
    assert received == []


async def test_a_connection_lost_after_the_final_dot_leaves_us_in_doubt() -> None:
    async with rude_server(b".") as (port, received):
        outcome = await deliver(port)
    assert outcome == Outcome(Answer.NO_ANSWER, "SMTPServerDisconnected")
    assert len(received) == 1


async def test_silence_after_the_final_dot_leaves_us_in_doubt() -> None:
    async with rude_server(b".", silent=True) as (port, received):
        outcome = await deliver(port, timeout=0.2)
    assert outcome == Outcome(Answer.NO_ANSWER, "SMTPReadTimeoutError")
    assert len(received) == 1


async def test_a_server_that_never_greets_means_try_again() -> None:
    async with rude_server(b"EHLO", greeting=b"") as (port, _):
        outcome = await deliver(port, timeout=0.2)
    assert outcome == Outcome(Answer.NOT_NOW, "SMTPConnectTimeoutError")


async def test_a_server_that_wants_nobody_means_try_again() -> None:
    async with rude_server(b"QUIT", greeting=b"554 no service here\r\n") as (port, _):
        assert await deliver(port) == Outcome(Answer.NOT_NOW, "554")


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def demanding(authority: trustme.CA) -> ssl.SSLContext:
    """The server's side of TLS, with a certificate for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path


async def test_a_server_that_demands_starttls_and_a_password_gets_both(
    demanding: ssl.SSLContext, ca_file: Path
) -> None:
    async with mail_server(Mailbox(), demanding) as server:
        outcome = await deliver(
            server.port,
            starttls=StartTls.REQUIRED,
            ca_file=ca_file,
            username="obverse",
            password="open sesame",
        )
    assert outcome == Outcome(Answer.ACCEPTED, "250")
    assert server.encrypted == [True]
    assert server.logins == [b"obverse"]


async def test_the_settings_lead_there_with_the_password_out_of_its_file(
    demanding: ssl.SSLContext, ca_file: Path, tmp_path: Path
) -> None:
    (tmp_path / "password").write_text("open sesame\n")
    (tmp_path / "jwks.json").write_text("{}")
    async with mail_server(Mailbox(), demanding) as server:
        environment = {
            "OBVERSE_ENVIRONMENT": "demo",
            "OBVERSE_MONGO_URL": "mongodb://mongo/?replicaSet=rs0",
            "OBVERSE_MONGO_DATABASE": "notifications",
            "OBVERSE_KAFKA_BOOTSTRAP_SERVERS": "kafka:9092",
            "OBVERSE_AUTH_ISSUER": "https://identity.obverse.test",
            "OBVERSE_AUTH_JWKS_FILE": str(tmp_path / "jwks.json"),
            "OBVERSE_MAIL_FROM": "mentoring@obverse.test",
            "OBVERSE_SMTP_HOST": "127.0.0.1",
            "OBVERSE_SMTP_PORT": str(server.port),
            "OBVERSE_SMTP_STARTTLS": "required",
            "OBVERSE_SMTP_CA_FILE": str(ca_file),
            "OBVERSE_SMTP_USERNAME": "obverse",
            "OBVERSE_SMTP_PASSWORD_FILE": str(tmp_path / "password"),
        }
        mail = app._mail(load(Settings, environment))
        outcome = await mail.send(reminder(), letter(Kind.INTRODUCTION))
    assert outcome == Outcome(Answer.ACCEPTED, "250")
    assert (server.encrypted, server.logins) == ([True], [b"obverse"])


async def test_a_wrong_password_is_our_trouble_and_not_the_recipients(
    demanding: ssl.SSLContext, ca_file: Path
) -> None:
    async with mail_server(Mailbox(), demanding) as server:
        outcome = await deliver(server.port, ca_file=ca_file, username="obverse", password="wrong")
    assert outcome == Outcome(Answer.NOT_NOW, "535")


async def test_a_certificate_of_somebody_else_is_refused(
    demanding: ssl.SSLContext, tmp_path: Path
) -> None:
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(str(stranger))
    async with mail_server(Mailbox(), demanding) as server:
        outcome = await deliver(
            server.port, ca_file=stranger, username="obverse", password="open sesame"
        )
    assert outcome.answer is Answer.NOT_NOW
    assert server.logins == []


async def test_required_starttls_is_never_given_up() -> None:
    async with mail_server(Mailbox()) as server:
        outcome = await deliver(server.port, starttls=StartTls.REQUIRED)
    assert outcome.answer is Answer.NOT_NOW
    assert server.envelopes == []


async def test_a_name_can_inject_no_header() -> None:
    name = "Anna\r\nBcc: everybody@example.org\r\n\r\nBuy now\u202e"
    async with mail_server(Mailbox()) as server:
        await deliver(server.port, replace(ANNA, name=name))
    (mail,) = server.mails()
    assert mail["To"] == '"Anna Bcc: everybody@example.org Buy now" <anna@example.org>'
    assert mail["Bcc"] is None
    assert server.envelopes[0].rcpt_tos == ["anna@example.org"]


async def test_a_partners_name_can_inject_no_header_into_the_subject() -> None:
    partner = replace(ANNA, name="Eva\nBcc: all@example.org")
    async with mail_server(Mailbox()) as server:
        await channel(server.port).send(reminder(), letter(Kind.INTRODUCTION, partner=partner))
    (mail,) = server.mails()
    assert mail["Subject"] == "You and Eva Bcc: all@example.org are a mentoring pair"
    assert mail["Bcc"] is None


async def test_names_of_every_script_arrive_as_they_are() -> None:
    name = "Анна-Мария Ødegård 陳"
    async with mail_server(Mailbox()) as server:
        await deliver(server.port, replace(ANNA, name=name))
    (mail,) = server.mails()
    assert mail["To"].addresses[0].display_name == "Анна-Мария Ødegård 陳"
    assert (server.envelopes[0].original_content or b"").isascii()


async def test_a_domain_of_another_script_is_written_in_ascii() -> None:
    async with mail_server(Mailbox()) as server:
        await deliver(server.port, replace(ANNA, email="anna@почта.рф"))
    assert server.envelopes[0].rcpt_tos == ["anna@xn--80a1acny.xn--p1ai"]


async def test_a_mailbox_of_another_script_needs_a_server_that_takes_it() -> None:
    anna = replace(ANNA, email="анна@example.org")
    async with mail_server(Mailbox()) as plain, mail_server(Mailbox(), smtputf8=True) as modern:
        refused = await deliver(plain.port, anna)
        accepted = await deliver(modern.port, anna)
    assert refused == Outcome(Answer.REFUSED, "smtputf8_not_offered", bounced=True)
    assert accepted == Outcome(Answer.ACCEPTED, "250")
    assert modern.envelopes[0].rcpt_tos == ["анна@example.org"]


@pytest.mark.parametrize(
    "address", ["", "anna", "@example.org", "anna@", "anna@example.org\r\nRCPT TO:<x@y.z>", "a b@c"]
)
async def test_an_address_that_is_none_is_refused_without_a_word_to_the_server(
    address: str,
) -> None:
    async with mail_server(Mailbox()) as server:
        outcome = await deliver(server.port, replace(ANNA, email=address))
    assert outcome == Outcome(Answer.REFUSED, "unusable_address", bounced=True)


async def test_lines_that_start_with_a_dot_arrive_whole() -> None:
    async with mail_server(Mailbox()) as server:
        await deliver(server.port, replace(ANNA, name=".hidden"))
    plain = server.mails()[0].get_body(("plain",))
    assert plain is not None
    assert plain.get_content().splitlines()[0] == "Hello .hidden,"
