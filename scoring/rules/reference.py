"""What is written about rules for people and editors? The default text, the schema, the page of settings."""

from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from scoring.document import dump_schema
from scoring.rules.rulebook import Rulebook

_INTRODUCTION = """# The settings of rules.yaml

<!-- Made from the models in scoring/rules by docs_text(); change it there. -->

`rules.yaml` says what a company scores and how. Only `name`, `currency` and `rules` must be given; every
other setting has the default shown here. An unknown setting is an error, never ignored, and all errors are
reported at once with their lines. A setting that makes no difference is a warning: on the other basis, by a method
or policy that does not read it, for a metric that no rule has, or where no row of the exports holds what it names.

How values are written:

- **Percentages.** Where the tables say *number or percentage*, `90%`, `97.5 %` and `-10%` are the same as
  `0.9`, `0.975` and `-0.1`. They are for metrics that are ratios; thresholds of money and counts are
  numbers, and so are `weight` and `points`.
- **Numbers** have a decimal point and no separators: `12500.50`. Leading zeros (`010`), exponents (`1e3`)
  and `.nan` are refused, because programs read them differently.
- **Text** needs no quotes unless it looks like something else: a name that is a number (`"010"`, `"2026"`),
  one of `true`, `false` and `null`, or text with `: ` or ` #` in it. `NO`, `yes` and `on` are text.
- **The file** is UTF-8 without tabs, of at most 1 MiB: one document without anchors, aliases and tags.

How rules change, within a year or from year to year:

- Copy `rules.yaml` to a file of another name, such as `rules-2026-1.yaml`, and leave the copy as it is. In `rules.yaml`
  write `supersedes: rules-2026-1.yaml`, `effective_from: 2026-Q3` and the new settings; `version` gives them a name.
- A period that begins before that day is scored by the file that is superseded, which may supersede another one in
  turn. Rules never change within a period: one that has begun ends under the rules with which it began.
- All quarters that a score looks at are judged by the rules of its period. In the first period under new rules the
  change of a score has a part of its own for them: the period before judged again by the new rules, less the score
  that was given. The other parts compare both periods by the new rules.
- `bookscore simulate NEW` says beforehand who would have had another label; `bookscore rules` lists the versions, with
  `--diff A B` what differs; `run.json` and cards name what was in force.

How values become points:

- **floor and target**: 0 points at the floor, 100 at the target, a straight line between, never less or
  more. A floor above the target is for metrics where less is better.
- **bands**: fixed points from an edge on, towards the better side. The edge belongs to the better band: with
  bands from 95% and from 100%, exactly 100 % is in the band from 100%. What is worse than every band gets 0.
- Both are `grade`s, which only `method: target_bands` reads.
- Weights need not add up to 100: a rule's share is its weight divided by the sum.

How managers are compared:

- **What is expected** of an account is what accounts like it did in anybody's hands: the same segment, size,
  tenure, tier, industry, region and quarter, or what else `expectation.features` names. A manager's result is
  how far the accounts beat that, over the quarters of `window`.
- **Whose outcome it is** is decided by who had the account while something could still be done about it: in
  the `responsibility.days` that end `end_before_outcome` days before. Handing over a dying account gains nothing.
  Everybody with a part of such an outcome is scored, who has no account in the period (on leave, say), too.
- **No customer is the whole score**: `weights` bound what one account counts. Money is shown beside it.
- **Evidence**: with few accounts a difference is mostly luck, so only the part Z = n / (n + k) of it is
  believed (`credibility`). Below `publish.min_z`, in which an account counts by the part of the days that it was the
  manager's, no score is published, and nobody is called above or below
  the peers with less certainty than `publish.label_probability`.
- **The score** is 50 for the average of the peers; 10 points are one standard deviation of true differences.
- `raw`, `weighted`, `peer_percentile` and `oe` leave out some or all of this; they are there to be compared
  with. `target_bands` leaves out all of it: it grades what was reached by `floor` and `target`.
- What is no figure of accounts (`target_attainment`), or is neither good nor bad by itself, can be compared by
  `target_bands` at most. Amounts differ with the size of accounts; rates compare better.
"""

Schema = dict[str, Any]

_PERCENTAGE = "percentage"

_COMMENTS_AT = 34
"""The column in which the comments of the default rulebook begin."""


def default_text(*, basis: str = "contracts", policy: str = "history", currency: str = "EUR") -> str:
    """The commented rulebook that a new company starts with, for its basis, policy of ownership and currency."""
    text = files("scoring.rules").joinpath("default.yaml").read_text(encoding="utf-8")
    settings = (("basis", "contracts", basis), ("  policy", "history", policy), ("currency", "EUR", currency))
    for key, usual, chosen in settings:
        line = f"{key}: {usual}".ljust(_COMMENTS_AT)
        text = text.replace(f"\n{line}", f"\n{f'{key}: {chosen}'.ljust(_COMMENTS_AT)}")
    if basis == "invoices":
        text = text.replace("\nretention_window:", "\n# retention_window:").replace("\n# compare:", "\ncompare:")
    return text


def schema_text() -> str:
    """The JSON Schema of `rules.yaml`, for editors."""
    return dump_schema(Rulebook)


def docs_text() -> str:
    """The page of every setting with its values, default and meaning, as Markdown."""
    schema = Rulebook.model_json_schema()
    sections = {"Rulebook": schema, **_in_order_of_use(schema)}
    return _INTRODUCTION + "".join(_section(title, part) for title, part in sections.items())


def _in_order_of_use(schema: Schema) -> dict[str, Schema]:
    """The groups of settings in the order in which the rulebook leads to them."""
    groups: dict[str, Schema] = schema["$defs"]
    found: dict[str, Schema] = {}

    def follow(group: Schema) -> None:
        for name in _references(group.get("properties", {})):
            if name not in found:
                found[name] = groups[name]
                follow(groups[name])

    follow(schema)
    return found


def _references(part: object) -> Iterator[str]:
    """The names of the groups that the part of a schema refers to."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"].rpartition("/")[2]
        for value in part.values():
            yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _section(title: str, group: Schema) -> str:
    required = group.get("required", [])
    text = f"\n## {title}\n\n{group['description']}\n\n"
    text += "| setting | values | default | meaning |\n|---|---|---|---|\n"
    for name, field in group["properties"].items():
        default = "required" if name in required else _default(field)
        text += f"| `{name}` | {_values(field)} | {default} | {field['description']} |\n"
    return text


def _default(field: Schema) -> str:
    """The default in words; groups say theirs in their own tables."""
    default = field.get("default")
    if default in (None, "", {}, []):
        return "none"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, list) and not any(isinstance(one, dict) for one in default):
        return ", ".join(f"`{one}`" for one in default)
    return "see there" if isinstance(default, dict | list) else f"`{default}`"


def _values(field: Schema) -> str:
    """What may be written, in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if words := field.get("enum", [field["const"]] if "const" in field else []):
        return ", ".join(f"`{word}`" for word in words)
    if branches := field.get("anyOf") or field.get("oneOf"):
        return _either([b for b in branches if b.get("type") != "null"])
    if field["type"] == "array":
        return f"list of {_entries(field)}"
    if field["type"] == "object":
        (entry,) = field.get("patternProperties", {"": field.get("additionalProperties")}).values()
        return f"name to {_values(entry)}"
    return _word(field)


def _either(branches: list[Schema]) -> str:
    """What may be written where it is one of several; the limits of a number hold for its percentage, too."""
    first, *others = map(_values, branches)
    if others == [_PERCENTAGE]:
        return f"number or {_PERCENTAGE}{_limits(branches[0])}"
    return " or ".join((first, *others))


def _entries(field: Schema) -> str:
    """What the entries of a list may be, and how many where it is always as many."""
    if "prefixItems" in field:
        return f"{len(field['prefixItems'])}: {' and '.join(dict.fromkeys(map(_values, field['prefixItems'])))}"
    many = f"{field['maxItems']}: " if "maxItems" in field and field.get("minItems") == field["maxItems"] else ""
    return many + _values(field["items"])


def _word(field: Schema) -> str:
    """What a single word may be, with its limits."""
    if field["type"] == "string":
        return "date" if field.get("format") == "date" else _PERCENTAGE if "%" in field.get("pattern", "") else "text"
    if field["type"] == "boolean":
        return "`true` or `false`"
    kind = {"integer": "whole number", "number": "number"}[field["type"]]
    return f"{kind}{_limits(field)}"


def _limits(field: Schema) -> str:
    """How small and how large the number may be, to stand behind what it is."""
    least, above = field.get("minimum"), field.get("exclusiveMinimum")
    most, below = field.get("maximum"), field.get("exclusiveMaximum")
    less = None if below is None else f"less than {_number(below)}"
    if above is not None:
        upper = less or (None if most is None else f"at most {_number(most)}")
        return f", more than {_number(above)}" + (f" and {upper}" if upper else "")
    if least is None:
        return ""
    upper = less or (None if most is None else _number(most))
    return f", {_number(least)} to {upper}" if upper else f" from {_number(least)}"


def _number(value: float) -> str:
    """The number as it is written in the rules."""
    return f"{value:.15g}"
