"""Reads the facts out of one sentence: off its clauses, off its nouns, and as an answer to what was asked."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from memgraph.changes import Called, Literal, Proposal, SameAs
from memgraph.extract.clauses import Clause, children, clause_of, conjuncts, phrase
from memgraph.extract.frames import Match
from memgraph.extract.nouns import is_name, name_at
from memgraph.extract.referents import IT, OTHERS, YOU, Referents, label_is
from memgraph.extract.talk import Question
from memgraph.extract.times import TimeSpan
from memgraph.extract.values import contact_in, read_text
from memgraph.model import Mode, Polarity, Precision, name_key
from memgraph.ontology import Ontology, Predicate

if TYPE_CHECKING:
    from memgraph.extract.tree import Token

EXTRACTOR = "rules"
_SURE, _HEDGED, _POINTED, _HEARSAY = 0.9, 0.45, 0.85, 0.9
_HEDGE = regex.compile(
    r"\b(?:i (?:think|guess|believe|suppose|heard)|maybe|perhaps|probably|possibly|apparently|supposedly|allegedly"
    r"|might|may be|not sure|rumou?rs?|gossip|people say|iirc|afaik|i'm not certain|not certain)\b",
    regex.IGNORECASE,
)
_UNREAL = regex.compile(
    r"\bin (?:the|my|a|an|this|that|her|his|our|your) (?:movie|film|book|novel|dream|story|show|series|game|play|song"
    r"|video|musical|comic|episode)\b|"
    r"\b(?:wish(?:es|ed)?|imagine|if only|as if|would be|would have|what if|suppose(?! to)|hopefully|fingers crossed)\b"
    r"|\bas though\b",
    regex.IGNORECASE,
)
_CORRECTION = regex.compile(
    r"\b(?:correction|actually|i meant?|sorry|was wrong|misspoke|scratch that|in fact|typo|my mistake|no wait|i misread"
    r"|fat-fingered|not quite right)\b",
    regex.IGNORECASE,
)
_PRICE = regex.compile(
    r"(?P<how>not (?:very |that |so |at all )?|(?:very|quite|highly|extremely|rather|somewhat|a bit|a little|pretty) )?"
    r"price[- ]sensitive",
    regex.IGNORECASE,
)
_SMALL_TALK = frozenset(  # what "I want to …" announces, and is no goal
    "tell ask say know see hear share let thank talk check mention show hug chat catch wish introduce apologize".split()
)
_BARE = frozenset("go work do make get be have take try keep see come start help play use".split())
_ANSWERED = frozenset(
    ("job_title", "studies", "favorite", "prefers", "hobby", "speaks", "diet", "nationality", "nickname")
)
_HUMAN = frozenset(
    "say tell think want love like hate ask know feel laugh smile cook sing talk visit marry live".split()
)
_OF_PROJECTS = frozenset("project_status due_on works_on version blocked_by depends_on assigned_to deadline".split())
_LATELY = frozenset(("recently", "lately", "yet", "today"))
_ADJECTIVAL = frozenset(
    "project_status deal_stage price_sensitivity favorite prefers diet nationality nickname".split()
)
_POSSESSED = (  # what one has, and by which verbs it goes
    ("has_condition", "condition", frozenset("clear gone cure heal disappear vanish resolve recover".split())),
    ("takes_medication", "medication", frozenset("finish stop quit drop replace swap discontinue finished".split())),
)
_STATES = (
    ("diet", "diet"), ("nationality", "nationality"), ("job_title", "occupation"), ("project_status", "status"),
)  # fmt: skip
_REACH = regex.compile(
    r"\b(?:(?:reach|contact|e-?mail|mail|write(?: to)?|call|text|ping|message) me"
    r"|my (?:new |current |work |own |mobile |cell )*(?:e-?mail|mail|address|number|phone|mobile|cell)"
    r"|(?:use|write to|send (?:it|them|that|everything) to))\b",
    regex.IGNORECASE,
)
_ANEW = regex.compile(r"\b(?:instead|changed|new|now|from now on|no longer|old)\b", regex.IGNORECASE)
_CONTRAST = regex.compile(r", not \S+|\binstead of\b", regex.IGNORECASE)
_CHANGE = regex.compile(r"\b(?:now|as of|from now on|these days|new|changed?|from today|effective)\b", regex.IGNORECASE)
_YES = regex.compile(
    r"^(?:yes|yeah|yep|yup|right|correct|exactly|indeed|true|sure|of course|that's right|thats right|si|aye)\b",
    regex.IGNORECASE,
)
_FILLER = regex.compile(r"^(?:(?:still|now|currently|it's|they're|we're|just|oh|well),? )+", regex.IGNORECASE)
_NO = regex.compile(r"^(?:no|nope|nah|never|not)\b", regex.IGNORECASE)
_W = r"[\p{Lu}][\p{L}\p{M}\p{N}'’-]*"
_ALIASES = regex.compile(
    rf"(?i:every(?:one|body)|people|friends|you can|just|please|all|they) (?:just )?calls? (?P<me>me) (?P<a>{_W})"
    rf"|(?:\b(?P<me>I'?m|I am|[Mm]y name is)) (?P<a>{_W}(?: {_W})+)(?=[,.!?;]|$| and| from| at)"
    rf"|(?:\b(?P<me>I)|\b(?P<w>[Hh]e|[Ss]he)|(?P<w>{_W}(?: {_W})*)) (?:usually |mostly |now )?go(?:es)? by (?P<a>{_W})"
    rf"|(?:(?P<w>{_W}(?: {_W})*)(?:,| \()? ?)?(?:we|I|everyone|everybody|people|friends|they|the kids|folks|all)"
    rf" (?:just |all |always |mostly )?(?:calls?|says?|said)(?: (?:her|him|them|it))?"
    rf" (?P<a>{_W}(?: {_W})?)(?! of)(?=[ ,.!?;)]|$)"
    rf"|(?P<w>{_W}(?: {_W})*)(?:,| \(|,? also) (?:also known as|aka|a\.k\.a\.|known as|or|nicknamed|called)"
    rf" (?P<a>{_W}(?: {_W})?)"
    rf"|(?:says?|call(?:s|ed)?|use|write) (?:it |just )?(?P<a>{_W}) (?:instead of|for short for|short for)"
    rf" (?P<w>{_W}(?: {_W})*)"
    rf"|(?P<a>{_W}) (?:is|means|stands) (?:short )?for (?P<w>{_W}(?: {_W})+)",
)

_NICKNAMED = regex.compile(r"\b(?:calls?|go(?:es)? by|nicknamed|aka|a\.k\.a\.)(?!\w)", regex.IGNORECASE)
_CHRISTENED = regex.compile(
    rf"\b(?:(?i:his|her|its) name(?:'s|’s| is| will be)|(?i:he|she|it)(?:'s|’s| is) (?:called|named)"
    rf"|(?i:we|i)(?:'ve| have)? (?:just )?(?:named|called|call|are calling) (?:him|her|it|them)"
    rf"|(?i:named|called) (?:him|her|it)|, (?:named|called)) (?P<name>{_W}(?: {_W})?)"
)
_STATUS = regex.compile(
    r"\b(?:on (?:hold|track|schedule|ice)|at risk|off track|(?:behind|ahead of) schedule|up and running"
    r"|in (?:beta|alpha|progress|review|production|testing|development|limbo|qa)|under (?:review|way|construction))\b",
    regex.IGNORECASE,
)
_HEADED = regex.compile(
    rf"^(?:[Ss]tatus (?:of|on|for) )?(?P<what>{_W}(?: {_W}){{0,3}})(?: (?:[Ss]tatus|[Uu]pdate))?:"
    rf" (?P<how>[\w -]{{2,40}}?)[.!]?$"
)
_WHERE_AT = regex.compile(
    r"\b(?:where (?:are we|do we stand|do things stand)|how(?:'s| is| are things)(?: it going)?|any (?:news|update)s?"
    rf"|what'?s the (?:status|latest)) (?:with|on|of|at|for|from) (?:the )?(?P<what>(?-i:{_W})(?: (?-i:{_W})){{0,3}})",
    regex.IGNORECASE,
)


@functools.lru_cache(maxsize=1024)
def _names_given(text: str) -> tuple[tuple[bool, str, str, bool], ...]:
    """Where a text gives names: whether to the speaker, else the name or pronoun that it is given to; the name; whether
    it is what people call them."""
    return tuple(
        (
            bool(m.group("me")),
            (m.group("w") or "").strip(" .,!?'\""),
            (m.group("a") or "").strip(" .,!?'\""),
            _NICKNAMED.search(m[0]) is not None,
        )
        for m in _ALIASES.finditer(text)
    )


class SentenceReader(Referents):
    """Reads one sentence into its episode's reading."""

    # -- the whole sentence

    def read(self, *, is_joke: bool) -> None:
        self._hear_names()
        silent = is_joke or bool(_UNREAL.search(self.plain))
        for proposal in [*self._from_nouns(), *self._from_clauses(), *self._possessed()]:
            self._keep(proposal)
        self.found.extend(self._contacts())
        self.found.extend(self._status_told())
        self.found.extend(self._christened())
        if not self.found and not silent:
            self.found.extend(self._put_right())
        self._catch_up(self.sentence.end)
        if self.is_question:
            self.talk.question = Question(self.episode.speaker, list(self.found), self._open())
            self.found.clear()
        elif silent:
            self.found.clear()
        self.found.extend(mirrored(self.found, self.ontology, self._is_person))
        for proposal in self.found:
            same = [p for p in self.reading.proposals if _says_the_same(p, proposal)]
            same += [p for p in self.reading.proposals if p not in same and self._is_replaced(p, proposal)]
            for weaker in same:
                self.reading.proposals.remove(weaker)
            same = [p for p in same if _says_the_same(p, proposal)]
            self.reading.proposals.append(max([*same, proposal], key=lambda p: p.confidence))
        self.talk.told.extend(self.found)

    def _is_replaced(self, a: Proposal, b: Proposal) -> bool:
        """Of two values that one message gives a one-valued predicate for the same time, the later counts."""
        return self.ontology[a.predicate].one and (
            (a.subject, a.predicate, a.qualifier, a.polarity, a.valid_from, a.valid_to)
            == (b.subject, b.predicate, b.qualifier, b.polarity, b.valid_from, b.valid_to)
        )

    def _keep(self, proposal: Proposal) -> None:
        same = [p for p in self.found if _is_alike(p, proposal)]
        if any(p.object == proposal.object or _covers(p.object, proposal.object) for p in same):
            return
        self.found.append(proposal)

    def _hear_names(self) -> None:
        """Note every name, for the record and for pronouns to come."""
        seen: set[int] = set()
        for token in self.sentence:
            if token.i in seen or not is_name(token, self.talk.named):
                continue
            named = name_at(token, self.talk.named)
            if named is None:
                continue
            seen.update(range(named.start, named.end))
            if self.words.is_common(named.text):
                continue
            kind = self._kind_of(named.text)
            before = token.nbor(-1) if named.start > self.sentence.start else None
            if before is not None and self.words.is_("role", before.lower_):
                kind = "person"
            if kind == "" and any(
                c.subject is not None
                and named.start <= c.subject.i < named.end
                and not c.is_copular
                and c.words & _HUMAN
                for c in self.clauses
            ):
                kind = "person"
            if self._in_quotes(token):
                continue
            self.reading.mentions.setdefault(Called(named.text, kind or "thing"), None)
            is_subject = any(c.subject is not None and named.start <= c.subject.i < named.end for c in self.clauses)
            self.local.append((named.start, named.text, kind, is_subject))
            if named.text != named.text.lower():
                self.talk.named.setdefault(named.text.lower(), named.text)
        for a, b, is_nickname in self._aliases():
            kind = "person" if self._is_person(a) else "thing"
            if is_nickname and kind == "person" and "nickname" in self.ontology.predicates:
                called, name = Called(a, kind), Literal(b, name_key(b))
                self.found.extend(self._stated(None, "nickname", (called, True), name))
            self.reading.same[SameAs(self.episode.id, Called(a, kind), Called(b, kind))] = None
            self.talk.note(b, kind if kind == "person" else "")

    def _aliases(self) -> Iterator[tuple[str, str, bool]]:
        """(name, another name, whether that is a nickname) for each that the sentence gives."""
        for is_speaker, whole, alias, is_nickname in _names_given(self.plain):
            if not alias or self.words.is_common(alias) or self.is_question:
                continue
            if is_speaker:
                whole = self.episode.speaker
            elif whole.lower() in ("he", "she", "him", "her", "it", "them") or not whole:
                whole = self._pointed(whole.lower() or "it") or ""
            if whole and name_key(whole) != name_key(alias):
                yield whole, alias, is_nickname

    # -- from clauses

    def _from_clauses(self) -> Iterator[Proposal]:
        for clause, fitting_frames in zip(self.clauses, self.prepared.matches, strict=True):
            if self._in_quotes(clause.head) or clause.is_imperative or (clause.is_unreal and not clause.is_able):
                continue
            taken: set[tuple[str, Polarity]] = set()
            kinds: dict[str, str] = {}  # verb -> the kind of subject that it was read with
            for match in sorted(fitting_frames, key=self._likeliness):
                frame = match.frame
                declared = self.ontology[frame.predicate]
                if declared.qualified or (frame.predicate, frame.polarity) in taken:
                    continue
                if clause.is_able and not (frame.words == "language" or frame.is_negated):
                    continue
                if frame.subject == "S" and kinds.get(frame.verb, declared.subject) != declared.subject:
                    continue
                fitting = [t for t in match.objects if not frame.words or self.words.is_any(frame.words, t)]
                # Whatever the parser made of the words around it.
                if frame.words and not frame.words.startswith("!") and not fitting:
                    fitting = [
                        t for t in self.sentence
                        if t.i > clause.head.i and self.words.is_any(frame.words, t)
                        and clause_of(t, self.heads) == clause.head.i and t.pos_ in ("NOUN", "ADJ", "PROPN")
                        and all(k.lower_ in ("of", *frame.particles) for k in children(t, "case"))
                    ][:1]  # fmt: skip
                if frame.is_unsaid:
                    proposal = self._unsaid(clause, match, declared)
                    if proposal is not None:
                        taken.add((frame.predicate, frame.polarity))
                        yield proposal
                    continue
                if match.subject is None and frame.subject == "O" and declared.subject == "person":
                    subject = (Called(self.episode.speaker, "person"), False)  # "Rex died": whose Rex is, is not said
                elif match.subject is None and frame.subject == "O" and declared.subject == "organization":
                    last = self._latest("organization")  # "Magda signs off on it": for whom is not said
                    subject = (Called(last, "organization"), False) if last else None
                elif match.subject is None and frame.subject == "X" and declared.subject == "person" and fitting:
                    subject = self._on_behalf(clause, declared)
                else:
                    subject = self._subject(match.subject, declared, clause) if fitting else None
                if subject is None:
                    continue
                for token in self._meant(fitting, declared):
                    if declared.takes_entity and token.pos_ == "VERB" and token in clause.complements:
                        continue  # "went there to meditate"
                    if frame.predicate in ("goal", "plans", "likes") and _is_small_talk(token):
                        continue
                    if any(c.lower_ in ("not", "n't") for c in token.children):  # "hate not being there"
                        continue
                    for thing in self._object(token, declared, clause, is_word=frame.words == "language"):
                        proposal = self._proposal(
                            clause, frame.predicate, subject, thing, frame.mode, frame.polarity,
                            is_denial_meant=frame.is_negated,
                        )  # fmt: skip
                        if proposal is not None:
                            taken.add((frame.predicate, frame.polarity))
                            if frame.subject == "S":
                                kinds.setdefault(frame.verb, declared.subject)
                            yield proposal
            yield from self._states(clause)
            yield from self._progress(clause)
            yield from self._preferences(clause)

    def _on_behalf(self, clause: Clause, declared: Predicate) -> tuple[Called, bool] | None:
        """ "My cardiologist prescribed it": whose the doctor is, that one is meant."""
        owners = children(clause.subject, "nmod:poss") if clause.subject is not None else []
        return self._subject(owners[0], declared, None) if owners else None

    def _unsaid(self, clause: Clause, match: Match, declared: Predicate) -> Proposal | None:
        """A pattern whose value is not said: "Kestrel signed", "we got divorced"."""
        frame = match.frame
        if match.subject is None or (frame.value and match.subject.pos_ == "PRON" and match.subject.lower_ not in IT):
            return None
        subject = self._subject(match.subject, declared, clause)
        if subject is None:
            return None
        is_named_so = any(a.noun for a in frame.args)
        if frame.value and not is_named_so and self._kind_of(subject[0].text) != declared.subject:
            return None
        thing = Literal(frame.value, frame.value) if frame.value else None
        return self._proposal(clause, frame.predicate, subject, thing, frame.mode, frame.polarity)

    def _likeliness(self, match: Match) -> tuple[int, int]:
        """The longest pattern comes first, then that for the kind of thing that the subject is known to be."""
        return -match.frame.length, self._misfit(match)

    def _misfit(self, match: Match) -> int:
        named = name_at(match.subject, self.talk.named) if match.subject is not None else None
        kind = self._kind_of(named.text) if named is not None else ""
        wanted = self.ontology[match.frame.predicate].subject
        if kind:
            return 0 if kind == wanted else 1
        if named is not None and match.frame.verb == "based":
            return 0 if wanted == "organization" else 1
        return 0 if wanted == "person" else 1

    def _states(self, clause: Clause) -> Iterator[Proposal]:
        """What somebody is: a nurse, Moroccan, vegan, 34."""
        is_state = clause.is_copular or (clause.is_passive and self.words.is_("status", clause.head.lower_))
        becomes = clause.head.lemma_.lower() in ("become", "turn", "go") and bool(clause.complements)
        if clause.subject is None or not (is_state or becomes):
            return
        head = clause.head if clause.is_copular or clause.is_passive else clause.complements[0]
        if head.lower_ == "mine" and "assigned_to" in self.ontology.predicates:
            subject = self._subject(clause.subject, self.ontology["assigned_to"], clause)
            if subject is not None and subject[1]:
                mine = Called(self.episode.speaker, "person")
                yield from self._stated(clause, "assigned_to", subject, mine)
            return
        if (match := _PRICE.search(self.plain)) and "price_sensitivity" in self.ontology.predicates:
            subject = self._subject(clause.subject, self.ontology["price_sensitivity"], clause)
            if subject is not None and not clause.is_unreal:
                degree = (match["how"] or "").strip().lower()
                value = (
                    "low"
                    if degree.startswith("not")
                    else "medium"
                    if degree in ("somewhat", "a bit", "a little")
                    else "high"
                )
                literal = Literal(match[0].strip(), value)
                clause = replace(clause, is_negated=False)
                yield from self._stated(clause, "price_sensitivity", subject, literal)
                return
        if children(head, "case") and not self.words.is_("status", head.lower_):
            return
        for token in conjuncts(head):
            word = token.lower_
            for name, kind in _STATES:
                declared = self.ontology[name]
                if not (self.words.is_(kind, word) or self.words.is_(kind, token.lemma_.lower())):
                    continue
                if name == "diet" and token.pos_ == "NOUN" and children(token, "compound"):
                    continue
                told = self.x.nouns.predicate_of(token)
                if name == "job_title" and told is not None and self.ontology[told[0]].subject != "organization":
                    continue
                if name == "job_title" and (token.pos_ not in ("NOUN", "PROPN") or clause.is_negated):
                    continue
                subject = self._subject(clause.subject, declared, clause)
                if subject is None or (
                    declared.subject == "person" and self._kind_of(subject[0].text) in ("organization", "place")
                ):
                    continue
                if name == "project_status" and not self._is_project(subject):
                    continue
                text = phrase(token).removeprefix("new ") if name == "job_title" else token.text
                if name == "project_status" and (case := children(token, "case")):
                    text = f"{case[0].text} {text}"  # "on hold"
                literal = read_text(text)
                if name == "job_title":
                    yield from self._employer(clause, subject)
                if (
                    literal is not None and clause.is_passive and name == "project_status"
                ):  # "was cancelled" is no history
                    proposal = self._proposal(clause, name, subject, literal, Mode.CHANGE, Polarity.HOLDS)
                    if proposal is not None:
                        yield proposal
                elif literal is not None:
                    yield from self._stated(clause, name, subject, literal)
        match = regex.fullmatch(r"(\d{1,3})", head.text)
        if match is None and head.lower_ in ("years", "year", "old"):
            match = regex.search(r"\b(\d{1,3}) years? old", self.plain)
        if match is not None:
            number = match[1]
            subject = self._subject(clause.subject, self.ontology["age"], clause)
            if subject is not None and 0 < int(number) < 120 and self._kind_of(subject[0].text) == "person":
                yield from self._stated(clause, "age", subject, Literal(number, number))

    def _progress(self, clause: Clause) -> Iterator[Proposal]:
        """What became of a project: "Borealis has shipped", "we paused Atlas"."""
        head = clause.head
        if clause.is_copular or clause.is_passive or head.tag_ not in ("VBD", "VBN") or clause.complements:
            return
        if not self.words.is_("status", head.lower_) or "project_status" not in self.ontology.predicates:
            return
        whole = clause.objects[0] if clause.objects else clause.subject
        named = name_at(whole, self.talk.named) if whole is not None else None
        if whole is None or named is None or self.x.nouns.predicate_of(whole) is not None:  # a deal is none
            return
        subject = self._subject(whole, self.ontology["project_status"], clause)
        if subject is not None and self._is_project(subject):
            literal = Literal(head.text, head.lower_)
            proposal = self._proposal(clause, "project_status", subject, literal, Mode.CHANGE, Polarity.HOLDS)
            if proposal is not None:
                yield proposal

    def _is_project(self, subject: tuple[Called, bool]) -> bool:
        """Whether something may have a status: nobody, no firm; what a pronoun points at only if known for one."""
        called, is_sure = subject
        is_known = any(p.predicate in _OF_PROJECTS and called in (p.subject, p.object) for p in self.talk.told)
        return self._kind_of(called.text) in ("", "thing") and (is_sure or is_known)

    def _employer(self, clause: Clause, subject: tuple[Called, bool]) -> Iterator[Proposal]:
        """Whoever is something at a firm works there."""
        for prep, token in clause.preps:
            if prep == "at" and "works_at" in self.ontology.predicates:
                firm = self._entity(token, self.ontology["works_at"])
                if firm is not None:
                    yield from self._stated(clause, "works_at", subject, firm)

    def _preferences(self, clause: Clause) -> Iterator[Proposal]:
        """`I prefer O as my q`, `I prefer O for q`."""
        if "prefer" not in clause.words or "prefers" not in self.ontology.predicates or not clause.objects:
            return
        declared = self.ontology["prefers"]
        subject = self._subject(clause.subject, declared, clause)
        kinds = [t for prep, t in clause.preps if prep in ("as", "for")]
        if subject is None or not kinds:
            return
        before = next(c for c in (*children(kinds[0], "case"), kinds[0]) if c.i > clause.head.i)
        literal = read_text(clause.head.doc[clause.head.i + 1 : before.i].text)
        if literal is not None:
            for proposal in self._stated(clause, "prefers", subject, literal):
                yield replace(proposal, qualifier=kinds[0].lemma_.lower())

    # -- from nouns: "my sister is Inês", "the budget of Contoso", "Olumide is Devika's manager"

    def _from_nouns(self) -> Iterator[Proposal]:
        for found in self.prepared.nouns:
            if self._in_quotes(found.noun):
                continue
            clause = found.clause
            if clause is not None and (clause.is_imperative or clause.is_unreal):
                continue
            declared = self.ontology[found.predicate]
            owner = self._owner(found.owner, declared, found.noun, clause)
            if owner is None:
                continue
            gender = self.words.gender(found.noun.lower_)
            if declared.takes_entity and declared.object == "person":
                self._bind(owner, found.noun, found.values, gender)
            for token in self._meant(found.values, declared):
                if clause is None and self._is_addressed(token):
                    continue
                if token.pos_ == "ADJ" and declared.object == "text" and found.predicate not in _ADJECTIVAL:
                    continue  # "learning a language is tough"
                is_infinitive = any(c.lower_ == "to" for c in token.children)
                if (
                    token.pos_ == "VERB"
                    and token.tag_ != "VBG"
                    and not is_infinitive
                    and found.predicate not in _ADJECTIVAL
                ):
                    continue  # "a dream come true"
                for thing in self._object(token, declared, clause, is_copula_value=True):
                    if isinstance(thing, Called) and name_key(thing.text) == name_key(owner[0].text):
                        continue
                    proposal = self._proposal(clause, found.predicate, owner, thing, found.mode, Polarity.HOLDS)
                    if proposal is not None:
                        yield replace(proposal, qualifier=found.qualifier)

    def _is_addressed(self, token: Token) -> bool:
        """Whether a name calls whoever is spoken to: "sorry about your friend, Deb"."""
        named = name_at(token, self.talk.named)
        other = name_key(self.talk.other)
        return named is not None and len(named.text) > 2 and bool(other) and other.startswith(name_key(named.text))

    def _owner(
        self, token: Token | None, declared: Predicate, noun: Token, clause: Clause | None = None
    ) -> tuple[Called, bool] | None:
        if token is not None:
            return self._subject(token, declared, None)
        if clause is None and declared.subject != "person":  # "Larkbox is at version 2.1"
            around = next((c for c in self.clauses if c.head.i == clause_of(noun, self.heads)), None)
            if around is not None and around.subject is not None and around.subject.i < noun.i:
                owner = self._subject(around.subject, declared, None)
                if owner is not None:
                    return owner
        if declared.subject == "person":
            is_any = noun.tag_ == "NNS" and noun.dep_.startswith("nsubj") and not children(noun, "det", "nummod")
            return None if is_any else (Called(self.episode.speaker, "person"), True)  # "kids are resilient"
        last = self._latest(declared.subject)
        return (Called(last, declared.subject), False) if last else None

    def _bind(self, owner: tuple[Called, bool], noun: Token, values: Sequence[Token], gender: str) -> None:
        """Remember who "my sister" is; where she was spoken of before her name was said, say that they are one."""
        role = f"{owner[0].text}'s {noun.lemma_.lower()}"
        for token in values:
            named = name_at(token, self.talk.named)
            if named is None:
                continue
            self.talk.roles[name_key(role)] = named.text
            self.talk.note(named.text, "person", gender)
            if len(values) == 1 and noun.tag_ != "NNS" and self.words.is_("kin", noun.lemma_.lower()):
                same = SameAs(self.episode.id, Called(role, "person"), Called(named.text, "person"))
                self.reading.same[same] = None

    def _possessed(self) -> Iterator[Proposal]:
        """ "My migraines are back", "I finished my antibiotics": whose it is has it, or had it."""
        for token in self.sentence:
            owners = children(token, "nmod:poss") if token.pos_ in ("NOUN", "PROPN") else []
            at = clause_of(token, self.heads)
            clause = next((c for c in self.clauses if c.head.i == at), None)
            if not owners or clause is None or clause.is_unreal or clause.is_imperative:
                continue
            for predicate, kind, over in _POSSESSED:
                declared = self.ontology.predicates.get(predicate)
                if declared is None or not self.words.is_any(kind, token):
                    continue
                owner = self._subject(owners[0], declared, None)
                if owner is None:
                    continue
                is_over = bool(clause.words & over) and not clause.is_negated
                plain = replace(clause, is_negated=False, tense="present")
                thing = Literal(token.text, token.lower_)
                if is_over:
                    told = self._proposal(plain, predicate, owner, thing, Mode.CHANGE, Polarity.ENDS)
                else:
                    told = self._proposal(plain, predicate, owner, thing, Mode.STATEMENT, Polarity.HOLDS)
                    told = told and replace(told, valid_from=None, precision=Precision.INSTANT)
                if told is not None:
                    yield told
                if is_over and kind == "medication":  # "replaced my lisinopril with amlodipine"
                    for instead in (
                        t for p, t in clause.preps if p in ("with", "by", "for") and self.words.is_any(kind, t)
                    ):
                        other = Literal(instead.text, instead.lower_)
                        told = self._proposal(plain, predicate, owner, other, Mode.CHANGE, Polarity.HOLDS)
                        if told is not None:
                            yield told

    # -- how it is put

    def _stated(
        self, clause: Clause | None, predicate: str, subject: tuple[Called, bool], thing: Called | Literal
    ) -> Iterator[Proposal]:
        """A plain statement, unless the clause doesn't claim it."""
        proposal = self._proposal(clause, predicate, subject, thing, Mode.STATEMENT, Polarity.HOLDS)
        if proposal is not None:
            yield proposal

    def _proposal(
        self,
        clause: Clause | None,
        predicate: str,
        subject: tuple[Called, bool],
        thing: Called | Literal | None,
        mode: Mode,
        polarity: Polarity,
        *,
        is_denial_meant: bool = False,
    ) -> Proposal | None:
        declared = self.ontology[predicate]
        called, is_sure = subject
        is_one_of_us = isinstance(thing, Called) and declared.object == "thing" and self._is_person(thing.text)
        if is_one_of_us and not declared.inverse:  # nobody is a pet, or a tool
            return None
        if thing is not None and name_key(thing.text) == name_key(called.text):
            return None
        if predicate == "assigned_to" and not is_sure and not any(p.subject == called for p in self.talk.told):
            return None
        if predicate == "with" and not is_sure:
            return None
        if predicate == "version" and thing is not None and not any(c.isdigit() for c in thing.text):
            return None
        is_label = clause is not None and clause.head.dep_ == "acl"  # "a game called …"
        if predicate == "nickname" and is_label and not self._is_person(called.text):
            return None
        confidence = _HEDGED if _HEDGE.search(self.plain) else _SURE
        tense = "present"
        if clause is not None:
            tense = clause.tense
            if clause.is_reported:
                confidence *= _HEARSAY
            if clause.is_negated and not is_denial_meant:
                if polarity is not Polarity.HOLDS or (clause.tense == "perfect" and clause.adverbs & _LATELY):
                    return None
                polarity = Polarity.DENIES
            if clause.is_ended:
                if polarity is not Polarity.HOLDS:
                    return None
                polarity = Polarity.ENDS
            if clause.is_begun:
                mode = Mode.CHANGE
        if not is_sure:
            confidence *= _POINTED
        time = self._time(clause, thing, declared)
        start = end = None
        precision = Precision.INSTANT
        if time is not None:
            start, end, precision = time.start, None, time.precision
            if time.how == "until":
                start, end = (None, time.start) if polarity is Polarity.HOLDS else (time.start, None)
            elif time.how == "range":
                start, end = time.start, time.end
            elif time.how == "for" and tense not in ("present", "perfect"):
                start, precision = None, Precision.INSTANT
        said = self.episode.occurred_at
        is_claim = polarity is Polarity.HOLDS and declared.object != "date"
        if is_claim and tense == "past" and mode is not Mode.CHANGE and not declared.event:  # it is over
            if time is None or time.how == "for" or (time.how not in ("since", "range") and time.end > said):
                return None
            if time.how != "since":
                end = time.end
        if is_claim and tense == "future" and (time is None or time.start <= said):
            return None
        if predicate == "likes" and clause is not None and clause.is_ongoing and "enjoy" in clause.words:
            return None  # "we're enjoying some lasagna"
        if is_claim and mode is Mode.CHANGE and clause is not None and clause.is_ongoing and self._is_ahead(time):
            return None  # "we are getting married in June"
        is_ahead = is_claim and start is not None and start > said
        if is_ahead and tense != "future" and not (time and time.how == "since"):
            start, end, precision = None, None, Precision.INSTANT
        if _CORRECTION.search(self.plain):
            mode = Mode.CORRECTION
        elif mode is Mode.STATEMENT and (
            _CHANGE.search(self._own_text(clause)) or (time is not None and time.how == "since")
        ):
            mode = Mode.CHANGE
        if end is not None and (start or said) >= end:
            return None
        if isinstance(thing, Called) and thing.text != YOU:
            self.talk.note(thing.text, thing.kind)
        if called.text != YOU:
            self.talk.note(called.text, called.kind, is_topic=True)
        return Proposal(
            episode=self.episode.id,
            subject=called,
            predicate=predicate,
            object=thing,
            polarity=polarity,
            mode=mode,
            valid_from=start,
            valid_to=end,
            precision=precision,
            confidence=round(confidence, 4),
            extractor=EXTRACTOR,
            text=self.text,
        )

    def _is_ahead(self, time: TimeSpan | None) -> bool:
        """Whether what is going on is still to come: a time is told, and may lie ahead."""
        return time is not None and time.how != "since" and time.forward.start > self.episode.occurred_at

    def _own_text(self, clause: Clause | None) -> str:
        if clause is None:
            return self.plain
        own = [t.text for t in self.sentence if clause_of(t, self.heads) == clause.head.i]
        return " ".join(own) or self.plain

    def _time(self, clause: Clause | None, thing: Called | Literal | None, declared: Predicate) -> TimeSpan | None:
        """When it holds: a time that hangs on the clause, and isn't what is said itself."""
        if declared.object == "date":
            return None
        usable = [t for t in self.times if not (isinstance(thing, Literal) and t.text == thing.text)]
        if clause is None or len(self.clauses) < 2:
            return usable[0] if usable else None
        for time in usable:
            if self._clause_at(time) == clause.head.i:
                return time
        earlier = [t for t in usable if t.start_char < clause.head.idx - self.sentence.start_char]
        if len(earlier) == 1 and (clause.tense == "future" and earlier[0].how == "since"):
            return earlier[0]
        if len(earlier) == 1 and "so" in clause.adverbs:  # "I moved on Saturday, so I live in Porto now"
            return replace(earlier[0], how="since")
        return None

    def _clause_at(self, time: TimeSpan) -> int | None:
        """The clause that a time belongs to: the one it stands right before, or hangs on, or follows."""
        token = self._token_at(time.start_char)
        last = self._token_at(time.end_char - 1)
        if token is None or last is None or self._in_quotes(token):
            return None
        after = last.i + 1
        while after < self.sentence.end and last.doc[after].text in (",", ":", "–", "-"):
            after += 1
        for clause in self.clauses:
            subject = clause.subject
            if subject is not None and subject.i < clause.head.i and subject.left_edge.i == after:
                return clause.head.i
        own = clause_of(token, self.heads)
        while own is not None and label_is(token.doc[own], "xcomp") and token.doc[own].head.i in self.heads:
            own = token.doc[own].head.i
        if own is not None and own < token.i:
            between = [
                c for c in self.clauses if own < c.head.i < token.i and c.subject is not None and c.subject.i > own
            ]
            return between[-1].head.i if between else own
        before = [c.head.i for c in self.clauses if c.head.i < token.i]
        return before[-1] if before else own

    def _token_at(self, char: int) -> Token | None:
        at = char + self.sentence.start_char
        return next((t for t in self.sentence if t.idx <= at < t.idx + len(t)), None)

    def _status_told(self) -> Iterator[Proposal]:
        """ "Atlas is behind schedule", "Status of Atlas: at risk", "Contoso: closed lost"."""
        headed = _HEADED.match(self.plain)
        if headed is not None:
            name, how = headed["what"], headed["how"]
        else:
            said = _STATUS.search(self.plain)
            clause = self.clauses[0] if len(self.clauses) == 1 else None
            if said is None or clause is None or clause.subject is None or clause.is_negated or clause.is_unreal:
                return
            named = name_at(clause.subject, self.talk.named)
            if named is None or clause.objects:
                return
            name, how = named.text, said[0]
        if self.words.is_common(name) or self._is_person(name) or self.is_question:
            return
        clause = self.clauses[0] if self.clauses and headed is None else None
        yield from self._standing(name, how, clause)

    def _standing(self, name: str, how: str, clause: Clause | None, *, is_answer: bool = False) -> Iterator[Proposal]:
        """A deal's stage or a project's status, where these are the words for one."""
        words = how.lower().split()
        for predicate, kind in (("deal_stage", "stage"), ("project_status", "status")):
            declared = self.ontology.predicates.get(predicate)
            known = self._kind_of(name)
            if declared is None or known not in ("", "thing", declared.subject):
                continue
            fits = [w for w in words if self.words.is_(kind, w)]
            if not fits or len(words) > 3:
                continue
            called = Called(name, declared.subject)
            value = " ".join(words[1:] if words[0] in ("in", "at") and kind == "stage" else words)
            yield from self._stated(clause, predicate, (called, not is_answer), Literal(how, value))
            return

    def _christened(self) -> Iterator[Proposal]:
        """ "We adopted a kitten. Her name is Pixel."""
        if self.is_question:
            return
        for clause in self.clauses:
            if clause.is_unreal or clause.is_negated:
                continue
            for token in clause.objects:
                told = self.x.nouns.predicate_of(token)
                has_article = any(c.lower_ in ("a", "an", "another", "one") for c in children(token, "det", "nummod"))
                if told is None or not has_article:
                    continue
                if self.ontology[told[0]].object != "person" and told[0] != "has_pet":
                    continue
                owner = self._subject(clause.subject, self.ontology[told[0]], clause)
                if owner is not None:
                    self.talk.unnamed = (owner[0], told[0])
        given = _CHRISTENED.search(self.plain)
        if given is not None and self.talk.unnamed is not None:
            owner, predicate = self.talk.unnamed
            self.talk.unnamed = None
            named = Called(given["name"], self.ontology[predicate].object)
            yield from self._stated(None, predicate, (owner, True), named)

    # -- question and answer

    def _contacts(self) -> Iterator[Proposal]:
        """ "Write to me at …": where somebody can be reached."""
        if not _REACH.search(self.plain) or self.is_question:
            return
        for predicate in ("email", "phone"):
            if predicate not in self.ontology.predicates or any(p.predicate == predicate for p in self.found):
                continue
            literal = contact_in(self.plain, predicate)
            if literal is not None:
                me = (Called(self.episode.speaker, "person"), True)
                mode = Mode.CHANGE if _ANEW.search(self.plain) else Mode.STATEMENT
                told = self._proposal(None, predicate, me, literal, mode, Polarity.HOLDS)
                if told is not None:
                    yield told

    def _put_right(self) -> Iterator[Proposal]:
        """ "Actually it's 45k, not 54k": corrects the latest fact that has such a value."""
        said = self.plain
        if not (_CORRECTION.search(said) or _CONTRAST.search(said)):
            return
        for clause in self.clauses:
            if not clause.is_copular or clause.subject is None or clause.subject.lower_ not in IT or clause.is_unreal:
                continue
            for wrong in reversed(self.talk.told[-12:]):
                declared = self.ontology[wrong.predicate]
                if not declared.one or declared.object == "text" or wrong.polarity is not Polarity.HOLDS:
                    continue
                for thing in self._object(clause.head, declared, clause):
                    if thing != wrong.object:
                        subject = (wrong.subject, False)
                        right = self._proposal(clause, wrong.predicate, subject, thing, Mode.CORRECTION, Polarity.HOLDS)
                        if right is not None:
                            yield replace(
                                right, mode=Mode.CORRECTION, qualifier=wrong.qualifier, polarity=Polarity.HOLDS
                            )
                            return

    def _open(self) -> list[tuple[str, Called, str]]:
        """What a question asks for: predicates with a subject and no object."""
        out: list[tuple[str, Called, str]] = []
        asked = {t.lower_ for t in self.sentence} & {
            "where",
            "who",
            "what",
            "which",
            "when",
            "how",
            "whats",
            "wheres",
            "whos",
        }
        for clause in self.clauses:
            if not asked:
                break
            for word in clause.words:
                for frame in self.x.frames.get(word, ()):
                    declared = self.ontology[frame.predicate]
                    if frame.polarity is not Polarity.HOLDS or frame.subject != "S" or declared.qualified:
                        continue
                    if not self._asks(asked, declared, clause):
                        continue
                    subject = self._subject(clause.subject, declared, clause) if clause.subject is not None else None
                    if subject is not None:
                        out.append((frame.predicate, subject[0], ""))
        asked_after = _WHERE_AT.search(self.plain)
        if asked_after is not None:
            name = asked_after["what"]
            self.talk.note(name, self._kind_of(name))
            out += [(p, Called(name, self.ontology[p].subject), "") for p in ("deal_stage", "project_status")]
        for found in self.x.nouns.asked(self.sentence):
            declared = self.ontology[found.predicate]
            owner = self._owner(found.owner, declared, found.noun) if found.owner is not None else None
            if owner is None and found.owner is None and declared.subject != "person":
                last = self._latest(declared.subject)
                owner = (Called(last, declared.subject), False) if last else None
            if owner is not None:
                out.append((found.predicate, owner[0], found.qualifier))
        return list(dict.fromkeys(out))

    def _asks(self, asked: set[str], declared: Predicate, clause: Clause) -> bool:
        if "where" in asked or "wheres" in asked:
            return declared.object in ("place", "organization")
        if "who" in asked or "whos" in asked:
            is_for = any(p in ("for", "with") for p, _ in clause.preps)
            return declared.object == "person" or (declared.object == "organization" and is_for)
        if "when" in asked:
            return declared.object == "date"
        return declared.object not in ("place", "person", "date") and any(
            t.lower_ in ("what", "which") and (label_is(t, "obj") or label_is(t.head, "obj") or t.dep_ == "det")
            for t in self.sentence
        )

    def _answering(self, called: Called) -> Called:
        return Called(self.episode.speaker, "person") if called.text == YOU else called

    def answer(self, question: Question) -> None:
        """Read this sentence as the answer to what was asked."""
        text = self.plain.strip()
        if _YES.match(text) and question.asked and not self.is_question:
            of_others = any(c.subject is not None and c.subject.lower_ in OTHERS for c in self.clauses)
            for asked in question.asked:
                if of_others and asked.subject.text == YOU:  # "Do you …?" — "Yes, they do."
                    continue
                self.reading.proposals.append(
                    replace(
                        asked,
                        episode=self.episode.id,
                        subject=self._answering(asked.subject),
                        object=self._answering(asked.object) if isinstance(asked.object, Called) else asked.object,
                        confidence=round(_SURE * _POINTED, 4),
                        text=self.text,
                    )
                )
            return
        if not question.open_ or self.is_question or _NO.match(text) or _UNREAL.search(text):
            return
        for predicate, asked_of, _ in question.open_:
            if predicate in ("deal_stage", "project_status") and not any(c.subject is not None for c in self.clauses):
                how = _FILLER.sub("", text).strip(" .!")
                told = list(self._standing(asked_of.text, how, None, is_answer=True))
                self.reading.proposals.extend(told)
                if told:
                    return
        root = self.sentence.root
        pointing = [c for c in self.clauses if c.is_copular and c.subject is not None and c.subject.lower_ in IT]
        if pointing and len(self.clauses) == 1 and not pointing[0].is_negated:
            root = pointing[0].head  # "That would be Magda"
        elif any(c.subject is not None for c in self.clauses):
            return
        if root.pos_ not in (
            "NOUN",
            "PROPN",
            "NUM",
            "ADJ",
            "X",
            "VERB",
        ):
            return
        for predicate, asked_of, qualifier in question.open_:
            subject = self._answering(asked_of)
            declared = self.ontology[predicate]
            if declared.object == "text" and predicate not in _ANSWERED:
                continue
            found = False
            for token in conjuncts(root):
                for thing in self._object(token, declared, None):
                    for proposal in self._stated(None, predicate, (subject, True), thing):
                        found = True
                        self.reading.proposals.append(
                            replace(proposal, qualifier=qualifier, confidence=round(proposal.confidence * _POINTED, 4))
                        )
            if found:
                return


def mirrored(proposals: Iterable[Proposal], ontology: Ontology, is_person: Callable[[str], bool]) -> list[Proposal]:
    """The same facts from the other side: whoever is married to Ken is whom Ken is married to."""
    out: list[Proposal] = []
    for p in proposals:
        declared = ontology[p.predicate]
        other = p.predicate if declared.symmetric else declared.inverse
        if not other or not isinstance(p.object, Called):
            continue
        if declared.object == "thing" and not is_person(p.object.text):
            continue
        kind = ontology[other].subject
        out.append(replace(p, predicate=other, subject=Called(p.object.text, kind), object=p.subject))
    return out


def _is_small_talk(verb: Token) -> bool:
    """Whether "I want to …" announces no goal, or one that is left unsaid."""
    is_bare = not any(
        c.i > verb.i and c.dep_ in ("obj", "xcomp", "ccomp", "compound:prt", "obl") for c in verb.children
    )
    is_relative = is_bare and any(t.dep_ == "acl:relcl" for t in (verb, verb.head))  # "countries I want to visit"
    is_asked = any(c.tag_ == "WRB" for c in verb.children)
    return verb.lemma_.lower() in _SMALL_TALK or is_relative or is_asked or (is_bare and verb.lemma_.lower() in _BARE)


def _is_alike(a: Proposal, b: Proposal) -> bool:
    return (a.predicate, a.qualifier, a.subject, a.polarity) == (b.predicate, b.qualifier, b.subject, b.polarity)


def _says_the_same(a: Proposal, b: Proposal) -> bool:
    return (a.subject, a.predicate, a.qualifier, a.object, a.polarity) == (
        b.subject, b.predicate, b.qualifier, b.object, b.polarity,
    )  # fmt: skip


def _covers(a: object, b: object) -> bool:
    """Two ways to read one object: a name and the same name."""
    if isinstance(a, Called) and isinstance(b, Called):
        return name_key(a.text) == name_key(b.text)
    if isinstance(a, Literal) and isinstance(b, Literal):
        return a.value == b.value or a.value in b.value.split() or b.value in a.value.split()
    return False
