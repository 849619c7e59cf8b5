"""What does the ledger of deliveries refuse? One sentence each."""

from scoring.errors import BookscoreError


class UnknownDeliveryError(BookscoreError):
    """No delivery has an id that begins like this."""

    def __init__(self, word: str) -> None:
        super().__init__(f'there is no delivery "{word}"; `bookscore deliveries` shows what there is, with ids')
        self.next = ("deliveries",)


class AmbiguousDeliveryError(BookscoreError):
    """Several deliveries have an id that begins like this."""

    def __init__(self, word: str, ids: list[str]) -> None:
        super().__init__(f'"{word}" begins several deliveries, as {ids[0]} and {ids[1]}; write more of the id')
        self.next = ("deliveries",)


class NotRetryableError(BookscoreError):
    """The delivery is not sent again as things are."""

    def __init__(self, delivery_id: str, recipient: str, state: str) -> None:
        why = {
            "sent": "it was sent; twice is worse than late",
            "sending": "somebody is sending it now; look again in two minutes",
            "pending": "it is about to be sent already",
        }[state]
        super().__init__(f"delivery {delivery_id[:12]} to {recipient} is not sent again: {why}")
        self.next = ("deliveries",)


class NotSettleableError(BookscoreError):
    """It is known what became of the delivery, so nobody needs to say it."""

    def __init__(self, delivery_id: str, recipient: str, stands: str) -> None:
        super().__init__(
            f"delivery {delivery_id[:12]} to {recipient}: {stands}; whether it arrived is asked only of unknown ones"
        )
        self.next = ("deliveries",)


class NoSuchUserError(BookscoreError):
    """Nobody who signs in has this id."""

    def __init__(self, user_id: str) -> None:
        super().__init__(f'there is no user with the id "{user_id}"; only who signs in can mute a schedule')
        self.next = ("users", "list")


class ChangedMeanwhileError(BookscoreError):
    """The delivery is not any more what it was in the same transaction, which is a mistake of ours."""

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"delivery {delivery_id[:12]} was changed by somebody else meanwhile; nothing was done")
