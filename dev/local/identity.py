"""A stand-in for the company's identity provider: a key made at the start, and tokens signed with it."""

import json
import time
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import ECKey

ISSUER = "https://identity.obverse.test"
AUDIENCE = "obverse"
LIFETIME_SECONDS = 8 * 3600


class IdentityProvider:
    """Signs what the tests and the demo ask for; its public key is in `jwks_file`."""

    def __init__(self, folder: Path) -> None:
        self._key = ECKey.generate_key("P-256", {"kid": "local", "use": "sig", "alg": "ES256"})
        self.jwks_file = folder / "jwks.json"
        folder.mkdir(parents=True, exist_ok=True)
        public = self._key.as_dict(private=False)
        self.jwks_file.write_text(json.dumps({"keys": [public]}), encoding="utf-8")

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
        header = {"alg": "ES256", "kid": "local", "typ": "JWT"}
        return jwt.encode(header, claims, self._key)
