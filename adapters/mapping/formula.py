"""What may a formula of sources.yaml say? `+ - * / //`, parentheses, numbers and names of columns, nothing else."""

import ast
import re
from dataclasses import dataclass, field
from decimal import Decimal

LONGEST = 500
DEEPEST = 30

_TOKEN = re.compile(
    r"(?P<blank>\s+)|(?P<sign>[-+*/()])|`(?P<quoted>[^`]+)`"
    r"|(?P<name>[^\W\d]\w*)|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?![\w.]))",
)
_SIGNS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//"}


class FormulaError(ValueError):
    """A formula that is none; the message says why."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number written in the formula."""

    value: Decimal


@dataclass(frozen=True, slots=True)
class Name:
    """A column the formula names."""

    column: str


@dataclass(frozen=True, slots=True)
class Operation:
    """`left sign right`; a leading minus is 0 - right, and `//` the next whole number below the quotient."""

    sign: str
    left: "Node"
    right: "Node"


Node = Number | Name | Operation


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a tree, and the columns it names in order of appearance."""

    text: str
    node: Node
    columns: tuple[str, ...]


@dataclass(slots=True)
class _Words:
    """The leaves of the formula under the stand-in names that Python's parser sees."""

    leaves: dict[str, Number | Name] = field(default_factory=dict)

    def stand_in(self, leaf: Number | Name) -> str:
        name = f"w{len(self.leaves)}"
        self.leaves[name] = leaf
        return name


def parse(text: str) -> Formula:
    """The formula. Raises FormulaError, naming what is not understood."""
    if len(text) > LONGEST:
        raise FormulaError(f"is longer than {LONGEST} characters")
    words = _Words()
    source = "".join(_replaced(text, words))
    try:
        tree = ast.parse(source.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise FormulaError(f'is not a formula: "{text}"; write it like "Price * Quantity"') from None
    node = _node(tree.body, words, DEEPEST)
    columns = dict.fromkeys(leaf.column for leaf in words.leaves.values() if isinstance(leaf, Name))
    if not columns:
        raise FormulaError("names no column; write a fixed value under constants")
    return Formula(text, node, tuple(columns))


def _replaced(text: str, words: _Words) -> list[str]:
    """The pieces of the formula with stand-ins for names and numbers."""
    pieces: list[str] = []
    place = 0
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            rest = text[place:].split(maxsplit=1)[0]
            raise FormulaError(f'"{rest}" is not understood; put names with other signs in backquotes')
        place = found.end()
        pieces.append(_piece(found, words))
    return pieces


def _piece(found: re.Match[str], words: _Words) -> str:
    if found["number"]:
        return words.stand_in(Number(Decimal(found["number"])))
    if found["quoted"] or found["name"]:
        return words.stand_in(Name((found["quoted"] or found["name"]).strip()))
    return " " if found["blank"] else found["sign"]


def _node(tree: ast.expr, words: _Words, depth: int) -> Node:
    if depth == 0:
        raise FormulaError(f"is nested more than {DEEPEST} deep")
    match tree:
        case ast.Name(id=name):
            return words.leaves[name]
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as op, operand=operand):
            inner = _node(operand, words, depth - 1)
            return Operation("-", Number(Decimal(0)), inner) if isinstance(op, ast.USub) else inner
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
            sides = _node(left, words, depth - 1), _node(right, words, depth - 1)
            return Operation(_SIGNS[type(op)], *sides)
    raise FormulaError("may use + - * / // and parentheses only")
