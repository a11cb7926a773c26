"""Plans a question without a model: its words, names, times, and the kind of answer that it asks for. Pure."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import regex

from memgraph.model import name_key
from memgraph.ontology import Ontology
from memgraph.recall.words import STOP_WORDS, stem, words_of
from memgraph.times import times_in

_LONGEST_NAME = 4
_FULL_NAME = regex.compile(r"(?<!^)\b\p{Lu}[\p{L}\p{M}'’-]*(?: \p{Lu}[\p{L}\p{M}'’-]*)+")
_QUOTED = regex.compile(r"[\"“]([^\"“”]+)[\"”]")
_BEGINNING = regex.compile(r"(?<![\p{L}\p{N}])([\p{L}\p{N}]{2,})\*")
_YEAR = regex.compile(r"\b(?:19|20)\d\d\b")
_RELATIVE = regex.compile(r"(?:last|next|this|past|coming)\b", regex.IGNORECASE)
_CALENDAR = regex.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|spring|summer|autumn|fall|winter|easter|christmas|q[1-4])",
    regex.IGNORECASE,
)
_POSSESSIVE = regex.compile(r"['’]s\b")
_MARKS = regex.compile(r"[?!.,;:\"“”()]")
_KINDS = {
    kind: regex.compile(pattern)
    for kind, pattern in (
        ("when", r"^when\b|\b(?:what|which) (?:date|day|month|year|time)\b|^since when"),
        ("how many", r"\bhow (?:many|much|often|long|old)\b"),
        ("where", r"\bwhere\b|\b(?:what|which) (?:city|country|place|town|state)\b"),
        ("who", r"\bwho(?:m|se)?\b"),
        ("which", r"\bwhich\b|\bnames? of\b|\b(?:called|named)\b"),
        ("why", r"\bwhy\b|\bwhat (?:made|caused)\b"),
    )
}
_LIST = regex.compile(r"^(?:what|which)(?: \w+)? (?!is\b|was\b|does\b|has\b)\w+(?<!s)s\b|\b(?:list|all of)\b", regex.I)
_AUXILIARY = regex.compile(r"(?<=^\w+ )(?:do|does|did)\b|n['’]t\b")  # "what does she do?" asks for a profession,
_DOING = regex.compile(r"\bdo(?:es)?\b|\bdid\b")  # "what did she do on Monday?" does not
_NEGATION = regex.compile(r"\b(?:not|never|no longer|without)\b|n['’]t\b", regex.IGNORECASE)
_PAST = regex.compile(r"\bused to\b|\b(?:previous|former|earlier|ex|before)\b|\bpreviously\b|\bformerly\b", regex.I)


@dataclass(frozen=True, slots=True)
class Window:
    """A time that a question names, `[start, end)`; without a year it is meant in any year."""

    start: dt.datetime
    end: dt.datetime
    is_any_year: bool
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a question asks for.

    `terms` are its content words, `phrases` what it quotes, `beginnings` words cut short with a star; `names` are the
    runs of words that may be names in full, `short` the words that may be the first or last part of one;
    `predicates` the relations that it may ask for; `kind` is when, how many, where, who, which, why or "".
    """

    terms: tuple[str, ...]
    phrases: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    predicates: frozenset[str] = frozenset()
    kind: str = ""
    is_list: bool = False
    is_negated: bool = False
    is_about_past: bool = False
    windows: tuple[Window, ...] = ()

    @property
    def asks_time(self) -> bool:
        """A date or a time would answer."""
        return self.kind == "when"

    @property
    def asks_name(self) -> bool:
        """The name of somebody, or of a place or thing, would answer."""
        return self.kind in ("where", "who", "which")

    @property
    def asks_number(self) -> bool:
        """A count or an amount would answer."""
        return self.kind == "how many"

    def since(self, as_of: dt.datetime) -> dt.datetime:
        """The earliest time that the question looks at: `as_of`, unless it speaks of an earlier time."""
        if self.is_about_past:
            return dt.datetime.min.replace(tzinfo=as_of.tzinfo)
        return min([as_of, *(w.start for w in self.windows)])

    def as_dict(self) -> dict[str, Any]:
        """For showing; what is empty is left out."""
        shown: Mapping[str, Any] = {
            "words": list(self.terms),
            "phrases": list(self.phrases),
            "beginnings": list(self.beginnings),
            "asks for": ("a list" if self.is_list else "") or self.kind,
            "relations": sorted(self.predicates),
            "times": [f"{w.text}{' of any year' * w.is_any_year}" for w in self.windows],
            "negated": self.is_negated,
            "about the past": self.is_about_past,
        }
        return {key: value for key, value in shown.items() if value}


def plan(question: str, ontology: Ontology, as_of: dt.datetime) -> Plan:
    """Read a question that is asked at `as_of`. Where all of its words are stop words, they count after all."""
    tokens = words_of(question)
    terms = tuple(dict.fromkeys(t for t in tokens if t not in STOP_WORDS)) or tuple(dict.fromkeys(tokens))
    plain = _POSSESSIVE.sub("", _MARKS.sub(" ", question))
    words = name_key(plain).split()
    names: dict[str, None] = {}
    for start in range(len(words)):
        for end in range(start + 1, min(start + _LONGEST_NAME, len(words)) + 1):
            run = words[start:end]
            if any(w not in STOP_WORDS for w in run):
                names[" ".join(run)] = None
    # In "the father of Ken's wife" it is by Ken that one gets there, and not by whoever is somebody's father.
    of_others = {a for a, b in itertools.pairwise(words) if b == "of"}
    in_full = {word for run in _FULL_NAME.findall(plain) for word in name_key(run).split()}
    low = question.strip().lower()
    windows = tuple(Window(t.start, t.end, _is_any_year(t.text), t.text) for t in times_in(question, as_of))
    is_negated = _NEGATION.search(low) is not None
    phrases = tuple(" ".join(words_of(quoted)) for quoted in _QUOTED.findall(question))
    return Plan(
        terms=terms,
        phrases=tuple(p for p in phrases if p),
        beginnings=tuple(dict.fromkeys(b.lower() for b in _BEGINNING.findall(question))),
        names=tuple(names),
        short=tuple(w for w in names if w in words and w not in in_full | of_others),
        predicates=_asked_for((_DOING if windows else _AUXILIARY).sub("", low), ontology, is_negated=is_negated),
        kind=next((kind for kind, pattern in _KINDS.items() if pattern.search(low)), ""),
        is_list=_LIST.search(low) is not None,
        is_negated=is_negated,
        is_about_past=_PAST.search(low) is not None,
        windows=windows,
    )


def _asked_for(question: str, ontology: Ontology, *, is_negated: bool) -> frozenset[str]:
    """The relations that a question may be about, by its words in whatever form; not to like is to dislike."""
    said = {stem(w) for w in words_of(question)}
    asked = {name for name, p in ontology.predicates.items() if not _stems(p.asks).isdisjoint(said)}
    if is_negated:
        denials = {
            name: [v.split()[2] for v in p.verbs if v.startswith("S not ")] for name, p in ontology.predicates.items()
        }
        asked |= {name for name, verbs in denials.items() if any(stem(v) in said for v in verbs)}
    return frozenset(asked)


@functools.lru_cache(maxsize=1024)
def _stems(words: str) -> frozenset[str]:
    return frozenset(map(stem, words.split()))


def _is_any_year(time: str) -> bool:
    return _CALENDAR.search(time) is not None and not _YEAR.search(time) and not _RELATIVE.match(time)
