"""Bearer tokens: OIDC JWTs of the company's identity provider, checked against its public keys.

Only signatures on the allow-list count, and only keys that cannot be secrets: a token signed with a shared
secret, or with nothing, is forged.
"""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import httpx
import structlog
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import JWKRegistry, KeySet

from shared.chassis.clock import Clock
from shared.chassis.principals import Claims, Role
from shared.chassis.settings import ServiceSettings

log = structlog.get_logger()

LEEWAY_SECONDS = 30
SECONDS_BETWEEN_REFRESHES = 30.0
SECONDS_KEYS_ARE_FRESH = 600.0
LONGEST_TOKEN = 8_192
TOKENS_KEPT = 1_024  # whose signature need not be checked again: 8 MiB of them at most
LONGEST_SUBJECT = 255


class BadToken(Exception):
    """No token, or none that counts; `code` is token_missing, token_expired or token_invalid."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KeysUnavailable(Exception):
    """The public keys could not be read, so nothing can be said about a token."""


class Keys(Protocol):
    """The identity provider's public keys."""

    async def for_key_id(self, kid: str | None) -> KeySet:
        """The keys, read again where `kid` is not among them. Raises KeysUnavailable."""


class FileKeys:
    """Keys from a file, read again when it changes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._keys = KeySet([])

    async def for_key_id(self, kid: str | None) -> KeySet:  # noqa: ARG002 - a file tells by itself
        """The keys as the file has them now; a broken file leaves the last good ones."""
        try:
            about = self._path.stat()
            seen = (about.st_mtime_ns, about.st_size, about.st_ino)
            if seen != self._seen:
                self._keys = _public_keys(json.loads(self._path.read_bytes()))
                self._seen = seen
                log.info("auth.keys_refreshed", keys=len(self._keys.keys))
        except (OSError, ValueError) as error:
            log.exception("auth.keys_unavailable")
            if not self._keys:
                raise KeysUnavailable from error
        return self._keys


class UrlKeys:
    """Keys from the provider's JWKS address, kept for ten minutes.

    A key id that is not among them is looked for at most every 30 seconds, whoever asks and however often.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._url = url
        self._clock = clock
        self._transport = transport
        self._keys = KeySet([])
        self._asked_at: float | None = None
        self._asking = asyncio.Lock()

    async def for_key_id(self, kid: str | None) -> KeySet:
        """The keys; the last good ones while the provider does not answer.

        Whose key is known waits for nobody who asks for another: anybody can make one up.
        """
        if self._lacks(kid) or self._is_due(kid):
            async with self._asking:
                if self._is_due(kid):
                    await self._ask()
        if not self._keys:
            raise KeysUnavailable
        return self._keys

    def _is_due(self, kid: str | None) -> bool:
        if self._asked_at is None:
            return True
        age = self._clock() - self._asked_at
        return age >= (SECONDS_BETWEEN_REFRESHES if self._lacks(kid) else SECONDS_KEYS_ARE_FRESH)

    def _lacks(self, kid: str | None) -> bool:
        return not any(key.kid == kid for key in self._keys) if kid else not self._keys

    async def _ask(self) -> None:
        self._asked_at = self._clock()
        try:
            async with httpx.AsyncClient(timeout=5, transport=self._transport) as client:
                answer = await client.get(self._url)
                self._keys = _public_keys(answer.raise_for_status().json())
            log.info("auth.keys_refreshed", keys=len(self._keys.keys))
        except (httpx.HTTPError, ValueError):
            log.exception("auth.keys_unavailable")


def _public_keys(document: Any) -> KeySet:
    try:
        listed = list(document["keys"])
    except (TypeError, LookupError) as error:
        raise ValueError("a JWKS has a list named keys") from error
    keys = []
    for item in listed:
        usable = isinstance(item, Mapping) and item.get("kty") in ("RSA", "EC", "OKP")
        if not usable or item.get("use", "sig") != "sig":
            continue
        try:
            keys.append(JWKRegistry.import_key(dict(item)))
        except (JoseError, ValueError):
            continue  # one key that we cannot read must not cost us the others
    return KeySet(keys)


class Authenticator:
    """Turns an Authorization header into claims, or says why not."""

    def __init__(self, settings: ServiceSettings, keys: Keys, clock: Clock) -> None:
        self._issuer = settings.auth_issuer
        self._audience = settings.auth_audience
        self._algorithms = sorted(settings.auth_algorithms)
        self._keys = keys
        self._clock = clock
        self._trusted = KeySet([])
        self._signed = lru_cache(TOKENS_KEPT)(self._verified)

    async def claims(self, authorization: str | None) -> Claims:
        """What the token says. Raises BadToken or KeysUnavailable."""
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise BadToken("token_missing")
        try:
            return self._judge(token.strip(), await self._keys.for_key_id(_key_id(token.strip())))
        except ExpiredTokenError:
            raise BadToken("token_expired") from None
        except (JoseError, ValueError, TypeError, KeyError):
            raise BadToken("token_invalid") from None

    def _verified(self, token: str) -> Mapping[str, Any]:
        return jwt.decode(token, self._trusted, algorithms=self._algorithms).claims

    def _judge(self, token: str, keys: KeySet) -> Claims:
        if keys is not self._trusted:  # what one of these very keys has signed stays signed by it
            self._trusted = keys
            self._signed.cache_clear()
        said = dict(self._signed(token))
        jwt.JWTClaimsRegistry(
            now=int(self._clock().timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._audience},
            sub={"essential": True},
            exp={"essential": True},
        ).validate(said)
        subject, email, roles = said["sub"], said.get("email"), said.get("roles")
        if not isinstance(subject, str) or len(subject) > LONGEST_SUBJECT or "\0" in subject:
            raise BadToken("token_invalid")
        subject.encode()  # a lone surrogate is no subject (UnicodeEncodeError is a ValueError)
        known = {role for role in Role if role in roles} if isinstance(roles, list) else set()
        return Claims(self._issuer, subject, email if _is_theirs(said) else None, frozenset(known))


def _is_theirs(said: Mapping[str, Any]) -> bool:
    """Whether there is an address, and no word that nobody has looked whether it is the holder's.

    Whoever may write any address into their account would be the employee who has it (OpenID Connect Core 5.7).
    """
    unverified = str(said.get("email_verified", True)).lower() == "false"  # also sent as text
    email = said.get("email")
    return isinstance(email, str) and email.isprintable() and not unverified


def _key_id(token: str) -> str | None:
    if len(token) > LONGEST_TOKEN or not token.isascii():
        raise BadToken("token_invalid")
    kid = jws.extract_compact(token.encode()).headers().get("kid")
    return kid if isinstance(kid, str) else None


def authenticator(settings: ServiceSettings, clock: Clock) -> Authenticator:
    """The one that the settings describe."""
    keys: Keys
    if settings.auth_jwks_file is not None:
        keys = FileKeys(settings.auth_jwks_file)
    else:
        keys = UrlKeys(str(settings.auth_jwks_url))
    return Authenticator(settings, keys, clock)
