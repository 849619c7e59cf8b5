"""What does the store refuse about people? One sentence each."""

from scoring.errors import BookscoreError


class UnknownUserError(BookscoreError):
    """Nobody has this e-mail address."""

    def __init__(self, email: str) -> None:
        super().__init__(f'there is no user "{email}"; `bookscore users list` shows who there is')
        self.next = ("users", "list")


class KnownUserError(BookscoreError):
    """Somebody has this e-mail address already."""

    def __init__(self, email: str) -> None:
        super().__init__(
            f"there is a user {email} already; `bookscore users change` changes them, `bookscore users link` makes a "
            "new link where the password was forgotten"
        )
        self.next = ("users", "link", email)


class DisabledUserError(BookscoreError):
    """The user may not sign in any more."""

    def __init__(self, email: str) -> None:
        super().__init__(f"{email} is disabled; `bookscore users enable {email}` lets them in again")
        self.next = ("users", "enable", email)


class NotAUserError(BookscoreError):
    """What is said of a user cannot be so."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.next = ("users", "--help")
