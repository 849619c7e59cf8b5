"""Finds what the product defines and does not call, by reading its code without running it."""

import ast
import gc
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

PRODUCT = ("scoring", "adapters")

DEFINED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
BLOCKS = (ast.stmt, ast.excepthandler, ast.match_case)


@dataclass(frozen=True)
class Code:
    """What is defined, and what it names.

    `bound` is by module what a name means there: `scoring.money.ratio`. `uses` is by module, function, class or method
    what it names in turn; `.name` is whatever is called so on some object, of which `members` are the definitions.
    What is `handed` over as it is may be a module, which is then asked for its functions like an object.
    """

    bound: dict[str, dict[str, str]] = field(default_factory=dict)
    uses: dict[str, set[str]] = field(default_factory=dict)
    members: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    handed: set[str] = field(default_factory=set)

    def meant(self, name: str) -> str:
        """The definition that a dotted name leads to, however often it is handed on."""
        module, _, last = name.rpartition(".")
        target = self.bound.get(module, {}).get(last, name)
        return name if target == name else self.meant(target)

    def reached(self, start: set[str]) -> set[str]:
        """All that is named from there on."""
        found, left = set[str](), list(start)
        while left:
            one = left.pop()
            if one not in found:
                found.add(one)
                left += self.members.get(one, ()) if one[0] == "." else self.uses.get(one, ())
        return found


def read(root: Path) -> Code:
    """The code of the product, and of the scripts that write its pages."""
    files = {_module(path.relative_to(root)): path for name in PRODUCT for path in (root / name).rglob("*.py")}
    files |= {path.stem: path for path in (root / "docs").glob("*.py")}
    gc.disable()  # trees are many objects, none of which is garbage
    try:
        trees = {name: ast.parse(path.read_bytes()) for name, path in files.items()}
        code = Code({name: dict(_bound(name, tree)) for name, tree in trees.items()})
        for name, tree in trees.items():
            _walk(code, name, tree)
    finally:
        gc.enable()
    for module in code.handed & {*files}:
        for name, meaning in code.bound[module].items():
            code.members[f".{name}"].add(meaning)
    return code


def uncalled(root: Path) -> list[str]:
    """What is defined and yet not named by anything that the entry points, pages and templates lead to."""
    code = read(root)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    start = {code.meant(place.replace(":", ".")) for place in project["scripts"].values()}
    start |= {name for name in code.bound if name.endswith(".__main__")}
    start |= {path.stem for path in (root / "docs").glob("*.py")}
    for path in (root / "scoring").rglob("*"):
        if path.suffix in (".j2", ".typ"):
            start |= {f".{word}" for word in re.findall(r"[.\"'](\w+)", path.read_text(encoding="utf-8"))}
    return sorted(set(code.uses) - code.reached(start))


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _bound(module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """What is imported, wherever, and what is defined."""
    left: list[ast.AST] = [tree]
    while left:
        node = left.pop()
        if isinstance(node, ast.ImportFrom):
            yield from ((n.asname or n.name, f"{node.module}.{n.name}") for n in node.names)
        elif isinstance(node, ast.Import):
            yield from ((n.asname, n.name) if n.asname else (n.name.partition(".")[0],) * 2 for n in node.names)
        else:
            left += (n for n in ast.iter_child_nodes(node) if isinstance(n, BLOCKS))
    yield from ((node.name, f"{module}.{node.name}") for node in tree.body if isinstance(node, DEFINED))


def _walk(code: Code, module: str, tree: ast.Module) -> None:
    """Takes down what the module and everything in it name."""
    for node in tree.body:
        if not isinstance(node, DEFINED):
            _take(code, module, module, node)
            continue
        own = f"{module}.{node.name}"
        inside = node.body if isinstance(node, ast.ClassDef) else []
        methods = [n for n in inside if isinstance(n, DEFINED) and not n.name.startswith("__")]
        _take(code, module, own, *(n for n in ast.iter_child_nodes(node) if n not in methods))
        for method in methods:
            code.members[f".{method.name}"].add(f"{own}.{method.name}")
            _take(code, module, f"{own}.{method.name}", method)
            if _is_registered(method):
                code.uses[own].add(f"{own}.{method.name}")
        if _is_registered(node):
            code.uses.setdefault(module, set()).add(own)


def _is_registered(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a decorator hands it to somebody: `@app.command()`, `@model_validator()`."""
    plain = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return any(isinstance(d, ast.Attribute) or (isinstance(d, ast.Name) and "validator" in d.id) for d in plain)


def _take(code: Code, module: str, own: str, *nodes: ast.AST) -> None:
    """Adds what is named below the nodes to what `own` names."""
    names, uses, left = code.bound[module], code.uses.setdefault(own, set()), list(nodes)
    uses.add(module)
    while left:
        node = left.pop()
        if isinstance(node, ast.Attribute):
            uses.add(f".{node.attr}")
            base = _dotted(code, names, node.value)
            if base:
                uses |= {base, code.meant(f"{base}.{node.attr}")}
                continue
        elif isinstance(node, ast.Name) and node.id in names:
            uses.add(code.meant(names[node.id]))
            code.handed.add(code.meant(names[node.id]))
        elif isinstance(node, ast.ImportFrom | ast.Import):
            prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            uses |= {name for n in node.names for name in _path(prefix + n.name) if name in code.bound}
        left += ast.iter_child_nodes(node)


def _dotted(code: Code, names: dict[str, str], node: ast.expr) -> str | None:
    """What `a.b` stands for, where `a` is a name of the module."""
    if isinstance(node, ast.Name):
        return code.meant(names[node.id]) if node.id in names else None
    base = _dotted(code, names, node.value) if isinstance(node, ast.Attribute) else None
    return code.meant(f"{base}.{node.attr}") if base and isinstance(node, ast.Attribute) else None


def _path(name: str) -> Iterator[str]:
    """`a`, `a.b` and `a.b.c` of `a.b.c`."""
    parts = name.split(".")
    return (".".join(parts[: n + 1]) for n in range(len(parts)))
