"""The command of this folder, which says what it takes with --help.

uv run --group bench python benchmarks/ledgers
"""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(1, str(Path(__file__).parent.parent))
    from engines import main

    main()
