"""What every service stands on: clients, databases, topic edges. The service's `app.build` joins the parts."""

import contextlib
import os
import secrets
import socket
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import SecretStr

from shared.chassis import audit, dead_letters, outbox, principals, waiting
from shared.chassis.broker import KafkaAddress, profile_of
from shared.chassis.clock import Clock, system_clock
from shared.chassis.health import Health
from shared.chassis.http import idempotency
from shared.chassis.intake import Intake
from shared.chassis.messages import Removals, Routes
from shared.chassis.metrics import Metrics
from shared.chassis.migrations import Migrations
from shared.chassis.mongo import (
    Client,
    Index,
    MongoAddress,
    MongoDatabase,
    connect,
    open_database,
)
from shared.chassis.pacing import PROMPT, Pace
from shared.chassis.privacy import erasures
from shared.chassis.relay import Relay
from shared.chassis.retention import DAY
from shared.chassis.settings import BadSettings, ServiceSettings
from shared.chassis.transactions import Transactions

OWN_INDEXES = (
    *outbox.INDEXES,
    *waiting.INDEXES,
    *dead_letters.INDEXES,
    *audit.INDEXES,
    *erasures.INDEXES,
    *principals.INDEXES,
    *idempotency.INDEXES,
)
OWN_MIGRATIONS = Migrations(
    "chassis", (dead_letters.AUDIT_STANDS_ALONE, idempotency.CLAIMS_HAVE_ANSWERS)
)


@dataclass(frozen=True, slots=True)
class Database:
    """One database of a service, with the outbox, cursors and dead letters in it."""

    name: str
    client: Client
    mongo: MongoDatabase
    transactions: Transactions
    indexes: Sequence[Index]
    migrations: Sequence[Migrations] = (OWN_MIGRATIONS,)


class Foundation:
    """Made once per process; opens nothing before it is used."""

    def __init__(
        self, settings: ServiceSettings, service: str, clock: Clock = system_clock
    ) -> None:
        self.settings = settings
        self.service = service
        self.clock = clock
        self.metrics = Metrics()
        self.health = Health()
        self.kafka = kafka_address(settings)
        with _in_pem_format("OBVERSE_KAFKA_{CA,CERT,KEY}_FILE"):
            self.kafka.tls()
        self.owner = f"{service}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"

    def database(
        self,
        name: str,
        indexes: Sequence[Index] = (),
        address: MongoAddress | None = None,
        migrations: Migrations | None = None,
    ) -> Database:
        """A database by name; `address` where it has a user of its own."""
        with _in_pem_format("OBVERSE_MONGO_CA_FILE"):
            client = connect(address or mongo_address(self.settings), self.owner)
        mongo = open_database(client, name)
        transactions = Transactions(client, mongo, self.clock)
        lasting = [_lasting(index, self.settings) for index in (*OWN_INDEXES, *indexes)]
        lists = (OWN_MIGRATIONS, migrations) if migrations else (OWN_MIGRATIONS,)
        return Database(name, client, mongo, transactions, lasting, lists)

    def intake(
        self,
        database: Database,
        group: str,
        routes: Routes,
        removals: Removals | None = None,
        pace: Pace = PROMPT,
    ) -> Intake:
        """The topic edge of one consumer group; `removals` says what follows from tombstones."""
        return Intake(group, database.mongo, database.transactions, routes, removals, pace)

    def relay(self, database: Database) -> Relay:
        """The publisher of a database's outbox."""
        return Relay(database.mongo, database.transactions, self.kafka, self.metrics, self.owner)


def _lasting(index: Index, settings: ServiceSettings) -> Index:
    """The index with the lifetime that the settings say."""
    if index.period is None:
        return index
    return replace(index, expire_after_seconds=getattr(settings, index.period) * DAY)


@contextlib.contextmanager
def _in_pem_format(files: str) -> Iterator[None]:
    """A file that is there and holds something else is a bad setting, and no trouble that passes."""
    try:
        yield
    except ssl.SSLError as error:
        raise BadSettings(
            [f"{files}: holds no certificate or key; name files in PEM format"]
        ) from error


def mongo_address(settings: ServiceSettings) -> MongoAddress:
    """Where the settings say that MongoDB is."""
    ca_file = settings.mongo_ca_file
    return MongoAddress(
        settings.mongo_url,
        settings.mongo_username,
        revealed(settings.mongo_password),
        str(ca_file) if ca_file else None,
    )


def kafka_address(settings: ServiceSettings) -> KafkaAddress:
    """Where the settings say that Kafka is."""
    files = (settings.kafka_ca_file, settings.kafka_cert_file, settings.kafka_key_file)
    ca_file, cert_file, key_file = (str(file) if file else None for file in files)
    return KafkaAddress(
        settings.kafka_bootstrap_servers,
        profile_of(settings.kafka_profile, settings.kafka_session_timeout_ms),
        settings.kafka_security,
        settings.kafka_sasl_mechanism,
        settings.kafka_sasl_username,
        revealed(settings.kafka_sasl_password),
        ca_file,
        cert_file,
        key_file,
    )


def revealed(secret: SecretStr | None) -> str | None:
    """The text of a secret, for the one client that needs it."""
    return secret.get_secret_value() if secret else None
