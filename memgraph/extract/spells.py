"""Since when and until when what was told holds: "We've been married since 2014", "Before that it was colchicine"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import regex

from memgraph.changes import Proposal
from memgraph.extract.claims import BEFORE_THAT, POINTED
from memgraph.extract.clauses import Clause, conjuncts
from memgraph.extract.fields import Fields
from memgraph.extract.referents import IT, YOU
from memgraph.model import Mode, Polarity
from memgraph.ontology import Predicate
from memgraph.times import TimeSpan

_BRIEF = 7  # words that tell no more than a time
_SINCE_WHEN = regex.compile(r"\b(?:since when|how long (?:has|have|['’]s|is|are|were))\b", regex.IGNORECASE)
_WHEN = regex.compile(
    r"^(?:(?:oh|and|so|ok|okay|wow|really)[,!?]? )*when(?:(?: did|(?: was|['’]s) (?:it|that|this))\b[^?]*)?\?",
    regex.IGNORECASE,
)
_HAPPENS = frozenset("happen start begin be".split())
_POINTS = ("", "in")  # how a time is told that is a point, or nearly
_IN_SUM = 5  # words that tell no more than a value: "Before that, colchicine."


class Spells(Fields):
    """Reads when what was told before began and ended."""

    def _retell(self, told: Proposal, confidence: float, **changes: Any) -> None:
        """Take what was asked or told before for what this sentence says, but for what it changes."""
        confidence = round(confidence * POINTED, 4)
        retold = replace(told, episode=self.episode.id, text=self.text, confidence=confidence, **changes)
        self.reading.proposals.append(retold)

    @property
    def _begun(self) -> TimeSpan | None:
        """The time since which something has been so, or for how long."""
        return next((t for t in self.times if t.how in ("since", "for") and t.start <= self.episode.occurred_at), None)

    def _is_mere_time(self, text: str) -> bool:
        """Whether no more than a time is told: "Since August.", "For nine years now"."""
        return len(text.split()) <= _BRIEF and not any(c.subject is not None for c in self.clauses)

    def _beginning_asked(self) -> Proposal | None:
        """ "Since when?", "When did you start?": what was told last, whose beginning is asked for."""
        before = (p for p in reversed(self.talk.told) if p.episode == self.talk.before)
        told = next((p for p in before if not self.ontology[p.predicate].event), None)
        if told is None or (self._search(_SINCE_WHEN) and told.polarity is Polarity.HOLDS):
            return told
        clause = next((c for c in self.clauses if c.subject is not None), None)
        if self._search(_WHEN) is None or told.valid_from is not None or told.valid_to is not None:
            return None
        if clause is None:  # "When?"
            return told
        who = self._subject(clause.subject, Predicate(subject="person"), clause)
        is_same = clause.subject is not None and clause.subject.lower_ in IT
        if who is not None:
            is_same = who[0] == told.subject or (who[0].text == YOU and told.subject.text == self.talk.other)
        verbs = {f.verb for fs in self.x.frames.values() for f in fs if f.predicate == told.predicate}
        return told if is_same and (clause.has_copula or clause.words & (verbs | _HAPPENS)) else None

    def _begin(self, told: Proposal, text: str) -> None:
        """Date what was told: "Since May.", "On 12 May." """
        began = (t for t in self.times if t.how in _POINTS and t.start <= self.episode.occurred_at)
        time = self._begun or next(began, None)
        if time is not None and self._is_mere_time(text):
            since = {"valid_from": time.start, "precision": time.precision, "mode": Mode.CHANGE}
            self._retell(told, told.confidence, **since)

    def _dated(self) -> Iterator[Proposal]:
        """ "We've been married since 2014", "I've had it for years": since when what was told has been so."""
        time = self._begun
        if time is None or self.is_question:
            return
        changes: dict[str, Any] = {"valid_from": time.start, "precision": time.precision, "mode": Mode.CHANGE}
        for told in self._just_told(time):
            yield replace(told, episode=self.episode.id, text=self.text, **changes)
        for clause in self.clauses:
            about = self._pointed_at(clause)
            if not about or clause.is_negated or clause.is_unreal:
                continue
            who = self._subject(clause.subject, Predicate(subject="person"), clause)
            told = [p for p in self._told_so_far if p.predicate in about and who is not None and p.subject == who[0]]
            is_so = bool(told) and told[-1].polarity is Polarity.HOLDS
            if is_so and not any(p.predicate == told[-1].predicate and p.valid_from for p in self.found):
                yield replace(told[-1], episode=self.episode.id, text=self.text, **changes)

    def _just_told(self, time: TimeSpan) -> list[Proposal]:
        """What the sentence before told of one, where this one says no more than since when: "Since January."."""
        before = [p for p in self._told_so_far if p.episode == self.episode.id]
        starts = self.plain[: time.start_char].strip(" ,–-").lower()
        if self.found or not before or starts not in ("since", "for", "") or not self._is_mere_time(self.plain):
            return []
        last = before[-1]
        same = [p for p in before if p.text == last.text and last.subject in (p.subject, p.object)]
        is_plain = all(p.polarity is Polarity.HOLDS and p.valid_from is None for p in same)
        return [p for p in same if not self.ontology[p.predicate].event] if is_plain else []

    def _pointed_at(self, clause: Clause) -> tuple[str, ...]:
        """The predicates of what a clause only points at: "it", "there", "married", "together"."""
        here = {clause.head.lower_, *clause.adverbs, *(t.lower_ for t in clause.complements)}
        is_it = any(t.lower_ == "it" for t in (*clause.objects, *(t for _, t in clause.preps)))
        if "married" in here and not any(p == "to" for p, _ in clause.preps):
            return ("married_to",)
        if "together" in here:
            return ("partner_of", "married_to")
        if "there" in here and clause.words & {"be", "work", "live", "there"}:
            return ("works_at", "lives_in", "studies_at", "studied_at")
        if is_it and (clause.words & {"take", "use"} or any(p == "on" for p, _ in clause.preps)):
            return ("takes_medication",)
        return ("has_condition",) if is_it and "have" in clause.words else ()

    def _was_before(self) -> Iterator[Proposal]:
        """ "Before that it was colchicine", "Before that, Contoso": what gave way to what was told last."""
        before = self._search(BEFORE_THAT)
        last = next((p for p in reversed(self.talk.told) if p.polarity is Polarity.HOLDS), None)
        if before is None or last is None or self.found or self.is_question or self.plain[: before.start()].strip():
            return
        declared = self.ontology[last.predicate]
        pointing = [c for c in self.clauses if c.is_copular and (c.subject is None or c.subject.lower_ in IT)]
        others = [c for c in self.clauses if c not in pointing and c.subject is not None]
        is_brief = len(self.plain[before.end() :].split()) <= _IN_SUM
        if declared.event or declared.object == "date" or others or not (pointing or is_brief):
            return
        at = before.end() + self.sentence.start_char
        named = (t for t in self.sentence if t.idx >= at and t.pos_ in ("NOUN", "PROPN", "ADJ", "X", "NUM", "SYM"))
        root = pointing[0].head if pointing else next(named, None)
        for token in conjuncts(root) if root is not None else ():
            for thing in self._object(token, declared, None):
                if thing != last.object:
                    past = [replace(c, tense="past") for c in pointing[:1]]
                    yield from self._stated(past[0] if past else None, last.predicate, (last.subject, True), thing)
