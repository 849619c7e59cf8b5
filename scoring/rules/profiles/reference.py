"""What is written about profiles for people? The page of all of them, each policy with where it is published."""

from collections.abc import Mapping, Sequence
from typing import Any

from scoring.rules.profiles.profile import DEFINING, Profile

_INTRODUCTION = """# Definition profiles

<!-- Made from scoring/rules/profiles by docs_text(); change it there. -->

Two tools rarely give a company the same number, because they define it differently. A profile is a named set of
policies that reads revenue as another tool says it does. It is *like* that tool, not the tool's own: it follows
what was published on the pages named here, which may have changed since and which say nothing of many cases. Where
a tool says nothing, our default holds.

- `profile: chartmogul_like` in `rules.yaml` makes its policies the defaults. What is written in the rules wins.
- `bookscore profiles` lists what differs from our default.
- `bookscore profiles compare A B` says why the same company has two numbers: the value under A, the effect of each
  policy that is switched, in the order of the table below, and the value under B. The effects add up to the
  difference to the last digit. A and B are profiles, `default`, or `rules`, the folder's own.

The same quarter of seven accounts gives a net revenue retention of 78.14 % by default, 84.97 % where accounts that
came back win it back, and 83.61 % where contraction is left out; its quick ratio is 0.85, or 0.60 without those that
came back. All cases are in `tests/cases/profiles/`.
"""


def docs_text(profiles: Sequence[Profile], defaults: Mapping[str, Any]) -> str:
    """The page of the profiles, as Markdown. `defaults` are ours, by setting."""
    return _INTRODUCTION + _table(profiles, defaults) + "".join(_section(p, defaults) for p in profiles)


def _table(profiles: Sequence[Profile], defaults: Mapping[str, Any]) -> str:
    """Every setting with our default and the value of each profile; a blank where it is the default."""
    text = f"\n## Policies\n\n| setting | default | {' | '.join(p.name for p in profiles)} |\n"
    text += f"|{'---|' * (len(profiles) + 2)}\n"
    for setting in DEFINING:
        theirs = [_word(p.values[setting]) if setting in p.values else "" for p in profiles]
        text += f"| `{setting}` | {_word(defaults[setting])} | {' | '.join(theirs)} |\n"
    return text


def _section(profile: Profile, defaults: Mapping[str, Any]) -> str:
    """One profile: what differs, what is the same, what is not said, and what stays apart."""
    text = f"\n## {profile.name}\n\n{profile.words}\n\n"
    text += "| setting | default | here | as it is published |\n|---|---|---|---|\n"
    stated = {p.setting: p for p in profile.policies}
    for setting, value in profile.values.items():
        said = stated[setting]
        text += f"| `{setting}` | {_word(defaults[setting])} | {_word(value)} | {said.says} [source]({said.source}) |\n"
    if profile.same:
        text += "\nThe same as our default:\n\n"
        text += "".join(f"- `{s.setting}`: {s.says} [source]({s.source})\n" for s in profile.same)
    silent = ", ".join(f"`{s}`" for s in profile.silent)
    return text + f"\nNothing found, so our default holds: {silent}.\n\n{profile.apart}"


def _word(value: object) -> str:
    return "empty" if value is None else f"`{str(value).lower() if isinstance(value, bool) else value}`"
