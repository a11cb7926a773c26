"""What a question asks for, and what its answer then says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.claims import POINTED, STANDINGS, SURE, UNREAL
from memgraph.extract.clauses import Clause, children, clause_of, conjuncts, phrase
from memgraph.extract.frames import Frame
from memgraph.extract.health import DOSE, dosed
from memgraph.extract.nouns import begins_amount, name_at
from memgraph.extract.referents import COUPLES, IT, OTHERS, SECOND, YOU, employer_of, label_is, uncapped
from memgraph.extract.spells import Spells
from memgraph.extract.states import STATES
from memgraph.extract.talk import Open, Question
from memgraph.extract.values import W
from memgraph.model import Mode, Polarity, Precision, name_key
from memgraph.ontology import Predicate

if TYPE_CHECKING:
    from memgraph.extract.tree import Token

_ANSWERED = frozenset(
    "job_title studies favorite prefers hobby speaks diet nationality nickname takes_medication allergic_to "
    "has_condition objection goal".split()
)
_KIN = frozenset("married_to partner_of parent_of child_of sibling_of reports_to".split())
_ALSO = frozenset(("and", "also", "plus"))
_HEALTH = frozenset("takes_medication allergic_to has_condition".split())
_THINGS = _HEALTH | {"hobby"}
_ASKING = frozenset("where who whom what which when how whats wheres whos".split())
_PLACED = {"studies": "studies_at", "job_title": "works_at"}
_AT = regex.compile(rf"\bat (?:the )?(?P<where>{W}(?: {W}){{0,3}})[.!]?$")
_SOMEBODY = Predicate(subject="thing", object="person")
_ANYTHING = frozenset("anything something medication meds medicine drugs treatment".split())
_BESIDE = frozenset("and so ok okay what how about the on then now".split())
_STANDS = frozenset("in on at under".split())  # "in progress"
_FULL = 2  # words of a name
_ABOUT_TASK = 6  # words of a question that names a task
_FEW = 4  # words of a question that names nobody: "any allergies?"
_PLAIN = regex.compile(
    rf"\b[Ww]hat(?:['’]s| is| are|['’]re) (?P<who>you|he|she|they|{W}(?: {W})?) (?P<allergic_to>allergic to)"
    r"|\b(?:[Ww]ho|[Ww]hat|[Ww]hich \w+) (?:else )?(?:are|['’]re) (?P<who>you) (?:also |still |currently )?"
    r"(?P<evaluating>looking at|evaluating|considering|comparing us (?:with|to|against)|talking to)"
    r"|\b[Ww]hen(?:['’]s| is| does| do| will) (?P<who>you)r (?:\w+ )?"
    r"(?:contract|licen[cs]e|subscription|agreement|renewal)"
    r"(?P<renewal_on>(?: (?:run out|end|expire|renew|come up|up|due|up for renewal))?(?=\?))"
    rf"|\b[Ww]hen(?:['’]s| is| are) (?:the )?(?P<who>it|{W}(?: {W})?)"
    r" (?P<due_on>due|supposed to be (?:done|finished|ready))"
    r"|^(?:and |ok(?:ay)?,? |so )?(?P<due_on>by when|due when|until when)(?P<who>)(?=\?)"
    rf"|\b[Ww]hat(?:['’]s| is) (?P<blocked_by>blocking|holding up) (?:the )?(?P<who>it|{W}(?: {W})?)"
    r"|\b[Ww]ho(?:['’]s| is)(?: now| currently)? (?P<assigned_to>running|driving|in charge of|responsible for|doing)"
    rf" (?:the )?(?P<who>it|{W}(?: {W})?)"
    r"|\b[Ww]hen (?:do|does|did|will|must|should)(?: we|n't we| you| they)? (?P<due_on>(?:need|have|want) to"
    r" (?:deliver|launch|ship|submit|finish|release|go live|be done|be ready|be live|hand (?:it|this) in))"
    rf"(?: (?:the )?(?P<who>it|{W}(?: {W})?))?"
    r"|\b[Ww]here(?:['’]re| are) (?P<who>you) (?P<lives_in>these days|nowadays|based|living)\b"
    r"|^(?:[Aa]nd |[Ss]o )?(?:(?P<held_in>[Ww]here)|(?P<happened_on>[Ww]hen))(?P<who>)(?=\?)"
    r"|^(?:[Aa]nd |[Ss]o )?(?:(?P<held_in>[Ww]here)|(?P<happened_on>[Ww]hen))(?:['’]s| is| was| will)?"
    rf" (?:the |your |our )?(?P<who>{W}(?: {W}){{0,2}})(?: be| held| taking place)?(?=\?| this| again| held| taking)"
)
_WHO_SIGNS = regex.compile(
    r"^(?:(?:and|so|ok|okay|but),? )?who(?:['’]s| is| will|['’]ll)? (?:really |actually |finally |ultimately )?"
    r"(?:signs?|decid(?:es?|ing)|approves?|the (?:decision maker|economic buyer|one who decides)"
    r"|makes the (?:final )?(?:call|decision)"
    r"|has the (?:final|last) (?:say|word)|holds the (?:purse strings|budget))"
    r"(?: (?!when|where|how|what|which|if|whether)[\w-]+){0,8}\?"
    r"|^(?:and )?(?:the )?(?:budget holder|signatory|economic buyer)\?",
    regex.IGNORECASE,
)
_WHAT_SPENT = regex.compile(
    r"\b(?:most|max(?:imum)?|limit) (?:that )?(?:they|you|he|she)(?:['’]d| would| could| can| will) (?:ever )?"
    r"(?:spend|pay|go to)\b"
    r"|\b(?:what|how much) (?:would|could|can|will|do|might) (?:they|you|he|she) (?:be willing to |want to )?"
    r"(?:spend|pay|afford|stretch to|go up to|have to spend)\b",
    regex.IGNORECASE,
)
_WHAT_BOTHERS = regex.compile(
    r"\bwhat(?:['’]s| is| was| are)? (?:it )?(?:still )?(?:bother(?:s|ing)|worr(?:ies|ying)|hold(?:s|ing)"
    r"|stop(?:s|ping)|keep(?:s|ing)|put(?:s|ting)|scar(?:es|ing))"
    r" (?:them|him|her|you|the (?:client|customer|buyer|team|board))\b"
    r"|\bwhat (?:do|don['’]t|did|didn['’]t) they (?:not like|dislike|like|object to|complain about|worry about)\b"
    r"|\bwhere(?:['’]s| is) the (?:catch|problem|snag|resistance)\b|\bwhat(?:['’]s| is) (?:the|their) "
    r"(?:catch|problem|snag|worry|fear|reservation|sticking point|hold-?up|issue)\b",
    regex.IGNORECASE,
)
_ME = regex.compile(
    r"^(?:(?:that|this)(?: one)?(?: is|['’]s) )?(?:all )?mine(?=[.,!;]|$)"
    r"|^(?:that['’]s |that would be )?(?:me|I (?:do|will|am|can|did)|I['’]ll (?:do|take)|I['’]m (?:on|doing|taking))"
    r"(?: it| that| this| those)?(?=[.,!;]|$)",
    regex.IGNORECASE,
)
_YOU_DO = regex.compile(
    r"^(?:you|you (?:do|will|are|can)|you['’]ll (?:do|take))(?: it| that)?(?=[.!;]|$)", regex.IGNORECASE
)
_ENDED = regex.compile(
    r"\b(?:sold|stopped|quit|gave (?:it|them|that) up|any ?more|no longer|got rid of|lost|returned|broke up)\b",
    regex.IGNORECASE,
)
_DOES = regex.compile(  # "Marta does", "It's Marta now", "Marta took over from Piet"
    rf"^(?:(?:it|that)(?:['’]s| is| was| would be| will be) )?(?P<who>{W}(?: {W})?)(?: and (?P<too>{W}(?: {W})?))?"
    r"(?: (?:do|does|did|is|are|was|will|has|handles|took|picked|stepped|got)(?: it| that| this)?(?: over| up| in)?"
    r"(?: (?:from|for) [^.!?]*)?| now)?[.!,]"
)
_WHO_HAS = regex.compile(  # "Who's on the Level Editor?"
    r"^(?i:(?:and |so |ok(?:ay)?,? )?who(?:['’]s| is| has| does| takes| owns| handles| gets| wants| can take"
    r"|['’]ll take| will take| picks up|['’]s got)(?: on| doing| working on| handling| taking)? the )"
    rf"(?P<task>{W}(?: {W}){{0,3}})\?$"
)
_HOW_OLD = regex.compile(r"\bhow old\b", regex.IGNORECASE)
_YES = regex.compile(
    r"^(?:(?:every|most) (?:(?:single|other) )?(?:day|morning|evening|night|week|weekend|month)s?|all the time"
    r"|(?:once|twice|three times|a few times|several times) (?:a|every) (?:day|week|month|year)|now and then"
    r"|sometimes|occasionally|(?:quite |very )?often|daily|weekly|from time to time|on and off"
    r"|yes|yeah|yep|yup|right|correct|exactly|indeed|true|sure|of course|that's right|thats right|si|aye)\b"
    r"|^(?:(?:ok|okay|sure|fine|yes|yeah),? )?(?:mine(?: now)?|will do|(?:i['’]m )?on it"
    r"|i['’]ll (?:take|do|handle|own) (?:it|that|this)(?: one| on)?|consider it done|leave it (?:with|to) me|happy to"
    r"|gladly|with pleasure|no problem)(?=[.,!;]|$)"
    r"|^(?:(?:i|we|they|you) (?:do|have|are)|(?:he|she|it) (?:does|has|is)|i am)(?=[,.!;]|$)"
    r"|^(?:since|for|in) [^,.;]{1,30}, (?:yes|yeah|yep|right)[.!]?$",
    regex.IGNORECASE,
)
_MY_ROLE = regex.compile(
    r"(?:(?:yes|no|nope|yeah),? )?(?:(?:he|she|that|it)['’]s |(?:he|she) is )?(?:my|our) (?:\p{Ll}+ ){0,2}?"
    r"(?P<role>\p{Ll}+)",
    regex.IGNORECASE,
)
_SURE = regex.compile(
    r"^(?:for sure|sure|of course|definitely|totally|absolutely|yeah|yes|right)[.!]", regex.IGNORECASE
)
_FILLER = regex.compile(r"^(?:(?:still|now|currently|it's|they're|we're|just|oh|well),? )+", regex.IGNORECASE)
_REACTION = regex.compile(
    r"^(?:(?:that['’]s |what )?an? |such an? )?(?:really |very |so )?"
    r"(?:cool|great|nice|good|awesome|lovely|neat|fun|fair|excellent|interesting|tough|funny|amazing|brilliant|smart"
    r"|solid) (?:idea|question|thought|point|one|plan|choice|pick|call|job|work|stuff|move|thinking|story|news)s?\b"
    rf"|^(?:cool|nice|great|awesome|lovely|wow|amazing|neat|sweet|perfect|interesting)(?=!|, (?-i:{W})[.!])",
    regex.IGNORECASE,
)
_NOW_THEN = regex.compile(r"^(?:originally|initially|it was|at first|first)\b.*\bnow\b", regex.IGNORECASE)
_MORE = regex.compile(r"(?:,| till| until| since| for| because| due to)(?: .*|$)")  # what follows a status
_AT_WHOSE = regex.compile(rf"^(?:[Aa]t|[Ww]ith) (?:my|our) [\p{{L}}'’ ]+? in (?P<where>{W}(?: {W})?)")
_PROPOSED = regex.compile(
    rf"(?P<who>{W}(?: {W})?|\b[Ss]?[Hh]e)(?: has|['’]s)?(?: finally| just)? (?:proposed"
    r"(?=[.!,]|$| to me\b| (?:last|on|at|in|this|during|over|while)\b| yesterday| and I)"
    r"|popped the question|asked me to marry (?:him|her))"
)
_MARRIAGE = regex.compile(
    rf"(?:\b(?:[Mm]y|[Oo]ur)(?: \p{{Ll}}+)?|(?P<whose>\b[Mm]y \p{{Ll}}+(?: {W})?|{W}(?: {W})?)['’]s"
    rf"|\b(?i:(?P<pointed>his|her))) (?:marriage|divorce)(?: (?:to|with|from) (?P<whom>{W}(?: {W})?))?"
    r" (?:came through|went through|(?:is|was|['’]s|has been) (?:really |finally |officially )?"
    r"(?:over|final|finali[sz]ed|finished|at an end)|broke down|fell apart"
    r"|ended|has ended|didn['’]t last|has broken down)\b"
)
_LEFT_OVER = regex.compile(r" (?:on|in|at|by|since|last|this)$", regex.IGNORECASE)
_NO = regex.compile(r"^(?:no|nope|nah|never|not)\b(?! more than \d)", regex.IGNORECASE)
_WHERE_AT = regex.compile(
    r"\b(?:where (?:are we|do we stand|do things stand)|how(?:'s| is| are things)(?: it going)?|any (?:news|update)s?"
    rf"|what'?s the (?:status|latest)) (?:with|on|of|at|for|from) (?:the )?(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}})"
    r"|^(?:and |so |ok,? )?(?:how(?:['’]s| is| are) (?:things with )?|what about |and )?(?:the )?"
    rf"(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}})(?: going| doing| coming along| looking)?(?: now| these days)?\?",
    regex.IGNORECASE,
)


_SUPPOSES = frozenset(  # before what answers: "I think 24k", "Signe said 24k"
    "think guess believe reckon suppose say mention estimate quote hint".split()
)
_HOW_BIG = regex.compile(
    rf"\bhow (?:big|large) (?:is|are) (?:the )?(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}}|they|it)"
    r"|\bhow many (?:people|employees|staff|folks)\b(?:.*\b(?:at|for|does|do|has|have)) (?:the )?"
    rf"(?P<what>(?-i:{W})(?: (?-i:{W})){{0,3}}|they|it|there)"
    r"|\bhow many (?:people|employees|staff) (?:are|do) (?P<what>you)\b",
    regex.IGNORECASE,
)
_OF_FIRMS = (("decision_maker", _WHO_SIGNS), ("budget", _WHAT_SPENT), ("objection", _WHAT_BOTHERS))


class Answers(Spells):
    """Reads one sentence as a question, or as the answer to one."""

    def _open(self) -> list[Open]:
        """What a question asks for: predicates with a subject and no object."""
        out: list[Open] = []
        said = {t.lower_ for t in self.sentence}
        asked = said & _ASKING
        out += [*self._anything(), *self._to_whom()]
        for clause, fitting in zip(self.clauses, self.prepared.matches, strict=True):
            if not asked:
                break
            for word in clause.words:
                for frame in self.x.frames.get(word, ()):
                    declared = self.ontology[frame.predicate]
                    is_fit = frame.polarity is Polarity.HOLDS and frame.subject == "S" and not declared.qualified
                    is_fit = is_fit and not frame.is_negated
                    if frame.predicate == "visited" and clause.is_ongoing:
                        continue  # "where are you going?"
                    if not is_fit or not self._asks(asked, declared, clause) or not self._leaves_open(frame, said):
                        continue
                    subject = self._subject(clause.subject, declared, clause) if clause.subject is not None else None
                    if subject is not None:
                        out.append(Open(frame.predicate, subject[0], words=frame.words))
            for match in fitting:  # "who handles the audit?"
                declared = self.ontology[match.frame.predicate]
                is_firm = declared.subject == "organization"
                is_who = clause.subject is not None and clause.subject.lower_ in ("who", "what", "which")
                if is_who and match.frame.subject == "O" and match.frame.polarity is Polarity.HOLDS and match.subject:
                    subject = self._subject(match.subject, declared, clause)
                    # "Who runs the billing API?" asks for no head of a firm.
                    is_misread = subject is not None and is_firm and self._is_work_item(subject[0].text)
                    if subject is not None and not is_misread and subject[0].text != YOU:
                        out.append(Open(match.frame.predicate, subject[0]))
                if is_who and match.frame.subject == "S" and declared.subject == "person" and declared.takes_entity:
                    out += [
                        Open(match.frame.predicate, thing, is_turned=True)
                        for token in match.objects[:1]
                        if match.frame.polarity is Polarity.HOLDS
                        and (not match.frame.words or self.words.is_any(match.frame.words, token))
                        for thing in self._object(token, declared, clause) if isinstance(thing, Called)
                    ]  # fmt: skip
        if task := self._task_asked():
            self.talk.note(task, "thing", is_topic=True)
            out[:0] = [Open(p, Called(task, "thing")) for p in ("project_status", "assigned_to")]
        elif thing := self._thing_asked():
            out.append(Open("project_status", Called(thing, "thing")))
        asked_after = self._search(_WHERE_AT)
        name = asked_after["what"] if asked_after is not None else ""
        is_named = any(m.text == name for m in self.reading.mentions)  # "Why?" is no name
        if is_named and not any(h.hint == "person" for h in self._heard(name)):
            self.talk.note(name, self._kind_of(name))
            out += [Open(p, Called(name, self.ontology[p].subject)) for p in STANDINGS]
        sized = self._search(_HOW_BIG)
        if sized is not None and "headcount" in self.ontology.predicates:
            likely = [h.name for h in reversed(self.talk.heard) if h.kind == "organization" or h.hint == "organization"]
            last = likely[0] if likely else self._latest("organization")
            name = sized["what"] if sized["what"][:1].isupper() else last
            yours = self._your_firm() if sized["what"].lower() == "you" else None
            name = yours.text if yours is not None else name
            out += [Open("headcount", Called(name, "organization"))] if name and not self._is_person(name) else []
        for predicate, pattern in _OF_FIRMS:
            if predicate not in self.ontology.predicates or not self._search(pattern):
                continue
            firm = self._latest("organization")
            yours = self._your_firm() if not firm else None
            if firm and not self._is_person(firm):
                out.append(Open(predicate, Called(firm, "organization")))
            elif yours is not None:
                out.append(Open(predicate, yours))
            elif self.ontology[predicate].personal and "you" in said:  # "What's the most you would spend?"
                out.append(Open(predicate, Called(YOU, "person")))
        out += [*self._age_asked(), *self._asked_plainly(), *self._contact_asked()]
        for found in self.x.nouns.asked(self.sentence):
            if any(k.lower_ == "at" for k in children(found.noun, "case")):
                continue  # "any pets at home?"
            declared = self.ontology[found.predicate]
            owner = self._owner(found.owner, declared, found.noun) if found.owner is not None else None
            had_by = [
                c.subject for c in self.clauses
                if c.subject is not None and found.noun in (*c.objects, *(t for _, t in c.preps))
            ]  # fmt: skip
            if found.owner is None and had_by and declared.subject == "person":  # "does Mila have any conditions?"
                owner = self._subject(had_by[0], declared, None)
            if owner is None and found.owner is None and declared.subject != "person":
                last = self._latest(declared.subject)
                is_no_firm = last is not None and declared.personal and self._kind_of(last) != "organization"
                owner = (Called(last, declared.subject), False) if last and not is_no_firm else None
            if (
                owner is None
                and found.owner is None
                and (said & SECOND or sum(w.isalpha() for w in said) <= _FEW or found.noun.i <= 1 + self.sentence.start)
            ):
                owner = Called(YOU, "person"), True  # "any allergies?", "which meds are you on?"
            is_of_how = "how" in said and declared.takes_entity  # "how's your dad?"
            if owner is not None and not is_of_how:
                out.append(Open(found.predicate, owner[0], found.qualifier))
        return list(dict.fromkeys(out))

    def _who_has(self) -> Iterator[Proposal]:
        """ "Who's allergic to cats?": what somebody, to be told, has."""
        for clause, fitting in zip(self.clauses, self.prepared.matches, strict=True):
            if clause.subject is None or clause.subject.lower_ not in ("who", "anyone", "anybody"):
                continue
            for match in fitting:
                declared = self.ontology[match.frame.predicate]
                is_fit = match.frame.subject == "S" and match.frame.polarity is Polarity.HOLDS
                if not is_fit or declared.subject != "person" or declared.object != "text" or declared.qualified:
                    continue
                for token in match.objects[:1]:
                    if not match.frame.words or self.words.is_any(match.frame.words, token):
                        for thing in self._object(token, declared, clause):
                            somebody = (Called(YOU, "person"), True)
                            yield from self._stated(clause, match.frame.predicate, somebody, thing)

    def _anything(self) -> list[Open]:
        """ "Do you take anything for it?", "are you allergic to anything?": what a yes or no leaves open."""
        out: list[Open] = []
        for clause in self.clauses:  # "Is it cataracts?"
            is_it = clause.is_copular and clause.subject is not None and clause.subject.lower_ == "it"
            if is_it and self.words.is_any("condition", clause.head) and "has_condition" in self.ontology.predicates:
                out.append(Open("has_condition", Called(YOU, "person"), words="condition"))
        said = {t.lower_ for t in self.sentence}
        is_what = bool(said & {"what", "which"})
        asking = {clause_of(t, self.heads) for t in self.sentence if is_what or t.lower_ in _ANYTHING}
        for clause in (c for c in self.clauses if c.head.i in asking):  # of "have to take something" the taking
            for word in {*clause.words, "be"} if clause.has_copula else clause.words:
                for frame in self.x.frames.get(word, ()):
                    is_fit = frame.predicate in _HEALTH and frame.polarity is Polarity.HOLDS
                    is_fit = is_fit and frame.subject in ("X" if is_what else "SX")  # "what did they give you?"
                    if not is_fit or frame.is_unsaid or not self._leaves_open(frame, said):
                        continue
                    given = [t for t in self.sentence if t.lower_ == "you" and t.i > clause.head.i]
                    doer = clause.subject if frame.subject == "S" else given[0] if given else None
                    subject = self._subject(doer, self.ontology[frame.predicate], clause) if doer is not None else None
                    if subject is not None:
                        out.append(Open(frame.predicate, subject[0], words=frame.words))
        return out

    def _task_asked(self) -> str:
        """ "And the docs rewrite?", "Who's on the export?": the task that a short question is about."""
        named_so = _WHO_HAS.match(self.plain)
        if named_so is not None:
            task = named_so["task"]
            return task if self._kind_of(task) in ("", "thing") else ""
        who = self.clauses[0].subject if self.clauses else None
        if who is not None and (who.lower_ != "who" or not self.clauses[0].is_copular):
            return ""
        token = self.clauses[0].head if self.clauses else self.sentence.root
        is_task = token.pos_ in ("NOUN", "PROPN") and token.text.islower() and self.words.is_any("work_item", token)
        is_short = sum(t.is_alpha for t in self.sentence) <= _ABOUT_TASK
        named = phrase(token) if is_task and is_short and not children(token, "nmod:poss") else ""
        return uncapped(named) if named.startswith(self.sentence[0].text) else named  # "Docs rewrite?"

    def _thing_asked(self) -> str:
        """ "And the onboarding tour?", "Ethics approval?": what may be answered with how it stands."""
        token = self.sentence.root
        beside = [t for t in self.sentence if t.i < token.i and t.is_alpha]
        opening = [t for t in beside if t.lower_ in _BESIDE]
        said = [t for t in beside if t not in opening]
        is_thing = token.pos_ == "NOUN" and not children(token, "nmod:poss") and not self.words.is_any("role", token)
        is_all = not any(t.is_alpha for t in self.sentence if t.i > token.i)
        if self.clauses or not (is_thing and is_all and 0 < len(said) < _FEW) or any(t.pos_ == "PRON" for t in said):
            return ""
        return uncapped(" ".join(t.text for t in (*said, token)))

    def _to_whom(self) -> Iterator[Open]:
        """ "Are you married?", "is it blocked?": what a yes may add."""
        for clause in self.clauses if not {t.lower_ for t in self.sentence} & _ASKING else ():
            bare = clause.subject is not None and not clause.objects and not clause.preps and not clause.complements
            for frame in {f for w in clause.words for f in self.x.frames.get(w, ())} if bare else ():
                declared = self.ontology[frame.predicate]
                preps = frame.args[0].preps if len(frame.args) == 1 and frame.args[0].role == "O" else ()
                is_fit = frame.polarity is Polarity.HOLDS and frame.subject == "S" and declared.takes_entity
                is_plain = not (frame.words or frame.known or frame.particles or frame.args[0].noun) if preps else False
                if not is_fit or not is_plain or frame.verb == "be" or (clause.has_copula and not frame.is_state):
                    continue
                subject = self._subject(clause.subject, declared, clause)
                if subject is not None:
                    yield Open(frame.predicate, subject[0], preps=preps)

    def _asked_plainly(self) -> list[Open]:
        """ "What are you allergic to?", "when is Juno due?", "what's blocking it?", whatever the parser makes of it."""
        match = self._search(_PLAIN)
        if match is None:
            return []
        predicate = next(p for p, said in match.groupdict().items() if p != "who" and said is not None)
        declared = self.ontology.predicates.get(predicate)
        who = match["who"] or "it"
        if predicate in ("held_in", "happened_on") and not match["who"]:
            who = self._latest("event") or ""
        if predicate in ("held_in", "happened_on") and not (who and self._is_event(who)):
            return []
        if declared is None or (predicate == "assigned_to" and self._kind_of(who) == "organization"):
            return []
        if who.lower() == "you":
            yours = self._your_firm() if declared.subject == "organization" else Called(YOU, "person")
            return [Open(predicate, yours)] if yours is not None else []
        name = who if who[:1].isupper() else self._pointed(who.lower(), declared.subject)
        return [Open(predicate, Called(name, declared.subject))] if name else []

    def _age_asked(self) -> list[Open]:
        clause = next((c for c in self.clauses if c.subject is not None and "old" in c.head.lower_), None)
        if clause is None or not self._search(_HOW_OLD) or "age" not in self.ontology.predicates:
            return []
        subject = self._subject(clause.subject, self.ontology["age"], clause)
        return [Open("age", subject[0])] if subject is not None else []

    def _leaves_open(self, frame: Frame, said: set[str]) -> bool:
        """Whether a question uses the words of a pattern, all but its object: "what are you working on?"."""
        thing = next((a for a in frame.args if a.role == "O"), None)
        fixed = [a.noun.removeprefix("<") for a in frame.args if a.noun] + [
            w for p in frame.particles for w in p.split("|")[:1]
        ]
        if thing is None or not said.issuperset(fixed):
            return False
        if thing.preps:
            return bool(said & {*thing.preps, "where", "wheres", "when"})
        last = next((t for t in reversed(list(self.sentence)) if t.is_alpha), None)
        return last is None or last.pos_ != "ADP" or last.lower_ in frame.particles

    def _asks(self, asked: set[str], declared: Predicate, clause: Clause) -> bool:
        if "where" in asked or "wheres" in asked:
            return declared.object in ("place", "organization")
        if asked & {"who", "whom", "whos"}:
            words = [t.lower_ for t in self.sentence if t.is_alpha]
            is_for = words[-1] in ("for", "with") or any(p in ("for", "with") for p, _ in clause.preps)
            return declared.object == "person" or (declared.object == "organization" and is_for)
        if "when" in asked:
            return declared.object == "date"
        return declared.object not in ("place", "person", "date") and any(
            t.lower_ in ("what", "which") and (label_is(t, "obj") or label_is(t.head, "obj") or t.dep_ == "det")
            for t in self.sentence
        )

    def _answering(self, called: Called) -> Called:
        """With who answers for whoever was asked: "your son" is now theirs."""
        if not called.text.startswith(YOU):
            return called
        if called == employer_of(YOU):
            firm = self._own_organization(self.episode.speaker)
            return Called(firm, "organization") if firm is not None else employer_of(self.episode.speaker)
        known = self._instead_of_you(called.text, self.episode.speaker)
        if known != self.episode.speaker:
            self.talk.note(known, "person", self.words.gender(called.text.rpartition(" ")[2]))
        return Called(known, "person")

    @property
    def _is_echo(self) -> bool:
        """ "And your brother?" - "Karim? He's fine.": whether a question only names who was asked after."""
        words = [t for t in self.sentence if t.is_alpha]
        return self.is_question and len(words) <= _FULL and all(t.pos_ == "PROPN" for t in words)

    def answer(self, question: Question) -> None:
        """Read this sentence as the answer to what was asked."""
        text = self.plain.strip()
        if question.dated is not None and not self.is_question:
            self._begin(question.dated, text)
        if _REACTION.match(text) or (question.named and self._who_that_is(question.named, text)):
            return
        yes = _YES.match(text) if not self.is_question else None
        is_told = self._is_echo or not (self.is_question or _NO.match(text) or UNREAL.search(text))
        if self._reached_instead(question) or self._related_instead(question):
            return
        is_over = _ENDED.search(text) is not None
        if (_NO.match(text) and (question.is_still or is_over)) or (question.is_still and is_over and yes is None):
            self._no_more(question)
        if is_told and yes is None and (self._instead_of_that(question, text) or self._another_state(question)):
            return
        if (is_told and self._filled(question, text)) or yes is None:
            return
        begun = (t for t in self.times if t.how in ("", "in", "since", "for") and t.start <= self.episode.occurred_at)
        since = next(begun, None)
        told_of = [(c.subject.lower_, c.words) for c in self.clauses if c.subject is not None]
        of_others = any(who in OTHERS and not (who in IT and "be" in words) for who, words in told_of)
        for asked in question.asked:
            if of_others and asked.subject.text == YOU:  # "Do you …?" — "Yes, they do."
                continue
            thing = self._answering(asked.object) if isinstance(asked.object, Called) else asked.object
            declared = self.ontology[asked.predicate]
            counted = [t for t in self.sentence if begins_amount(t)] if declared.object == "money" else []
            for said in self._object(counted[0], declared, None) if counted else ():  # "Yes, 435,000 it is"
                thing = said
            changes: dict[str, Any] = {"subject": self._answering(asked.subject), "object": thing}
            if asked.valid_from is None and since is not None:  # "Yes, in 2021"
                changes |= {"valid_from": since.start, "precision": since.precision}
            self._retell(asked, SURE, **changes)

    def _who_that_is(self, name: str, text: str) -> bool:
        """ "Who's Tom?" - "My husband."; "Is Tom your brother?" - "No, my cousin's friend" tells nothing."""
        told = _MY_ROLE.fullmatch(text.rstrip(".! "))
        predicate = self.x.nouns.labelled([told["role"].lower()]) if told is not None and not self.is_question else None
        if predicate is None or self.ontology[predicate].object != "person":
            return False
        me = (Called(self.episode.speaker, "person"), True)
        self.found.extend(self._stated(None, predicate, me, Called(name, "person")))
        return True

    def _related_instead(self, question: Question) -> bool:
        """ "Is Ana his wife?" - "Girlfriend.": what she is to him."""
        first = next((t for t in self.sentence if t.is_alpha and not _NO.fullmatch(t.text)), self.sentence[0])
        predicate = self.x.nouns.labelled([first.lower_]) if self.words.is_any("role", first) else None
        if predicate is None or children(first, "nmod:poss", "det", "compound"):
            return False
        for asked in question.asked:
            if asked.predicate in _KIN and isinstance(asked.object, Called):
                asked = replace(asked, predicate=predicate, object=self._answering(asked.object))
                self._retell(asked, SURE, subject=self._answering(asked.subject))
                return True
        return False

    def _instead_of_that(self, question: Question, text: str) -> bool:
        """ "It's at 2.3, right?" - "2.4 since Monday.": another value of what has one."""
        if not question.asked or (not text[:1].isdigit() and text[:1] not in "$€£v"):
            return False
        first = self.sentence[0]
        for asked in question.asked:
            declared = self.ontology[asked.predicate]
            is_value = declared.object in ("money", "number", "date") or asked.predicate == "version"
            if declared.one and is_value and isinstance(asked.object, Literal):
                for thing in self._object(first, declared, None):
                    if thing != asked.object and self._answer(Open(asked.predicate, asked.subject), thing):
                        return True
        return False

    def _another_state(self, question: Question) -> bool:
        """ "Are you vegetarian?" - "Pescatarian.": another of its kind."""
        if any(c.subject is not None for c in self.clauses):
            return False
        for asked in question.asked:
            kind = STATES.get(asked.predicate, "")
            told = [t for t in self.sentence if kind and self.words.is_any(kind, t)]
            for thing in self._object(told[0], self.ontology[asked.predicate], None) if told else ():
                if thing != asked.object and self._answer(Open(asked.predicate, asked.subject), thing):
                    return True
        return False

    def _no_more(self, question: Question) -> None:
        """ "Are you still on naproxen?" — "No, I stopped in May."."""
        over = next((t for t in self.times if t.start <= self.episode.occurred_at), None)
        for asked in question.asked:
            if asked.polarity is Polarity.HOLDS:
                self._retell(
                    asked,
                    SURE,
                    subject=self._answering(asked.subject),
                    polarity=Polarity.ENDS,
                    mode=Mode.CHANGE,
                    valid_from=over.start if over is not None else None,
                    valid_to=None,
                    precision=over.precision if over is not None else Precision.INSTANT,
                )
                self._instead(asked)

    def _instead(self, asked: Proposal) -> None:
        """ "Is Luis still your manager?" - "No, Sara is."."""
        told = _DOES.match(_NO.sub("", self.plain.strip()).lstrip(", ").rstrip(".!") + ".")
        declared = self.ontology[asked.predicate]
        if told is None or not declared.one or declared.object != "person" or self.words.is_common(told["who"]):
            return
        if self._kind_of(told["who"]) in ("", "person"):
            who = Called(told["who"], "person")
            self._retell(asked, SURE, subject=self._answering(asked.subject), object=who, mode=Mode.CHANGE)

    def _stands_so(self, question: Question, text: str) -> bool:
        """ "Proposal sent on Friday", "Stuck, I'm waiting for finance": how what was asked after stands."""
        standings = [left for left in question.open_ if left.predicate in STANDINGS]
        comma = self.sentence.start_char + text.find(",")
        is_brief = all(
            any(self.words.is_(k, c.subject.lower_) for k in ("stage", "dealing"))
            or ("," in text and c.subject.idx > comma)
            for c in self.clauses
            if c.subject is not None
        )
        if not standings or not is_brief:
            return False
        for left in standings:
            told = list(self._standing(left.subject.text, self._how(text), None, is_answer=True))
            self.reading.proposals.extend(told)
            if told:
                return True
        return False

    def _how(self, text: str) -> str:
        """The words of an answer for how something stands, without when, why and until when."""
        before = text[: self.times[0].start_char] if self.times and self.times[0].start_char else text
        return _LEFT_OVER.sub("", _MORE.sub("", _FILLER.sub("", before)).strip(" .!"))

    def stand_too(self, question: Question) -> None:
        """ "That's me. In progress, should be out on Friday.": how it stands, in a later sentence of an answer."""
        text = self.plain.strip()
        words = self._how(text).lower().split()
        is_bare = all(w in _STANDS or any(self.words.is_(k, w) for k in ("stage", "status")) for w in words)
        asked = {left.subject for left in question.open_}
        is_told = any(p.subject in asked and p.predicate in STANDINGS for p in self.reading.proposals)
        if words and is_bare and not (is_told or self.is_question):
            self._stands_so(question, text)

    def _filled(self, question: Question, text: str) -> bool:
        """Whether what the question left open is told, as a name, a number, or a few words."""
        if self._stands_so(question, text):
            return True
        if _SURE.match(text):
            return False
        where = _AT_WHOSE.match(text)
        homes = [left for left in question.open_ if left.predicate == "lives_in"]
        if where is not None and any(self._answer(left, Called(where["where"], "place")) for left in homes):
            return True
        if question.words <= _FEW and self._filled_by_subject(question):
            return True
        doer = self.episode.speaker if _ME.match(text) else question.by if _YOU_DO.match(text) else ""
        for left in question.open_ if doer else ():
            is_who = self._asks_for_person(left) and left.predicate not in _KIN
            if is_who and self._answer(left, Called(doer, "person")):
                return True
        those = [Called(doer, "person")] if doer else self._doers(text)
        for left in question.open_ if not doer else ():
            told = [self._answer(left, who) for who in those] if self._asks_for_person(left) else []
            if any(told):
                return True
        for asked in question.whose if those else ():
            for who in those:
                self._retell(asked, SURE, subject=who)
        if question.whose and those:
            return True
        root = self.sentence.root
        pointing = [c for c in self.clauses if c.is_copular and c.subject is not None and c.subject.lower_ in IT]
        others = [c for c in self.clauses if c not in pointing and c.subject is not None]
        if self._more is not None:
            root = self._more
        elif pointing and not others and not pointing[-1].is_negated:
            root = pointing[-1].head  # "That would be Magda", "Used to be Oslo, now it's Graz"
        elif others and others[0].head.pos_ == "AUX" and others[0].preps and _YES.match(text):
            root = others[0].preps[0][1]  # "I am, to Halina"
        elif any(c.subject is not None and not c.words & _SUPPOSES and c.head.i <= root.i for c in self.clauses):
            first = self.sentence[0]
            if not (first.like_num or begins_amount(first)):
                return False
            root = first  # "450k, everything included"
        wanted = {self.ontology[left.predicate].object for left in question.open_}
        amounts = [t for t in self.sentence if begins_amount(t)]
        if "money" in wanted and len(amounts) == 1 and root.pos_ in ("ADV", "ADP"):
            root = amounts[0]  # "Somewhere around 80k a year"
        if "date" in wanted and len(self.times) == 1:  # "Sam Okafor, 3 September 1958"
            before = self.plain[: self.times[0].start_char].strip(" ,.-–")
            if name_key(before) in name_key(self.episode.speaker):
                root = self._token_at(self.times[0].start_char) or root
        if root.pos_ not in ("NOUN", "PROPN", "NUM", "ADJ", "X", "VERB"):
            return False
        for left in question.open_:
            declared = _SOMEBODY if left.is_turned else self.ontology[left.predicate]
            if declared.object == "text" and left.predicate not in _ANSWERED:
                continue
            if declared.object == "date" and self._search(_NOW_THEN) and len(self.times) > 1:
                root = self._token_at(self.times[-1].end_char - 1) or root  # "Originally 1 March, now 22 March"
            is_count = declared.object in ("number", "money")
            counted = [t for t in self.sentence if t.like_num or begins_amount(t)][:1] if is_count else []
            found = False
            said = [t for c in self.clauses if c.head is root and c.words & _SUPPOSES for t in c.objects]
            for token in map(dosed, counted or said or conjuncts(root)):
                if left.preps and not any(k.lower_ in left.preps for k in children(token, "case")):
                    continue
                is_classed = declared.object == "text" or left.words.endswith("school_word")
                if left.words and is_classed and not self.words.is_any(left.words, token):
                    continue
                if left.predicate in _THINGS and token.pos_ not in ("NOUN", "PROPN"):
                    continue
                if left.predicate == "takes_medication" and (DOSE.fullmatch(token.text) or children(token, "nummod")):
                    continue  # "75 micrograms"
                for thing in self._object(token, declared, None):
                    if isinstance(thing, Called) and declared.object != "person" and self._is_person(thing.text):
                        continue  # "Nice set-up, James!" answers nothing
                    found = self._answer(left, thing) or found
            if found:
                self._where_too(left, text)
                return True
        return False

    @property
    def goes_on(self) -> bool:
        """Whether a sentence begins with more of an answer."""
        return self._more is not None

    @property
    def _more(self) -> Token | None:
        """ "And asthma, but that's under control", "And mild asthma": what a sentence begins with, being more of it."""
        also, *rest = self.sentence
        if also.lower_ not in _ALSO or not rest:
            return None
        more = rest.pop(0)
        if rest and more.pos_ == "ADJ" and more.head is rest[0]:
            more = rest.pop(0)
        is_all = not rest or rest[0].text in ".,;!("
        return more if is_all and more.pos_ in ("NOUN", "PROPN") else None

    def _proposed(self) -> Iterator[Proposal]:
        """ "Samir proposed!", "he asked me to marry him": to the speaker, where nobody else is named."""
        match = self._statement("partner_of", _PROPOSED)
        who = self._whose(match["who"]) if match is not None else ""
        is_told = any(p.predicate in COUPLES for p in self.found)
        if who and who != self.episode.speaker and not is_told:
            me = (Called(self.episode.speaker, "person"), True)
            yield from self._stated(None, "partner_of", me, Called(who, "person"), Mode.CHANGE)

    def _marriage_over(self) -> Iterator[Proposal]:
        """ "My marriage to Erik is over", "Lola's marriage broke down": to whom, or to whoever it was."""
        match = self._statement("married_to", _MARRIAGE)
        if match is None or any(p.predicate == "married_to" for p in self.found):
            return
        whose = self._whose(match["whose"] or match["pointed"] or "me")
        other = Called(match["whom"], "person") if match["whom"] else None
        if whose:
            over = self._proposal(
                None, "married_to", (Called(whose, "person"), True), other, Mode.CHANGE, Polarity.ENDS
            )
            yield from [over] if over is not None else []

    def _wed(self) -> Iterator[Proposal]:
        """ "Are you and Malin still together?" - "We got married in 2021!": to whom one had been together with."""
        asked = self.talk.answering.asked if self.talk.answering is not None else []
        pairs = [
            p for p in (*asked, *reversed(self.talk.told)) if p.predicate in COUPLES and p.polarity is Polarity.HOLDS
        ]
        sides = [side for p in pairs for side in ((p.subject, p.object), (p.object, p.subject))]
        of_me = [other for one, other in sides if one is not None and one.text in (YOU, self.episode.speaker)]
        if not of_me or self.is_question or "married_to" not in self.ontology.predicates:
            return
        for clause in self.clauses:
            is_we = clause.subject is not None and clause.subject.lower_ == "we"
            is_wed = "marry" in clause.words or any(t.lower_ in ("married", "hitched") for t in clause.complements)
            is_bare = not clause.objects and not any(p == "to" for p, _ in clause.preps)
            if is_we and is_wed and is_bare and clause.tense in ("past", "perfect") and isinstance(of_me[0], Called):
                me = (Called(self.episode.speaker, "person"), True)
                yield from self._stated(clause, "married_to", me, of_me[0], Mode.CHANGE)

    def _doers(self, text: str) -> list[Called]:
        """Who it is: "Marta does", "It's Marta now", "Ann and Tom"."""
        by_name = _DOES.match(_FILLER.sub("", text).rstrip(".!") + ".")
        first = next((t for t in self.sentence if t.is_alpha), self.sentence[0])
        if by_name is None or first.pos_ in ("VERB", "ADJ", "DET") or self._is_none(by_name["who"]):
            return []
        if label_is(first, "nmod:poss") and first.pos_ == "PRON":
            return []  # "Our CFO, Ruth Abel" is told below
        named = [name for name in by_name.group("who", "too") if name]
        return [Called(name, "person") for name in named if self._kind_of(name) in ("", "person")]

    def _is_none(self, name: str) -> bool:
        """Whether what is written like a name is none."""
        return self.words.is_common(name) or name.lower() in SECOND

    def _where_too(self, left: Open, text: str) -> None:
        """ "What do you study?" — "Law, at Leiden."."""
        predicate = _PLACED.get(left.predicate, "")
        there = _AT.search(text)
        if there is not None and predicate in self.ontology.predicates and not self._is_person(there["where"]):
            self._answer(Open(predicate, left.subject), Called(there["where"], "organization"))

    def _asks_for_person(self, left: Open) -> bool:
        return left.is_turned or (self.ontology[left.predicate].object == "person" and not left.preps)

    def _filled_by_subject(self, question: Question) -> bool:
        """ "And your wife?" is answered by whom "Marta teaches chemistry" is about."""
        first = self.clauses[0].subject if self.clauses else None
        named = name_at(first, self.talk.named) if first is not None and first.i <= self.sentence.start + 1 else None
        if named is None or self.words.is_common(named.text) or self._kind_of(named.text) not in ("", "person"):
            return False
        for left in (o for o in question.open_ if o.predicate in _KIN and self._asks_for_person(o)):
            if self._answer(left, Called(named.text, "person")):
                if not self.ontology[left.predicate].one:  # "And the kids?" - "Ann is nine, Tom is six"
                    self._and_others(left, named.text)
                return True
        return False

    def _and_others(self, left: Open, first: str) -> None:
        """Whoever else the sentence tells the age of answers the question, too."""
        for clause in self.clauses:
            other = name_at(clause.subject, self.talk.named) if clause.subject is not None else None
            is_aged = clause.is_copular and clause.head.pos_ == "NUM"
            if other is not None and is_aged and other.text != first and not self.words.is_common(other.text):
                self._answer(left, Called(other.text, "person"))

    def _answer(self, left: Open, thing: Called | Literal) -> bool:
        if left.qualifier and thing.text.lower().split()[-1] == left.qualifier.split()[-1]:
            return False  # "Which part did you like?" - "The best part was …"
        subject = self._answering(left.subject)
        if left.is_turned and isinstance(thing, Called):
            subject, thing = thing, subject
        told = list(self._stated(None, left.predicate, (subject, True), thing))
        self.reading.proposals.extend(
            replace(p, qualifier=left.qualifier, confidence=round(p.confidence * POINTED, 4)) for p in told
        )
        return bool(told)
