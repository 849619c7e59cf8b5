"""The ways in: a password, a one-time link that sets it, an OpenID provider; and the way out."""

from fastapi import APIRouter

from scoring.web.sign_in import links, local, oidc

router = APIRouter(include_in_schema=False)
for part in (local.router, links.router, oidc.router):
    router.include_router(part)

__all__ = ["router"]
