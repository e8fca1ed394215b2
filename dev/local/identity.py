"""A stand-in for the company's identity provider: a key made at the start, and tokens signed with it.

Run as a script it prints a new key and, on the next line, the JWKS that goes with it: `deploy/up` runs it in
a container, where there is no Python of ours.
"""

import json
import time
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://identity.obverse.test"
AUDIENCE = "obverse"
LIFETIME_SECONDS = 8 * 3600
OWNER_ONLY = 0o600


class IdentityProvider:
    """Signs what the tests and the demo ask for; its public key is in `jwks_file`.

    With a `key_file` the key outlives it: it is the one kept there, or a new one that is kept there.
    """

    def __init__(self, folder: Path, key_file: Path | None = None) -> None:
        self._key = _kept_key(key_file) if key_file else _new_key()
        self.jwks_file = folder / "jwks.json"
        folder.mkdir(parents=True, exist_ok=True)
        self.jwks_file.write_text(_jwks(self._key), encoding="utf-8")

    def token(self, subject: str, *, email: str | None = None, roles: tuple[str, ...] = ()) -> str:
        """A token for this subject, valid for a working day."""
        now = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
            "roles": list(roles),
        }
        if email is not None:
            claims["email"] = email
        header = {"alg": "ES256", "kid": self._key.kid, "typ": "JWT"}
        return jwt.encode(header, claims, self._key)


def _new_key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "local", "use": "sig", "alg": "ES256"})


def _kept_key(file: Path) -> ECKey:
    if file.exists():
        return ECKey.import_key(json.loads(file.read_text(encoding="utf-8")))
    key = _new_key()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(OWNER_ONLY)
    file.write_text(_private(key), encoding="utf-8")
    return key


def _private(key: ECKey) -> str:
    return json.dumps(key.as_dict(private=True))


def _jwks(key: ECKey) -> str:
    return json.dumps({"keys": [key.as_dict(private=False)]})


if __name__ == "__main__":
    made = _new_key()
    print(_private(made))
    print(_jwks(made))
