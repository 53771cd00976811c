"""The same detectors as recognizers of Microsoft Presidio, for those who run an analyzer engine.

Offers; the product itself reads text by `text.spans` and never imports this module on its way.
Presidio is loaded when a recognizer is built, because loading it takes seconds. Its own Chinese
context does not work, so words around a value are weighed here, and check digits by its hook.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.discovery.text import spans
from sandbox.kernel.entities import EntityType

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer

LANGUAGE = "zh"


def _build(kinds: tuple[EntityType, ...]) -> EntityRecognizer:
    from presidio_analyzer import EntityRecognizer, RecognizerResult

    class SpanRecognizer(EntityRecognizer):  # type: ignore[misc]
        """Answers with the spans of the asked types that `text.spans` finds."""

        def load(self) -> None:
            """Nothing to load: the tables are in the program."""

        def analyze(
            self, text: str, entities: list[str], nlp_artifacts: Any = None
        ) -> list[RecognizerResult]:
            """Return the spans of `entities` in `text`; no artifacts of a language model are needed."""
            del nlp_artifacts
            return [
                RecognizerResult(
                    entity_type=span.type.value, start=span.start, end=span.end, score=span.score
                )
                for span in spans(text)
                if span.type.value in entities and span.type in kinds
            ]

    return SpanRecognizer(
        supported_entities=[kind.value for kind in kinds], name="sandbox-zh", supported_language=LANGUAGE
    )


def recognizers() -> list[EntityRecognizer]:
    """Return Presidio recognizers for every type that running text can show, for language "zh"."""
    return [_build(tuple(kind for kind in EntityType if kind is not EntityType.MONEY))]


def analyzer() -> AnalyzerEngine:
    """Return an analyzer engine of these recognizers alone, on a pipeline without a language model."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    engine = NlpEngineProvider(
        nlp_configuration={
            "nlp_engine_name": "no_op",
            "models": [{"lang_code": LANGUAGE, "model_name": "no_op"}],
        }
    ).create_engine()
    registry = RecognizerRegistry(recognizers=recognizers(), supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[LANGUAGE])
