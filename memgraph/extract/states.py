"""What somebody or something is, or has: a nurse, vegan, on hold, closed won, migraines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.clauses import Clause, children, clause_of, conjuncts, phrase, stem
from memgraph.extract.health import Health
from memgraph.extract.nouns import name_at
from memgraph.extract.referents import DUE_AT, label_is
from memgraph.extract.values import SPELLED, W, read_text
from memgraph.model import Mode, Polarity, Precision
from memgraph.ontology import Predicate

if TYPE_CHECKING:
    from memgraph.extract.tree import Token

_PRICE = regex.compile(
    r"(?P<how>not (?:very |that |so |at all )?|(?:very|quite|highly|extremely|rather|somewhat|a bit|a little|pretty) )?"
    r"price[- ]sensitive",
    regex.IGNORECASE,
)
STATES = {"diet": "diet", "nationality": "nationality", "job_title": "occupation", "project_status": "status"}
"""What somebody or something may be, and the words for it."""
_FOR_LONG = regex.compile(
    r" (?:for|since) (?:ages|years|decades|months|forever|ever|a while|long).*$", regex.IGNORECASE
)
_OVER = regex.compile(r" (?:over|to|rather than|instead of) ")
_SHORT_OF_IT = frozenset("nearly almost half partly partially mostly hardly barely out far".split())
_PRAISE = frozenset(
    "perfect best great amazing awesome true natural born wonderful fantastic incredible inspiring brilliant excellent "
    "good terrible bad lousy real ideal lovely".split()
)
_HIRES = frozenset("hire recruit appoint".split())
_TALL = regex.compile(r"\d ?(?:ft|foot|feet|cm|kg|kilos?|lbs?|pounds|stone|['’\"”])(?!\w)", regex.IGNORECASE)
_CLOSED = regex.compile(r"\bclosed[ -](?:won|lost)\b", regex.IGNORECASE)
_STATUS = regex.compile(
    r"\b(?:closed[ -](?:won|lost)|on (?:hold|track|schedule|ice)|at risk|off track"
    r"|(?:behind|ahead of) schedule|up and running|(?:code|feature)[- ]complete"
    r"|in (?:(?:a |the )?(?:code |feature )?freeze|beta|alpha"
    r"|progress|review|production|testing|development|limbo|qa)|under (?:review|way|construction))\b",
    regex.IGNORECASE,
)
_NEW_JOB = regex.compile(
    r"\b(?:(?:changed|switched|moved|changing) (?:jobs?|companies|employers?)|new job|got a job)\b", regex.IGNORECASE
)
_DONE = {"ship": "shipped", "launch": "launched", "start": "started", "finish": "finished"}  # "did Atlas ship?"
_GONE = regex.compile(r"\b(?:left|quit|resigned|moved on|jumped ship)\b", regex.IGNORECASE)
_ADULT = 14  # years that somebody's mother has, at least
_GROWN = (
    "'s mother",
    "'s father",
    "'s grandmother",
    "'s grandfather",
    "'s wife",
    "'s husband",
    "'s boss",
    "'s manager",
)
_YEARS = regex.compile(r"\b(?:months?|years?|decades?|ages|ever)\b", regex.IGNORECASE)
WHERE = regex.compile(rf" (?:in|at|from) (?={W})")  # "music in Oslo", "a dentist from Graz"
_NEW_HOME = regex.compile(
    rf"\b(?:my|our|the) new (?:place|home|house|flat|apartment|condo|digs)(?: is|['’]s) in"
    rf" (?P<where>(?-i:{W})(?: (?-i:{W}))*)",
    regex.IGNORECASE,
)
_STILL_AT = regex.compile(
    r"^(?i:(?:i['’]m |yes,? |yeah,? |yep,? |still [^,]+, (?:and )?)?still (?:with|at))"
    rf" (?P<firm>{W}(?: {W})*)(?=[,.!;]|$)"
)
_STILL_IN = regex.compile(
    r"^(?i:(?:i['’]m |(?:s?he|it)['’]s |yes,? |yeah,? |yep,? |still [^,]+, (?:and )?)?still in)"
    rf" (?P<where>{W}(?: {W})*)(?=[,.!;]|$| with )"
)
_LAST_DAY = regex.compile(
    rf"(?:(?P<who>{W}(?: {W})?)['’]s|\b(?:(?P<my>(?i:my))|(?P<whose>(?i:his|her)))) last day(?: of work)?"
    rf"(?: (?:at|with) (?P<firm>{W}(?: {W})*))? (?P<when>is|was|will be)\b"
)
_HEADED = regex.compile(
    rf"^(?:[Ss]tatus(?: update)?(?: of| on| for)? )?(?P<what>{W}(?: {W}){{0,3}})(?: (?:[Ss]tatus|[Uu]pdate))?"
    rf"(?::| [–—-]) (?P<how>[\w -]{{2,40}}?)(?:[.!]?$|, )"
)


_WAITS_FOR = regex.compile(
    rf"(?P<task>{W}(?: {W}){{0,3}}|[Ii]t|[Ww]e|I|[Tt]he [\p{{Ll}} -]{{3,30}}?) (?:can['’]?t|cannot|can not|won['’]t)"
    r" (?:go on|go ahead|start|begin|proceed|continue|move(?: on| forward)?|ship"
    r"|be (?:started|finished|merged|released|deployed))"
    rf" (?:until|till|before|without) (?:the )?(?P<what>{W}(?: {W}){{0,3}}|\p{{Ll}}[\p{{Ll}} -]{{2,30}}"
    r"(?= (?:is|are|has been|have been|gets?|goes|comes) (?:\p{Ll}+ )?(?:done|through|finished"
    r"|approved|complete|completed|ready|fixed|in|in place|merged|back|over|out|signed|there|live"
    r"|delivered|here|sorted|resolved)\b))"
)
_MILESTONE = regex.compile(
    r"\b(?:the|our) (?P<what>release|launch|go-live|rollout|roll-out|delivery|handover)(?: date)?"
    r"(?: (?:is|was|has|been|got|gets|now|still|also|being))* (?:(?:planned|scheduled|set|slated|due|moved|moves"
    r"|pushed(?: back)?|postponed|delayed|slipped|slips) )?(?:on|for|to|until|till|in|by) ",
    regex.IGNORECASE,
)
_DOERS = frozenset("i we you they he she".split())
_SHARED_OUT = regex.compile(rf", (?:and )?(?P<who>{W}) (?:the|our) (?P<task>\p{{Ll}}[\p{{Ll}} -]+)(?=[.,;!]|$)")
_SO_NOW = regex.compile(r"\b[Ss]o (?P<what>\p{L}+) now\b")
_HELD = regex.compile(rf", (?:in|at) (?:the )?(?P<where>{W}(?: {W})*)(?: (?P<kind>\p{{Ll}}+))?(?=[.,;!]|$)")
_RELEASED = regex.compile(
    rf"(?:^|[,;.] |\b(?i:the|our|so|and) )(?P<what>{W}(?: {W}){{0,3}}) (?:version |v)?(?P<version>\d+(?:\.\d+)+)"
    r"(?: (?:is|was|went|got|has been|['’]s))?(?: now| finally| just)? (?:out|live|released|shipped|available|deployed"
    r"|rolled out|launched)\b"
)


class States(Health):
    """Reads standings and possessions off one sentence."""

    def _states(self, clause: Clause) -> Iterator[Proposal]:
        """What somebody is: a nurse, Moroccan, vegan, 34."""
        is_state = clause.is_copular or (clause.is_passive and self.words.is_("status", clause.head.lower_))
        becomes = clause.head.lemma_.lower() in ("become", "turn", "go") and bool(clause.complements)
        if clause.subject is None or not (is_state or becomes):
            return
        head = clause.head if clause.is_copular or clause.is_passive else clause.complements[0]
        if head.lower_ == "mine" or any(c.tag_ == "POS" for c in children(head, "case")):
            yield from self._is_whose(clause, head)
            return
        if (match := self._search(_PRICE)) and "price_sensitivity" in self.ontology.predicates:
            subject = self._subject(clause.subject, self.ontology["price_sensitivity"], clause)
            if subject is not None and not clause.is_unreal:
                degree = (match["how"] or "").strip().lower()
                value = (
                    "low"
                    if degree.startswith("not") or clause.is_negated
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
        yield from self._ailing(clause, head)
        for token in conjuncts(head):
            word = token.lower_
            for name, kind in STATES.items():
                declared = self.ontology[name]
                if not (self.words.is_(kind, word) or self.words.is_(kind, token.lemma_.lower())):
                    continue
                is_listed = token.i > self.sentence.start + 1 and token.nbor(-1).lower_ in ("and", ",")
                if name == "nationality" and is_listed and self._is_tongue(token.nbor(-2)):
                    continue  # "a translator, Hindi and German"
                if name == "diet" and token.pos_ == "NOUN" and children(token, "compound"):
                    continue
                told = self.x.nouns.predicate_of(token)
                is_of_firm = told is not None and self.ontology[told[0]].subject == "organization"
                if name == "job_title" and told is not None and (not is_of_firm or token.lower_ == "owner"):
                    continue  # "you're the account owner"
                is_noun = (
                    token.pos_ in ("NOUN", "PROPN") or token.text.isupper()
                )  # "CFO", whatever the tagger made of it
                if name == "job_title" and (not is_noun or clause.is_negated):
                    continue
                subject = self._subject(clause.subject, declared, clause)
                if subject is None or (
                    declared.subject == "person" and self._kind_of(subject[0].text) in ("organization", "place")
                ):
                    continue
                if name == "project_status" and not self._is_project(subject):
                    continue
                is_praise = any(c.lower_ in _PRAISE for t in (head, token) for c in children(t, "amod", "compound"))
                if name == "job_title" and (is_praise or children(token, "det:predet")):
                    continue  # "you're the perfect guide", "such a writer"
                is_title = name == "job_title" and token.pos_ != "VERB"
                text = phrase(token).removeprefix("new ") if is_title else token.text
                if name == "project_status" and self._is_far_from(token):
                    continue
                if name == "project_status" and any(c.text.islower() for c in children(token, "compound")):
                    text = phrase(token)  # "in code review"
                if (
                    name == "project_status"
                    and (case := children(token, "case", "mark"))
                    and not children(token, "det")
                ):
                    text = f"{case[0].text} {text}"  # "on hold", but "in the green"
                if is_title:  # "a dentist in Graz"
                    text = WHERE.split(text, maxsplit=1)[0]
                literal = read_text(_FOR_LONG.sub("", text))
                if name == "project_status" and literal is not None:
                    literal = replace(literal, value=literal.value.removeprefix("in "))
                if name == "job_title":
                    yield from self._employer(clause, subject)
                if name == "project_status" and (any(t.text == "%" for t in token.subtree) or self._search(_CLOSED)):
                    continue  # "80% done", "closed lost"
                is_turn = becomes or (clause.is_passive and name == "project_status")  # "was cancelled" is no history
                if literal is not None:
                    mode = Mode.CHANGE if is_turn else Mode.STATEMENT
                    yield from self._stated(clause, name, subject, literal, mode)
        match = regex.fullmatch(
            r"(\d{1,3})", head.text if head.lower_ == "one" else str(SPELLED.get(head.lower_, head.text))
        )
        if match is None and head.lower_ in ("years", "year", "old"):
            match = regex.search(r"\b(\d{1,3}) years? old", self.plain)
        if match is not None and not self._search(_TALL):
            number = match[1]
            subject = self._subject(clause.subject, self.ontology["age"], clause)
            is_listed = any(p.predicate == "age" for p in self.found)  # "Ann is nine, Villads is six"
            is_somebody = (
                is_listed
                or clause.subject.lower_ in ("he", "she")
                or (subject is not None and self._is_somebody(subject[0].text))
            )
            is_grown = subject is not None and subject[0].text.endswith(_GROWN)
            if subject is not None and (_ADULT if is_grown else 0) < int(number) < 120 and is_somebody:
                yield from self._stated(clause, "age", subject, Literal(number, number))

    def _is_whose(self, clause: Clause, head: Token) -> Iterator[Proposal]:
        """ "The audit is mine", "Login Revamp is Ken's now", "the blue van is mine"."""
        mine = Called(self.episode.speaker, "person")
        whose = (mine, True) if head.lower_ == "mine" else self._subject(head, Predicate(subject="person"), None)
        if whose is None or clause.subject is None:
            return
        whose = replace(whose[0], text=whose[0].text.removesuffix("'s").removesuffix("’s")), whose[1]
        if self.words.is_any("possession", clause.subject) and "owns" in self.ontology.predicates:
            thing = read_text(phrase(clause.subject))
            yield from self._stated(clause, "owns", whose, thing) if thing is not None else ()
        elif "assigned_to" in self.ontology.predicates:
            task = self._subject(clause.subject, self.ontology["assigned_to"], clause)
            is_task = task is not None and (
                whose[0] == mine or self._is_titled(clause.subject) or self._is_known_project(task[0])
            )
            if task is not None and task[1] and is_task:
                yield from self._stated(clause, "assigned_to", task, whose[0])

    def _turned(self) -> Iterator[Proposal]:
        """ "I've started eating eggs, so vegetarian now": what somebody has become, without a verb."""
        match = self._statement("diet", _SO_NOW)
        doers = [c.subject for c in self.clauses if c.subject is not None and not c.is_unreal]
        if match is None or not doers or not self.words.is_("diet", match["what"].lower()):
            return
        subject = self._subject(doers[0], self.ontology["diet"], None)
        if subject is not None:
            yield from self._stated(None, "diet", subject, Literal(match["what"], match["what"].lower()), Mode.CHANGE)

    def _does(self, clause: Clause) -> Iterator[Proposal]:
        """ "She does karate", with the "does" taken for an auxiliary."""
        head = clause.head
        is_done = head.pos_ in ("NOUN", "PROPN") and any(a.lemma_.lower() == "do" for a in children(head, "aux"))
        declared = self.ontology.predicates.get("hobby")
        if not is_done or declared is None or clause.subject is None or not self.words.is_any("activity", head):
            return
        subject, what = self._subject(clause.subject, declared, clause), read_text(phrase(head))
        if subject is not None and what is not None:
            yield from self._stated(clause, "hobby", subject, what, Mode.CHANGE)

    def _is_far_from(self, token: Token) -> bool:
        """ "Nearly done", "out of beta"."""
        beside = {t.lower_ for t in children(token, "advmod", "case", "amod", "obl:npmod", "obl:unmarked")}
        return bool(beside & _SHORT_OF_IT)

    def _is_tongue(self, token: Token) -> bool:
        """Whether a word is a language's and nobody's nationality."""
        return self.words.is_("language", token.lower_) and not self.words.is_("nationality", token.lower_)

    def _progress(self, clause: Clause) -> Iterator[Proposal]:
        """What became of a project: "Borealis has shipped", "we paused Atlas"."""
        head = clause.head
        if (
            clause.is_copular
            or clause.is_passive
            or clause.complements
            or "project_status" not in self.ontology.predicates
        ):
            return
        is_asked = head.tag_ == "VB" and any(a.lower_ in ("did", "has") for a in children(head, "aux"))
        told = head.lower_ if head.tag_ in ("VBD", "VBN") else _DONE.get(head.lower_, "") if is_asked else ""
        if not self.words.is_("status", told) or any(m.lower_ == "as" for m in children(head, "mark")):
            return  # "as planned"
        if "well" in clause.adverbs or (head.lower_ == "done" and clause.tense == "perfect"):
            return  # "well done", "we use Jira, have done for ages"
        whole = clause.objects[0] if clause.objects else clause.subject
        is_named = whole is not None and (name_at(whole, self.talk.named) or self._described(whole, "thing"))
        if whole is None or not is_named or self.x.nouns.predicate_of(whole) is not None:  # a deal is none
            return
        subject = self._subject(whole, self.ontology["project_status"], clause)
        if subject is not None and self._is_project(subject) and not self._in_quotes(whole):
            yield from self._stated(clause, "project_status", subject, Literal(told, told), Mode.CHANGE)

    def _employer(self, clause: Clause, subject: tuple[Called, bool]) -> Iterator[Proposal]:
        """Whoever is something at a firm works there."""
        for prep, token in clause.preps:
            if prep in ("at", "with") and "works_at" in self.ontology.predicates:
                firm = self._entity(token, self.ontology["works_at"])
                if firm is not None and (prep == "at" or token.pos_ == "PROPN"):
                    yield from self._stated(clause, "works_at", subject, firm)

    def _titles(self) -> Iterator[Proposal]:
        """ "Ken, our lead designer, …", "our lead designer Ken", "Ken Abe (CTO)"."""
        if "job_title" not in self.ontology.predicates:
            return
        for token in self.sentence:
            is_hired = bool({token.head.lemma_, stem(token.head)} & _HIRES)  # "we hired a new designer, Sol"
            if not (is_hired or label_is(token, "appos") or children(token, "nmod:poss")):
                continue
            if not (self.words.is_("occupation", token.lower_) or self.words.is_("occupation", token.lemma_.lower())):
                continue
            is_many = token.tag_ == "NNS" and not token.text.isupper()
            if is_many or self.words.is_any("role", token) or self._is_denied(token):
                continue
            beside: Token | None = None
            if label_is(token, "appos") and token.i > token.head.i:
                beside = token.head
            elif children(token, "nmod:poss") or is_hired:
                beside = next(iter(children(token, "appos", "flat")), None)
            if beside is None or beside.pos_ != "PROPN" or not beside.text[:1].isupper():
                continue
            named = name_at(beside, self.talk.named)
            told = self.x.nouns.predicate_of(token)
            firm, _, title = phrase(token).rpartition("'s ")  # "Contoso's CFO, Ken"
            literal = read_text(title.removeprefix("new "))
            is_other = told is not None and told[0] not in ("job_title", "reports_to")
            if named is None or literal is None or is_other or self.words.is_common(named.text):
                continue
            if self._kind_of(named.text) in ("organization", "place"):
                continue
            called = (Called(named.text, "person"), True)
            for told_of in self._stated(None, "job_title", called, literal):
                yield replace(told_of, valid_from=None, valid_to=None, precision=Precision.INSTANT)
            employer = next((o for o in children(token, "nmod:poss") if firm and o.text[:1].isupper()), None)
            of = name_at(employer, self.talk.named) if employer is not None else None
            at = of.text if of is not None and not self._is_person(of.text) else ""
            if any(o.lower_ == "their" for o in children(token, "nmod:poss")):  # "their CTO, Ken"
                at = self._latest("organization", other_than=named.text) or ""
            if at and "works_at" in self.ontology.predicates:
                yield from self._stated(None, "works_at", called, Called(at, "organization"))

    def _settled(self, clause: Clause) -> Iterator[Proposal]:
        """ "I've been in Ghent since 2018" is to live there, "I've been at Arcadis since May" to work there; so is
        "I changed jobs, I'm at Arcadis now"."""
        if not clause.is_copular or clause.is_negated or clause.is_unreal or clause.subject is None:
            return
        yield from self._was_there(clause)
        since = any(t.how == "since" for t in self.times)
        for_years = any(t.how == "for" for t in self.times) and self._search(_YEARS) is not None
        was_before = clause.tense == "past" and self._is_before_that(clause)  # "before that I was at Fabrikam"
        is_elsewhere = was_before or self._search(_NEW_JOB) or (self._search(_GONE) and "now" in clause.adverbs)
        is_since = clause.tense == "perfect" and (since or for_years)
        is_there = is_since and any(p == "in" for p, _ in clause.preps)
        predicate = "lives_in" if is_there else "works_at" if is_elsewhere or is_since else ""
        declared = self.ontology.predicates.get(predicate)
        subject = self._subject(clause.subject, declared, clause) if declared is not None else None
        if declared is None or subject is None:
            return
        for prep, token in clause.preps:
            is_at = prep == "in" if predicate == "lives_in" else prep in ("at", "with")
            there = self._entity(token, declared) if is_at and token.pos_ == "PROPN" else None
            if there is None or token.i != clause.head.i or self._is_somebody(there.text):
                continue
            # "At Mercy Hospital since Monday" is no job.
            days = any(t.how == "since" and t.precision is Precision.DAY for t in self.times)
            is_stay = is_since and days and self.words.is_("institution", there.text.split()[-1].lower())
            is_firm = prep != "with" or any(h.hint == "organization" for h in self._heard(there.text))
            if is_elsewhere or (is_firm and not is_stay):
                mode = Mode.STATEMENT if was_before else Mode.CHANGE
                yield from self._stated(clause, predicate, subject, there, mode)

    def _was_there(self, clause: Clause) -> Iterator[Proposal]:
        """ "I was there in 2021", where a place has just been named; "we were in Rome last week"."""
        declared = self.ontology.predicates.get("visited")
        if declared is None or clause.tense not in ("past", "perfect") or not self.times:
            return
        there = self._there("place") if clause.head.lower_ == "there" else None
        if there is None and "in" in (p for p, t in clause.preps if t is clause.head) and clause.tense == "past":
            named = name_at(clause.head, self.talk.named)
            heard = self._heard(named.text) if named is not None else []
            is_place = any(h.hint == "place" and h.kind in ("", "thing", "place") for h in heard)
            at = self._entity(clause.head, declared) if is_place else None
            there = at.text if at is not None else None
        subject = self._subject(clause.subject, declared, clause) if there is not None else None
        if subject is not None and there is not None and self._kind_of(subject[0].text) != "organization":
            yield from self._stated(clause, "visited", subject, Called(there, "place"))

    def _still_there(self) -> Iterator[Proposal]:
        """ "Our new place is in Graz", "Still with Contoso": where whoever is spoken of lives and works."""
        if self.is_question:
            return
        me = (Called(self.episode.speaker, "person"), True)
        home, work = self._search(_NEW_HOME), self._search(_STILL_AT)
        if home is not None and "lives_in" in self.ontology.predicates:
            yield from self._stated(None, "lives_in", me, Called(home["where"], "place"), Mode.CHANGE)
        is_own = any(t.lower_ in ("i", "im") for t in self.sentence)
        me = me if is_own else (Called(self.talk.going_on or self.episode.speaker, "person"), True)
        if work is not None and "works_at" in self.ontology.predicates and not self._is_person(work["firm"]):
            yield from self._stated(None, "works_at", me, Called(work["firm"], "organization"))
        where = self._search(_STILL_IN)
        is_place = where is not None and any(h.hint == "place" for h in self._heard(where["where"]))
        if where is not None and is_place and "lives_in" in self.ontology.predicates:
            yield from self._stated(None, "lives_in", me, Called(where["where"], "place"))

    def _last_day(self) -> Iterator[Proposal]:
        """ "Kim's last day at Contoso was Friday": an end, also where the firm isn't named."""
        match = self._statement("works_at", _LAST_DAY)
        if match is None:
            return
        owner = match["who"] or (self.episode.speaker if match["my"] else self._pointed(match["whose"].lower()))
        if not owner or self.words.is_common(owner) or self._kind_of(owner) not in ("", "person"):
            return
        firm = Called(match["firm"], "organization") if match["firm"] else None
        over = self._proposal(None, "works_at", (Called(owner, "person"), True), firm, Mode.CHANGE, Polarity.ENDS)
        ahead = next((t.forward for t in self.times if match["when"] != "was"), None)
        if over is not None:
            yield replace(over, valid_from=ahead.start) if ahead is not None else over

    def _is_denied(self, token: Token) -> bool:
        at = clause_of(token, self.heads)
        return any(c.head.i == at and (c.is_unreal or c.is_negated) for c in self.clauses)

    def _preferences(self, clause: Clause) -> Iterator[Proposal]:
        """`I prefer O as my q`, `I prefer O for q`, `I prefer O over Q`, `I use O as my q`."""
        if "prefers" not in self.ontology.predicates or not clause.words & {"prefer", "use"}:
            return
        if "prefer" not in clause.words and not any(p == "as" and children(t, "nmod:poss") for p, t in clause.preps):
            return
        declared = self.ontology["prefers"]
        subject = self._subject(clause.subject, declared, clause)
        kinds = [t for prep, t in clause.preps if prep in ("as", "for")]
        if subject is not None and not kinds:
            yield from self._preferred(clause, subject)
        if subject is None or not kinds:
            return
        before = next((c for c in (*children(kinds[0], "case"), kinds[0]) if c.i > clause.head.i + 1), None)
        if before is None:
            return
        literal = read_text(_OVER.split(clause.head.doc[clause.head.i + 1 : before.i].text, maxsplit=1)[0])
        if literal is not None:
            for proposal in self._stated(clause, "prefers", subject, literal):
                yield replace(proposal, qualifier=kinds[0].lemma_.lower())

    def _preferred(self, clause: Clause, subject: tuple[Called, bool]) -> Iterator[Proposal]:
        """ "I prefer tea over coffee" is a choice; "I prefer window seats" a liking."""
        for token in (clause.objects or clause.complements)[:1]:
            other = next(
                (t for p, t in clause.preps if p in ("over", "to", "rather than", "instead of") and t.i > token.i), None
            )
            predicate = "prefers" if other is not None else "likes"
            if predicate not in self.ontology.predicates:
                continue
            over = phrase(other).lower() if other is not None else ""
            for thing in self._object(token, self.ontology[predicate], clause):
                said = read_text(_OVER.split(thing.text, maxsplit=1)[0])
                for told in self._stated(clause, predicate, subject, said) if said is not None else ():
                    yield replace(told, qualifier=f"over {over}" if over else "")

    def _status_told(self) -> Iterator[Proposal]:
        """ "Atlas is behind schedule", "Status of Atlas: at risk", "Contoso: closed lost"."""
        headed = _HEADED.match(self.plain)
        if headed is not None:
            name, how = headed["what"], headed["how"]
        else:
            said = self._search(_STATUS)
            told_of = [c for c in self.clauses if c.subject is not None]  # "up and running" has two heads
            clause = told_of[0] if len(told_of) == 1 else None
            if said is None or clause is None or clause.subject is None or clause.is_negated or clause.is_unreal:
                return
            named = name_at(clause.subject, self.talk.named)
            if named is None or clause.objects:
                return
            name, how = named.text, said[0]
        if self.words.is_common(name) or self._is_person(name) or self.is_question:
            return
        if headed is not None and self.x.nouns.labelled(name.lower().split()):
            return  # "Stage: discovery" names nothing
        clause = self.clauses[0] if self.clauses and headed is None else None
        yield from self._standing(name, how, clause)

    def _released_on(self) -> Iterator[Proposal]:
        """ "The release moved to 15 September": when the project that is spoken of is due."""
        match = self._statement("due_on", _MILESTONE)
        if match is None:
            return
        self._catch_up(self.sentence.end)
        what, name = match["what"].lower(), self._latest("thing", other_than=match["what"])
        time = next((t for t in self.times if t.end_char > match.end()), None)
        if time is None or not name or not self._is_known_project(Called(name, "thing")):
            return
        self.found[:] = [p for p in self.found if p.subject.text.lower() != what]
        due = Literal(time.text.rstrip("."), time.forward.iso)
        yield from self._stated(None, "due_on", (Called(name, "thing"), False), due, Mode.CHANGE)

    def _due_too(self) -> Iterator[Proposal]:
        """ "It's assigned to Ann and due on 3 June": when it is due, whatever the parser made of the "due"."""
        time = next((t for t in self.times if DUE_AT.search(self.plain[: t.start_char])), None)
        declared = self.ontology.predicates.get("due_on")
        is_told = any(self.ontology[p.predicate].object == "date" for p in self.found)
        if time is None or declared is None or is_told or self.is_question:
            return
        before = [c for c in self.clauses if c.head.idx - self.sentence.start_char < time.start_char]
        doers = [c for c in before if c.subject is not None and not (c.is_unreal or c.is_negated)]
        subject = self._subject(doers[0].subject, declared, doers[0]) if doers else None
        last = self._latest("thing") if not self.clauses else None
        if last and (self._is_work_item(last) or self._is_known_project(Called(last, "thing"))):
            subject = Called(last, "thing"), False  # "Due on 21 March."
        if subject is not None:
            due = Literal(time.text.rstrip("."), time.forward.iso)
            yield from self._stated(doers[0] if doers else None, "due_on", subject, due)

    def _shared_out(self) -> Iterator[Proposal]:
        """ "Ravi owns the migration, Bo the audit log": who has which task, without a verb."""
        is_told = any(p.predicate == "assigned_to" and p.polarity is Polarity.HOLDS for p in self.found)
        match = self._statement("assigned_to", _SHARED_OUT) if is_told else None
        if match is not None and self._is_work_item(match["task"]) and self._kind_of(match["who"]) in ("", "person"):
            task = (Called(match["task"], "thing"), True)
            yield from self._stated(None, "assigned_to", task, Called(match["who"], "person"))

    def _held_too(self) -> Iterator[Proposal]:
        """ "The concert is on 17 May, in Engelbrekt church": where what is dated takes place."""
        dated = [p for p in self.found if p.predicate == "happened_on" and p.polarity is Polarity.HOLDS]
        is_told = any(p.predicate == "held_in" for p in self.found)
        match = self._statement("held_in", _HELD) if dated and not is_told else None
        if match is None or self._is_person(match["where"]):
            return
        kind = match["kind"] or ""
        is_kind = any(self.words.is_(k, kind) for k in ("institution", "place_word", "school_word"))
        where = f"{match['where']} {kind}" if is_kind else match["where"]
        if not self.words.is_time(match["where"]):
            for told in self._stated(None, "held_in", (dated[-1].subject, False), Called(where, "place")):
                yield replace(told, valid_from=None, precision=Precision.INSTANT)

    def _held_when(self) -> Iterator[Proposal]:
        """ "The offsite is in Galway on 3 July": when what has a place takes place."""
        held = [p for p in self.found if p.predicate == "held_in" and p.polarity is Polarity.HOLDS]
        is_told = any(p.predicate == "happened_on" for p in self.found)
        days = [t for t in self.times if t.how in ("", "in") and t.precision is Precision.DAY]
        if not held or is_told or len(days) != 1 or self.is_question or "happened_on" not in self.ontology.predicates:
            return
        is_over = any(c.tense == "past" for c in self.clauses)
        when = Literal(days[0].text.rstrip("."), days[0].iso if is_over else days[0].forward.iso)
        for told in self._stated(None, "happened_on", (held[-1].subject, False), when):
            yield replace(told, valid_from=None, precision=Precision.INSTANT)

    def _held_up(self) -> Iterator[Proposal]:
        """ "Atlas can't start until the Token Audit is done": what it waits for."""
        match = self._statement("blocked_by", _WAITS_FOR)
        if match is None or any(p.predicate == "blocked_by" for p in self.found) or self._is_person(match["what"]):
            return
        self._catch_up(self.sentence.end)
        task, what = match["task"].removeprefix("the "), match["what"]
        name = self._pointed("it", "thing", other_than=what) if task.lower() == "it" else task
        if task.lower() in _DOERS and self.talk.answering is not None:  # "The search?" - "We can't start until …"
            asked_after = (o.subject.text for o in self.talk.answering.open_ if o.predicate == "project_status")
            name = next(asked_after, None)
        if name and name.lower() not in _DOERS and self._kind_of(name) in ("", "thing"):
            yield from self._stated(None, "blocked_by", (Called(name, "thing"), True), Called(what, "thing"))

    def _released(self) -> Iterator[Proposal]:
        """ "Atlas 3.3 is out": its version."""
        match = self._statement("version", _RELEASED)
        if match is None:
            return
        if not any(p.predicate == "version" for p in self.found) and not self._is_person(match["what"]):
            thing = Called(match["what"], "thing")
            version = Literal(match["version"], match["version"])
            yield from self._stated(None, "version", (thing, True), version, Mode.CHANGE)

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
            is_bare = words[0] == "in" or (words[0] == "at" and kind == "stage")
            value = " ".join(words[1:] if is_bare else words)
            told = list(self._stated(clause, predicate, (called, not is_answer), Literal(how, value)))
            if told:
                yield from told
                return
