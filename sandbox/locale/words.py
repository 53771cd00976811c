"""The closed sets of the platform in words for people: states, kinds, steps, roles, types.

For the console and the human output of the terminal; JSON keeps the codes. Holds no rule; what a state
means is `kernel.lifecycle`.
"""

from __future__ import annotations

from sandbox.kernel.message import Message, Value, say
from sandbox.locale.states import OF_KIND, STATES
from sandbox.locale.steps import KINDS, OF_STEP, VERBS
from sandbox.locale.terms import TERMS

_OWN = {key.partition(":")[2]: name for key, (name, _) in OF_KIND.items()}
"""States that only one kind has, for a sentence that does not say the kind."""


def state_of(kind: str, state: str) -> tuple[Message, str]:
    """Return what a state is called and in which tone it is shown."""
    unknown = (say("{state}", state=state), "over")
    return OF_KIND.get(f"{kind}:{state}") or STATES.get(state, unknown)


def kind_name(kind: str) -> Message:
    """Return what a kind of record is called."""
    return KINDS.get(kind, say("{kind}", kind=kind))


def term(value: str) -> Message:
    """Return a role, type, class or technique in words; what has none stays as it is."""
    return TERMS.get(value, say("{term}", term=value))


def humane(message: Message) -> Message:
    """Return the sentence with the states, steps, roles and types in it as people call them."""
    values = tuple((name, _called(name, value)) for name, value in message.values)
    return Message(message.template, values)


def _called(name: str, value: Value) -> Value:
    if not isinstance(value, str):
        return humane(value) if isinstance(value, Message) else value
    if name == "state":
        return state_of("", value)[0] if value in STATES else _OWN.get(value, value)
    if name == "verb":
        return step_name(value)
    parts = value.split("、")
    if name == "names" and all(f"output-{one}" in TERMS for one in parts):
        parts = [f"output-{one}" for one in parts]
    elif not all(one in TERMS and (name == "roles" or one.isupper()) for one in parts):
        return value
    joined = "、".join(f"{{v{place}}}" for place in range(len(parts)))
    return Message(joined, tuple((f"v{place}", TERMS[one]) for place, one in enumerate(parts)))


def verb_name(name: str) -> Message:
    """Return what was done, where the record it was done to is plain; an unknown step as it is written."""
    verb = name.partition(":")[2]
    return OF_STEP.get(name) or VERBS.get(verb) or say("{step}", step=name)


def step_name(name: str) -> Message:
    """Return a step of the log in words, kind and verb."""
    kind = name.partition(":")[0]
    return say("{kind}：{verb}", kind=kind_name(kind), verb=verb_name(name))
