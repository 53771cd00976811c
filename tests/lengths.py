"""How long the long suites go on: bounded in the project's own checks, full by hand (SANDBOX_LONG=full)."""

import os


def length(bounded: int, full: int) -> int:
    """Return how often to try, by what the environment asks for."""
    return full if os.environ.get("SANDBOX_LONG") == "full" else bounded
