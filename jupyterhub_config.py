"""JupyterHub reads this file; everything it is set to is in `sandbox.hub.configure`."""

from sandbox.hub.configure import configure

configure(get_config())  # type: ignore[name-defined]  # noqa: F821  the Hub defines it
