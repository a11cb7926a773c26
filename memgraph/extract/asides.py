"""What is told in passing: names and nicknames, what was said wrong."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import regex

from memgraph.changes import Called, Literal, Proposal, SameAs
from memgraph.extract.claims import CORRECTION
from memgraph.extract.clauses import Clause, children, conjuncts, phrase
from memgraph.extract.nouns import Named, NounFact, is_furred, is_name, name_at
from memgraph.extract.referents import DEPARTMENTS, HE_SHE, IT
from memgraph.extract.states import States
from memgraph.extract.talk import Heard
from memgraph.extract.values import W, read_text
from memgraph.model import Mode, Polarity, Precision, name_key
from memgraph.ontology import Predicate

if TYPE_CHECKING:
    from memgraph.extract.tree import Token


_FIRM = (
    r"(?:company|firm|start-?up|business|agency|bank|retailer|manufacturer|distributor|wholesaler|consultancy|chain"
    r"|publisher|insurer|carrier|brewery|non-?profit|charity|hospital|fintech)"
)
_DEALS = r"(?:account|deal|contract|renewal|opportunity|negotiations?|tender|rfp|pitch|pilot|poc)"
_STAFF_OF = regex.compile(  # what stands before a firm's name
    r"\b(?:c[etfiom]o|vp|svp|evp|director|head|chief|buyer|buyers|procurement|purchasing|champion|legal|staff|employees"
    r"|colleagues|team|folks|people|everyone|everybody|nobody|someone|guys|contact|contacts|stakeholders?)"
    r"(?: (?:of|for) [\w ]{1,20})?(?: over| there)? at $"
    rf"|\b(?:ceo|cto|cfo|coo|cio|cmo|founder|co-?founder) of $|\b{_FIRM},? (?:called|named )?$",
    regex.IGNORECASE,
)
_THEIR_STAFF = regex.compile(  # whose staff that is, is a firm
    r"\btheir (?:new |current |head of |vp of |vp |chief )*(?:c[etfiom]o|ceo|procurement|purchasing|legal|finance"
    r"|board|management|(?:\w+ )?(?:lead|director|manager|head|officer|team|engineers?|buyer|people)|staff|employees"
    r"|budget|headcount|champion|headquarters|hq|offices?|renewal|contract)\b",
    regex.IGNORECASE,
)
_GREETS = regex.compile(
    r"^(?:(?:hi|hello|hey|welcome|dear|thanks|thank you|(?:good )?(?:morning|evening|afternoon)|congrats"
    r"|congratulations),? )+(?:back,? )?$",
    regex.IGNORECASE,
)
_MEAL_WITH = regex.compile(
    r"\b(?:lunch|coffee|coffees|dinner|drinks?|breakfast|brunch|beers?|tea|a chat|catch-?up|date) with $",
    regex.IGNORECASE,
)
_LIVES_WITH = regex.compile(
    rf"(?:\b(?:in|at) {W}|\b(?:live[sd]?|living|moved|stay(?:s|ed|ing)?|here|home|away)(?: \p{{Ll}}+)?) with $"
)
_TOLD_OF = frozenset(("by", "is", "was"))
_THEN_HE = regex.compile(r", s?he(?:['’]s)? \p{Ll}")  # "taken by Bo, he studies law"
_SPOKE_WITH = regex.compile(
    r"\b(?:(?:spoke|speak|speaking|talked|talk|talking|chatted|chatting) (?:with|to)|met|meet|meeting) $",
    regex.IGNORECASE,
)
_HEADING = regex.compile(r" (?:update|news|notes?|recap|status|call|sync|account|deal|meeting)\s*(?:[:,–—]|-\s)")
_OF_DEPARTMENT = regex.compile(rf" (?:from|in) (?:the )?(?:{'|'.join(sorted(DEPARTMENTS))})\b", regex.IGNORECASE)
_ASIDE = ("compared to ", "according to ")
_OF_THINGS = regex.compile(r"\b(?:its?|them)\b", regex.IGNORECASE)
_BESIDE = frozenset("our my in than versus vs unlike against like".split())  # before what is only named in passing
_IN_ROLE = regex.compile(r"\b(?:an?|my|our|his|her|their|the)(?: \p{Ll}[\p{L}-]*){0,2} (?P<role>\p{Ll}+), $")
_WITH_ROLE = regex.compile(r", (?:an?|my|our|his|her|their) (?:\p{Ll}[\p{L}-]* ){0,2}(?P<role>\p{Ll}+)(?=[,.!?;)]|$)")
_NEAR = frozenset("near around outside".split())  # before a place that is named in passing
_SOMEBODY_AT = regex.compile(rf"{W} (?:over )?at $")
_TELLS = regex.compile(
    rf"(?P<at> (?:over )?(?:at|from) {W}(?: {W})?)?"
    r" (?:told|tells?|says?|said|asked|asks|wants?|confirmed|mentioned|thinks?|replied|wrote|e?-?mailed|called|pinged"
    r"|agreed|signed|got back|reached out)\b"
)
_DEAL_WITH = regex.compile(
    rf"\b{_DEALS} (?:with|at|for) $"
    r"|\b(?:our|a|an|new|biggest|largest|big|key|potential|first|oldest|my|the) (?:new |biggest |main |key |old )?"
    r"(?:lead|prospect|client|customer|account|vendor|supplier|competitor),? (?:called |named |is )?$",
    regex.IGNORECASE,
)
_INSTEAD = regex.compile(  # before a firm that is chosen instead of "us"
    r"\b(?:(?:left|leave|leaving|dropped|ditched|drop|dumped) us for|lost (?:it |them |the deal )?to|beaten by"
    r"|losing to|up against|compar(?:ed?|es|ing) us (?:to|with|against)) (?:the )?$",
    regex.IGNORECASE,
)
_DEAL_OF = regex.compile(rf" {_DEALS}\b", regex.IGNORECASE)
_FIRMS_OWN = regex.compile(
    r"['’]s? (?:new |current |annual |whole |entire |own )?(?:ceo|cto|cfo|coo|cio|cmo|procurement|purchasing|board"
    r"|legal|management|budget|headcount|employees|staff|customers|renewal|headquarters|hq|competitors?|shareholders)\b",
    regex.IGNORECASE,
)
_THATS_MY = regex.compile(
    rf"(?P<who>{W}(?: {W})?)\b[^.!?;]{{0,60}}(?:, | \(|[-–—] ?)(?i:that|this|she|he)(?:['’]s| is) my"
    rf" (?P<role>\p{{L}}+)\b|(?P<who>{W}(?: {W})?)(?:, | \()(?i:my|our) (?P<role>\p{{Ll}}+)(?=[,.!?;)]|$)"
)
_IS_FIRM = regex.compile(  # `account`: what a person may be, too
    r"(?:,| is| are|['’]s| \(| –| -) ?(?:an?|our|one of our|the|now an?)"
    r" (?:(?!(?:of|at|for|with|in|from|to|who)\b)[\w'’-]+ ){0,4}?"
    rf"(?:{_FIRM}|(?P<account>lead|prospect|client|customer|account|vendor|supplier|competitor)s?)"
    r"(?=[.,;:!?)]|$| (?:for|of|from|in|since|and|that|based|with|out)\b)(?! of mine)",
    regex.IGNORECASE,
)
_HUMAN = frozenset(
    "love like hate feel laugh smile cook sing talk visit marry live ask answer reply promise think believe hope wish "
    "volunteer fix".split()
)
_NO_MORE = regex.compile(r"^(?:[^,.]*, ?|(?:also|and|so|plus|but),? )?no more (?P<what>[\p{L}-]+)\b", regex.IGNORECASE)
_AROUND_DENIED = regex.compile(r"^(?:not|n[o']t|n’t) |,? (?:after all|at all|any ?more|anyway)$", regex.IGNORECASE)
_CONTRAST = regex.compile(r", not \S+|\binstead of\b", regex.IGNORECASE)
_ALIASES = regex.compile(
    rf"(?i:every(?:one|body)|people|friends|you can|just|please|all|they)(?: (?:at|in) (?:the |my )?\w+| here| there)?"
    rf" (?:just |always )?calls? (?P<me>me) (?P<a>{W})"
    rf"|(?:^|, )(?i:(?:oh,? )?(?:and )?call) (?P<me>me) (?P<a>{W})(?=[,.!])"
    rf"|(?:\b(?P<me>I'?m|I am|[Mm]y name is)) (?P<a>{W}(?: {W})+)(?=[,.!?;]|$| and| from| at)"
    rf"|(?:\b(?P<me>I)|\b(?P<w>[Hh]e|[Ss]he)|(?P<w>{W}(?: {W})*)) (?:usually |mostly |now )?go(?:es)? by (?P<a>{W})"
    rf"|(?i:every(?:one|body)|people|friends|the kids|all|the family) (?:just |always )?calls? (?P<w>{W}) (?P<a>{W})"
    r"(?=[.,!?]|$)"
    rf"|(?:(?P<w>{W}(?: {W})*)(?:,| \()? ?)?(?:we|I|everyone|everybody|people|friends|they|the kids|folks|all)"
    rf" (?:just |all |always |mostly )?(?:calls?|says?|said)(?: (?P<p>her|him|them|it))?"
    rf" (?P<a>{W}(?: {W})?)(?! of)(?=[ ,.!?;)]|$)"
    rf"|(?P<w>{W}(?: {W})*)(?:,| \(|,? also) (?:also known as|aka|a\.k\.a\.|known as|or|nicknamed|called)"
    rf" (?P<a>{W}(?: {W})?)(?: as (?:the |my )?\w+ (?:says?|calls?))?"
    rf"|(?:says?|call(?:s|ed)?|use|write) (?:it |just )?(?P<a>{W}) (?:instead of|for short for|short for)"
    rf" (?P<w>{W}(?: {W})*)"
    rf"|(?P<a>{W}) (?:is|means|stands) (?:short )?for (?P<w>{W}(?: {W})+)",
)
_NICKNAMED = regex.compile(r"\b(?:calls?|go(?:es)? by|nicknamed|as (?:the |my )?\w+ say)(?!\w)", regex.IGNORECASE)
_CHRISTENED = regex.compile(
    rf"\b(?:(?i:his|her|its) name(?:'s|’s| is| will be)|(?i:he|she|it)(?:'s|’s| is) (?:called|named)"
    rf"|(?i:we|i)(?:'ve| have)? (?:just )?(?:named|called|call|are calling) (?:him|her|it|them)"
    r"|(?i:named|called) (?:him|her|it)|, (?:named|called)|^[Aa]n? [\p{Ll} -]{2,40} (?:called|named))"
    rf" (?P<name>{W}(?: {W})?)"
)


@functools.lru_cache(maxsize=1024)
def _names_given(text: str) -> tuple[tuple[bool, str, str, bool], ...]:
    """Where a text gives names: whether to the speaker, else the name or pronoun that it is given to; the name; whether
    it is what people call them."""
    return tuple(
        (
            bool(m.group("me")),
            (m.group("w") or m.group("p") or "").strip(" .,!?'\""),
            (m.group("a") or "").strip(" .,!?'\""),
            _NICKNAMED.search(m[0]) is not None,
        )
        for m in _ALIASES.finditer(text)
    )


class Asides(States):
    """Reads names and corrections off one sentence."""

    def _hear_names(self) -> None:
        """Note every name, for the record and for pronouns to come."""
        seen: set[int] = set()
        is_heading = not any(c.head.pos_ in ("VERB", "AUX") or c.has_copula for c in self.clauses)
        if self._search(_THEIR_STAFF) and (firm := self._maybe_firm()):
            self.talk.hear(Heard(firm, "organization", is_topic=True, is_account=True))
        for token in self.sentence:
            if token.i in seen or not is_name(token, self.talk.named):
                continue
            named = name_at(token, self.talk.named)
            if named is None or (named.text.islower() and not self.is_lower and named.text not in self.talk.named):
                continue  # "something unreal"
            seen.update(range(named.start, named.end))
            if self.words.is_common(named.text) or self.x.nouns.labelled([named.text.lower()]):
                continue  # "Headcount there is …"
            kind = self._kind_of(named.text)
            before = token.nbor(-1) if named.start > self.sentence.start else None
            is_called = kind == "" and self._is_called(named)
            is_kin = before is not None and self.words.is_("role", before.lower_) and not is_furred(before)
            if is_called or is_kin or self._is_in_role(named):
                kind = "person"
            if kind == "" and any(
                c.subject is not None
                and named.start <= c.subject.i < named.end
                and not c.is_copular
                and c.words & _HUMAN
                for c in self.clauses
            ):
                kind = "person"
            if self._in_quotes(token) or self._is_exclaimed(named):
                continue
            hints = [t.hint for t in token.doc[named.start : named.end]]
            hint = max(sorted(set(hints)), key=hints.count)
            after = self._after(named)
            told = _TELLS.match(after)
            if kind == "" and told is not None and told["at"]:
                kind = "person"  # "Tom at Contoso told us"
            said_before = self._before(named)
            if kind == "" and (_MEAL_WITH.search(said_before) or _LIVES_WITH.search(said_before)):
                kind = "person"
            if kind == "" and before is not None and before.lower_ in _TOLD_OF and _THEN_HE.match(after):
                kind = "person"
            if kind == "" and _OF_DEPARTMENT.match(after):
                kind = "person"
            if kind == "" and hint == "person" and " " in named.text and _SPOKE_WITH.search(said_before):
                kind = "person"
            firm = self._firm_of(named) if kind == "person" or " " in named.text else ""
            if kind in ("", "person") and firm and "works_at" in self.ontology.predicates:
                kind = "person"
                at = Called(firm, "organization")
                self.found.extend(self._stated(None, "works_at", (Called(named.text, kind), False), at))
            if not self.talk.other and kind in ("", "person") and _GREETS.search(said_before):
                self.talk.other = named.text
            is_account = kind == "" and self._is_sold_to(
                named, hint, after, is_teller=told is not None and not told["at"]
            )
            kind = "organization" if is_account else kind
            self.reading.mentions.setdefault(Called(named.text, kind or "thing"), None)
            is_topic = any(c.subject is not None and named.start <= c.subject.i < named.end for c in self.clauses)
            is_topic = is_topic or is_heading or _SPOKE_WITH.search(said_before) is not None  # "Call with Contoso."
            is_headed = named.start == self.sentence.start and _HEADING.match(after) is not None
            is_topic = is_topic or is_headed
            is_aside = (
                not is_headed and token.dep_ == "compound" and token.head.text.islower() and named.end <= token.head.i
            )
            is_aside = is_aside and (before is None or before.pos_ != "ADP")
            is_aside = is_aside or (before is not None and before.lower_ in _BESIDE)
            is_aside = is_aside or said_before.lower().endswith(_ASIDE) or self._are_several(named)
            is_aside = is_aside or (hint == "place" and before is not None and before.lower_ in _NEAR)
            gender = self.words.gender(before.lower_) if before is not None else ""  # "aunt Roz"
            heard = Heard(
                named.text, kind, gender, is_topic=is_topic, hint=hint, is_account=is_account, is_aside=is_aside,
                is_rival=_INSTEAD.search(said_before) is not None,
            )  # fmt: skip
            self.local.append((named.start, heard))
            if named.text != named.text.lower():
                self.talk.named.setdefault(named.text.lower(), named.text)
        for a, b, is_nickname in self._aliases():
            is_somebody = self._is_person(a) or (is_nickname and self._kind_of(a) == "")
            kind = "person" if is_somebody else "thing"
            if is_nickname and kind == "person" and "nickname" in self.ontology.predicates:
                called, name = Called(a, kind), Literal(b, name_key(b))
                self.found.extend(self._stated(None, "nickname", (called, True), name))
            self.reading.same[SameAs(self.episode.id, Called(a, kind), Called(b, kind))] = None
            if name_key(a) != name_key(self.episode.speaker):  # "she" is never who speaks
                self.talk.note(b, kind if kind == "person" else "")

    def _introduced(self) -> Iterator[Proposal]:
        """ "Inês says hi, that's my sister": who that is."""
        told = self._search(_THATS_MY)
        predicate = self.x.nouns.labelled([told["role"].lower()]) if told is not None else None
        if told is None or predicate is None or self.ontology[predicate].object != "person" or self.is_question:
            return
        me, other = (Called(self.episode.speaker, "person"), True), Called(told["who"], "person")
        is_named = any(m.text == other.text for m in self.reading.mentions)
        if is_named and self._kind_of(other.text) in ("", "person"):
            yield from self._stated(None, predicate, me, other)

    def _is_in_role(self, named: Named) -> bool:
        """ "A new flatmate, Solveig", "Solveig, our neighbour": a role that no firm has makes a person of a name."""
        for told in (_IN_ROLE.search(self._before(named)), _WITH_ROLE.match(self._after(named))):
            if told is not None and told["role"] != "partner" and self.words.is_("role", told["role"]):
                return True
        return False

    def _is_called(self, named: Named) -> bool:
        """ "Ken, Contoso's procurement told me …" calls Ken: no second comma ends what would explain him."""
        doc, root = self.sentence.doc, self.sentence.root.i
        if named.start != self.sentence.start or doc[named.start].hint != "person" or root <= named.end:
            return False
        commas = [t.i for t in doc[named.end : root] if t.text == ","]
        return commas == [named.end]

    def _is_exclaimed(self, named: Named) -> bool:
        """ "Gesundheit!", whatever that means, names nobody."""
        alone = [t for t in self.sentence if t.is_alpha]
        return (
            len(alone) == named.end - named.start == 1
            and self.text.rstrip().endswith("!")
            and self._kind_of(named.text) == ""
            and named.text.lower() not in self.talk.named
        )

    def _are_several(self, named: Named) -> bool:
        """ "The Lindgrens" are no "he"."""
        before = self._before(named).lower()
        return (
            not self._is_event(named.text)
            and before.endswith("the ")
            and named.text.endswith("s")
            and self._kind_of(named.text) == ""
        )

    def _maybe_firm(self) -> str:
        """What was named last, where its kind isn't known: "Had a call with Contoso. Their CTO …" """
        last = next((h for h in reversed(self.talk.heard) if h.name != self.episode.speaker), None)
        is_open = last is not None and last.kind == "" and last.hint != "person" and not last.is_aside
        return last.name if is_open and last is not None and not self._is_person(last.name) else ""

    def _before(self, named: Named) -> str:
        """What stands before a name, up to 60 characters."""
        return self.text[: self.sentence.doc[named.start].idx - self.sentence.start_char][-60:]

    def _after(self, named: Named) -> str:
        """What stands behind a name, up to 60 characters."""
        last = self.sentence.doc[named.end - 1]
        return self.text[last.idx + len(last) - self.sentence.start_char :][:60]

    def _firm_of(self, named: Named) -> str:
        """The firm of "Petra Nagy from Contoso", where Contoso is known for one."""
        doc = self.sentence.doc
        at = named.end + (named.end < len(doc) and doc[named.end].text == ",")
        if at + 1 >= self.sentence.end or doc[at].lower_ != "from":
            return ""
        firm = name_at(doc[at + 1], self.talk.named)
        return firm.text if firm is not None and self._kind_of(firm.text) == "organization" else ""

    def _is_sold_to(self, named: Named, hint: str, after: str, *, is_teller: bool) -> bool:
        """Whether the words around a name show that it is a firm: "our client X", "the X deal", "the CTO at X"."""
        before = self._before(named)
        told_to_be = _IS_FIRM.match(after)
        if _STAFF_OF.search(before) or _FIRMS_OWN.match(after) or (told_to_be and not told_to_be["account"]):
            return True
        if is_teller and _SOMEBODY_AT.search(before):
            return True
        return hint != "person" and bool(told_to_be or _DEAL_OF.match(after) or _DEAL_WITH.search(before))

    def _aliases(self) -> Iterator[tuple[str, str, bool]]:
        """(name, another name, whether that is a nickname) for each that the sentence gives."""
        for is_speaker, whole, alias, is_nickname in _names_given(self.plain):
            if not alias or self.words.is_common(alias) or self.is_question:
                continue
            if is_speaker:
                whole = self.episode.speaker
            elif whole.lower() in ("he", "she", "him", "her", "it", "them"):
                near = [h.name for _, h in self.local if h.kind == "person"]  # "My brother Robert, we call him Bobby"
                whole = near[-1] if near else self._pointed(whole.lower()) or ""
            if whole and name_key(whole) != name_key(alias):
                yield whole, alias, is_nickname

    def _bind(self, owner: tuple[Called, bool], noun: Token, values: Sequence[Token], gender: str) -> None:
        """Remember who "my sister" is; where she was spoken of before her name was said, say that they are one."""
        role = f"{owner[0].text}'s {noun.lemma_.lower()}"
        for token in values:
            named = name_at(token, self.talk.named)
            if named is None:
                continue
            plain = f"{owner[0].text}'s {self.words.role(noun.lemma_.lower())}"
            self.talk.roles[name_key(plain)] = named.text
            self.talk.note(named.text, "person", gender)
            if len(values) == 1 and noun.tag_ != "NNS" and self.words.is_("kin", noun.lemma_.lower()):
                same = SameAs(self.episode.id, Called(role, "person"), Called(named.text, "person"))
                self.reading.same[same] = None

    def _bind_pet(self, owner: Called, found: NounFact) -> None:
        """Say that "my dog" is Rex, so that "the dog died" is about him; of several dogs none is."""
        named = name_at(found.values[0], self.talk.named) if len(found.values) == 1 else None
        if named is not None and found.noun.tag_ == "NN" and found.noun.text.islower():
            role = Called(f"{owner.text}'s {found.noun.lemma_.lower()}", "thing")
            self.reading.same[SameAs(self.episode.id, role, Called(named.text, "thing"))] = None

    def _is_addressed(self, token: Token) -> bool:
        """Whether a name calls whoever is spoken to: "sorry about your friend, Deb"."""
        named = name_at(token, self.talk.named)
        other = name_key(self.talk.other)
        return named is not None and len(named.text) > 2 and bool(other) and other.startswith(name_key(named.text))

    def _christened(self) -> Iterator[Proposal]:
        """ "We adopted a kitten. Her name is Pixel."""
        if self.is_question:
            return
        for clause in self.clauses:
            if clause.is_unreal or clause.is_negated:
                continue
            self._seeing(clause)
            for token in clause.objects:
                told = self.x.nouns.predicate_of(token)
                has_article = any(c.lower_ in ("a", "an", "another", "one") for c in children(token, "det", "nummod"))
                is_named = any(c.lower_ in ("called", "named") for c in token.subtree) or bool(children(token, "appos"))
                if told is None or not has_article or is_named:
                    continue
                if self.ontology[told[0]].object != "person" and told[0] != "has_pet":
                    continue
                owner = self._subject(clause.subject, self.ontology[told[0]], clause)
                if owner is not None:
                    self.talk.unnamed = (owner[0], told[0])
        self._own_unnamed()
        given = self._search(_CHRISTENED)
        is_thing = given is not None and _OF_THINGS.search(given[0]) is not None
        if given is not None and self.talk.unnamed is not None and not (is_thing and self.talk.unnamed[1] != "has_pet"):
            owner, predicate = self.talk.unnamed
            self.talk.unnamed = None
            named = Called(given["name"], self.ontology[predicate].object)
            if named.kind == "person":
                self.talk.note(named.text, named.kind, HE_SHE.get(given[0].split()[0].lower(), ""))
            yield from self._stated(None, predicate, (owner, True), named)

    def _own_unnamed(self) -> None:
        """ "Our son was born, we named him Tomas", "My sister is here. Her name's Tess."""
        for token in self.sentence:
            told = self.x.nouns.predicate_of(token) if token.pos_ == "NOUN" and token.tag_ == "NN" else None
            owners = [o.lower_ for o in children(token, "nmod:poss")]
            if told is None or not {"my", "our"}.intersection(owners) or self._name_beside(token):
                continue
            is_kin = self.ontology[told[0]].object == "person" and self.words.is_("kin", token.lemma_.lower())
            known = f"{self.episode.speaker}'s {self.words.role(token.lemma_.lower())}"
            if (is_kin or told[0] == "has_pet") and name_key(known) not in self.talk.roles:
                self.talk.unnamed = (Called(self.episode.speaker, "person"), told[0])

    def _seeing(self, clause: Clause) -> None:
        """ "I'm seeing someone": whose name is still to come."""
        ways = {"see", "date", "meet"} if clause.tense == "perfect" else {"see", "date"}
        is_one = any(t.lower_ in ("someone", "somebody") for t in clause.objects) and clause.words & ways
        wed = "marry" in clause.words or any(t.lower_ == "married" for t in clause.complements)
        if wed and not clause.objects and not clause.preps and clause.subject is not None:  # "I got married!"
            who = self._subject(clause.subject, Predicate(subject="person"), clause)
            if who is not None and "married_to" in self.ontology.predicates:
                self.talk.unnamed = (who[0], "married_to")
            return
        declared = self.ontology.predicates.get("partner_of")
        if declared is None or not is_one or not (clause.is_ongoing or clause.tense == "perfect"):
            return
        who = self._subject(clause.subject, declared, clause)
        if who is not None:
            self.talk.unnamed = (who[0], "partner_of")

    def _told_instead(self) -> Iterator[Proposal]:
        """ "It's not asthma, it's bronchitis": of what may have many values, one is taken back for another."""
        pointing = [
            c for c in self.clauses
            if c.is_copular and c.subject is not None and c.subject.lower_ in IT and not c.is_unreal
        ]  # fmt: skip
        wrong: list[tuple[Clause, Token]] = []
        right: list[tuple[Clause, Token]] = []
        for clause in pointing:
            for token in conjuncts(clause.head):
                is_denied = any(n.lower_ in ("not", "n't") for n in children(token, "advmod", "cc"))
                is_denied = is_denied or (token.i == clause.head.i and clause.is_negated)
                (wrong if is_denied else right).append((clause, token))
        for clause, token in wrong:
            meant = self._told_with(token)
            if meant is None:
                continue
            subject, predicate, denied_thing = meant
            plain = replace(clause, is_negated=False, tense="present")
            denied = self._proposal(plain, predicate, subject, denied_thing, Mode.CORRECTION, Polarity.DENIES)
            if denied is not None:
                yield replace(denied, mode=Mode.CORRECTION)
            for _, instead in right:
                for thing in self._object(instead, self.ontology[predicate], None):
                    yield from self._stated(plain, predicate, subject, thing)

    def _told_with(self, token: Token) -> tuple[tuple[Called, bool], str, Called | Literal] | None:
        """Of whom, and by which predicate that takes many values, something was said; an illness is the speaker's."""
        said = read_text(_AROUND_DENIED.sub("", phrase(token)))
        if said is None:
            return None
        text = name_key(said.text)
        for earlier in reversed(self.talk.told):
            is_many = not self.ontology[earlier.predicate].one and earlier.polarity is Polarity.HOLDS
            if is_many and earlier.object is not None and text in (name_key(earlier.object.text), earlier.object.text):
                return (earlier.subject, True), earlier.predicate, earlier.object
        if "has_condition" in self.ontology.predicates and self.words.is_any("condition", token):
            return (self._patient(), True), "has_condition", said
        return None

    def _put_right(self) -> Iterator[Proposal]:
        """ "Actually it's 45k, not 54k": corrects the latest fact that has such a value."""
        said = self.plain
        no_more = _NO_MORE.match(said)
        what = no_more["what"].lower() if no_more is not None else ""
        for predicate, kind in (("has_condition", "condition"), ("takes_medication", "medication")) if what else ():
            is_one = any(self.words.is_(kind, form) for form in (what, what.removesuffix("s")))
            if is_one and predicate in self.ontology.predicates:
                me = (Called(self.talk.going_on or self.episode.speaker, "person"), False)
                over = self._proposal(None, predicate, me, Literal(what, what), Mode.CHANGE, Polarity.ENDS)
                if over is not None:
                    yield over if self.times else replace(over, valid_from=None, precision=Precision.INSTANT)
        told = list(self._told_instead())
        yield from told
        if told or not (self._search(CORRECTION) or self._search(_CONTRAST)):
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
