"""Why can something not be explained? One sentence each."""

from collections.abc import Sequence

from scoring.document import did_you_mean
from scoring.errors import BookscoreError

_SHOWN = 8


class UnknownNameError(BookscoreError):
    """Nobody and nothing is called so."""

    def __init__(self, what: str, word: str, names: Sequence[str], otherwise: str) -> None:
        super().__init__(f'there is no {what} "{word}"; {did_you_mean(word, names, otherwise)}')


class AccountNameError(BookscoreError):
    """No manager is called so, but an account of managers."""

    def __init__(self, word: str, managers: Sequence[str]) -> None:
        super().__init__(
            f'there is no manager "{word}", but an account of {" and ".join(managers)}; name the manager, and the '
            "account behind --account"
        )


class AmbiguousNameError(BookscoreError):
    """Several are called so."""

    def __init__(self, what: str, word: str, names: Sequence[str]) -> None:
        rest = len(names) - _SHOWN
        listed = ", ".join(names[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
        super().__init__(f'"{word}" is part of the name of several {what}s: {listed}; write more of it, or the id')


class UnexplainedError(BookscoreError):
    """What a run stored does not lead to what its card says."""

    def __init__(self, what: str, found: object, said: object) -> None:
        super().__init__(
            f"{what} comes to {found} from what is stored, but the card says {said}; the run was written by another "
            "version, or changed since: run it again"
        )
