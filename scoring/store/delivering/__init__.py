"""The ledger of deliveries: what is due, what became of it, and who works on it."""

from scoring.store.delivering.backoff import LONGEST_WAIT, WAITS
from scoring.store.delivering.claiming import CLAIM_LASTS, claim, expire, finish, finish_and_claim, new_worker, renew
from scoring.store.delivering.deciding import AGAIN, retry, settle
from scoring.store.delivering.leases import leave_lease, take_lease
from scoring.store.delivering.looking import (
    Said,
    attempts,
    deliveries,
    delivery,
    said_before,
    taken_at,
    tallies,
    tally,
    unknown_at,
)
from scoring.store.delivering.mutes import (
    mute,
    mute_by_token,
    muted,
    mutes,
    token_owner,
    unmute,
    unsubscribe_tokens,
)
from scoring.store.delivering.occasions import LATE_AFTER, note_occasion, occasion, occasions, prepare
from scoring.store.delivering.records import (
    SCHEDULE,
    AttemptRecord,
    DeliveryRecord,
    DeliveryState,
    Due,
    End,
    Ended,
    MuteRecord,
    OccasionRecord,
    OccasionState,
    Planned,
    Tally,
    delivery_id,
)
from scoring.store.delivering.taking_back import DECIDED_AHEAD, took_back
from scoring.store.delivering.ticking import first_seen, last_tick, note_tick

__all__ = [
    "AGAIN", "CLAIM_LASTS", "DECIDED_AHEAD", "LATE_AFTER", "LONGEST_WAIT", "SCHEDULE", "WAITS", "AttemptRecord",
    "DeliveryRecord", "DeliveryState", "Due", "End", "Ended", "MuteRecord", "OccasionRecord", "OccasionState",
    "Planned", "Said", "Tally", "attempts", "claim", "deliveries", "delivery", "delivery_id", "expire", "finish",
    "finish_and_claim", "first_seen", "last_tick", "leave_lease", "mute", "mute_by_token", "muted",
    "mutes", "new_worker", "note_occasion", "note_tick", "occasion", "occasions", "prepare", "renew", "retry",
    "said_before", "settle", "take_lease", "taken_at", "tallies", "tally", "token_owner", "took_back",
    "unknown_at", "unmute", "unsubscribe_tokens",
]  # fmt: skip
