"""The vocabulary: which predicates there are, how many values each may have, and how a fact of it reads."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping

import yaml
from pydantic import BaseModel, ConfigDict, Field

from memgraph.errors import BadInput
from memgraph.queries import read_text

ENTITY_KINDS = ("person", "organization", "place", "event", "thing")
LITERAL_KINDS = ("text", "date", "money", "number")
_PREDICATE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Predicate(BaseModel):
    """One predicate's declaration.

    `says` is a template over {s}ubject, {o}bject and {q}ualifier; `asks` holds words by which people ask for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    one: bool = False
    qualified: bool = False
    subject: str = "thing"
    object: str = "text"
    says: str = ""
    asks: str = ""

    @property
    def takes_entity(self) -> bool:
        """Whether the object is an entity rather than a literal."""
        return self.object in ENTITY_KINDS


class Ontology(BaseModel):
    """All the predicates that are declared; one that is not is many-valued and takes any object."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    predicates: Mapping[str, Predicate] = Field(default_factory=dict[str, Predicate])

    def __getitem__(self, predicate: str) -> Predicate:
        return self.predicates.get(predicate) or Predicate()

    def asked(self, words: Iterable[str]) -> frozenset[str]:
        """The predicates that a question with these words may be about."""
        said = set(words)
        return frozenset(name for name, p in self.predicates.items() if said & set(p.asks.split()))

    def says(self, predicate: str, subject: str, qualifier: str, object_text: str) -> str:
        """A fact as a sentence."""
        template = self[predicate].says or "{s} " + predicate.replace("_", " ") + " {o}"
        said = template.format(s=subject, o=object_text or "(unknown)", q=qualifier or "one")
        return said[:1].upper() + said[1:]


def checked_predicate(text: str) -> str:
    """The predicate in its stored form, `[a-z][a-z0-9_]*`; `BadInput` where it has none."""
    predicate = re.sub(r"[^a-z0-9]+", "_", text.strip().lower()).strip("_")
    if not _PREDICATE.fullmatch(predicate):
        raise BadInput(f"{text!r} is not a predicate: use up to 64 letters, digits and underscores, e.g. works_at")
    return predicate


@functools.cache
def core_ontology() -> Ontology:
    """The ontology that ships with memgraph (`schema/ontology.yaml`)."""
    return Ontology.model_validate(yaml.safe_load(read_text("schema/ontology.yaml")))
