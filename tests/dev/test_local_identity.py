"""A key that outlives its identity provider, and the one that `deploy/up` makes in a container."""

import json
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet

from dev.local import identity
from dev.local.identity import IdentityProvider


def claims(token: str, jwks: str) -> dict[str, Any]:
    return jwt.decode(token, KeySet.import_key_set(json.loads(jwks)), algorithms=["ES256"]).claims


def test_a_kept_key_signs_for_the_next_provider_too(tmp_path: Path) -> None:
    key_file = tmp_path / "private" / "key.json"
    first = IdentityProvider(tmp_path / "first", key_file)
    second = IdentityProvider(tmp_path / "second", key_file)

    token = second.token("ada", email="ada@company.example")

    assert claims(token, first.jwks_file.read_text())["sub"] == "ada"


def test_a_kept_key_is_read_by_its_owner_only(tmp_path: Path) -> None:
    key_file = tmp_path / "key.json"
    IdentityProvider(tmp_path / "public", key_file)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_what_is_published_holds_no_private_part(tmp_path: Path) -> None:
    provider = IdentityProvider(tmp_path / "public", tmp_path / "key.json")
    (key,) = json.loads(provider.jwks_file.read_text())["keys"]
    assert sorted(key) == ["alg", "crv", "kid", "kty", "use", "x", "y"]


def test_as_a_script_it_prints_a_key_and_the_jwks_that_goes_with_it(tmp_path: Path) -> None:
    script = Path(identity.__file__).read_bytes()
    # By standard input, as in a container: only joserfc is there.
    done = subprocess.run(
        [sys.executable, "-I", "-"], input=script, capture_output=True, check=True, cwd=tmp_path
    )
    private, jwks = done.stdout.decode().splitlines()
    key_file = tmp_path / "key.json"
    key_file.write_text(private)

    token = IdentityProvider(tmp_path / "public", key_file).token("ada")

    assert claims(token, jwks)["sub"] == "ada"
