"""A small OpenID provider on the machine itself, which signs as real ones do, and can be told to do it wrong."""

import hashlib
import json
import secrets
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

KEY = RSAKey.generate_key(2048, {"kid": "now"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "now"})
CLIENT, SECRET = "bookscore", "s3cret/+%"


@dataclass
class OpenIdProvider:
    """What it knows of the person at the browser, and what was asked of it. `wrong` is what it does wrong."""

    issuer: str = ""
    email: str = "ann@example.com"
    subject: str = "17"
    wrong: dict[str, Any] = field(default_factory=dict)
    asked: list[dict[str, str]] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def about(self) -> dict[str, Any]:
        return {
            "issuer": self.wrong.get("issuer", self.issuer),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": self.wrong.get("ways", ["RS256"]),
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        self.asked.append(query)
        code = secrets.token_urlsafe(8)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, sent: dict[str, str], client: str) -> dict[str, Any] | None:
        """The token for a code, which works once, for the client that asked and knows what the hash was made of."""
        asked = self.codes.pop(sent.get("code", ""), None)
        name, _, secret = client.partition(":")
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        is_client = (unquote(name), unquote(secret)) == (CLIENT, SECRET)
        if asked is None or not is_client or asked["code_challenge"] != challenge:
            return None
        if sent["redirect_uri"] != asked["redirect_uri"]:
            return None
        return {"access_token": "a", "token_type": "Bearer", "id_token": self._signed(asked["nonce"])}

    def _signed(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce,
            "email": self.email, "email_verified": True, **self.wrong.get("claims", {}),
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.wrong.get("signs_with") == "public key":  # as if it were a password that both know
            key = OctKey.import_key(KEY.as_pem(private=False))
            return jwt.encode({"alg": "HS256", "kid": "now"}, claims, key, algorithms=["HS256"])
        if self.wrong.get("signs_with") == "nothing":
            parts = (
                urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "none"}, claims)
            )
            return ".".join([*parts, ""])
        return jwt.encode({"alg": "RS256", "kid": "now"}, claims, self.wrong.get("key", KEY))


@contextmanager
def running() -> Iterator[OpenIdProvider]:
    """A provider that answers on a port of this machine."""
    provider = OpenIdProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = urlsplit(self.path)
            if place.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize(dict(parse_qsl(place.query))))
                self.end_headers()
            else:
                self._say(provider.about() if "configuration" in place.path else {"keys": [KEY.as_dict(private=False)]})

        def do_POST(self) -> None:
            sent = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
            client = b64decode(self.headers.get("authorization", "").removeprefix("Basic ")).decode()
            self._say(provider.token(sent, client))

        def _say(self, told: dict[str, Any] | None) -> None:
            body = json.dumps(told if told is not None else {"error": "invalid_grant"}).encode()
            self.send_response(200 if told is not None else 400)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        provider.issuer = f"http://127.0.0.1:{server.server_port}"
        yield provider
        server.shutdown()
