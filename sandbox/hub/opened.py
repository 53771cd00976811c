"""The home that this process serves: opened once, at its first use, from the environment.

The Hub makes authenticators and spawners itself; this is how they come by the platform.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from sandbox.app import Platform, open_platform
from sandbox.serving.places import Places, Plan

HOME = "SANDBOX_HOME"


@cache
def platform() -> Platform:
    """Return the opened platform."""
    return open_platform(home())


def home() -> Path:
    """Return the home named by the supervisor."""
    return Path(os.environ[HOME]).absolute()


def places() -> Places:
    """Return where the serving half keeps its things."""
    return Places(home())


@cache
def plan() -> Plan:
    """Return which process answers where."""
    return places().plan()
