"""Tokens: what counts, what is forged, and where the keys come from."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OctKey, RSAKey

from dev.local.processes import free_port
from shared.chassis.auth import Authenticator, BadToken, FileKeys, KeysUnavailable, UrlKeys
from shared.chassis.principals import Claims, Role
from shared.chassis.settings import ServiceSettings
from tests.chassis.jwks_server import JwksServer

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECONDS = int(NOW.timestamp())
EC = ECKey.generate_key("P-256", {"kid": "ec"})
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGE = ECKey.generate_key("P-256", {"kid": "ec"})

UNPRINTABLE = "a\0b@example.org"
CLAIMS = {
    "iss": "https://identity.obverse.test",
    "aud": "obverse",
    "sub": "ada",
    "exp": SECONDS + 300,
    "iat": SECONDS,
    "email": "ada@example.org",
    "roles": ["lead", "cook"],
}


def jwks(*keys: Key) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


def token(key: Key = EC, algorithm: str = "ES256", **changes: Any) -> str:
    claims = {name: value for name, value in (CLAIMS | changes).items() if value is not None}
    header = {"alg": algorithm, "kid": key.kid}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


def write(file: Path, text: str) -> None:
    file.write_text(text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "jwks.json"
    path.write_text(jwks(EC, RSA))
    return path


@pytest.fixture
def good(file: Path) -> ServiceSettings:
    return ServiceSettings(
        environment="test",
        mongo_url="mongodb://mongo",
        mongo_database="boxes",
        kafka_bootstrap_servers="kafka:9092",
        auth_issuer="https://identity.obverse.test",
        auth_jwks_file=file,
    )


@pytest.fixture
def authenticator(good: ServiceSettings, file: Path) -> Authenticator:
    return Authenticator(good, FileKeys(file), lambda: NOW)


async def refusal(authenticator: Authenticator, authorization: str | None) -> str:
    with pytest.raises(BadToken) as caught:
        await authenticator.claims(authorization)
    return caught.value.code


@pytest.mark.parametrize(("key", "algorithm"), [(EC, "ES256"), (RSA, "RS256")])
async def test_a_good_token_says_who_calls(
    authenticator: Authenticator, key: Key, algorithm: str
) -> None:
    claims = await authenticator.claims(f"Bearer {token(key, algorithm)}")
    assert claims == Claims(
        "https://identity.obverse.test", "ada", "ada@example.org", frozenset({Role.LEAD})
    )
    assert "example.org" not in repr(claims)


async def test_a_token_that_counted_stops_counting_with_its_key(
    authenticator: Authenticator, file: Path
) -> None:
    sent = f"Bearer {token()}"
    for _ in range(2):
        assert (await authenticator.claims(sent)).subject == "ada"
    write(file, jwks(STRANGE, RSA))  # another key of the same name
    with pytest.raises(BadToken) as refused:
        await authenticator.claims(sent)
    assert refused.value.code == "token_invalid"


async def test_a_token_that_counted_stops_counting_when_its_time_is_over(
    good: ServiceSettings, file: Path
) -> None:
    now = NOW
    authenticator = Authenticator(good, FileKeys(file), lambda: now)
    sent = f"Bearer {token()}"
    assert (await authenticator.claims(sent)).subject == "ada"
    now = NOW + timedelta(seconds=331)
    with pytest.raises(BadToken) as refused:
        await authenticator.claims(sent)
    assert refused.value.code == "token_expired"


async def test_one_audience_of_several_is_enough(authenticator: Authenticator) -> None:
    claims = await authenticator.claims(f"bearer {token(aud=['mail', 'obverse'])}")
    assert claims.subject == "ada"


async def test_clocks_may_differ_by_30_seconds(authenticator: Authenticator) -> None:
    await authenticator.claims(f"Bearer {token(exp=SECONDS - 29)}")
    await authenticator.claims(f"Bearer {token(nbf=SECONDS + 29)}")
    assert await refusal(authenticator, f"Bearer {token(exp=SECONDS - 31)}") == "token_expired"
    assert await refusal(authenticator, f"Bearer {token(nbf=SECONDS + 31)}") == "token_invalid"


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi", "Bearer    "])
async def test_no_token_is_missing(authenticator: Authenticator, header: str | None) -> None:
    assert await refusal(authenticator, header) == "token_missing"


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.test"},
        {"aud": "mail"},
        {"aud": ["mail"]},
        {"iss": None},
        {"aud": None},
        {"sub": None},
        {"exp": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": {"$gt": ""}},
        {"sub": "x" * 256},
        {"sub": "a\0b"},
        {"exp": "tomorrow"},
        {"exp": True},
    ],
)
async def test_claims_that_do_not_fit_are_invalid(
    authenticator: Authenticator, changes: dict[str, Any]
) -> None:
    assert await refusal(authenticator, f"Bearer {token(**changes)}") == "token_invalid"


async def test_odd_roles_and_addresses_are_left_out(authenticator: Authenticator) -> None:
    claims = await authenticator.claims(f"Bearer {token(roles='lead', email=['a'])}")
    assert (claims.roles, claims.email) == (frozenset(), None)
    broken = await authenticator.claims(f"Bearer {token(email=UNPRINTABLE)}")
    assert broken.email is None


@pytest.mark.parametrize(
    ("verified", "email"),
    [
        (False, None),
        ("false", None),
        ("False", None),
        (True, "ada@example.org"),
        ("true", "ada@example.org"),
    ],
)
async def test_an_address_that_nobody_verified_is_left_out(
    authenticator: Authenticator, verified: Any, email: str | None
) -> None:
    claims = await authenticator.claims(f"Bearer {token(email_verified=verified)}")
    assert (claims.subject, claims.email) == ("ada", email)


class TestForged:
    async def test_with_another_key_of_the_same_name(self, authenticator: Authenticator) -> None:
        assert await refusal(authenticator, f"Bearer {token(STRANGE)}") == "token_invalid"

    async def test_without_a_signature(self, authenticator: Authenticator) -> None:
        header = "eyJhbGciOiJub25lIiwia2lkIjoiZWMifQ"
        payload = token().split(".")[1]
        assert await refusal(authenticator, f"Bearer {header}.{payload}.") == "token_invalid"

    async def test_with_the_public_key_as_a_shared_secret(
        self, authenticator: Authenticator
    ) -> None:
        # by hand: joserfc refuses to forge this
        head = urlsafe_b64encode(b'{"alg":"HS256","kid":"rsa"}').rstrip(b"=")
        signed = head + b"." + token().split(".")[1].encode()
        signature = hmac.digest(RSA.as_pem(private=False), signed, "sha256")
        forged = (signed + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()
        assert await refusal(authenticator, f"Bearer {forged}") == "token_invalid"

    async def test_with_an_algorithm_that_is_not_on_the_list(
        self, authenticator: Authenticator
    ) -> None:
        assert await refusal(authenticator, f"Bearer {token(RSA, 'RS512')}") == "token_invalid"

    async def test_with_other_claims_under_a_good_signature(
        self, authenticator: Authenticator
    ) -> None:
        header, _, signature = token().split(".")
        payload = token(sub="boss").split(".")[1]
        forged = f"{header}.{payload}.{signature}"
        assert await refusal(authenticator, f"Bearer {forged}") == "token_invalid"

    async def test_a_shared_secret_in_the_key_file_is_not_trusted(
        self, good: ServiceSettings, file: Path
    ) -> None:
        secret = OctKey.generate_key(256, {"kid": "oct"})
        write(file, json.dumps({"keys": [secret.as_dict(private=True)]}))
        with pytest.raises((BadToken, KeysUnavailable)):
            await Authenticator(good, FileKeys(file), lambda: NOW).claims(
                f"Bearer {token(secret, 'HS256')}"
            )


class NoKeys:
    async def for_key_id(self, kid: str | None) -> KeySet:
        raise KeysUnavailable


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.from_regex(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*"))
async def test_any_text_gets_a_clear_answer(good: ServiceSettings, text: str) -> None:
    with pytest.raises((BadToken, KeysUnavailable)):
        await Authenticator(good, NoKeys(), lambda: NOW).claims(f"Bearer {text}")


class TestKeysFromAFile:
    async def test_a_changed_file_is_read_again(
        self, authenticator: Authenticator, file: Path
    ) -> None:
        newer = ECKey.generate_key("P-256", {"kid": "newer"})
        assert await refusal(authenticator, f"Bearer {token(newer)}") == "token_invalid"
        write(file, jwks(newer))
        assert (await authenticator.claims(f"Bearer {token(newer)}")).subject == "ada"
        assert await refusal(authenticator, f"Bearer {token(EC)}") == "token_invalid"

    async def test_a_broken_file_leaves_the_last_good_keys(
        self, authenticator: Authenticator, file: Path
    ) -> None:
        await authenticator.claims(f"Bearer {token()}")
        for content in ("{", "[]", '{"keys": 5}'):
            write(file, content)
            assert (await authenticator.claims(f"Bearer {token()}")).subject == "ada"

    async def test_without_any_key_nothing_can_be_said(
        self, good: ServiceSettings, tmp_path: Path
    ) -> None:
        authenticator = Authenticator(good, FileKeys(tmp_path / "none"), lambda: NOW)
        with pytest.raises(KeysUnavailable):
            await authenticator.claims(f"Bearer {token()}")

    async def test_one_odd_key_does_not_cost_the_others(
        self, authenticator: Authenticator, file: Path
    ) -> None:
        good = json.loads(jwks(EC))["keys"]
        odd = [{"kty": "EC", "crv": "P-999"}, {"kty": "XYZ"}, 5, {"kty": "RSA", "n": "!"}]
        write(file, json.dumps({"keys": odd + good}))
        assert (await authenticator.claims(f"Bearer {token()}")).subject == "ada"


class TestKeysFromAnAddress:
    @pytest.fixture
    async def server(self) -> AsyncIterator[JwksServer]:
        async with JwksServer(free_port()) as server:
            server.document = jwks(EC)
            yield server

    @pytest.fixture
    def time(self) -> list[float]:
        return [0.0]

    @pytest.fixture
    def authenticator(
        self, good: ServiceSettings, server: JwksServer, time: list[float]
    ) -> Authenticator:
        return Authenticator(good, UrlKeys(server.url, lambda: time[0]), lambda: NOW)

    async def test_they_are_asked_for_once(
        self, authenticator: Authenticator, server: JwksServer
    ) -> None:
        for _ in range(3):
            assert (await authenticator.claims(f"Bearer {token()}")).subject == "ada"
        assert server.asked == 1

    async def test_an_unknown_key_is_looked_for_at_most_every_30_seconds(
        self, authenticator: Authenticator, server: JwksServer, time: list[float]
    ) -> None:
        newer = ECKey.generate_key("P-256", {"kid": "newer"})
        await authenticator.claims(f"Bearer {token()}")
        server.document = jwks(EC, newer)
        for _ in range(5):
            assert await refusal(authenticator, f"Bearer {token(newer)}") == "token_invalid"
        assert server.asked == 1
        time[0] = 30.0
        assert (await authenticator.claims(f"Bearer {token(newer)}")).subject == "ada"
        assert server.asked == 2

    async def test_who_has_a_known_key_does_not_wait_for_those_who_make_one_up(self) -> None:
        asked, answers = asyncio.Event(), asyncio.Event()
        answers.set()

        async def provider(_: httpx.Request) -> httpx.Response:
            asked.set()
            await answers.wait()
            return httpx.Response(200, text=jwks(EC))

        time = [0.0]
        keys = UrlKeys("http://idp/", lambda: time[0], httpx.MockTransport(provider))
        known = await keys.for_key_id("ec")
        asked.clear()
        answers.clear()
        time[0] = 30.0
        made_up = asyncio.create_task(keys.for_key_id("made-up"))
        await asked.wait()
        assert await asyncio.wait_for(keys.for_key_id("ec"), 1) == known
        answers.set()
        await made_up

    async def test_a_withdrawn_key_is_forgotten_after_ten_minutes(
        self, authenticator: Authenticator, server: JwksServer, time: list[float]
    ) -> None:
        await authenticator.claims(f"Bearer {token()}")
        server.document = jwks(RSA)
        time[0] = 600.0
        assert await refusal(authenticator, f"Bearer {token()}") == "token_invalid"

    async def test_the_last_keys_serve_while_the_provider_is_away(
        self, authenticator: Authenticator, server: JwksServer, time: list[float]
    ) -> None:
        await authenticator.claims(f"Bearer {token()}")
        time[0] = 600.0
        for server.status, server.document in ((500, "{}"), (200, "<html>")):
            assert (await authenticator.claims(f"Bearer {token()}")).subject == "ada"

    async def test_without_any_key_nothing_can_be_said(self, good: ServiceSettings) -> None:
        keys = UrlKeys(f"http://127.0.0.1:{free_port()}/keys")
        with pytest.raises(KeysUnavailable):
            await Authenticator(good, keys, lambda: NOW).claims(f"Bearer {token()}")
