"""The command of this folder, which says what it takes with --help.

uv run --group bench python benchmarks/ledgers
uv run --group bench python benchmarks/ledgers stages FOLDER
uv run --group bench python benchmarks/ledgers added FOLDER
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(1, str(Path(__file__).parent.parent))
    if sys.argv[1:2] == ["stages"]:
        import stages

        stages.main(sys.argv[2:])
    elif sys.argv[1:2] == ["added"]:
        import added

        added.main(sys.argv[2:])
    else:
        from engines import main

        main()
