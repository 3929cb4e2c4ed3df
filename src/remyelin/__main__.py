"""Entry of ``python -m remyelin``."""

import sys

from remyelin.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
