"""What is said when a command cannot do its work? One sentence, the next command, and a code."""

import os
import re
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from typer.exceptions import TyperException

from scoring.cli.shared.answers import DATA, FAILED, RULES, USAGE, Answer, envelope, line_of, next_command
from scoring.cli.shared.streams import note, say_json
from scoring.cli.shared.typed import takes, typed
from scoring.errors import BookscoreError, Problem, ProblemsFoundError, Severity

DEBUG = "BOOKSCORE_DEBUG"
"""Set this in the environment to see tracebacks."""

_CODES = {
    "UnknownNameError": USAGE, "AccountNameError": USAGE, "AmbiguousNameError": USAGE,
    "UnknownRunError": USAGE, "AmbiguousRunError": USAGE,
    "NoRunsError": USAGE, "NoPlaceError": USAGE, "NotOursError": USAGE, "UnknownPeriodError": USAGE,
    "FuturePeriodError": USAGE, "NoFileError": USAGE,
    "UnreadableUrlError": USAGE, "OtherDatabaseError": USAGE, "NoFolderError": USAGE, "NoDriverError": USAGE,
    "NotServedError": USAGE, "UnknownUserError": USAGE, "KnownUserError": USAGE, "DisabledUserError": USAGE,
    "NotAUserError": USAGE, "NoUsersError": USAGE,
    "RefusedMoveError": USAGE, "StaleReviewError": USAGE, "ChangedSinceError": USAGE, "NoReviewError": USAGE,
    "NotOnRunError": USAGE, "NotSignedError": USAGE,
    "SealedPeriodError": USAGE, "NotSealableError": USAGE, "NotReopenableError": USAGE, "UnreadError": USAGE,
    "WeightsError": USAGE, "NotReweighableError": USAGE, "NotProposableError": USAGE,
    "UnknownScheduleError": USAGE, "NotOverError": USAGE, "NotReadyError": USAGE, "WaitsError": DATA,
    "UnknownDeliveryError": USAGE, "AmbiguousDeliveryError": USAGE, "NotRetryableError": USAGE,
    "NotSettleableError": USAGE, "SeveralError": USAGE, "NoOwnersError": USAGE,
    "NothingDatedError": DATA, "TooShortError": DATA, "UnknownStretchError": USAGE, "WholeMonthsError": USAGE,
    "NoRayError": USAGE, "NobodyAnswersError": USAGE, "OtherVersionError": USAGE,
}  # fmt: skip
"""By name, so that looking one up loads nothing; the rest is a bug or I/O."""

_PLAINLY = (
    (re.compile(r"Value error, "), ""),
    (re.compile(r"Input should be a valid number, .*"), "it is no number"),
    (re.compile(r"Input should be a valid integer, .*"), "it is no whole number"),
    (re.compile(r"Input should be greater than or equal to (\S+)"), r"it must be \1 or more"),
    (re.compile(r"Input should be less than or equal to (\S+)"), r"it must be \1 at most"),
    (re.compile(r"Input should be greater than (\S+)"), r"it must be more than \1"),
)
"""How a library says what is wrong with a value, and how we do."""

_LINES = re.compile(r"\s*\n\s*")
_NO_DAY = re.compile(r"Value error, '(.*)' does not match the formats '%Y-%m-%d'\.?$")
"""How the library says it."""

_NEXT = {
    "UnknownRunError": ("runs",),
    "AmbiguousRunError": ("runs",),
    "UnexplainedError": ("run",),
    "MissingFrameError": ("run",),
}


def told(error: Exception, arguments: Sequence[str]) -> int:
    """The exit code, once it is said what is wrong."""
    if isinstance(error, TyperException) and type(error).__name__ == "NoArgsIsHelpError":
        note(error.format_message())
        return error.exit_code
    problems, code = _problems(error), _code(error)
    if "--json" in arguments:
        say_json(envelope(Answer(None, problems, code)))
        return code
    for problem in problems:
        note(line_of(problem) if isinstance(error, ProblemsFoundError) else str(problem))
    if isinstance(error, ProblemsFoundError) and _can_go_on(error, arguments):
        note("Mend the rows, or go on without them.")
        next_command(*arguments, "--set-aside")
    else:
        told = [*_next(error, arguments)]
        is_open = "--set-aside" in arguments and "--help" not in told and takes([str(w) for w in told], "set_aside")
        next_command(*told, *(["--set-aside"] if is_open else []), folder=typed(arguments).folder)
    return code


def _can_go_on(error: ProblemsFoundError, arguments: Sequence[str]) -> bool:
    """Whether the command can do without the rows that are wrong."""
    from scoring.intake import can_be_set_aside

    is_open = takes(arguments, "set_aside") and "--set-aside" not in arguments
    return is_open and not is_of_rules(error) and can_be_set_aside(error.problems)


def is_of_rules(error: ProblemsFoundError) -> bool:
    """Whether there are errors in rules among the problems."""
    files = [p.file for p in error.problems if p.file and p.severity is Severity.ERROR]
    return any(file.endswith((".yaml", ".yml")) and file != "sources.yaml" for file in files)


def is_for_debugging() -> bool:
    """Whether tracebacks are wanted."""
    return bool(os.environ.get(DEBUG))


def _next(error: Exception, arguments: Sequence[str]) -> Sequence[str | Path]:
    """What to type next: what the error itself knows, what its kind asks for, a check, or a look at the help."""
    helping: Sequence[str] = (*_commands(error, arguments), "--help")
    if isinstance(error, ProblemsFoundError):
        helping = ("check", *_other_rules(error, arguments))
    known: Sequence[str | Path] | None = getattr(error, "next", None)
    return _NEXT.get(type(error).__name__, helping) if known is None else known


def _commands(error: Exception, arguments: Sequence[str]) -> Sequence[str]:
    """The command that was typed, behind the group that it is in, as far as there are such."""
    context, words = getattr(error, "ctx", None), list[str]()
    if context is None:
        return arguments[:1] if arguments and not arguments[0].startswith("-") else ()
    while context.parent is not None:
        words.insert(0, context.info_name)
        context = context.parent
    return words


def _other_rules(error: ProblemsFoundError, arguments: Sequence[str]) -> Sequence[str]:
    """The file of other rules that was to be read, where it can be to blame."""
    rules = typed(arguments).rules
    is_named = rules is not None and any(p.file and Path(p.file).name == Path(rules).name for p in error.problems)
    return ("--rules", rules) if rules is not None and ("--rules" in arguments or is_named) else ()


def _problems(error: Exception) -> Sequence[Problem]:
    if isinstance(error, ProblemsFoundError):
        return error.problems
    return (Problem(_sentence(error)),)


def _sentence(error: Exception) -> str:
    if isinstance(error, TyperException):
        told = _NO_DAY.sub(r'"\1" is no day; write one as 2026-06-30', _LINES.sub(" ", error.format_message()))
        for pattern, words in _PLAINLY:
            told = pattern.sub(words, told)
        return told
    if isinstance(error, BookscoreError):
        return str(error)
    if kept := _of_what_is_kept(error):
        return kept
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'a file'}: {error.strerror.lower()}"
    place = traceback.extract_tb(sys.exc_info()[2])[-1:]
    where = f" in {place[0].name}" if place else ""
    return (
        f"this is a mistake in bookscore, nothing was written: {type(error).__name__}{where}: {error}; run it again "
        f"with {DEBUG}=1 in the environment to see where, and report that"
    )


def _of_what_is_kept(error: Exception) -> str | None:
    """What is wrong with the disk, the database or a frame of the store; None where it is something else."""
    library = type(error).__module__.partition(".")[0]
    if library == "sqlalchemy":
        from scoring.store.refusals import trouble

        return trouble(error)
    if library == "polars" and "parquet" in str(error).lower():
        return "a frame of the store is damaged; `bookscore verify` names it, restore it from a backup"
    return None


def _code(error: Exception) -> int:
    if isinstance(error, ProblemsFoundError):
        return RULES if is_of_rules(error) else DATA
    if isinstance(error, TyperException):
        return error.exit_code
    return _CODES.get(type(error).__name__, FAILED)
