"""The people who sign in: users and their rights, one-time links, sessions, and the log of who saw and did what."""

from scoring.store.log import COMMAND_LINE, add_entry
from scoring.store.people.attempts import attempt, succeeded
from scoring.store.people.auditing import SAW, entries, note, note_seen
from scoring.store.people.links import link_owner, make_link, new_token, use_link
from scoring.store.people.records import UserRecord, mail_key
from scoring.store.people.sessions import Lasting, begin, end, whose
from scoring.store.people.users import (
    add_user,
    change_user,
    disable_user,
    enable_user,
    password_hash,
    user_by_id,
    user_by_mail,
    user_of_provider,
    users,
)
from scoring.store.records import AuditRecord

__all__ = [
    "COMMAND_LINE", "SAW", "AuditRecord", "Lasting", "UserRecord", "add_entry", "add_user", "attempt", "begin",
    "change_user", "disable_user", "enable_user", "end", "entries", "link_owner", "mail_key", "make_link", "new_token",
    "note", "note_seen", "password_hash", "succeeded", "use_link", "user_by_id", "user_by_mail", "user_of_provider",
    "users", "whose",
]  # fmt: skip
