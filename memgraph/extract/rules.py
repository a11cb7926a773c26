"""Reads facts with rules: no model, no key. Patterns are data (`patterns.yaml`); this is what they mean.

Works on one sentence at a time. Questions, hypotheticals, wishes and quotations claim nothing; hedges lower
the confidence. Names are runs of capitalised words.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex
import yaml

from memgraph.changes import Called, Extraction, Literal, Proposal, SameAs
from memgraph.extract.times import DATE, Span, read_time
from memgraph.extract.values import MONEY, read_literal
from memgraph.model import Episode, Mode, Polarity, Precision, name_key
from memgraph.ontology import Ontology, core_ontology

_WORD = r"(?!May I\b)[\p{Lu}][\p{L}\p{M}\p{N}&'’.-]*(?<![.'’-])"
_NAME = rf"(?:(?:Mr|Mrs|Ms|Dr|Prof)\.? )?{_WORD}(?: (?:(?:de|del|da|van|von|der|of|and|&) )?{_WORD})*?"
_PRONOUN = r"(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Ww]e)"
_TIME = (
    rf"(?:,? (?P<how>since|as of|from|starting|in|on|back in|until) (?P<T>{DATE})|,? (?P<T2>(?:last|yesterday)[\w ]*))"
)
_LEADING_TIME = regex.compile(rf"^(?i:(?P<how>since|as of|from|starting|back in)) (?P<T>{DATE})")
_SUBJECTS = {
    "{S}": rf"\bI|\b[Mm]y|\b{_PRONOUN}|\b{_NAME}",
    "{I}": r"\bI|\b[Tt]hey|\b[Ww]e",
    "{3}": rf"\b(?:[Hh]e|[Ss]he|[Ii]t)\b|\b{_NAME}",
}
_STOP = (
    r"(?=[,.;:!?]|$| (?:and|but|so|since|as|from|in|on|until|last|which|who|with|at|for|because|though|now|then|to"
    r"|not|too|instead|anyway|by)\b)"
)
_OBJECTS = {
    "date": DATE,
    "money": MONEY,
    "number": r"\d[\d,.]*",
    "text": r"[\p{L}\p{N}$€£][\p{L}\p{M}\p{N} '’/&%-]{0,60}?",
}
_HEDGE = regex.compile(
    r"\b(?:i think|i guess|i believe|i suppose|maybe|perhaps|probably|possibly|might|may be|apparently|supposedly"
    r"|not sure|rumou?r|gossip|i heard)\b",
    regex.IGNORECASE,
)
_UNREAL = regex.compile(
    r"\b(?:if|would|could|wish|imagine|suppose|pretend|hopefully|hoping|dream|joke|joking|kidding|say)\b",
    regex.IGNORECASE,
)
_CORRECTION = regex.compile(
    r"\b(?:correction|actually|i meant|i mean|sorry|was wrong|misspoke|scratch that|in fact)\b", regex.IGNORECASE
)
_CHANGE = regex.compile(r"\b(?:now|as of|from now on|these days|new)\b", regex.IGNORECASE)
_QUOTED = regex.compile(r"[\"“][^\"”]*[\"”]|(?<=\s)'[^']{8,}'")
_ALIAS = regex.compile(
    rf"(?:[Ee]very(?:one|body)|[Pp]eople|[Ff]riends|[Yy]ou can|[Jj]ust|[Pp]lease) (?:just )?calls? me (?P<a>{_WORD})\b"
)
_INTRODUCED = regex.compile(
    rf"\b(?:[Ii]'m|[Ii]’m|I am|[Mm]y name is|[Tt]his is) (?P<a>{_WORD}(?: {_WORD})+)(?=[,.!?;]|$| and| from| at)"
)
_RUN_OF_NAMES = regex.compile(rf"{_WORD}(?: {_WORD})*")
_CONFIDENCE, _HEDGED, _PRONOUN_FACTOR = 0.9, 0.45, 0.85
_NOT_NAMES = frozenset(
    "i i'm i've i'll i'd ok okay yes no hi hello hey thanks thank monday tuesday wednesday thursday friday "
    "saturday sunday january february march april may june july august september october november december the a "
    "an my our his her their its this that these those what who where when why how which and but so or well oh "
    "lol haha good great sure right really just also then there here mr mrs ms dr prof ceo cfo cto coo vp".split()
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    predicate: str
    mode: Mode
    polarity: Polarity
    pattern: regex.Pattern[str]


@dataclass(slots=True)
class _Talk:
    """What is being talked about while reading on: who speaks to whom, and who was named last."""

    speaker: str
    last: dict[str, str]  # kind -> the name mentioned last


class RuleExtractor:
    """The default extractor: patterns over sentences."""

    is_local = True
    name = "rules"

    def __init__(self, ontology: Ontology | None = None) -> None:
        self._ontology = ontology or core_ontology()

    async def extract(self, episodes: Sequence[Episode], before: Sequence[Episode]) -> Extraction:
        """See `Extractor.extract`."""
        mentions: list[tuple[str, Called]] = []
        proposals: list[Proposal] = []
        same: list[SameAs] = []
        last: dict[str, str] = {}
        for episode in episodes:
            talk = _Talk(episode.speaker, last)
            mentions.append((episode.id, Called(episode.speaker, "person")))
            for sentence in _sentences(episode.content):
                same.extend(_aliases(episode, sentence))
                found = list(self._read(episode, sentence, talk))
                proposals.extend(found)
                named = {name_key(p.subject.text) for p in found}
                named |= {name_key(p.object.text) for p in found if isinstance(p.object, Called)}
                for name in _names_within(sentence):
                    if name_key(name) not in named:
                        mentions.append((episode.id, Called(name)))
        del before  # rules read what they are given; only a model needs the turns before
        return Extraction(tuple(dict.fromkeys(mentions)), tuple(proposals), tuple(dict.fromkeys(same)))

    def _read(self, episode: Episode, sentence: str, talk: _Talk) -> Iterator[Proposal]:
        plain = _QUOTED.sub(" ", sentence)
        if plain.rstrip().endswith("?") or _UNREAL.search(plain):
            return
        confidence = _HEDGED if _HEDGE.search(plain) else _CONFIDENCE
        taken: set[str] = set()
        for pattern in _patterns(self._ontology):
            if pattern.predicate in taken:
                continue
            match = pattern.pattern.search(plain)
            if match is None:
                continue
            proposal = self._proposal(episode, sentence, match, pattern, talk, confidence)
            if proposal is not None:
                taken.add(pattern.predicate)
                yield proposal

    def _proposal(
        self,
        episode: Episode,
        sentence: str,
        match: regex.Match[str],
        pattern: _Pattern,
        talk: _Talk,
        confidence: float,
    ) -> Proposal | None:
        declared = self._ontology[pattern.predicate]
        groups = match.groupdict()
        subject, sure = _resolved(groups["S"], declared.subject, talk)
        thing: Called | Literal | None
        if declared.takes_entity:
            text, sure_too = _resolved(groups["O"], declared.object, talk)
            thing = Called(text, declared.object) if text else None
            sure = sure and sure_too
        else:
            thing = read_literal(declared.object, groups.get("V") or groups["O"], episode.occurred_at)
        if subject is None or thing is None:
            return None
        if groups.get("T") is None and groups.get("T2") is None and (leading := _LEADING_TIME.search(sentence)):
            groups |= leading.groupdict()
        span = _span(groups, episode.occurred_at)
        mode = pattern.mode
        if _CORRECTION.search(sentence):
            mode = Mode.CORRECTION
        elif _CHANGE.search(sentence):
            mode = Mode.CHANGE
        talk.last[declared.subject] = subject
        if isinstance(thing, Called):
            talk.last[thing.kind] = thing.text
        return Proposal(
            episode=episode.id,
            subject=Called(subject, declared.subject),
            predicate=pattern.predicate,
            object=thing,
            polarity=pattern.polarity,
            mode=mode,
            valid_from=span.start if span and groups.get("how") != "until" else None,
            valid_to=span.end if span and groups.get("how") == "until" else None,
            precision=span.precision if span else Precision.INSTANT,
            confidence=round(confidence * (1.0 if sure else _PRONOUN_FACTOR), 4),
            extractor=self.name,
            text=sentence,
        )


def _resolved(said: str | None, kind: str, talk: _Talk) -> tuple[str | None, bool]:
    """Who or what is meant, and whether that is sure: I is the speaker, a pronoun the last one of its kind."""
    if said is None:
        return None, False
    if said.lower() in ("i", "my", "me"):
        return talk.speaker, True
    if regex.fullmatch(_PRONOUN, said):
        return talk.last.get(kind), False
    if name_key(said).split()[0] in _NOT_NAMES:
        return None, False
    return said, True


def _span(groups: Mapping[str, str | None], said_at: dt.datetime) -> Span | None:
    text = groups.get("T") or groups.get("T2")
    return read_time(text, said_at) if text else None


def _sentences(text: str) -> list[str]:
    sentences: list[str] = []
    for line in text.splitlines():
        if line.strip():
            sentences.extend(s.text.strip() for s in _pipeline()(line.strip()).sents)
    return [s for s in sentences if s]


def _aliases(episode: Episode, sentence: str) -> Iterator[SameAs]:
    for pattern in (_ALIAS, _INTRODUCED):
        match = pattern.search(sentence)
        if match is not None and name_key(match["a"]) != name_key(episode.speaker):
            yield SameAs(episode.id, Called(episode.speaker, "person"), Called(match["a"], "person"))


def _names_within(sentence: str) -> list[str]:
    """Capitalised runs that do not begin the sentence, where a capital says little."""
    found: list[str] = []
    for match in _RUN_OF_NAMES.finditer(sentence):
        words = match[0].split()
        while words and name_key(words[0]) in _NOT_NAMES:
            words.pop(0)
        while words and name_key(words[-1]) in _NOT_NAMES:
            words.pop()
        name = regex.sub(r"['’]s?$", "", " ".join(words))
        if match.start() > 0 and len(name) > 1:
            found.append(name)
    return found


@functools.cache
def _pipeline() -> Any:
    import spacy  # a second, which only those pay who read something

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline


def pattern_file() -> Mapping[str, Any]:
    """The patterns as they are written."""
    return yaml.safe_load((Path(__file__).parent / "patterns.yaml").read_text(encoding="utf-8"))


@functools.cache
def _compiled() -> tuple[tuple[str, Mode, Polarity, str], ...]:
    out: list[tuple[str, Mode, Polarity, str]] = []
    for predicate, ways in pattern_file().items():
        for key, mode, polarity in (
            ("ends", Mode.CHANGE, Polarity.ENDS),
            ("change", Mode.CHANGE, Polarity.HOLDS),
            ("says", Mode.STATEMENT, Polarity.HOLDS),
        ):
            out.extend((predicate, mode, polarity, way) for way in ways.get(key, ()))
    return tuple(out)


_PATTERNS: dict[int, tuple[_Pattern, ...]] = {}


def _patterns(ontology: Ontology) -> tuple[_Pattern, ...]:
    known = _PATTERNS.get(id(ontology))
    if known is None:
        known = _PATTERNS[id(ontology)] = tuple(
            _Pattern(predicate, mode, polarity, _compile(way, ontology[predicate].object))
            for predicate, mode, polarity, way in _compiled()
        )
    return known


def _compile(way: str, kind: str) -> regex.Pattern[str]:
    """A pattern in which case matters for names alone."""
    thing = _OBJECTS.get(kind, rf"(?:I|me|{_PRONOUN}|{_NAME})")
    source = way
    for placeholder, subject in _SUBJECTS.items():
        source = source.replace(placeholder, rf"(?P<S>(?-i:{subject}))")
    source = source.replace("{O}", rf"(?P<O>(?-i:{thing}))")
    return regex.compile(rf"(?i:{source}){'' if '(?=' in way else _STOP}(?:{_TIME})?")
