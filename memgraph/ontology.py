"""The vocabulary: which predicates there are, how many values each may have, and how a fact of it reads."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from memgraph.errors import BadInput
from memgraph.queries import read_text

ENTITY_KINDS = ("person", "organization", "place", "event", "thing")
LITERAL_KINDS = ("text", "date", "money", "number")
_PREDICATE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class Example(BaseModel):
    """A sentence and the fact that it must give, said by Ana Lima on Monday 2025-03-10."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    subject: str
    object: str


class Predicate(BaseModel):
    """One predicate's declaration.

    `says` is a template over {s}ubject, {o}bject and {q}ualifier; `asks` holds words by which people ask for it.
    `verbs`, `changes`, `ends`, `nouns` and `values` are ways to say it (see `schema/ontology.yaml`). An `event`
    happened once: the past tense does not end it. What is `ahead` speaks of something to
    come: a time belongs to that, and the fact holds from when it is said. What is `promised` holds from then, too:
    who will do something has it to do. What firms have and is `personal`, a person may have as well; an entity that is
    the object of a `described` predicate needs no name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    one: bool = False
    qualified: bool = False
    subject: str = "thing"
    object: str = "text"
    symmetric: bool = False
    inverse: str = ""
    says: str = ""
    asks: str = ""
    verbs: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    nouns: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = Field(default_factory=dict[str, tuple[str, ...]])
    event: bool = False
    ahead: bool = False
    promised: bool = False
    described: bool = False
    personal: bool = False
    example: Example | None = None

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

    def split(self, text: str) -> tuple[str, str | None]:
        """A predicate as people write it: "favorite color" is `favorite` with the qualifier "color".

        The qualifier is None where the text has none. Raises `BadInput` where it is no predicate.
        """
        first, *rest = text.strip().lower().replace("_", " ").split() or [""]
        if rest and first in self.predicates and self.predicates[first].qualified:
            return first, " ".join(rest)
        return checked_predicate(text), None

    def extended(self, extension: Ontology | Mapping[str, Any] | str | Path | None) -> Ontology:
        """This ontology with predicates added or declared anew: an `Ontology`, a mapping, or a YAML file's path."""
        if extension is None:
            return self
        if isinstance(extension, (str, Path)):
            try:
                extension = read_yaml(Path(extension).read_text(encoding="utf-8"))
            except (OSError, yaml.YAMLError) as error:
                raise BadInput(f"the ontology {str(extension)!r} can't be read: {error}") from error
        try:
            added = extension if isinstance(extension, Ontology) else Ontology.model_validate(extension)
        except ValidationError as error:
            raise BadInput(f"the ontology isn't valid (see schema/ontology.yaml for the form): {error}") from error
        for name in added.predicates:
            if checked_predicate(name) != name:
                raise BadInput(f"{name!r} is not a predicate: use lower case, digits and underscores, e.g. works_at")
        return Ontology(predicates={**self.predicates, **added.predicates})

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
    return Ontology.model_validate(read_yaml(read_text("schema/ontology.yaml")))


@functools.cache
def short_forms() -> Mapping[str, frozenset[str]]:
    """Given names, folded, each with the short forms that people use for it (`schema/nicknames.yaml`)."""
    return {full: frozenset(shorts) for full, shorts in read_yaml(read_text("schema/nicknames.yaml")).items()}


@functools.cache
def full_forms() -> Mapping[str, frozenset[str]]:
    """Short forms, folded, each with the given names that it may stand for."""
    out: dict[str, set[str]] = {}
    for full, shorts in short_forms().items():
        for short in shorts:
            out.setdefault(short, set()).add(full)
    return {short: frozenset(fulls) for short, fulls in out.items()}


def read_yaml(text: str) -> Any:
    """What a YAML text holds, read with libyaml where it is there: a tenth of the time."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe
