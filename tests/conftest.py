"""What holds for every test: names of parameters, and which kind of database the homes lie in."""

import os
import shutil
from contextlib import ExitStack

import pytest

from tests import commands, database, forked_gate, once, watching

_ENDS = ExitStack()
_GIVEN = os.environ.pop("SANDBOX_DATABASE_URL", "")  # else every home would lie in one and the same place


def pytest_addoption(parser):
    parser.addoption(
        "--postgresql", action="store_true", help="keep the homes of the tests on a PostgreSQL of their own"
    )


def pytest_configure(config):
    """Start the server once, before any test process, and let every new home lie on it."""
    config.addinivalue_line("markers", "file_only: about the file of an SQLite database")
    watching.begin()
    if folder := once.lay_out():
        _ENDS.callback(shutil.rmtree, folder, ignore_errors=True)
    if _GIVEN:
        os.environ[database.CHOSEN] = _GIVEN
    elif config.getoption("--postgresql") and not database.on_server():
        if reason := database.missing():
            pytest.exit(reason, returncode=0)
        os.environ[database.CHOSEN] = _ENDS.enter_context(database.serving())
    if database.on_server():
        _found_on_server()


def pytest_collection_modifyitems(items):
    if database.on_server():
        for one in items:
            if one.get_closest_marker("file_only"):
                one.add_marker(pytest.mark.skip(reason="about the file of an SQLite database"))


def pytest_collection_finish():
    commands.keep()


@pytest.fixture(scope="module", name="forked_gate")
def _forked_gate():
    """Have the gate's jobs of a file done by forks: for tests that are not about how it is walled in."""
    with forked_gate.forked():
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """Let no test, and nothing that is cleaned up after it, go on without end."""
    watching.watch(item)
    try:
        return (yield)
    finally:
        watching.leave()


@pytest.hookimpl(trylast=True)
def pytest_exception_interact(node):
    """Watch on: pytest and its timer take both bounds away when a test has failed."""
    if isinstance(node, pytest.Item):
        watching.watch(node)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal files by our own hand: a run must end when a test process dies."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.dealing import Dealing

    return Dealing(config, log)


def pytest_unconfigure():
    _ENDS.close()


def _found_on_server():
    import sandbox.founding

    lay_out = sandbox.founding._make

    def make(home, founding, *rest):
        from dataclasses import replace

        return lay_out(
            home, founding if founding.database else replace(founding, database=database.fresh()), *rest
        )

    sandbox.founding._make = make


def pytest_make_parametrize_id(val, argname):
    """Name long bytes by their argument: packed ones hold the time, and two processes must agree on names."""
    return argname if isinstance(val, bytes) and len(val) > 16 else None
