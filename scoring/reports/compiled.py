"""Where are compiled templates kept? Where Python keeps compiled modules, and by the same rules."""

import secrets
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

from jinja2 import BytecodeCache, Environment
from jinja2 import __version__ as jinja
from jinja2.bccache import Bucket

from scoring import __version__


class Compiled(BytecodeCache):
    """Compiled templates in the `__pycache__` beside their sources; where none can be written, nothing is kept."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        """The compiled template, if it was compiled from this source and in this way."""
        e = environment
        way = (__version__, jinja, e.autoescape, e.trim_blocks, e.lstrip_blocks, e.keep_trailing_newline)
        return super().get_bucket(environment, name, filename, f"{way}\n{source}")

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """The place of the compiled template."""
        return cache_from_source(filename or name)

    def load_bytecode(self, bucket: Bucket) -> None:
        """Reads the compiled template, if it is there and still right."""
        with suppress(OSError), Path(bucket.key).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Writes the compiled template in one step, so that nobody reads half of it."""
        if sys.dont_write_bytecode:
            return
        place = Path(bucket.key)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            made = place.with_name(f"{place.name}.{secrets.token_hex(6)}")
            with made.open("xb") as file:
                bucket.write_bytecode(file)
            made.replace(place)
