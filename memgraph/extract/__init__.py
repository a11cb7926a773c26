"""Extractors: rules on a parse, or a language model."""

from __future__ import annotations

from memgraph.errors import BadInput
from memgraph.ontology import Ontology
from memgraph.ports import Extractor


def extractor_for(spec: str, ontology: Ontology, *, processes: int = 1) -> Extractor:
    """The extractor that a setting names.

    "rules" is the one that ships, "rules:PIPELINE" the same on an installed spaCy pipeline (rules:en_core_web_md).
    "openai:MODEL" asks OpenAI or, with OPENAI_BASE_URL, any endpoint like it; rules propose and stand in.
    `processes` share the reading by rules.
    """
    kind, _, rest = spec.partition(":")
    if kind == "rules":
        from memgraph.extract.parse import SHIPPED
        from memgraph.extract.rules import RuleExtractor

        return RuleExtractor(ontology, rest or SHIPPED, processes=processes)
    if kind == "openai" and rest:
        from memgraph.extract.llm import LLMExtractor

        return LLMExtractor(rest, ontology=ontology)
    raise BadInput(f"{spec!r} names no extractor: use rules, rules:PIPELINE or openai:MODEL")
