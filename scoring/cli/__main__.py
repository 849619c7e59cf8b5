"""`python -m scoring.cli`: the same as the command `bookscore`."""

import sys

from scoring.cli import main

sys.exit(main())
