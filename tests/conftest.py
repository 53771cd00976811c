"""What holds for every test."""


def pytest_make_parametrize_id(val, argname):
    """Name long bytes by their argument: packed ones hold the time, and two processes must agree on names."""
    return argname if isinstance(val, bytes) and len(val) > 16 else None
