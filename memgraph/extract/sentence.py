"""Reads the facts out of one sentence: off its clauses, off its nouns, and as an answer to what was asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.answers import Answers
from memgraph.extract.claims import SURE, UNREAL
from memgraph.extract.clauses import Clause, children, clause_of, conjuncts, phrase_at, stem
from memgraph.extract.frames import Frame, Match
from memgraph.extract.health import dosed
from memgraph.extract.nouns import NounFact, name_at
from memgraph.extract.referents import ACCOUNTS, AND_YOU, DEPARTMENTS, HE_SHE, IT, SECOND, THEY, YOU, label_is
from memgraph.extract.states import WHERE
from memgraph.extract.talk import Open, Question
from memgraph.extract.values import W, read_text
from memgraph.model import Mode, Polarity, Precision, name_key
from memgraph.ontology import Ontology, Predicate

if TYPE_CHECKING:
    from memgraph.extract.tree import Token


_SMALL_TALK = frozenset(  # what "I want to …" announces, and is no goal
    "tell ask say know see hear share let thank talk check mention show hug chat catch wish introduce apologize brag "
    "boast complain vent rant cry scream savor savour".split()
)
_TAKEN_HOW = regex.compile(r" (?:for|to|from|instead|because|whenever|with|by) ")
_REACTIONS = frozenset("rash hives itch swelling bumps".split())
_FORM = regex.compile(
    r"(?<=^[\p{L}-]+) (?:shots?|injections?|tablets?|pills?|capsules?|drops|patch(?:es)?|infusions?|cream|ointment)$",
    regex.IGNORECASE,
)
_SHORT = 5  # words of a question that says no more than what is asked after
_TAKES = frozenset("take be put start prescribe give".split())
_TAKES_ON = frozenset("take grab own handle do finish".split())
_FORMS = frozenset("tablet pill capsule injection drop inhaler spray patch supplement".split())
_TONGUES = ("an", "ish", "ese", "ic", "i")
_PRESCRIBES = frozenset(("prescribe", "put"))
_TITLE_AT = regex.compile(
    rf"(?P<firm>{W}(?: {W}){{0,2}})['’]s (?:new |current |first |interim |acting )*(?P<title>.+)"
    rf"|(?P<title>.+?) (?:of|at) (?P<firm>{W}(?: {W}){{0,2}})"
)
_BY_TRADE = regex.compile(r"^(?:now|currently|still) | by (?:trade|profession|training)$", regex.IGNORECASE)
_COME_TRUE = regex.compile(r"\bcom(?:e|es|ing|in) ?['’]? true\b", regex.IGNORECASE)
_CALLED = regex.compile(r"^.*\b(?:called|named|known as) ")
_NO_FIELDS = frozenset("parent mother sister family holding shell partner customer start-up startup growth".split())
_COMES_TO = frozenset("grow come learn start begin continue seem appear tend happen use".split())
_BACK = frozenset("it them that this these those one ones him".split())
_GOALS = frozenset("goal dream target aim".split())
_ONE = frozenset(("a", "an"))
_OF_OTHERS = frozenset(("your", "their", "its", "his", "her"))
_OBLIGED = frozenset(("must", "should"))
_TASTES = ("likes", "dislikes", "goal", "hobby")
_DELIVERS = frozenset("ship launch release go deliver deploy".split())
_SOMETHING = frozenset("something anything thing things".split())  # "something I want to keep in mind"
_FORBEARS = frozenset("Mum Mom Dad Mama Papa Grandma Grandpa Gran Granny Granddad Grandad".split())
_BARE = frozenset("go work do make get be have take try keep see come start help play use".split())
_ADJECTIVAL = frozenset(
    "project_status deal_stage price_sensitivity favorite prefers diet nationality nickname".split()
)


class SentenceReader(Answers):
    """Reads one sentence into its episode's reading."""

    def answer(self, question: Question) -> None:
        """See `Answers.answer`; the same from the other side."""
        super().answer(question)
        told = self.reading.proposals
        told.extend(p for p in mirrored(told, self.ontology, self._is_somebody) if p not in told)

    def read(self, *, is_joke: bool) -> None:
        self._hear_names()
        christened = list(self._christened())  # "Her name's Odile, she's a chef"
        self._open_with()
        silent = is_joke or self._search(UNREAL) is not None
        for told in (self._from_nouns(), self._from_clauses(), self._possessed(), self._titles()):
            for proposal in told:
                self._keep(proposal)
        self.found.extend(list(self._ended()))
        if not self.is_question:
            self.found.extend(self._contacts())
        self.found.extend(self._status_told())
        self.found.extend(list(self._released_on()))
        self.found.extend(self._due_too())
        self.found.extend(self._released())
        self.found.extend(list(self._held_up()))
        self.found.extend(self._noted())
        self.found.extend(self._decided_by())
        self.found.extend(list(self._contact_at()))
        self.found.extend(list(self._championed()))
        self.found.extend(list(self._lost_to()))
        self.found.extend(list(self._also_talked_to()))
        self.found.extend(list(self._ruled_out()))
        self.found.extend(self._too_dear())
        self.found.extend(self._bothered())
        self.found.extend(self._price_told())
        self.found.extend(self._budgeted())
        self.found.extend(self._worth())
        self.found.extend(self._last_day())
        self.found.extend(self._still_there())
        self.found.extend(list(self._turned()))
        self.found.extend(list(self._held_too()))
        self.found.extend(list(self._held_when()))
        self.found.extend(list(self._shared_out()))
        self.found.extend(self._introduced())
        self.found.extend(list(self._profiled()))
        self.found.extend(list(self._replaced()))
        self.found.extend(self._reactions())
        self.found.extend(list(self._treated()))
        self.found.extend(list(self._controlled()))
        self.found.extend(self._unfounded())
        self.found.extend(list(self._dated()))
        self.found.extend(list(self._was_before()))
        self.found.extend(list(self._wed()))
        self.found.extend(list(self._proposed()))
        self.found.extend(list(self._marriage_over()))
        self.found.extend(christened)
        if not self.found and not silent:
            self.found.extend(self._put_right())
        for token in self.sentence:  # "she heads up IT", "I'll ask her": it makes somebody of whoever was named
            if token.lower_ in HE_SHE and token.pos_ == "PRON":
                self._subject(token, Predicate(subject="person"), None)
            elif token.text in _FORBEARS or (token.pos_ == "NOUN" and self._may_be_meant(token)):
                self._role(token)  # "Dad's in rehab", "news of Grandpa", "my aunt's house"
            for kind in ("medication", "condition") if token.pos_ in ("NOUN", "PROPN", "X") else ():
                if self.words.is_(kind, token.lower_):
                    self.talk.ailments[kind] = Literal(token.text, token.lower_)
        self._catch_up(self.sentence.end)
        self._go_on()
        if self.is_question:
            self.talk.question = Question(
                self.episode.speaker,
                asked=[*self.found, *self._on_file(), *self._still_so()],
                open_=self._open(),
                whose=list(self._who_has()),
                words=sum(t.is_alpha for t in self.sentence),
                about=self._asked_after(),
                named=self._only_named(),
                dated=self._beginning_asked(),
                is_still=any(t.lower_ in ("still", "anymore") for t in self.sentence),
                is_of_school=any(self.words.is_("school_word", t.lower_) for t in self.sentence),
            )
            self.found.clear()
            self.found.extend(self._contacts())
        elif silent:
            self.found.clear()
        elif asked := [*self._on_file(), *self._requested()]:
            self.talk.question = Question(self.episode.speaker, asked=asked)
        if self._search(AND_YOU):
            self.talk.question = Question(self.episode.speaker, open_=self._asked_back())
        self.found = [q for p in self.found for q in self._plain_title(p)]
        self.found = [p for p in self.found if not self._is_over(p) and not self._is_mistaken(p)]
        is_of_school = self.talk.answering is not None and self.talk.answering.is_of_school
        if is_of_school and "studies_at" in self.ontology.predicates:  # "She starts at St. Mary's"
            self.found = [replace(p, predicate="studies_at") if p.predicate == "works_at" else p for p in self.found]
        self.found.extend(mirrored(self.found, self.ontology, self._is_somebody))
        for proposal in self.found:
            same = [p for p in self.reading.proposals if _says_the_same(p, proposal)]
            same += [p for p in self.reading.proposals if p not in same and self._is_replaced(p, proposal)]
            for weaker in same:
                self.reading.proposals.remove(weaker)
            same = [p for p in same if _says_the_same(p, proposal)]
            self.reading.proposals.append(max([*same, proposal], key=lambda p: (p.confidence, bool(p.valid_from))))
        self.talk.told.extend(self.found)
        self.talk.time = self.times[-1] if self.times else self.talk.time

    def _may_be_meant(self, token: Token) -> bool:
        """Whether a pronoun of the next sentence may mean who a noun stands for."""
        return token.dep_ == "nmod:poss" or any(c.subject is token for c in self.clauses)

    def _requested(self) -> Iterator[Proposal]:
        """ "Take the rate limiter, please.": what a "sure" will take over."""
        for clause in self.clauses if "assigned_to" in self.ontology.predicates else ():
            for token in clause.objects if clause.is_imperative and clause.words & _TAKES_ON else ():
                task = self._described(token, "thing")
                if task and self._is_work_item(task):
                    self.talk.note(task, "thing", is_topic=True)
                    you = Called(YOU, "person")
                    yield from self._stated(None, "assigned_to", (Called(task, "thing"), True), you)

    def _plain_title(self, proposal: Proposal) -> Iterator[Proposal]:
        """ "Contoso's CFO" and "CFO of Contoso" are CFO, and that at Contoso."""
        thing = proposal.object
        if proposal.predicate == "job_title" and isinstance(thing, Literal):  # "now head chef", "a carpenter by trade"
            thing = read_text(_BY_TRADE.sub("", thing.text)) or thing
            proposal = replace(proposal, object=thing)
        title = _TITLE_AT.fullmatch(thing.text) if proposal.predicate == "job_title" and thing is not None else None
        firm = title["firm"] if title is not None else ""
        if title is None or firm.split()[-1].lower() in DEPARTMENTS or self._is_person(firm):
            yield proposal
            return
        yield replace(proposal, object=Literal(title["title"], title["title"].lower()))
        known = any(p.predicate == "works_at" and p.subject == proposal.subject for p in self.found)
        if "works_at" in self.ontology.predicates and not known and proposal.polarity is Polarity.HOLDS:
            yield replace(proposal, predicate="works_at", object=Called(firm, "organization"))

    def _go_on(self) -> None:
        """Note whom a sentence was about, for one that leaves its subject out."""
        doers = [c.subject for c in self.clauses if c.subject is not None and c.head.i <= self.sentence.root.i]
        who = self._subject(doers[-1], Predicate(subject="person"), None) if doers else None
        name = who[0].text if who is not None else ""
        is_other = self._is_somebody(name) and name != self.episode.speaker
        is_tag = self.is_question and name == self.talk.going_on  # "He's on leave, didn't he tell you?"
        if doers and not is_tag:
            self.talk.going_on = name if is_other and not self.is_question else ""
        elif self._is_echo:
            self.talk.going_on = self._only_named()

    def _asked_back(self) -> list[Open]:
        """ "I'm a nurse, and you?" asks for the same of the other."""
        me, you = self.episode.speaker, Called(YOU, "person")
        told = [p for p in self._told_so_far if p.episode == self.episode.id]
        mine = [Open(p.predicate, you, p.qualifier) for p in told if p.subject.text == me]
        asked = self.talk.answering.open_ if self.talk.answering is not None else []
        return list(dict.fromkeys([*(o for o in asked if o.subject == you), *mine]))

    def _asked_after(self) -> str:
        """Who a question asks after: "What happened to Bart?"."""
        said = {t.lower_ for t in self.sentence}
        return "" if said & (SECOND | {"we", "us", "i", "me"}) else self._only_named()

    def _still_so(self) -> list[Proposal]:
        """ "Still the allopurinol?": what was told of it, where the question says no more."""
        is_asked = any(t.lower_ == "still" for t in self.sentence) and not self.found
        so = [p for p in self.talk.told if p.polarity is Polarity.HOLDS and p.object is not None] if is_asked else []
        named = [p for p in so if p.object is not None and p.object.text.lower() in self.plain.lower()]
        if is_asked and not named:
            named = [*self._still_suffered()]
        return [replace(p, valid_from=None, valid_to=None) for p in named[-1:]]

    def _still_suffered(self) -> Iterator[Proposal]:
        """ "Still the allopurinol?": of whoever is asked, unless of whom one had spoken."""
        for predicate, kind in (("takes_medication", "medication"), ("has_condition", "condition")):
            those = [t for t in self.sentence if self.words.is_any(kind, t) and t.pos_ in ("NOUN", "PROPN", "X")]
            is_short = sum(t.is_alpha for t in self.sentence) <= _SHORT
            for token in those if is_short and predicate in self.ontology.predicates else ():
                thing = Literal(token.text, token.lower_)
                yield from self._stated(None, predicate, (Called(YOU, "person"), True), thing)

    def _only_named(self) -> str:
        """Whom a sentence names, if one only, who may be a person."""
        names = [n.text for n in self.reading.mentions if n.text in self.plain and n.text != self.episode.speaker]
        is_one = len(names) == 1 and self._kind_of(names[0]) in ("", "person") and not self._is_no_person(names[0])
        return names[0] if is_one else ""

    def _ended(self) -> Iterator[Proposal]:
        """What was so until a time that is past, has ended then: "I lived in Graz until 2023"."""
        until = {t.start for t in self.times if t.how == "until" and t.start <= self.episode.occurred_at}
        for proposal in self.found:
            if proposal.polarity is Polarity.HOLDS and proposal.valid_to in until:
                yield replace(proposal, polarity=Polarity.ENDS, valid_from=proposal.valid_to, valid_to=None)

    def _is_over(self, proposal: Proposal) -> bool:
        """ "My wife Ann passed away in 2020" doesn't say that she is."""
        return proposal.valid_from is None and any(
            p.polarity is Polarity.ENDS and proposal.polarity is Polarity.HOLDS
            and (p.subject, p.predicate, p.object) == (proposal.subject, proposal.predicate, proposal.object)
            for p in self.found
        )  # fmt: skip

    def _is_mistaken(self, proposal: Proposal) -> bool:
        """Whether the sentence shows that something else is meant: who marries is no task with a due date, and whose
        account is taken over is no task, nor somebody to manage, and software is no place to move to. An account is
        no possession, and what will renew has not."""
        name, about = proposal.subject.text, [p for p in self.found if p is not proposal]
        if proposal.predicate == "project_status":  # "Parsley 4.0 is released"
            released = [p for p in about if p.predicate == "version" and p.object is not None]
            if name in [f"{p.subject.text} {p.object.text}" for p in released if p.object is not None]:
                return True
        if self.ontology[proposal.predicate].subject in ("thing", "event"):
            is_somebody = any(Called(name, "person") in (p.subject, p.object) for p in about)
            accounts = {p.subject.text for p in about if p.predicate == "account_owner"}
            jobs = [p.object for p in about if p.predicate == "works_at" and p.subject == proposal.object]
            is_job = any(firm is not None and firm.text != name for firm in jobs)  # "I oversee payroll at Contoso"
            return is_somebody or (proposal.predicate == "assigned_to" and (is_job or name in accounts))
        if proposal.predicate == "job_title":  # "Sara took over as my manager"
            return any(p.predicate == "reports_to" and p.object == proposal.subject for p in about) and (
                proposal.object is not None and proposal.object.text in ("manager", "boss")
            )
        if proposal.predicate == "has_condition" and proposal.object is not None:  # "I can't have nuts, I get a rash"
            return proposal.object.text.lower() in _REACTIONS and any(p.predicate == "allergic_to" for p in about)
        if proposal.predicate == "owns":  # "I own the Contoso account"
            return any(p.predicate == "account_owner" for p in about)
        if proposal.predicate == "subsidiary_of":  # "Ken is part of the Larkbox project"
            return any(p.predicate == "works_on" and p.subject.text == name for p in about)
        if proposal.predicate == "deal_stage":  # "Contoso renews on 1 October"
            return any(p.predicate == "renewal_on" and p.subject.text == name for p in about)
        if proposal.predicate == "located_in":  # "they dropped Odoo and moved to SAP", or he left them
            over = [p for p in about if p.predicate == "uses" and p.polarity is Polarity.ENDS]
            is_job = any(p.predicate == "works_at" and p.object == proposal.subject for p in about)
            return (is_job and proposal.confidence < SURE) or any(p.subject.text == name for p in over)
        if proposal.predicate == "manages" and proposal.object is not None:
            handed = ("account_owner", "assigned_to")
            return any(p.predicate in handed and p.subject.text == proposal.object.text for p in about)
        return False

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

    def _from_clauses(self) -> Iterator[Proposal]:
        for clause, fitting_frames in zip(self.clauses, self.prepared.matches, strict=True):
            if self._in_quotes(clause.head) or clause.is_imperative:
                continue
            is_obliged = bool(clause.modals) and clause.modals <= _OBLIGED  # "it must be done by Friday"
            if clause.is_unreal and not (clause.is_able or clause.is_decided or is_obliged):
                continue
            taken: set[tuple[str, Polarity]] = set()
            kinds: dict[str, str] = {}  # verb -> the kind of subject that it was read with
            for match in sorted(fitting_frames, key=self._likeliness):
                frame = match.frame
                declared = self.ontology[frame.predicate]
                if declared.qualified or (frame.predicate, frame.polarity) in taken:
                    continue
                if (frame.predicate, Polarity.ENDS) in taken and frame.verb == "get":
                    continue  # "got rid of it" is no getting
                is_request = self.is_question and declared.promised  # "could you take the audit?"
                if clause.is_able and not (frame.words == "language" or frame.is_negated or is_request):
                    continue
                if clause.is_unreal and is_obliged and frame.predicate not in self.x.dates:
                    continue
                if clause.is_decided and declared.subject != "thing":
                    continue  # "we decided to buy a boat", but "to cancel Atlas"
                if frame.predicate == "assigned_to" and frame.verb == "own" and not self._is_work(match.subject):
                    continue
                if frame.verb == "leave" and declared.symmetric and not self._may_be_left(match.subject):
                    continue  # "Rosa left Contoso"
                if frame.verb == "do" and frame.predicate == "works_at" and self._is_pastime(clause):
                    continue
                if frame.verb == "speak" and any(p in ("to", "with") and t.pos_ != "VERB" for p, t in clause.preps):
                    continue  # "spoke to Ken at Contoso"
                if frame.predicate == "due_on" and clause.words & _DELIVERS and clause.tense in ("past", "perfect"):
                    continue  # "shipped on Friday" is done
                if frame.subject == "S" and not self._is_of_kind(declared, kinds.get(frame.verb), match.subject):
                    continue
                fitting = [
                    t for t in map(dosed, match.objects)
                    if not frame.words
                    or self.words.is_any(frame.words, t)
                    or (frame.words == "medication" and (self._is_brand(t) or self._is_drug(t, clause)))
                    or (frame.words == "medication" and frame.verb in _TAKES and self._is_made_up(t))
                    or (frame.words == "condition" and self._is_hurt(t))
                    or self._meant_by_it(frame, t)
                    or (frame.words == "activity" and frame.verb == "play" and self._is_instrument(t))
                    or (frame.words == "language" and frame.verb == "speak" and self._is_like_tongue(t))
                ]  # fmt: skip
                # Whatever the parser made of the words around it.
                if frame.words and not frame.words.startswith("!") and not fitting and frame.subject != "O":
                    fitting = [
                        t for t in self.sentence
                        if t.i > clause.head.i and self.words.is_any(frame.words, t)
                        and clause_of(t, self.heads) == clause.head.i and t.pos_ in ("NOUN", "ADJ", "PROPN")
                        and not (frame.words == "possession" and label_is(t, "compound"))
                        and all(k.lower_ in ("of", *frame.particles) for k in children(t, "case"))
                    ][:1]  # fmt: skip
                if frame.is_unsaid:
                    proposal = self._unsaid(clause, match, declared)
                    if proposal is not None:
                        taken.add((frame.predicate, frame.polarity))
                        yield proposal
                    continue
                if match.subject is None and frame.subject == "O" and declared.subject == "person":
                    subject = self._whose_is(match.objects[0], declared)
                elif match.subject is None and frame.subject == "O" and declared.subject == "organization":
                    last = self._latest("organization")  # "Magda signs off on it": for whom is not said
                    owners = children(match.objects[0], "nmod:poss") if not last else []  # "our CFO signs off on it"
                    subject = (Called(last, "organization"), False) if last else None
                    subject = self._subject(owners[0], declared, None) if owners else subject
                elif match.subject is None and frame.subject == "X" and declared.subject == "person" and fitting:
                    subject = self._on_behalf(clause, declared)
                else:
                    subject = self._subject(self._bearer(match), declared, clause) if fitting else None
                if subject is None:
                    continue
                if "S" in frame.known and not self._is_known(subject[0], declared.subject, match.subject, clause):
                    continue
                yield from self._denied_beside(clause, frame, subject, fitting)
                for token in self._meant(fitting, declared):
                    if not self._can_be_meant(match, clause, token):
                        continue
                    # "no longer on MySQL but on Redis"
                    is_instead = any(c.lower_ == "but" for c in children(token, "cc"))
                    plain = replace(clause, is_ended=False, is_negated=False) if is_instead else clause
                    meant = self._meant_by_it(frame, token)
                    meant = meant or self._own_pet(frame, token, subject[0])
                    said = [meant] if meant is not None else None
                    for thing in said or self._object(
                        token, declared, clause, is_word=self._is_said_in_a_word(frame, token)
                    ):
                        if "O" in frame.known and not (
                            isinstance(thing, Called) and self._is_known(thing, declared.object, token, clause)
                        ):
                            continue
                        if frame.words == "medication" and isinstance(thing, Literal):
                            thing = read_text(self._plain_drug(_TAKEN_HOW.split(thing.text, maxsplit=1)[0])) or thing
                        if frame.predicate == "studies" and isinstance(thing, Literal):
                            thing = read_text(WHERE.split(thing.text, maxsplit=1)[0]) or thing
                        if frame.words in ("medication", "condition") and isinstance(thing, Literal):
                            thing = read_text(_CALLED.sub("", thing.text)) or thing
                        proposal = self._proposal(
                            plain, frame.predicate, subject, thing, frame.mode, frame.polarity,
                            is_denial_meant=frame.is_negated,
                        )  # fmt: skip
                        if proposal is not None:
                            taken.add((frame.predicate, frame.polarity))
                            if frame.subject == "S":
                                kinds.setdefault(frame.verb, declared.subject)
                            yield proposal
                            yield from self._likewise(proposal, match, declared)
            if clause.is_unreal and (is_obliged or clause.is_decided):
                continue
            yield from self._states(clause)
            yield from self._settled(clause)
            yield from self._does(clause)
            yield from self._found_out(clause)
            yield from self._afflicted(clause)
            yield from self._injured(clause)
            yield from self._suffers_too(clause)
            yield from self._stopped(clause)
            yield from self._healed(clause)
            yield from self._progress(clause)
            yield from self._preferences(clause)

    def _can_be_meant(self, match: Match, clause: Clause, token: Token) -> bool:
        """Whether a word that stands where a pattern has its object is one."""
        frame = match.frame
        declared = self.ontology[frame.predicate]
        if token.i != clause.head.i and any(c.lower_ in ("not", "n't") for c in token.children):
            return False  # "hate not being there"
        is_beside = frame.verb == "be" and token in conjuncts(clause.head)[1:]
        if is_beside and clause.head.text.islower() and token.text[:1].isupper():
            return False  # "we're on the list, us and Contoso"
        if declared.takes_entity and token.pos_ == "VERB" and token in clause.complements:
            return False  # "went there to meditate"
        if frame.words == "happening" and token.pos_ == "VERB":
            return False  # "went there to show …"
        if frame.words == "language" and label_is(token, "amod", "compound"):
            return False  # "getting to know Japanese culture"
        if frame.words == "activity" and frame.verb == "do" and any(c.lower_ in _ONE for c in children(token, "det")):
            return False  # "I did a painting of her"
        if frame.predicate in ("goal", "plans", "likes") and _is_small_talk(token):
            return False
        if frame.predicate in ("likes", "dislikes") and (self._is_passing(token) or _is_unproven(clause)):
            return False
        if frame.predicate in _TASTES and (self._is_addressed(token) or _is_left_open(token)):
            return False  # "I love the thought, Nate!", "what you like to do to relax"
        is_moved = frame.verb in ("move", "switch") and any(c.lower_ == "the" for c in children(token, "det"))
        is_task = is_moved and self._is_titled(token)  # "I'm moving over to the Sound Engine"
        if (frame.predicate in ("works_at", "lives_in") and is_task) or (
            frame.predicate == "works_on" and frame.verb in ("move", "switch") and not is_task
        ):
            return False
        if frame.predicate == "industry" and any(a.noun for a in frame.args if a.noun != "industry"):
            is_field = token.dep_ == "compound" and token.text.islower() and token.lower_ not in _NO_FIELDS
            if not is_field:  # "a great company", "the parent company"
                return False
        is_handed = frame.predicate == "account_owner" and frame.verb in ("belong", "go", "move", "pass")
        if is_handed and not (match.subject is not None and match.subject.lower_ in ACCOUNTS):
            return False  # "the Contoso account went to Ken"
        if frame.predicate == "owns" and frame.verb == "sell" and clause.tense == "present" and not clause.is_ongoing:
            return False  # "we sell pumps"
        if frame.predicate in _TASTES and children(token, "nummod"):
            return False  # "I'm keen on two projects in particular"
        if frame.predicate == "speaks" and frame.verb == "learn" and clause.is_ongoing:
            return False  # "I'm learning German"
        if frame.predicate in ("goal", "plans") and _points_back(token):
            return False  # "I want to pass it on"
        if frame.predicate == "goal":
            is_advice = match.subject is not None and match.subject.lower_ in SECOND  # "maybe you want to …"
            is_where = any(c.tag_ == "WRB" for c in clause.head.children)  # "where I want to be in the future"
            is_how = token.pos_ in ("ADJ", "ADV")  # "I want results fast"
            return not (is_advice or is_where or is_how or token.lemma_.lower() in _GOALS)
        is_as = any("as" in a.preps for a in frame.args)  # "starts as our designer"
        if frame.predicate in ("studies", "job_title") and children(token, "nmod:poss") and not is_as:
            return False  # "I study and see to my relationship", "you became their owner"
        is_done = any(t.tag_ == "VBG" or t.pos_ == "VERB" for t in (token, *children(token, "compound")))
        is_science = token.lower_.endswith("ics")  # "linguistics", whatever its tag
        is_looked_at = token.tag_ == "NNS" and not (is_science or self.words.is_any("study", token))
        # "I've been studying, attending workshops, …", "studying characters"
        return frame.predicate != "studies" or not (is_done or is_looked_at)

    def _bearer(self, match: Match) -> Token | None:
        """Who has what "my knee" has."""
        subject = match.subject
        is_part = subject is not None and match.frame.predicate == "has_condition" and self._is_part(subject)
        owners = children(subject, "nmod:poss") if subject is not None and is_part else []
        return owners[0] if owners else subject

    def _meant_by_it(self, frame: Frame, token: Token) -> Literal | None:
        """The medication or the illness spoken of last: "they took me off it", "I've been on that since May"."""
        is_over = frame.polarity is Polarity.ENDS and frame.words in ("medication", "condition")
        is_since = frame.words == "medication" and any(t.how in ("since", "for") for t in self.times)
        if token.lower_ not in ("it", "that") or not (is_over or is_since):
            return None
        named = [t for t in self.sentence if t.i < token.i and self.words.is_any(frame.words, t)]
        return Literal(named[-1].text, named[-1].lower_) if named else self.talk.ailments.get(frame.words)

    def _own_pet(self, frame: Frame, token: Token, owner: Called) -> Called | None:
        """ "The dog died", of whoever's only dog it is."""
        is_over = frame.predicate == "has_pet" and frame.polarity is Polarity.ENDS
        is_theirs = bool(children(token, "nmod:poss")) or any(c.lower_ == "the" for c in children(token, "det"))
        is_pet = token.text.islower() and self.words.is_any("pet", token) and self._name_beside(token) is None
        return Called(f"{owner.text}'s {token.lemma_.lower()}", "thing") if is_over and is_theirs and is_pet else None

    def _whose_is(self, token: Token, declared: Predicate) -> tuple[Called, bool] | None:
        """ "His wife died", "Rex died": whose somebody is who is no more; the speaker's where that is not said."""
        roles = [c for c in children(token, "compound", "nmod", "appos") if self.words.is_any("role", c)]
        owners = [o for t in (token, *roles) for o in children(t, "nmod:poss")]
        if owners and declared.subject == "person":
            return self._subject(owners[0], declared, None)
        return Called(self.episode.speaker, "person"), False

    def _is_of_kind(self, declared: Predicate, kind: str | None, subject: Token | None) -> bool:
        """Whether a verb that was read with a subject of one kind may be read with another: an event is due, too."""
        named = name_at(subject, self.talk.named) if subject is not None else None
        is_event = subject is not None and self.words.is_("happening", subject.lower_)
        is_event |= named is not None and self._is_event(named.text)
        return kind in (None, declared.subject) or (is_event and {kind, declared.subject} == {"thing", "event"})

    def _is_instrument(self, token: Token) -> bool:
        """ "I play the shamisen": one plays the what, if not a game or a part, to make music."""
        is_the = any(t.lower_ == "the" for t in children(token, "det"))
        return is_the and token.tag_ == "NN" and token.text.islower() and token.is_oov

    def _is_like_tongue(self, token: Token) -> bool:
        """ "She speaks Valencian": what one speaks is a language, where it is written and ends like one."""
        is_name = token.text[:1].isupper() and token.pos_ in ("PROPN", "ADJ", "NOUN") and not self._kind_of(token.text)
        return is_name and token.lower_.endswith(_TONGUES)

    def _is_brand(self, token: Token) -> bool:
        """ "They switched me to …", after a medication was spoken of: a name that nobody has is another."""
        is_name = token.pos_ == "PROPN" and token.text[:1].isupper() and not self._kind_of(token.text)
        return is_name and any(p.predicate == "takes_medication" for p in self.talk.told)

    def _is_known(self, called: Called, kind: str, token: Token | None, clause: Clause) -> bool:
        """Whether a name is known for one of a kind; what is no longer so may have been told long ago."""
        known = self._kind_of(called.text)
        if called.kind != kind:
            return False  # "she looked after him": no account
        if called.kind == "person" and known == "":
            return any(h.hint == "person" for h in self._heard(called.text))
        if called.kind == "event":
            return known == "event" or self._is_event(called.text)
        if called.kind == "thing":
            return self._is_known_project(called) or (known in ("", "thing") and self._is_titled(token))
        is_past = clause.is_ended and known == "" and all(h.hint != "person" for h in self._heard(called.text))
        return known == called.kind or is_past

    def _plain_drug(self, text: str) -> str:
        """ "Insulin shots" are insulin."""
        plain = _FORM.sub("", text)
        return plain if self.words.is_("medication", plain.lower()) else text

    def _is_drug(self, token: Token, clause: Clause) -> bool:
        """ "They put me on …", "I take … for my gout": a word that no dictionary has is a medication; so is "I'm on …"
        where one was spoken of, or an illness."""
        is_on = clause.is_copular and bool(self.talk.ailments) and token.text.islower()
        is_given = is_on or bool(clause.words & _PRESCRIBES)
        is_against = any(
            p in ("for", "against") and (self.words.is_any("condition", t) or self._is_part(t)) for p, t in clause.preps
        )
        is_unknown = token.is_oov and token.pos_ in ("NOUN", "PROPN") and token.tag_ != "NNS" and token.is_alpha
        return is_unknown and (is_given or is_against) and not self._kind_of(token.text)

    def _is_made_up(self, token: Token) -> bool:
        """ "I take iron tablets": a form in which something is taken."""
        return token.lemma_.lower() in _FORMS and bool(children(token, "compound", "amod"))

    def _is_passing(self, token: Token) -> bool:
        """ "I love your commitment", "I liked the lesson": of what is just spoken of, and no taste."""
        first = token.head if token.dep_ == "conj" else token  # "their design and engineering"
        owners = {t.lower_ for t in children(first, "nmod:poss")}
        if not token.text.islower() or (token.tag_ != "NN" and not (token.tag_ == "NNS" and "your" in owners)):
            return False
        the = any(t.lower_ == "the" for t in children(first, "det"))
        return bool(owners & _OF_OTHERS) or (the and not self.words.is_any("liked_as_such", token))

    def _is_pastime(self, clause: Clause) -> bool:
        """ "I do yoga at …", "I'm doing a master's at …" is no work."""
        return any(self.words.is_any("activity", t) or self.words.is_("study", t.lower_) for t in clause.objects)

    def _is_work(self, token: Token | None) -> bool:
        return token is not None and (self.words.is_any("work_item", token) or self._is_titled(token))

    def _denied_beside(
        self, clause: Clause, frame: Frame, subject: tuple[Called, bool], fitting: Sequence[Token]
    ) -> Iterator[Proposal]:
        """ "I have rosacea, not lupus" denies the other one."""
        if frame.polarity is not Polarity.HOLDS or clause.is_negated:
            return
        for token in fitting[1:]:
            if any(n.lower_ == "not" for n in children(token, "advmod", "cc")):
                for thing in self._object(token, self.ontology[frame.predicate], clause):
                    denied = self._proposal(clause, frame.predicate, subject, thing, Mode.STATEMENT, Polarity.HOLDS)
                    if denied is not None:
                        yield replace(denied, polarity=Polarity.DENIES, mode=Mode.CORRECTION)

    def _likewise(self, proposal: Proposal, match: Match, declared: Predicate) -> Iterator[Proposal]:
        """The same of those who are listed with the subject: "Al and Kira work on Atlas"."""
        if match.frame.subject != "S" or match.frame.is_reciprocal or declared.symmetric or match.subject is None:
            return
        pair = self._couple if match.subject.lower_ in THEY else None
        if pair is not None and proposal.subject == pair[0]:  # "They live in Graz"
            yield replace(proposal, subject=pair[1])
        beside = [t for t in children(match.subject.head, "nsubj") if t.i > match.subject.i]
        listed = [t for t in beside if any(c.lower_ == "and" for c in children(t, "cc"))]  # "Ann and her son Bo …"
        for token in (*conjuncts(match.subject)[1:], *listed):
            if token.pos_ in ("PROPN", "PRON") or self.words.is_any("role", token):
                other = self._subject(token, declared, None)
                if other is not None and other[0] != proposal.subject:
                    yield replace(proposal, subject=other[0])

    def _on_behalf(self, clause: Clause, declared: Predicate) -> tuple[Called, bool] | None:
        """ "My cardiologist prescribed it": whose the doctor is, that one is meant."""
        doer = clause.subject
        owners = children(doer, "nmod:poss") if doer is not None else []
        if owners:
            return self._subject(owners[0], declared, None)
        is_other = doer is not None and (doer.lower_ in ("he", "she", "they") or doer.pos_ in ("NOUN", "PROPN"))
        return (Called(self.episode.speaker, "person"), False) if is_other and not clause.is_passive else None

    def _unsaid(self, clause: Clause, match: Match, declared: Predicate) -> Proposal | None:
        """A pattern whose value is not said: "Kestrel signed", "we got divorced"."""
        frame = match.frame
        if match.subject is None:  # "Signed the divorce papers"
            me = self._subject(None, declared, clause) if frame.subject == "S" and not frame.value else None
            return me and self._proposal(clause, frame.predicate, me, None, frame.mode, frame.polarity)
        is_pointing = match.subject.pos_ == "PRON" and match.subject.lower_ not in IT
        if frame.value and is_pointing and declared.subject != "person":
            return None
        subject = self._subject(match.subject, declared, clause)
        if subject is None:
            return None
        is_named_so = any(a.noun for a in frame.args)
        is_project = frame.predicate == "project_status"
        if "S" in frame.known and not self._is_known(subject[0], declared.subject, match.subject, clause):
            return None
        known = self._kind_of(subject[0].text)
        is_fit = self._is_project(subject) if is_project else known == declared.subject
        if frame.predicate == "deal_stage" and known == "":
            noun = match.subject  # "Contoso signed!", "We won Contoso"
            is_fit = subject[1] and noun.pos_ == "PROPN" and (noun.hint != "person" or clause.is_passive)
        if frame.value and not is_named_so and not is_fit:
            return None
        thing = Literal(frame.value, frame.value) if frame.value else None
        return self._proposal(
            clause, frame.predicate, subject, thing, frame.mode, frame.polarity, is_denial_meant=frame.is_negated
        )

    def _may_be_left(self, token: Token | None) -> bool:
        """Whether it is somebody who was left."""
        named = name_at(token, self.talk.named) if token is not None else None
        is_one = token is not None and (token.pos_ == "PRON" or self.words.is_any("role", token))
        return is_one or (named is not None and any(h.kind == "person" for h in self._heard(named.text)))

    def _is_said_in_a_word(self, frame: Frame, token: Token) -> bool:
        """ "She goes bouldering twice a week": what is done is bouldering."""
        is_gerund = token.tag_ == "VBG" and not children(token, "compound", "obj")
        is_done = frame.words == "activity" and is_gerund and self.words.is_("activity", token.lower_)
        return frame.words == "language" or is_done

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

    def _from_nouns(self) -> Iterator[Proposal]:
        for found in self.prepared.nouns:
            if self._in_quotes(found.noun):
                continue
            clause = found.clause
            if clause is not None and (clause.is_imperative or clause.is_unreal):
                continue
            predicate = self._predicate_of(found)
            declared = self.ontology[predicate]
            found, whose = self._unmarked(found)
            owner = whose or self._owner(found.owner, declared, found.noun, clause)
            if owner is None:
                continue
            gender = self.words.gender(found.noun.lower_)
            if declared.takes_entity and declared.object == "person":
                self._bind(owner, found.noun, found.values, gender)
            elif predicate == "has_pet":
                self._bind_pet(owner[0], found)
            for token in self._meant(found.values, declared):
                if clause is None and self._is_addressed(token):
                    continue
                is_infinitive = any(c.lower_ == "to" for c in token.children)  # "my goal is to be fluent"
                is_value = predicate in _ADJECTIVAL or (predicate == "goal" and is_infinitive)
                is_value |= predicate == "objection" and token.is_oov  # "our main objection is downtime"
                if token.pos_ == "ADJ" and declared.object == "text" and not is_value:
                    continue  # "learning a language is tough"
                is_other = token.pos_ == "NOUN" and bool(children(token, "nmod:poss")) and self._role(token) is None
                if declared.object == "person" and is_other:
                    continue  # "my bike is my brother's now"
                if declared.object == "person" and any(k.lower_ in ("in", "at") for k in children(token, "case")):
                    continue  # "Mum still in Graz, the brothers …"
                if predicate == "job_title" and clause is None and token.pos_ == "PROPN" and token.hint == "person":
                    continue  # "somebody for Ann's job: Ken"
                is_coming = token.tag_ == "VBG" and children(token, "aux")
                if predicate == "goal" and (is_coming or self._search(_COME_TRUE)):
                    continue  # "my dreams are coming true"
                if token.pos_ == "VERB" and token.tag_ != "VBG" and not is_infinitive and predicate not in _ADJECTIVAL:
                    continue  # "a dream come true"
                for thing in self._object(token, declared, clause, is_copula_value=True):
                    to_be = [c for c in children(token, "cop") if predicate == "goal" and c.lower_ == "be"]
                    if to_be and isinstance(thing, Literal):  # "my goal is to be a pilot"
                        thing = read_text(token.doc[to_be[-1].i : phrase_at(token).end].text) or thing
                    if isinstance(thing, Called) and name_key(thing.text) == name_key(owner[0].text):
                        continue
                    if isinstance(thing, Literal) and declared.subject == "person" and owner[0].text in thing.text:
                        continue  # nobody called Crohn has "Crohn's disease"
                    proposal = self._proposal(clause, predicate, owner, thing, found.mode, Polarity.HOLDS)
                    if proposal is None:
                        continue
                    if clause is None and declared.takes_entity and self.clauses:  # when she moved, not since when
                        proposal = replace(proposal, valid_from=None, valid_to=None, precision=Precision.INSTANT)
                    yield replace(proposal, qualifier=found.qualifier)

    def _unmarked(self, found: NounFact) -> tuple[NounFact, tuple[Called, bool] | None]:
        """ "Annas favorite color", typed without the mark: whose it is, where an Anna was spoken of."""
        beside = children(found.noun, "compound", "amod", "nmod", "nmod:poss", "nsubj") if found.owner is None else []
        for token in beside:
            bare = token.lower_.removesuffix("s")
            name = self.talk.named.get(bare) if token.i < found.noun.i and bare != token.lower_ else None
            if name is not None and self._kind_of(name) in ("", "person"):
                qualifier = " ".join(w for w in found.qualifier.split() if w != token.lower_)
                return replace(found, qualifier=qualifier), (Called(name, "person"), True)
        return found, None

    def _predicate_of(self, found: NounFact) -> str:
        """The deadline of a task is when it is due, that of a firm is its own; the boss of a firm runs it."""
        is_task = found.owner is not None and found.owner.pos_ == "NOUN" and self.words.is_any("work_item", found.owner)
        if found.predicate == "reports_to" and "ceo" in self.ontology.predicates and found.owner is not None:
            named = name_at(found.owner, self.talk.named)
            if named is not None and self._kind_of(named.text) == "organization":
                return "ceo"  # "Contoso's new boss"
        is_owner = found.predicate == "subsidiary_of" and found.noun.lower_ == "owner"
        if is_owner and "assigned_to" in self.ontology.predicates and found.owner is not None:
            named = name_at(found.owner, self.talk.named)
            known = {t.hint for t in found.values}
            if named is not None and self._kind_of(named.text) != "organization" and "organization" not in known:
                return "assigned_to"  # "Lin is the owner of Atlas"
        is_somebody = bool(found.values) and all(t.hint == "person" or self._is_person(t.text) for t in found.values)
        if is_owner and is_somebody and "account_owner" in self.ontology.predicates:
            return "account_owner"  # "Account: Contoso, owner: Ken Abe"
        last = self._latest("thing") if found.predicate == "happened_on" and found.owner is None else None
        if last and self._is_known_project(Called(last, "thing")) and "due_on" in self.ontology.predicates:
            return "due_on"  # "Atlas is delayed, new date 4 May"
        if found.predicate == "deadline" and is_task and "due_on" in self.ontology.predicates:
            return "due_on"
        return found.predicate


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


def _is_unproven(clause: Clause) -> bool:
    """Whether a liking is only to come, or wished for: "we're planning to ski and enjoy the views"."""
    head = clause.head
    is_listed = head.dep_ == "conj" and head.tag_ == "VB" and not children(head, "nsubj", "aux")
    first = head.head if is_listed else head
    if is_listed and first.tag_ in ("VBG", "VBD", "VBZ", "VBN"):  # hung on what the infinitive before it hangs on
        return any(t.lower_ == "to" for t in head.doc[first.i : head.i])
    is_infinitive = (
        first.tag_ == "VB"
        and first.dep_ in ("xcomp", "advcl", "ccomp")
        and any(m.lower_ == "to" for m in children(first, "mark"))
    )
    return is_infinitive and not {first.head.lemma_.lower(), stem(first.head)} & _COMES_TO


def _points_back(verb: Token) -> bool:
    """Whether what is done is not said but pointed at: "watch it", "help make that happen"."""
    return verb.pos_ == "VERB" and any(t.lower_ in _BACK and t.pos_ == "PRON" for t in verb.subtree)


def _is_small_talk(verb: Token) -> bool:
    """Whether "I want to …" announces no goal, or one that is left unsaid."""
    is_bare = not any(
        c.i > verb.i and c.dep_ in ("obj", "xcomp", "ccomp", "compound:prt", "obl") for c in verb.children
    )
    has_object = any(c.i > verb.i and c.dep_ in ("obj", "xcomp", "ccomp") for c in verb.children)
    told_of = [t.head for t in (verb, verb.head) if t.dep_ == "acl:relcl"]  # "countries I want to visit"
    is_relative = bool(told_of) and (is_bare or (not has_object and told_of[0].lower_ in _SOMETHING))
    is_asked = any(c.tag_ == "WRB" for c in verb.children)
    if any(c.lower_ == "you" for c in children(verb, "obj")):  # "we hope to join you"
        return True
    return verb.lemma_.lower() in _SMALL_TALK or is_relative or is_asked or (is_bare and verb.lemma_.lower() in _BARE)


def _is_left_open(verb: Token) -> bool:
    """Whether what is done is left to be said: "anything you like to do to relax", "birds I like to take photos of"."""
    if verb.pos_ != "VERB":
        return False
    last = max(verb.subtree, key=lambda t: t.i)
    dangles = last.tag_ == "IN" and verb.head.dep_ in ("acl:relcl", "acl")
    is_told = verb.i + 1 < verb.sent.end and verb.nbor(1).pos_ in ("NOUN", "ADJ", "PRON", "DET", "PROPN")  # "do good"
    return dangles or (verb.lemma_.lower() == "do" and not is_told)


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
