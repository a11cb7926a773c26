"""Plans a question without a model: which words carry it, which may be names, which relation it asks for."""

from __future__ import annotations

from dataclasses import dataclass

import regex

from memgraph.model import name_key
from memgraph.ontology import Ontology

_TOKEN = regex.compile(r"[\p{L}\p{N}]+")
_LONGEST_NAME = 4
_FULL_NAME = regex.compile(r"(?<!^)\b\p{Lu}[\p{L}\p{M}'’-]*(?: \p{Lu}[\p{L}\p{M}'’-]*)+")
_STOP = frozenset(
    "a about above after again all also am an and any are as at be because been before being below between both "
    "but by can could d did do does doing down during each few for from further had has have having he her here "
    "hers him his how i if in into is it its just ll me more most my no nor not now of off on once only or other "
    "our ours out over own re s same she should so some such t than that the their theirs them then there these "
    "they this those through to too under until up ve very was we were what when where which while who whom why "
    "will with would you your yours tell know say said says".split()
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a question asks for.

    `terms` are its content words, `names` the runs of words that may be names in full, `short` the words that
    may be the first or last part of one; `predicates` the relations that it may ask for.
    """

    terms: tuple[str, ...]
    names: tuple[str, ...]
    short: tuple[str, ...]
    predicates: frozenset[str]


def plan(question: str, ontology: Ontology) -> Plan:
    """Read a question. Where all of its words are stop words, they count after all."""
    tokens = [t.lower() for t in _TOKEN.findall(question)]
    terms = tuple(dict.fromkeys(t for t in tokens if t not in _STOP)) or tuple(dict.fromkeys(tokens))
    plain = regex.sub(r"['’]s\b", "", regex.sub(r"[?!.,;:\"“”()]", " ", question))
    words = name_key(plain).split()
    names: dict[str, None] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1):
            run = words[start:end]
            if any(w not in _STOP for w in run):
                names[" ".join(run)] = None
    in_full = {word for run in _FULL_NAME.findall(plain) for word in name_key(run).split()}
    short = tuple(w for w in names if w in words and w not in in_full)
    return Plan(terms, tuple(names), short, ontology.asked(tokens))
