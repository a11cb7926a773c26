"""What notes say without a sentence: "Stage: discovery", "budget about $20k", "120 employees"."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.dealings import Dealings
from memgraph.extract.values import HAS_AMOUNT, MONEY, W, read_amount, read_text
from memgraph.model import Mode, Polarity
from memgraph.times import times_in

_FIELD = regex.compile(
    r"(?:^|(?<=[,;|•*–]\s)|(?<=\s-\s)|(?<=[.!]\s))[-*•]?\s*(?P<label>\p{L}[\p{L}' -]{1,40}?)"
    rf"(?: (?:for|with|at|of|on) (?P<whose>{W}(?: {W}){{0,3}}))?\s*(?::|=|→|->)\s*"
    r"(?P<value>[^;|•\n]+?)(?=$|[;|•]|,\s+\p{L}[\p{L} ]{2,30}:|[.!]$)"
)
_NOTED = regex.compile(
    r"(?P<label>\p{L}+(?: \p{L}+)?) (?:(?:of|about|around|roughly|now|up to|down to|at|approx\.?|~) ?)*"
    rf"(?P<value>{MONEY})",
    regex.IGNORECASE,
)
_DATED = regex.compile(r"\b(?P<label>\p{L}+(?: date)?)(?: on| by| in| set for| for)? $", regex.IGNORECASE)
_STAFF = regex.compile(r"(?<![\w.])(?P<n>\d[\d,]*)\+? (?:employees|staff|ftes?|people|heads)\b", regex.IGNORECASE)
_WHO = regex.compile(rf"{W}(?: (?:(?:de|van|von|der|la|le) )?{W}){{0,3}}")
_NAME = regex.compile(rf"{W}(?: {W}){{0,3}}")
_SIZED = regex.compile(
    rf"(?P<who>{W}(?: {W}){{0,3}}) \((?:~|about |c\. ?)?(?P<n>\d[\d,]*) (?:employees|staff|ftes?|people)\)"
    r"|(?i:there (?:are|were|is)) (?:about |around |roughly |now |only |just )*(?P<n>\d[\d,]*) of us"
    rf"(?: (?:at|in) (?P<who>{W}(?: {W})?))?"
    r"|(?i:there (?:are|were)) (?:about |around |roughly |now |only |just )*(?P<n>\d[\d,]*)"
    rf" (?:employees|staff|people)(?: working)? at (?P<who>{W}(?: {W})?)"
    rf"|(?P<who>{W}(?: {W}){{0,3}}) is an? [^.,;!?]{{0,60}}? with (?:about |around |roughly |some )?(?P<n>\d[\d,]*)"
    r" (?:employees|staff|people)\b"
)
_SEATED = regex.compile(
    rf"(?P<who>{W}(?: {W}){{0,3}}) (?:is|are) an? [\w -]{{0,40}}?(?:company|firm|start-?up|business|agency|fintech"
    rf"|maker|manufacturer|retailer|supplier|vendor|distributor|chain)"
    rf" (?:based )?(?:in|from|out of) (?P<place>{W}(?: {W})?)"
    rf"|(?P<who>{W}(?: {W}){{0,3}})(?: is| are|,) (?:an? |the )?(?P<place>{W}(?: {W})?)-based\b"
)
_HQ = regex.compile(rf"\b(?:HQ|(?i:headquarters|head office)) (?:is |are )?in (?P<place>{W}(?: {W})?)")
_BASED = regex.compile(
    rf"\b[Ww]e(?:['’]re| are)(?: [^.;!?]{{0,60}}?,)? (?:based|headquartered) (?:in|out of) (?P<place>{W}(?: {W})?)"
)
_OUR_TOOL = regex.compile(
    r"\b[Oo]ur (?:current|existing|present) (?:\p{Ll}+ ){0,2}?"
    r"(?:tool|system|software|solution|platform|provider|vendor|supplier|package|product|database|crm|erp)"
    rf"(?:,| is| is called|:) (?P<what>{W}(?: {W}){{0,2}})"
)
_PARTS = regex.compile(r"[,;:|]\s")
_SHORT = {"next": "next_step", "next up": "next_step", "size": "headcount", "value": "deal_value"}
_LONGEST = 80  # characters of a value: longer ones are prose


class Fields(Dealings):
    """Reads labelled values off one line of notes."""

    def _noted(self) -> Iterator[Proposal]:
        """Each field of the line whose label the ontology knows, about whom the line or the note is about."""
        if self.is_question:
            return
        taken = {p.predicate for p in self.found}
        for match in _FIELD.finditer(self.plain) if self._search(_FIELD) else ():
            for told in self._field(match["label"], match["value"], match["whose"] or "", match.start()):
                if told.predicate not in taken:
                    yield told
        sized = self._search(_SIZED)
        if sized is not None and "headcount" in self.ontology.predicates and "headcount" not in taken:
            of_us = None if sized["who"] else self._own_organization(self.episode.speaker)
            yield from self._valued("headcount", sized["n"], sized["who"] or of_us or "", sized.start())
        seat = self._search(_SEATED)
        if seat is not None and "located_in" in self.ontology.predicates and "located_in" not in taken:
            firm, place = (Called(seat["who"], "organization"), True), Called(seat["place"], "place")
            yield from self._stated(None, "located_in", firm, place) if not self._is_person(seat["who"]) else ()
        based = self._search(_BASED)
        ours = self._our_firm() if based is not None else None
        if based is not None and ours is not None and "located_in" in self.ontology.predicates:
            yield from self._stated(None, "located_in", (ours, False), Called(based["place"], "place"))
        tool = self._search(_OUR_TOOL)
        ours = self._our_firm() if tool is not None else None
        if tool is not None and ours is not None and "uses" in self.ontology.predicates and "uses" not in taken:
            yield from self._stated(None, "uses", (ours, False), Called(tool["what"], "thing"))
        home = self._search(_HQ)
        if home is not None and "located_in" in self.ontology.predicates and "located_in" not in taken:
            firm = self._noted_of("", "organization", home.start())
            yield from self._stated(None, "located_in", firm, Called(home["place"], "place")) if firm else ()
        if not self._search(HAS_AMOUNT):
            return
        parts: list[tuple[str, int]] = []
        at = 0
        for part in _PARTS.split(self.plain):
            start, at = self.plain.find(part, at), at + len(part)
            if not self._is_told(start, start + len(part)):  # what a sentence says is read by its parse
                parts.append((part, start))
        for part, start in parts:  # first of all, so that no other value is of that date
            for time in times_in(part, self.episode.occurred_at):
                headed = _DATED.search(part[: time.start_char])
                predicate = self._labelled(headed["label"]) if headed is not None else ""
                if predicate and self.ontology[predicate].object == "date" and predicate not in taken:
                    yield from self._valued(predicate, time.text, "", start)
        for part, start in parts:
            for match in _NOTED.finditer(part):
                predicate = self._labelled(match["label"])
                if predicate and self.ontology[predicate].object == "money" and predicate not in taken:
                    yield from self._valued(predicate, match["value"], "", start + match.start())
            staff = _STAFF.search(part)
            if staff is not None and "headcount" in self.ontology.predicates and "headcount" not in taken:
                yield from self._valued("headcount", staff["n"], "", start + staff.start())

    def _is_told(self, start: int, end: int) -> bool:
        """Whether a verb stands there."""
        return any(start <= t.idx - self.sentence.start_char < end and t.pos_ in ("VERB", "AUX") for t in self.sentence)

    def _field(self, label: str, value: str, whose: str, at: int) -> Iterator[Proposal]:
        before, _, own = label.rpartition("'s ")  # "Contoso's budget: …"
        predicate = self._labelled(own)
        if predicate and len(value) <= _LONGEST:
            yield from self._valued(predicate, value.strip(" ."), whose or before, at)
        elif who := self._taker(value.strip(" .!")):
            is_task = " " in label.strip() or self._is_work_item(label.strip())
            if "assigned_to" in self.ontology.predicates and is_task and not (predicate or self._is_somebody(label)):
                task = Called(label.strip(), "thing")
                yield from self._stated(None, "assigned_to", (task, True), Called(who, "person"))
        elif _NAME.fullmatch(label.strip()) and not self._is_person(label.strip()):
            yield from self._standing(label.strip(), value.strip(" ."), None)  # "Contoso -> negotiation"

    def _taker(self, value: str) -> str:
        """Who is put down for something: "Release notes: me", "Alert tuning: Ola"."""
        if value.lower() in ("me", "i", "mine", "i do"):
            return self.episode.speaker
        is_one = _WHO.fullmatch(value) is not None and self._kind_of(value) == "person"
        return value if is_one and not self.words.is_common(value) else ""

    def _labelled(self, label: str) -> str:
        """The predicate that a label stands for, of those that say something of a firm or a project."""
        found = _SHORT.get(label.strip().lower()) or self.x.nouns.labelled(label.lower().split())
        declared = self.ontology.predicates.get(found or "")
        return found if found and declared is not None and declared.subject != "person" else ""

    def _valued(self, predicate: str, value: str, whose: str, at: int) -> Iterator[Proposal]:
        declared = self.ontology[predicate]
        subject = self._noted_of(whose, declared.subject, at)
        if subject is None:
            return
        thing: Called | Literal | None = None
        if declared.object == "person":
            named = _WHO.match(value)
            thing = Called(named[0], "person") if named and not self.words.is_common(named[0]) else None
        elif declared.object == "date":
            times = times_in(value, self.episode.occurred_at)
            thing = Literal(times[0].text.rstrip("."), times[0].forward.iso) if times else None
        elif declared.object in ("money", "number"):
            amount = regex.search(MONEY, value)
            thing = read_amount(amount[0].strip()) if amount else None
        elif declared.takes_entity:
            named = _WHO.match(value)
            thing = Called(named[0], declared.object) if named else None
        else:
            thing = read_text(value)
        if thing is not None:
            told = self._proposal(None, predicate, subject, thing, Mode.STATEMENT, Polarity.HOLDS)
            if told is not None:
                yield told

    def _noted_of(self, whose: str, kind: str, at: int) -> tuple[Called, bool] | None:
        if whose:
            return None if self._is_person(whose) else (Called(whose, kind), True)
        is_before = [t.i for t in self.sentence if t.idx - self.sentence.start_char >= at]
        self._catch_up(is_before[0] if is_before and kind != "organization" else self.sentence.end)
        last = self._latest(kind)
        return (Called(last, kind), False) if last else None
