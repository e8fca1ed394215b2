"""Settings come from OBVERSE_* variables, once, at the start; nothing else reads the environment.

`load` names everything that is wrong at once, and never repeats a value: it may be a secret. A field of type
SecretStr is read from the file that OBVERSE_<FIELD>_FILE names, and cannot be given in any other way.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    FilePath,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    ValidationError,
)
from pydantic.fields import FieldInfo

from shared.chassis import retention

PREFIX = "OBVERSE_"


class Environment(StrEnum):
    """Production refuses what is fine on a developer's machine."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Part(StrEnum):
    """What a process runs."""

    API = "api"
    CONSUMERS = "consumers"
    RELAY = "relay"
    SCHEDULES = "schedules"


def _split(value: object) -> object:
    return [item.strip() for item in value.split(",")] if isinstance(value, str) else value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


Parts = Annotated[frozenset[Part], BeforeValidator(_split), Field(min_length=1)]
# Only signatures that need a private key: a shared secret (HS256) or none at all is never trusted.
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA"]
Algorithms = Annotated[frozenset[Algorithm], BeforeValidator(_split), Field(min_length=1)]
Level = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)]
Port = Annotated[int, Field(ge=0, le=65_535)]
MongoUrl = Annotated[str, Field(pattern=r"^mongodb(\+srv)?://[^/?]+(/.*)?$")]
MongoName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Servers = Annotated[str, Field(pattern=r"^[^\s,:/@]+:[0-9]+(,[^\s,:/@]+:[0-9]+)*$")]
Days = Annotated[int, Field(ge=1, le=3_650)]
NonEmpty = Annotated[str, Field(min_length=1)]


class BadSettings(Exception):
    """The service must not start; `problems` holds one line for each thing to set right."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Rule:
    """What must not be: checked where every field that it reads is well-formed."""

    reads: tuple[str, ...]
    broken: Callable[[Any], bool]
    problem: str


class ServiceSettings(BaseModel):
    """What every service needs. A service adds its own fields, and its own `RULES` to these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Environment = Environment.PRODUCTION
    run: Parts = frozenset(Part)

    mongo_url: MongoUrl
    mongo_database: MongoName
    mongo_username: NonEmpty | None = None
    mongo_password: SecretStr | None = None
    mongo_ca_file: FilePath | None = None

    kafka_bootstrap_servers: Servers
    kafka_profile: Literal["kafka", "embedded"] = "kafka"
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = "plaintext"
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    kafka_sasl_username: NonEmpty | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_ca_file: FilePath | None = None
    kafka_cert_file: FilePath | None = None
    kafka_key_file: FilePath | None = None
    kafka_session_timeout_ms: Annotated[int, Field(ge=1_000, le=300_000)] | None = None
    """When the group takes a silent member for dead; by the kind of the broker where it is not set."""

    http_host: NonEmpty = "127.0.0.1"
    http_port: Port = 8000
    http_rate: Annotated[float, Field(gt=0)] = 50.0
    """Requests per second that one caller may make for long; four times as many at once."""

    auth_issuer: NonEmpty
    auth_audience: NonEmpty = "obverse"
    auth_jwks_file: FilePath | None = None
    auth_jwks_url: HttpUrl | None = None
    auth_algorithms: Algorithms = frozenset({"RS256", "ES256"})

    outbox_limit: Annotated[int, Field(ge=1)] = 100_000
    log_level: Level = "info"

    retention_outbox_days: Days = retention.SENT_EVENTS_DAYS
    """How long an event that was sent stays in the outbox, to be found there; unsent ones stay until they are sent. 1 to 3650, as all of these."""
    retention_idempotency_days: Days = retention.ANSWERS_DAYS
    """How long the answer to an `Idempotency-Key` is kept: as long as any caller may repeat a POST, and be certain that it takes effect once."""
    retention_dead_letters_days: Annotated[Days, Field(ge=7)] = retention.DECIDED_LETTERS_DAYS
    """How long a dead letter is kept after it was decided; 7 at least. Open ones stay until they are decided."""
    retention_audit_days: Annotated[Days, Field(ge=30)] = retention.AUDIT_DAYS
    """How long it is known who decided what; 30 at least, and no less than the dead letters."""

    figures_seconds: Annotated[float, Field(ge=1)] = 60.0
    """How often a process writes its figures to the log (`service.figures`), for alarms from logs."""

    RULES: ClassVar[tuple[Rule, ...]]


def _in_production(reads: tuple[str, ...], broken: Callable[[Any], bool], problem: str) -> Rule:
    strict = Environment.PRODUCTION
    return Rule(("environment", *reads), lambda s: s.environment is strict and broken(s), problem)


def _one_of(first: object, second: object) -> bool:
    return (first is None) != (second is None)


def _is_encrypted(mongo_url: str) -> bool:
    return bool(re.search(r"^mongodb\+srv:|[?&](tls|ssl)=true\b", mongo_url))


# fmt: off
_SASL = ("kafka_security", "kafka_sasl_username", "kafka_sasl_password")
_TLS = ("kafka_security", "kafka_ca_file", "kafka_cert_file", "kafka_key_file")

ServiceSettings.RULES = (
    Rule(("mongo_url",), lambda s: "@" in urlsplit(s.mongo_url).netloc,
        "OBVERSE_MONGO_URL: holds a user or a password; set OBVERSE_MONGO_USERNAME and OBVERSE_MONGO_PASSWORD_FILE instead"),
    Rule(("mongo_username", "mongo_password"), lambda s: _one_of(s.mongo_username, s.mongo_password),
        "OBVERSE_MONGO_USERNAME: goes together with OBVERSE_MONGO_PASSWORD_FILE; set both or none"),
    Rule(_SASL, lambda s: s.kafka_security.startswith("sasl") and None in (s.kafka_sasl_username, s.kafka_sasl_password),
        "OBVERSE_KAFKA_SECURITY: SASL needs credentials; set OBVERSE_KAFKA_SASL_USERNAME and OBVERSE_KAFKA_SASL_PASSWORD_FILE"),
    Rule(_SASL, lambda s: not s.kafka_security.startswith("sasl") and any((s.kafka_sasl_username, s.kafka_sasl_password)),
        "OBVERSE_KAFKA_SECURITY: there are SASL credentials that it does not use; set it to sasl_ssl or remove OBVERSE_KAFKA_SASL_*"),
    Rule(_TLS, lambda s: not s.kafka_security.endswith("ssl") and any((s.kafka_ca_file, s.kafka_cert_file, s.kafka_key_file)),
        "OBVERSE_KAFKA_SECURITY: there are TLS files that it does not use; set it to ssl or sasl_ssl, or remove OBVERSE_KAFKA_{CA,CERT,KEY}_FILE"),
    Rule(("kafka_cert_file", "kafka_key_file"), lambda s: _one_of(s.kafka_cert_file, s.kafka_key_file),
        "OBVERSE_KAFKA_CERT_FILE: goes together with OBVERSE_KAFKA_KEY_FILE; set both or none"),
    Rule(("auth_jwks_file", "auth_jwks_url"), lambda s: not _one_of(s.auth_jwks_file, s.auth_jwks_url),
        "OBVERSE_AUTH_JWKS_URL: set exactly one of this and OBVERSE_AUTH_JWKS_FILE"),
    Rule(("retention_audit_days", "retention_dead_letters_days"), lambda s: s.retention_audit_days < s.retention_dead_letters_days,
        "OBVERSE_RETENTION_AUDIT_DAYS: is shorter than OBVERSE_RETENTION_DEAD_LETTERS_DAYS; what was decided would outlive who decided it"),
    _in_production(("mongo_url", "mongo_ca_file"), lambda s: s.mongo_ca_file is None and not _is_encrypted(s.mongo_url),
        "OBVERSE_MONGO_URL: plain text is refused in production; set OBVERSE_MONGO_CA_FILE, or tls=true in the URL"),
    _in_production(("mongo_username",), lambda s: s.mongo_username is None,
        "OBVERSE_MONGO_USERNAME: a database without authentication is refused in production; set it and OBVERSE_MONGO_PASSWORD_FILE"),
    _in_production(("kafka_security",), lambda s: not s.kafka_security.endswith("ssl"),
        "OBVERSE_KAFKA_SECURITY: plain text is refused in production; set ssl or sasl_ssl"),
    _in_production(("kafka_profile",), lambda s: s.kafka_profile == "embedded",
        "OBVERSE_KAFKA_PROFILE: the embedded broker keeps nothing; set kafka in production"),
    _in_production(("auth_jwks_url",), lambda s: s.auth_jwks_url is not None and s.auth_jwks_url.scheme != "https",
        "OBVERSE_AUTH_JWKS_URL: keys over plain text are refused in production; use https"),
)
# fmt: on

S = TypeVar("S", bound=ServiceSettings)


def load(cls: type[S], environ: Mapping[str, str]) -> S:
    """The settings that `environ` gives. Raises BadSettings with all problems."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, field in cls.model_fields.items():
        try:
            values |= _read(name, field, environ)
        except _Problem as problem:
            problems[name] = f"{variable(name, field)}: {problem}"
    # Every field has been checked by itself; a rule is asked where the fields that it reads are good.
    checked = cls.model_construct(**values)
    broken = [
        rule.problem
        for rule in cls.RULES
        if not problems.keys() & set(rule.reads) and rule.broken(checked)
    ]
    if found := [*problems.values(), *_unknown(cls, environ), *broken]:
        raise BadSettings(sorted(found))
    return cls(**values)


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper() + ("_FILE" if _is_secret(field) else "")


def shown(settings: ServiceSettings) -> Iterator[tuple[str, str]]:
    """Each variable with its effective value, secrets masked; for people."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        text = ",".join(sorted(value)) if isinstance(value, frozenset) else str(value)
        yield variable(name, field), "(not set)" if value is None else text


class _Problem(Exception):
    pass


def _read(name: str, field: FieldInfo, environ: Mapping[str, str]) -> dict[str, Any]:
    text = environ.get(variable(name, field))
    if text is None:
        if field.is_required():
            raise _Problem("is missing; set it")
        return {}
    if not text.strip():
        raise _Problem("is empty; set a value or remove it")
    if _is_secret(field):
        return {name: SecretStr(_content(Path(text)))}
    try:
        return {name: _adapter(field).validate_python(text)}
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False, include_context=False)[0]["msg"]
        raise _Problem(f"is malformed; {what[0].lower()}{what[1:]}") from None


def _content(path: Path) -> str:
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise _Problem(f"names a file that cannot be read ({reason}); mount the secret") from None
    if not secret:
        raise _Problem("names an empty file; write the secret into it")
    return secret


def _unknown(cls: type[ServiceSettings], environ: Mapping[str, str]) -> list[str]:
    known = {variable(name, field) for name, field in cls.model_fields.items()}
    problems = []
    for name in environ:
        if not name.startswith(PREFIX) or name in known:
            continue
        if f"{name}_FILE" in known:
            hint = f"a secret comes from a file; set {name}_FILE"
        elif close := get_close_matches(name, known, n=1, cutoff=0.8):
            hint = f"did you mean {close[0]}?"
        else:
            hint = "remove it"
        problems.append(f"{name}: is not a setting; {hint}")
    return problems


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    annotated: Any = Annotated[field.annotation, field]
    return TypeAdapter(annotated)


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))
