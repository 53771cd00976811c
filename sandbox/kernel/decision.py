"""What a rule answers: yes, or every reason why not, each with its article.

A `Decision` is falsy when refused, so `if not decision` reads as it should. An empty
list of answers is a refusal: silence is never consent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.kernel.message import Message, say


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason for no: a stable code, the article or policy it rests on, a sentence."""

    code: str
    article: str
    message: Message

    def __post_init__(self) -> None:
        if not self.code or not self.article:
            raise ValueError("a refusal names its code and its article")


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one question; `rules` are the codes of all rules asked."""

    rules: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules) and not self.refusals

    def summary(self) -> Message:
        """Return the first refusal's sentence, and how many more there are."""
        if self:
            return say("允许")
        if not self.refusals:
            return say("没有任何规则允许这项操作，按不允许处理")
        first, others = self.refusals[0], len(self.refusals) - 1
        if not others:
            return say("{reason}（{article}）", reason=first.message, article=first.article)
        return say(
            "{reason}（{article}）；另有 {others} 条理由",
            reason=first.message,
            article=first.article,
            others=others,
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """One rule's answer: its code, and its refusal if it refused."""

    rule: str
    refusal: Refusal | None = None


def decide(answers: Iterable[Answer]) -> Decision:
    """Return the decision of all answers together, every refusal kept in order."""
    collected = tuple(answers)
    return Decision(
        rules=tuple(answer.rule for answer in collected),
        refusals=tuple(answer.refusal for answer in collected if answer.refusal is not None),
    )
