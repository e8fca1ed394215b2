"""The only place where the parts of notifications meet."""

from datetime import timedelta

from services.notifications import handlers
from services.notifications.api import router
from services.notifications.channels.mail import Mail, MailServer
from services.notifications.consumers import GROUP, REMOVALS, ROUTES
from services.notifications.domain.sending import Pace
from services.notifications.schedules import Worker
from services.notifications.settings import Settings
from services.notifications.store import INDEXES, Unit
from services.notifications.store.holdings import HOLDINGS, with_volunteers
from shared.chassis.clock import Clock, system_clock
from shared.chassis.foundation import Database, Foundation, revealed
from shared.chassis.http.app import create_api
from shared.chassis.http.privacy import privacy_routes
from shared.chassis.lifecycle import Service
from shared.chassis.pacing import UNHURRIED
from shared.chassis.privacy.desk import PersonalDesk
from shared.chassis.privacy.holdings import Subject
from shared.chassis.transactions import Tx

NAME = "notifications"


def build(settings: Settings, clock: Clock = system_clock) -> Service:
    """The service, not started. `clock` is not asked about reminders: those go by the database's."""
    foundation = Foundation(settings, NAME, clock)
    database = foundation.database(settings.mongo_database, INDEXES)
    worker = _worker(settings, database)
    personal = PersonalDesk(database, HOLDINGS, with_volunteers, _let_go)
    api = create_api(
        foundation,
        database,
        title="Obverse notifications",
        routers=[router, privacy_routes([personal])],
        unit=Unit,
    )
    return Service(
        foundation,
        api=api,
        databases=[database],
        intakes=[foundation.intake(database, GROUP, ROUTES, REMOVALS, pace=UNHURRIED)],
        relays=[foundation.relay(database)],
        schedules=worker.schedules(),
        overdue={"reminders": worker.overdue_seconds},
        personal=[personal],
    )


async def _let_go(tx: Tx, subject: Subject) -> None:
    await handlers.cancel_reminders(Unit(tx), subject.ids)


def _worker(settings: Settings, database: Database) -> Worker:
    return Worker(
        transactions=database.transactions,
        channel=_mail(settings),
        mail_domain=settings.mail_from.rpartition("@")[2],
        pace=Pace(
            lease=timedelta(seconds=settings.mail_lease_seconds),
            first_pause=timedelta(seconds=settings.mail_retry_seconds),
        ),
        at_once=settings.mail_at_once,
    )


def _mail(settings: Settings) -> Mail:
    server = MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        starttls=settings.smtp_starttls,
        ca_file=settings.smtp_ca_file,
        username=settings.smtp_username,
        password=revealed(settings.smtp_password),
        timeout=settings.smtp_timeout_seconds,
    )
    page = str(settings.mail_page_url) if settings.mail_page_url else None
    return Mail(server, settings.mail_from, page)
