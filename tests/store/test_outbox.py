"""Effects: posted with their cause, done at least once, in order, none lost by another's failure."""

import pytest

from sandbox.kernel.errors import StorageError
from sandbox.kernel.lifecycle import step
from sandbox.kernel.message import say
from sandbox.kernel.records import Home
from sandbox.store.changes import Change, Effect
from sandbox.store.outbox import drain, finish, pending

FOUND = Change(step("home:found"), Home(state="in-service", name="h", demo=True, format=1))


def test_effects_are_done_in_order_and_failures_kept(store, officer):
    effects = (Effect("a", {"n": 1}), Effect("broken"), Effect("nobody"), Effect("a", {"n": 2}))
    store.write(officer, FOUND, outbox=effects)
    seen, broken = [], StorageError(say("不行"))

    def fail(effect) -> None:
        raise broken

    handlers = {"a": lambda effect: seen.append(effect.payload["n"]), "broken": fail}
    drained = drain(store, handlers)
    assert (seen, drained.done) == ([1, 2], 2)
    assert [(effect.kind, error) for effect, error in drained.left] == [("broken", broken), ("nobody", None)]
    assert [(effect.kind, effect.attempts) for effect in pending(store)] == [("broken", 1), ("nobody", 1)]
    handlers["broken"] = lambda effect: seen.append(effect.record_id)
    drain(store, handlers)
    assert seen == [1, 2, "home-000001"]
    assert [(effect.kind, effect.attempts) for effect in pending(store)] == [("nobody", 2)]
    assert pending(store, kind="a") == ()


def test_a_bug_in_a_handler_leaves_the_effect_open(store, officer):
    store.write(officer, FOUND, outbox=(Effect("a"),))
    with pytest.raises(ZeroDivisionError):
        drain(store, {"a": lambda effect: 1 // 0})
    (effect,) = pending(store)
    finish(store, effect)
    finish(store, effect)
    assert pending(store) == ()
