"""How a fact is put: by whom, how surely, since when, and whether it is claimed at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import regex
from dateutil.relativedelta import relativedelta

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.clauses import Clause, children, clause_of
from memgraph.extract.referents import DUE, DUE_AT, HE_SHE, IT, OTHERS, YOU, Referents, label_is
from memgraph.model import Mode, Polarity, Precision, name_key
from memgraph.ontology import Predicate
from memgraph.times import TimeSpan

if TYPE_CHECKING:
    from memgraph.extract.tree import Token


EXTRACTOR = "rules"
SURE, HEDGED, POINTED, HEARSAY = 0.9, 0.45, 0.85, 0.9
_OF_A_TIME = regex.compile(r"['’]s?\s+\p{L}")
_HEDGE = regex.compile(
    r"\b(?:i (?:think|guess|believe|suppose|heard)|maybe|perhaps|probably|possibly|apparently|supposedly|allegedly"
    r"|might|may be|thinks?|suspects?|believes?|not sure|rumou?rs?|gossip|people say|iirc|afaik|not certain)\b",
    regex.IGNORECASE,
)
_SUPPOSING = regex.compile(r"(?:think|suspect|believe)s?\b", regex.IGNORECASE)
CORRECTION = regex.compile(
    r"\b(?:correction|actually|i meant?|sorry|was wrong|misspoke|scratch that|in fact|typo|my mistake|no wait|i misread"
    r"|fat-fingered|not quite right)\b",
    regex.IGNORECASE,
)
_CHANGE = regex.compile(
    r"\b(?:now|again|as of|from now on|these days|new|changed?|from today|effective)\b", regex.IGNORECASE
)
_NOW = regex.compile(r"\b(?:now|these days)\b", regex.IGNORECASE)  # "it's now 180, sorry, 185" corrects nothing earlier
BEFORE_THAT = regex.compile(
    r"\b(?:before (?:that|this|then)|previously|prior to (?:that|this)|until then|beforehand)\b,?", regex.IGNORECASE
)
_LAST_WHILE = relativedelta(years=1)  # "until May" speaks of so long before
_LATELY = frozenset(("recently", "lately", "yet", "today"))
_FOR_A_WHILE = regex.compile(
    r"\b(?:in|for) (?:ages|(?:a|an|one|two|three|four|five|six|several|many|\d+|a few|a couple of|almost an?)"
    r" (?:hour|day|week|month|year|while|long time)s?)\b",
    regex.IGNORECASE,
)
UNREAL = regex.compile(
    r"\bin (?:the|my|a|an|this|that|her|his|our|your) (?:movie|film|book|novel|dream|story|show|series|game|play|song"
    r"|video|musical|comic|episode)\b|"
    r"\b(?:wish(?:es|ed)?|imagine|if only|as if|would be|would have|what if|suppose(?! to)|hopefully|fingers crossed)\b"
    r"|\bas though\b|^(?:(?:i|we) )?(?:really |just |do )?hope\b",
    regex.IGNORECASE,
)
_INCLINED = frozenset("likes dislikes goal hobby plans".split())
_DANGLES = regex.compile(r" (?:of|to|with|about|for|in|on|at|from)$")
_LAPSES = frozenset("run end expire lapse".split())
_TERMS = frozenset("contract subscription licence license agreement plan term trial deal it".split())
_USES = frozenset(("use", "switch"))
_SETS_OUT = frozenset("go come fly head travel drive".split())
_STANDS = frozenset("hold track schedule ice".split())
_STARTS = frozenset("start begin join turn".split())
_LEAVES = frozenset("die pass leave".split())
_WORKS_FOR = frozenset(("work", "fly", "drive"))
_OF_WORK_LIFE = frozenset(("works_at", "job_title"))
_SPOUSES = frozenset("wife husband spouse partner boyfriend girlfriend fiance fiancé fiancee fiancée".split())
_OF_WORK = regex.compile(r"(?:code|design|peer|pull request) ", regex.IGNORECASE)
_LIKINGS = frozenset("likes dislikes hobby".split())
_POINTING = regex.compile(r"\b(?:that|this|these|those|them)\b", regex.IGNORECASE)
_LEARNT = frozenset(
    "skill skills habit habits tip tips trick tricks idea ideas lesson lessons language vocabulary speed pace steam "
    "pieces momentum experience knowledge technique techniques kids".split()
)
_FOR_LIFE = frozenset(("child_of", "parent_of", "sibling_of"))
_KIN = _FOR_LIFE | {"married_to", "partner_of", "friend_of"}
_NO_VERSION = regex.compile(
    r"(?<![\w.-])(?!v(?:er(?:sion)?)?\b|beta|alpha|rc|lts|release|build)\p{L}{3,}", regex.IGNORECASE
)
STANDINGS = ("deal_stage", "project_status")
_OF_PROJECTS = frozenset("project_status due_on works_on version blocked_by depends_on assigned_to deadline".split())
_CONTACTS = {"phone": regex.compile(r"\d"), "email": regex.compile("@")}
Spell = tuple[dt.datetime | None, dt.datetime | None, Precision]  # since when, until when, how precisely


class Claims(Referents):
    """One sentence, with what may be claimed in it."""

    def _statement(self, predicate: str, *patterns: regex.Pattern[str]) -> regex.Match[str] | None:
        """Where the first pattern fits that does, unless the sentence asks or the ontology lacks the predicate."""
        if self.is_question or predicate not in self.ontology.predicates:
            return None
        return next(filter(None, map(self._search, patterns)), None)

    def _stated(
        self,
        clause: Clause | None,
        predicate: str,
        subject: tuple[Called, bool],
        thing: Called | Literal,
        mode: Mode = Mode.STATEMENT,
    ) -> Iterator[Proposal]:
        """A plain statement, or a change, unless the clause doesn't claim it."""
        proposal = self._proposal(clause, predicate, subject, thing, mode, Polarity.HOLDS)
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
        called, is_sure = subject
        is_account = predicate == "assigned_to" and self._kind_of(called.text) == "organization"
        if is_account and "account_owner" in self.ontology.predicates:  # "who owns Contoso?"
            predicate, called = "account_owner", Called(called.text, "organization")
            subject = called, is_sure
        declared = self.ontology[predicate]
        if isinstance(thing, Literal):
            thing = _without_owner(thing, called.text)
        if self._is_out_of_question(predicate, subject, thing, clause, polarity):
            return None
        if clause is not None:
            if clause.is_negated and not is_denial_meant:
                is_lately = clause.adverbs & _LATELY or self._search(_FOR_A_WHILE)
                if polarity is not Polarity.HOLDS or (clause.tense == "perfect" and is_lately):
                    return None  # "I haven't had a migraine in a month"
                polarity = Polarity.DENIES
            if clause.is_ended and not is_denial_meant:
                if polarity is not Polarity.HOLDS:
                    return None
                polarity = Polarity.ENDS
            if clause.is_begun:
                mode = Mode.CHANGE
        time = self._time(clause, thing, declared)
        if predicate in _FOR_LIFE and clause is not None and clause.is_copular and clause.tense == "past":
            clause = replace(clause, tense="present")  # "my father was Einar"
        is_past = clause is None or clause.tense == "past"
        is_past = is_past and polarity is Polarity.HOLDS and self._is_before_that(clause)
        gave_way = self._gave_way(called, predicate, thing) if is_past else None
        if gave_way is not None:
            when = self._until(gave_way, time)
        else:
            when = self._when(time, declared, clause, mode, polarity)
        if when is None:
            return None
        start, end, precision = when
        if predicate in STANDINGS and end is not None and end > self.episode.occurred_at:
            end = None  # "on hold until Q3" tells nothing of how it will stand then
        if self._search(CORRECTION) and not _NOW.search(self._own_text(clause)):
            mode = Mode.CORRECTION
        elif mode is Mode.STATEMENT and (
            _CHANGE.search(self._own_text(clause)) or (time is not None and time.how == "since")
        ):
            mode = Mode.CHANGE
        confidence = HEDGED if self._is_hedged(predicate, thing) else SURE
        if clause is not None and clause.is_reported:
            confidence *= HEARSAY
        if not is_sure:
            confidence *= POINTED
        if isinstance(thing, Called) and thing.text != YOU:
            self.talk.note(thing.text, thing.kind)
        if called.text != YOU:
            # A service may use something, too; and a guess at who is meant tells no kind.
            kind = called.kind if is_sure and predicate != "uses" else ""
            self.talk.note(called.text, kind, is_topic=True)
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

    def _is_body_part(self, text: str) -> bool:
        last = text.split()[-1].lower()
        return self.words.is_("body_part", last) or self.words.is_("body_part", last.removesuffix("s"))

    def _is_hedged(self, predicate: str, thing: Called | Literal | None) -> bool:
        """Whether it is only supposed; "my wife Ann thinks that …" is sure of who she is."""
        hedge = self._search(_HEDGE)
        if hedge is None or thing is None or predicate not in _KIN or not _SUPPOSING.match(hedge[0]):
            return hedge is not None
        return not 0 <= self.plain.find(thing.text) < hedge.start()

    def _is_out_of_question(
        self,
        predicate: str,
        subject: tuple[Called, bool],
        thing: Called | Literal | None,
        clause: Clause | None,
        polarity: Polarity,
    ) -> bool:
        """Whether such a subject and such an object can't be meant."""
        declared = self.ontology[predicate]
        called, is_sure = subject
        is_one_of_us = isinstance(thing, Called) and declared.object == "thing" and self._is_person(thing.text)
        if is_one_of_us and not declared.inverse:  # nobody is a pet, or a tool
            return True
        if thing is not None and name_key(thing.text) == name_key(called.text):
            return True
        if predicate in _INCLINED and thing is not None and _DANGLES.search(thing.text):
            return True  # "do you like to take photos of it?", without the "it"
        if predicate in _LIKINGS and thing is not None and _POINTING.search(thing.text):
            return True  # "I love escaping to that world"
        is_own = clause is not None and clause.subject is not None and clause.subject.lower_ == "i"
        if predicate == "located_in" and is_own:
            return True  # "I've been in Toronto for a month"
        is_picked_up = predicate == "bought" and clause is not None and "pick" in clause.words
        if is_picked_up and thing is not None and thing.text.lower().split()[-1] in _LEARNT:
            return True  # "picked up new skills"
        is_then = clause is not None and clause.tense == "past" and "when" in clause.adverbs
        if predicate == "age" and is_then:
            return True  # "when I turned ten, …"
        is_kin = thing is not None and self.words.is_("kin", thing.text.rpartition("'s ")[2])
        if predicate in ("assigned_to", "partner_of") and is_kin and thing is not None and "'s " in thing.text:
            return True  # "we gave the cat to my aunt", "she moved in with her sister"
        is_of_somebody = declared.subject in ("person", "organization") and is_sure
        is_event = self._is_event(called.text) and not self._is_person(called.text)
        if is_of_somebody and is_event:
            return True  # "the Spring Gala moved to Lisbon"
        if predicate == "assigned_to" and not is_sure and not self._is_spoken_of(called):
            return True
        is_given = predicate == "assigned_to" and clause is not None and "give" in clause.words
        if is_given and not (self._is_work_item(called.text) or self._is_known_project(called)):
            return True  # "he gave Coco to Lily"
        is_used = clause is not None and bool(clause.words & _USES)
        if predicate == "uses" and called.kind == "person" and not is_used:
            return True  # "we adopted Rex", "I run Contoso"
        if predicate == "subsidiary_of" and thing is not None:  # "Tom owns Login Revamp", "it belongs to Ken Abe"
            is_full = " " in thing.text and any(h.hint == "person" for h in self._heard(thing.text))
            if is_full or self._is_work_item(called.text):
                return True
        if predicate == "with" and not is_sure:
            return True
        if predicate == "blocked_by" and not is_sure and thing is not None and thing.text.islower():
            is_standing = any(self.words.is_("status", t.lower_) for t in self.sentence)
            return not (is_standing or self._is_known_project(called))  # "Mila may have it, we're waiting for the test"
        if predicate in _CONTACTS and thing is not None and not _CONTACTS[predicate].search(thing.text):
            return True  # "my phone number isn't"
        if called.text.lower().split()[-1] in ("thing", "things", "something", "stuff"):
            return True  # "crazy thing happened"
        if predicate in ("visited", "attended") and clause is not None and self._is_still_ahead(predicate, clause):
            return True  # "I'm going to Rome"
        is_to = clause is not None and clause.has_copula and any(p == "to" for p, _ in clause.preps)
        if predicate == "visited" and is_to and clause is not None and clause.tense != "perfect":
            return True  # "I'm off to Rome"
        if predicate in ("lives_in", "visited") and thing is not None and self.words.is_("status", thing.text.lower()):
            return True  # "Atlas moved into QA"
        if predicate == "happened_on" and self._search(DUE):
            return True  # "the exam is due on 3 June"
        if predicate in ("due_on", "happened_on") and clause is not None and clause.head.lower_ in _STANDS:
            return True  # "Atlas was on hold over Easter"
        if predicate == "visited" and self._is_work_item(called.text):
            return True  # "Login Revamp went to Ken"
        if predicate == "visited" and thing is not None and self._is_event(thing.text):
            return True  # "I went to the Spring Gala"
        if predicate in ("visited", "assigned_to") and clause is not None and "go" in clause.words:
            is_one = thing is not None and any(h.hint == "person" for h in self._heard(thing.text))
            is_sent = is_one and self._kind_of(called.text) != "person"  # "the account went to Ken"
            if "over" in clause.adverbs | clause.particles or (predicate == "visited" and is_sent):
                return True  # "Kim goes over to Platform"
        if predicate == "from_place" and thing is not None and self._kind_of(thing.text) == "organization":
            return True  # "I'm Ana from Contoso"
        if (
            predicate == "from_place"
            and clause is not None
            and {clause.head.lower_, *clause.adverbs} & {"back", "over"}
        ):
            return True  # "I came back from Rome"
        if predicate == "deal_stage" and thing is not None and _OF_WORK.match(thing.text):
            return True
        is_firm = self._kind_of(called.text) == "organization"
        if predicate == "deal_stage" and thing is not None and not is_firm and "closed" not in thing.text.lower():
            words = [w for w in thing.text.lower().split() if w not in ("in", "at", "under")]
            if "project_status" in self.ontology.predicates and all(self.words.is_("status", w) for w in words):
                return True  # "the export is in review"
        if predicate == "deal_stage" and not is_sure and thing is not None:  # "the stage is incredible"
            return not any(
                self.words.is_("stage", w) or self.words.is_("status", w) for w in thing.text.lower().split()
            )
        is_numbered = thing is not None and any(c.isdigit() for c in thing.text)
        is_on = clause is not None and clause.has_copula and "version" not in self.plain.lower()
        if predicate == "version" and is_on and thing is not None and "." not in thing.text:
            return True  # "the release is on the 12th"
        if predicate == "version" and thing is not None and (_NO_VERSION.search(thing.text) or not is_numbered):
            return True  # "we moved it to Postgres 16"
        if predicate in _KIN and thing is not None:  # "Mum still in Graz, the brothers in Bern"
            both = (self._heard(called.text), self._heard(thing.text))
            if all(any(h.hint == "place" and h.kind in ("", "place") for h in heard) for heard in both):
                return True
        if predicate == "owns" and thing is not None and self._is_body_part(thing.text):
            return True  # "I own a bicycle, and two bad knees"
        if clause is None:
            return False
        if predicate == "renewal_on" and clause.words & _LAPSES and clause.subject is not None:
            return clause.subject.lemma_.lower() not in _TERMS and clause.subject.lower_ not in _TERMS
        is_loss = polarity is Polarity.ENDS and bool(clause.words & _LEAVES)
        if is_loss and predicate in ("married_to", "partner_of") and clause.subject is not None:
            is_known = thing is not None and bool(clause.words & {"die", "pass"}) and self._is_spouse(called, thing)
            return clause.subject.lower_ not in _SPOUSES and not is_known  # "my husband left", not "Tom left"
        if predicate == "works_at" and is_loss and isinstance(thing, Called) and self._kind_of(thing.text) == "":
            return any(h.hint == "person" for h in self._heard(thing.text))  # "Mila left Teo"
        is_for = bool(clause.words & _WORKS_FOR)
        if predicate == "works_at" and thing is not None and polarity is Polarity.HOLDS and is_for:
            heard = self._heard(thing.text)
            if any(h.hint == "person" for h in heard) and all(h.kind in ("", "person") for h in heard):
                return True  # "I work for Sara"
        if predicate == "nickname" and (clause.head.dep_ in ("acl", "advcl") or clause.subject is None):
            return True  # "a game called …"
        if predicate == "hobby" and polarity is Polarity.HOLDS and not clause.is_ended:
            went = clause.tense == "past" and "go" in clause.words  # "we went biking last weekend"
            if went or (clause.tense == "perfect" and "before" in clause.adverbs):
                return True
        if declared.event and clause.is_ended and polarity is Polarity.HOLDS:
            return True  # "I used to go to shows"
        return predicate == "likes" and clause.is_ongoing and "enjoy" in clause.words  # "we're enjoying some lasagna"

    def _is_spoken_of(self, called: Called) -> bool:
        """Whether something was told of it before, or it is asked after."""
        return any(p.subject == called for p in self.talk.told) or self._is_known_project(called)

    def _is_spouse(self, called: Called, thing: Called | Literal) -> bool:
        """Whether it was told that one is married to the other, or their partner."""
        told = (p for p in self._told_so_far if p.predicate in ("married_to", "partner_of"))
        return any(p.polarity is Polarity.HOLDS and p.subject == called and p.object == thing for p in told)

    def _is_still_ahead(self, predicate: str, clause: Clause) -> bool:
        is_past = clause.tense in ("past", "perfect") or predicate == "visited"
        is_coming = clause.tense == "present" and any(map(self._is_ahead, self.times))  # "we fly to Rome on 11 May"
        return bool(clause.words & _SETS_OUT) and (clause.is_ongoing or not is_past or is_coming)

    def _when(
        self, time: TimeSpan | None, declared: Predicate, clause: Clause | None, mode: Mode, polarity: Polarity
    ) -> Spell | None:
        """Since when, until when, how precisely; None where nothing is claimed of any time that has begun."""
        tense = "present" if clause is None else clause.tense
        start = end = None
        precision = Precision.INSTANT
        said = self.episode.occurred_at
        is_beginning = mode is Mode.CHANGE and clause is not None and bool(clause.words & _STARTS)  # "starts on Monday"
        is_turn = mode is Mode.CHANGE and declared.subject == "person" and not declared.event and tense == "present"
        is_turn = is_turn and clause is not None and time is not None and time.how in ("", "in")  # "Tom leaves in July"
        is_future = is_beginning or is_turn or (time is not None and (time.how == "until" or time.is_ahead))
        is_to_come = tense == "future" or (tense == "present" and is_future)
        if time is not None and is_to_come and time.start <= said:
            time = replace(time, start=time.forward.start, end=time.forward.end)
        if time is not None:
            start, precision = time.start, time.precision
            if time.how == "until":
                start, end = (None, time.start) if polarity is Polarity.HOLDS else (time.start, None)
            elif time.how == "range":
                end = time.end
            elif time.how == "for" and tense not in ("present", "perfect"):
                start, precision = None, Precision.INSTANT
        is_claim = polarity is Polarity.HOLDS and declared.object != "date"
        is_state = clause is not None and (clause.has_copula or clause.is_passive)
        if is_claim and tense == "past" and is_state and time is not None and time.how == "for" and not declared.event:
            return None  # "we were married for nine years"
        if is_claim and tense == "past" and mode is not Mode.CHANGE and not declared.event:  # it is over
            if time is None or time.how == "for":
                return None
            if time.how not in ("since", "range") and (time.start if time.how == "until" else time.end) > said:
                return None
            if time.how == "until":  # since when is not said
                start, end = time.start - _LAST_WHILE, time.start
            elif time.how != "since":
                end = time.end
        if is_claim and tense == "future" and (time is None or time.start <= said):
            return (None, None, Precision.INSTANT) if declared.promised else None
        is_coming = self._is_ahead(time) and time is not None and time.how != "until"
        is_wedding = declared.symmetric and clause is not None and "marry" in clause.words
        is_plan = clause is not None and clause.is_ongoing and (is_coming or is_wedding)
        if is_claim and is_plan and (mode is Mode.CHANGE or is_wedding):
            if is_wedding or time is None or time.precision not in (Precision.DAY, Precision.MONTH):
                return None  # "we are getting married in June"
            start, is_to_come = time.forward.start, True  # "she's moving to the data team on the 1st"
        is_happening = declared.event or mode is Mode.CHANGE
        is_told_now = is_happening and clause is not None and tense == "present" and not (clause.is_ongoing or is_turn)
        is_point = time is not None and time.how in ("", "in") and time.start <= said < time.forward.start
        if is_claim and is_told_now and is_point:
            start, precision = None, Precision.INSTANT  # "Atlas slips, so 9 May now"
        is_ahead = is_claim and start is not None and start > said
        if is_ahead and not is_to_come and not (time and time.how == "since"):
            start, end, precision = None, None, Precision.INSTANT
        if end is not None and (start or said) >= end:
            return None
        return start, end, precision

    def _is_before_that(self, clause: Clause | None) -> bool:
        """Whether a clause begins with "before that", or its sentence where there is none."""
        before = self._search(BEFORE_THAT)
        if before is None or clause is None:
            return before is not None and not self.plain[: before.start()].strip()
        at = before.end() + self.sentence.start_char
        following = [c.head.i for c in self.clauses if c.head.idx >= at]
        return bool(following) and following[0] == clause.head.i

    def _gave_way(self, who: Called, predicate: str, thing: Called | Literal | None) -> dt.datetime | None:
        """When "before that" was: until what was told last, of the same kind, began."""
        if thing is None or self.ontology[predicate].event:
            return None
        alike = _OF_WORK_LIFE if predicate in _OF_WORK_LIFE else {predicate}
        told = (p for p in reversed(self._told_so_far) if p.subject == who and p.predicate in alike)
        is_it = (p for p in told if p.object != thing and p.polarity is Polarity.HOLDS and p.valid_to is None)
        last = next(is_it, None)
        return last.valid_from if last is not None else None

    def _until(self, end: dt.datetime, time: TimeSpan | None) -> Spell | None:
        """The time before `end` that is told: "from 2015 on", "for six years", or none."""
        if time is None or time.how == "until":  # since when is not said
            end = end if time is None else min(end, time.start)
            start = end - _LAST_WHILE
        elif time.how == "for":
            start = end - (self.episode.occurred_at - time.start)
        else:
            start, end = time.start, end if time.how == "since" else min(end, time.end)
        precision = time.precision if time is not None else Precision.DAY
        return (start, end, precision) if start < end else None

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
        usable = [t for t in usable if not DUE_AT.search(self.text[: t.start_char])]
        if not declared.event:  # "high, after last year's losses"
            usable = [t for t in usable if t.how == "since" or not _OF_A_TIME.match(self.text, t.end_char)]
        if declared.ahead:  # "I plan to visit Rome in May" is planned now
            usable = [t for t in usable if t.how == "since"]
        dated = {p.object.text for p in self.found if p.predicate in self.x.dates and p.object is not None}
        usable = [t for t in usable if declared.event or t.text.rstrip(".") not in dated]  # "slipped to 9 May"
        usable.sort(key=lambda t: t.how == "for")  # "for three years, from 2016 to 2019"
        if clause is None and thing is not None:
            usable = [t for t in usable if not self._is_of_another(t, thing)]
        if clause is None or len(self.clauses) < 2:
            return usable[0] if usable else None
        own = {clause.head.i, *self._above(clause)}
        for time in usable:
            if self._clause_at(time) in own:
                return time
        earlier = [t for t in usable if t.start_char < clause.head.idx - self.sentence.start_char]
        if len(earlier) == 1 and (clause.tense == "future" and earlier[0].how == "since"):
            return earlier[0]
        if len(earlier) == 1 and "so" in clause.adverbs:  # "I moved on Saturday, so I live in Porto now"
            return replace(earlier[0], how="since")
        return None

    def _is_of_another(self, time: TimeSpan, thing: Called | Literal) -> bool:
        """Whether a clause that begins behind a value has the time: "High blood pressure, and I had mumps in 2019"."""
        value = self.text.find(thing.text)
        starts = [c.subject.idx - self.sentence.start_char for c in self.clauses if c.subject is not None]
        return value >= 0 and any(value + len(thing.text) < start < time.start_char for start in starts)

    def _above(self, clause: Clause) -> Iterator[int]:
        """The heads of the clauses that an infinitive or a gerund completes: "started taking it in May"."""
        token = clause.head
        while label_is(token, "xcomp") and token.head.i in self.heads:
            token = token.head
            yield token.i

    def _clause_at(self, time: TimeSpan) -> int | None:
        """The clause that a time belongs to: the one it stands right before, or hangs on, or follows."""
        token = self._token_at(time.start_char)
        last = self._token_at(time.end_char - 1)
        if token is None or last is None or self._in_quotes(token):
            return None
        after = last.i + 1
        while after < self.sentence.end and last.doc[after].text in (",", ":", "–", "-"):
            after += 1
        since = max((t.i for t in self.sentence if t.i < token.i and t.text in (",", ";", "–", ":")), default=-1)
        follows = any(since < c.head.i < token.i for c in self.clauses)  # "it's blocked since Thursday, we need …"
        for clause in self.clauses if not follows else ():
            subject = clause.subject
            if subject is not None and subject.i < clause.head.i and subject.left_edge.i == after:
                return clause.head.i
        own = clause_of(token, self.heads)
        for clause in self.clauses:
            if clause.head.i == own:
                own = next(reversed([own, *self._above(clause)]))
                break
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

    def _owner(
        self, token: Token | None, declared: Predicate, noun: Token, clause: Clause | None = None
    ) -> tuple[Called, bool] | None:
        if token is not None:
            of = self._subject(token, declared, None)
            is_vague = declared.subject == "organization" and token.pos_ == "NOUN" and token.text.islower()
            if of is not None or not is_vague or not self.words.is_any("dealing", token):
                return of  # "the deadline for the decision" is that of whom it is about
        if clause is None and declared.subject != "person":  # "Larkbox is at version 2.1"
            around = next((c for c in self.clauses if c.head.i == clause_of(noun, self.heads)), None)
            doer = around.subject if around is not None else None
            if doer is not None and doer.i < noun.i and doer.lower_ not in HE_SHE:
                owner = self._subject(doer, declared, None)
                if owner is not None:
                    return owner
        if declared.subject == "person":
            is_free = noun.dep_.startswith("nsubj") or noun.dep_ == "xcomp"  # "him and Rex become buddies"
            is_any = noun.tag_ == "NNS" and is_free and not children(noun, "det", "nummod")
            if is_any:
                return None  # "kids are resilient"
            is_bare = declared.object == "person" and not children(noun, "nmod:poss", "det")
            about = self._spoken_of(noun) if is_bare else None
            return about or (Called(self.episode.speaker, "person"), True)
        self._catch_up(noun.i)
        last = self._latest(declared.subject)
        if last and not (declared.personal and self._is_mere_place(last)):
            return Called(last, declared.subject), False
        told = (p.subject for p in reversed(self.talk.told) if self.ontology[p.predicate] is declared)
        whose = next(told, None) if declared.personal else None  # "Budget is now 470k"
        return (whose, False) if whose is not None else None

    def _spoken_of(self, noun: Token) -> tuple[Called, bool] | None:
        """Who a sentence has been about before a noun that is nobody's: "he's on leave, baby girl, Livia"."""
        before = [c.subject for c in self.clauses if c.subject is not None and c.head.i < noun.i]
        others = [t for t in before if t.lower_ in OTHERS and t.lower_ not in IT]
        if others:
            return self._subject(others[0], Predicate(subject="person"), None)
        return (Called(self.talk.going_on, "person"), False) if self.talk.going_on else None

    def _is_project(self, subject: tuple[Called, bool]) -> bool:
        """Whether something may have a status: nobody, no firm; what a pronoun points at only if known for one."""
        called, is_sure = subject
        if self.words.is_("happening", called.text.lower()):
            return False  # "Kickoff is done"
        return self._kind_of(called.text) in ("", "thing") and (is_sure or self._is_known_project(called))

    def _is_known_project(self, called: Called) -> bool:
        asked = self.talk.answering.open_ if self.talk.answering is not None else []
        is_asked = any(o.predicate == "project_status" and o.subject == called for o in asked)
        return is_asked or any(p.predicate in _OF_PROJECTS and called in (p.subject, p.object) for p in self.talk.told)


def _without_owner(thing: Literal, owner: str) -> Literal:
    """ "Mila's eczema", once it is said to be Mila's."""
    for mark in ("'s ", "’s "):
        if f"{owner}{mark}" in thing.text and thing.text != f"{owner}{mark}".strip():
            value = thing.value.replace(f"{owner}{mark}".lower(), "")
            return Literal(thing.text.replace(f"{owner}{mark}", ""), value)
    return thing
