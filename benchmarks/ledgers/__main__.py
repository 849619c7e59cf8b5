"""The commands of this folder, each of which says what it takes with --help.

uv run --group bench python benchmarks/ledgers
uv run --group bench python benchmarks/ledgers stages FOLDER
uv run --group bench python benchmarks/ledgers added FOLDER
uv run --group bench python benchmarks/ledgers memory FOLDER
"""

import sys
from importlib import import_module
from pathlib import Path

OTHERS = ("stages", "added", "memory")

if __name__ == "__main__":
    sys.path.insert(1, str(Path(__file__).parent.parent))
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    if asked in OTHERS:
        import_module(asked).main(sys.argv[2:])
    else:
        from engines import main

        main()
