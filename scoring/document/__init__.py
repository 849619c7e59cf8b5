"""Reads YAML files of ours into models, with every flaw at its line. Knows nothing of what they are about."""

from scoring.document.complaints import flawed
from scoring.document.load import Document, dump_schema, load, read, read_text
from scoring.document.nearest import did_you_mean
from scoring.document.place import Flaw, Keys

__all__ = ["Document", "Flaw", "Keys", "did_you_mean", "dump_schema", "flawed", "load", "read", "read_text"]
