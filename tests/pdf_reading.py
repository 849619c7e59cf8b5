"""Reads a PDF back for the tests: its text, its pages, and the tree of its tags."""

import re
from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pypdfium2


def pages(content: bytes) -> list[str]:
    """The text of each page."""
    document = pypdfium2.PdfDocument(content)
    return [page.get_textpage().get_text_bounded() for page in document]


def squeezed(text: str) -> str:
    """The text without blanks and ends of lines, as these are where a line happened to end."""
    return re.sub(r"[\s\u200b\ufffe]+", "", text)


def said(content: bytes) -> str:
    """All text of the document, squeezed."""
    return squeezed("".join(pages(content)))


def tags(content: bytes) -> list[tuple[str, str | None]]:
    """Every element of the tag tree in reading order: its kind, and its alternative text or its title."""
    with pikepdf.open(BytesIO(content)) as document:
        return list(_below(document.Root.StructTreeRoot.K))


def headings(content: bytes) -> list[tuple[int, str]]:
    """The headings with their levels."""
    return [(int(kind[1:]), title or "") for kind, title in tags(content) if re.fullmatch(r"H\d", kind)]


def _below(node: pikepdf.Object) -> Iterator[tuple[str, str | None]]:
    if isinstance(node, pikepdf.Array):
        for each in node:
            yield from _below(each)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            told = node.get("/Alt", node.get("/T"))
            yield str(node.S).lstrip("/"), None if told is None else str(told)
        if "/K" in node:
            yield from _below(node.K)
