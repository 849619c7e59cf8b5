"""Who does an OpenID provider say it is? Asked with a code that only this browser can turn in, and only once."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from scoring.web.settings import Provider

_SIGNED = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
"""How a token may be signed: with keys of which we have the public half only."""
_SECONDS = 10
_LEEWAY = 60


class NotProvenError(Exception):
    """The provider did not say who it is, or not in a way that can be believed."""


@dataclass(frozen=True, slots=True)
class Flow:
    """One way to the provider and back. All that ties the two together comes from a secret that the browser keeps."""

    secret: str

    @property
    def state(self) -> str:
        """What the provider sends back with the browser."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """What the provider writes into the token."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """What turns the code in; the provider was told its hash before."""
        return self._made("verifier")

    def _made(self, use: str) -> str:
        digest = hashlib.sha256(f"{use} {self.secret}".encode("utf-8", "replace")).digest()
        return urlsafe_b64encode(digest).decode().rstrip("=")


@dataclass(frozen=True, slots=True)
class Claims:
    """Who it is: the address, which the provider has verified, and who that is there."""

    email: str
    subject: str


def address_at(provider: Provider, flow: Flow, back: str) -> str:
    """Where the browser goes to sign in at the provider, who sends it `back`. Raises NotProvenError."""
    try:
        with httpx.Client(timeout=_SECONDS) as web:
            about = _about(web, provider)
        url: str = prepare_grant_uri(
            about["authorization_endpoint"],
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=back,
            scope="openid email",
            state=flow.state,
            nonce=flow.nonce,
            code_challenge=create_s256_code_challenge(flow.verifier),
            code_challenge_method="S256",
        )
    except (httpx.HTTPError, KeyError, ValueError) as error:
        raise NotProvenError(type(error).__name__) from error
    return url


def claims(provider: Provider, flow: Flow, back: str, code: str, *, at: datetime) -> Claims:
    """Who the provider says it is, for the code that it gave the browser. Raises NotProvenError."""
    try:
        with httpx.Client(timeout=_SECONDS) as web:
            about = _about(web, provider)
            answer = _turned_in(web, provider, about, flow, back, code)
            keys = KeySet.import_key_set(_json(web.get(about["jwks_uri"])))  # type: ignore[arg-type]
        token = _token(provider, about, keys, answer, flow, at)
    except (httpx.HTTPError, AuthlibBaseError, JoseError, KeyError, TypeError, ValueError) as error:
        raise NotProvenError(f"{type(error).__name__}: {error}") from error
    email = token.get("email")
    if not isinstance(email, str) or token.get("email_verified") is not True:
        raise NotProvenError("the provider names no verified e-mail address")
    return Claims(email, f"{provider.issuer} {token['sub']}")


def _about(web: httpx.Client, provider: Provider) -> dict[str, Any]:
    """What the provider says of itself."""
    found = _json(web.get(f"{provider.issuer}/.well-known/openid-configuration"))
    if str(found["issuer"]).rstrip("/") != provider.issuer:
        raise ValueError("the provider calls itself by another name")
    return found


def _turned_in(
    web: httpx.Client, provider: Provider, about: dict[str, Any], flow: Flow, back: str, code: str
) -> dict[str, Any]:
    """What the provider gives for the code."""
    sent = {"grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": flow.verifier}
    ways = about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    if "client_secret_basic" in ways:
        auth = httpx.BasicAuth(quote(provider.client_id, safe=""), quote(provider.client_secret, safe=""))
        return _json(web.post(about["token_endpoint"], data=sent, auth=auth))
    secret = {"client_id": provider.client_id, "client_secret": provider.client_secret}
    return _json(web.post(about["token_endpoint"], data=sent | secret))


def _token(
    provider: Provider, about: dict[str, Any], keys: KeySet, answer: dict[str, Any], flow: Flow, at: datetime
) -> dict[str, Any]:
    """What the token says, once its signature and everything that ties it to us and to this browser was checked."""
    ways = [way for way in about.get("id_token_signing_alg_values_supported", ["RS256"]) if way in _SIGNED]
    read = jwt.decode(answer["id_token"], keys, algorithms=ways)
    asked = {
        "iss": {"essential": True, "value": about["issuer"]},
        "aud": {"essential": True, "value": provider.client_id},
    }
    ours = {"nonce": flow.nonce, "client_id": provider.client_id, "access_token": answer.get("access_token")}
    found = CodeIDToken(read.claims, read.header, asked, ours)
    found.validate(now=int(at.timestamp()), leeway=_LEEWAY)
    return dict(found)


def _json(answer: httpx.Response) -> dict[str, Any]:
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError("the provider does not answer with an object")
    return found
