"""What does the database hold of people? Who may sign in, what proves who they are, and what they saw and did.

Of what is secret only hashes are kept: a copy of the database signs nobody in.
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel


class UserRow(SQLModel, table=True):
    """Somebody who may sign in. Never removed, as the audit log names them; `teams` is a JSON list.

    `provider_subject` is who they are at the OpenID provider: an address can be given to somebody else there.
    """

    user_id: str = Field(primary_key=True)
    email: str = Field(unique=True)
    name: str
    role: str
    manager_id: str | None
    teams: str
    password_hash: str | None
    provider_subject: str | None
    created_at: str
    disabled_at: str | None


class OneTimeLink(SQLModel, table=True):
    """A link that sets the password of one user once; it is gone when it was used or a newer one was made."""

    token_sha256: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="userrow.user_id", index=True)
    expires_at: str


class SessionRow(SQLModel, table=True):
    """A browser that is signed in, until this row is gone; `seen_at` is kept to the minute."""

    token_sha256: str = Field(primary_key=True)
    user_id: str = Field(foreign_key="userrow.user_id", index=True)
    way: str
    started_at: str
    seen_at: str


class SignInAttempt(SQLModel, table=True):
    """An attempt to sign in that did not succeed, by account or by address; the key is a hash."""

    number: int | None = Field(default=None, primary_key=True)
    key: str
    at: str

    __table_args__ = (Index("ix_signinattempt_key_at", "key", "at"),)
