"""`python -m sandbox` and the console script `sandbox`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and exit with its status."""
    from sandbox.cli.main import main as run

    sys.exit(run())


if __name__ == "__main__":
    main()
