"""What is said of a customer's money: what it may spend, whether the price matters, who decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.claims import POINTED, SURE
from memgraph.extract.contacts import Contacts
from memgraph.extract.referents import HE_SHE, OTHERS
from memgraph.extract.values import HAS_AMOUNT, MONEY, W, read_amount, read_text
from memgraph.model import Mode, Polarity, Precision

_OURS = frozenset(("i", "i'm", "i've", "my", "we", "we're", "we've", "our"))
_NOT = regex.compile(r"\bnot\b|n['’]t\b|\bnever\b", regex.IGNORECASE)
_SPENDS = regex.compile(
    r"\b(?:can(?:no|['’])?t|won['’]t|don['’]t want to|not) (?:go|spend|pay|do|stretch) (?:to )?"
    rf"(?:any )?(?:above|over|beyond|past|more than|higher than) (?P<n>{MONEY})"
    rf"|(?:\b(?:can|could|would)|['’]d) (?:only )?(?:spend|go|pay|stretch)(?: up)? to (?P<n>{MONEY})"
    rf"|\bcan (?:only |just |now |still )*(?:spend|pay|afford) (?:about |around )?(?P<n>{MONEY})"
    rf"|\b(?:ceiling|spending limit|upper limit|absolute max(?:imum)?) is (?:about |around )?(?P<n>{MONEY})"
    r"|\bbudget (?:for \w+(?: \w+)? )?(?:is |was |has been |got |gets )?(?:capped|fixed|limited|frozen|maxed out)"
    rf" (?:at|to) (?P<n>{MONEY})|\bbudget (?:approval|approved|sign-?off) (?:for|of) (?P<n>{MONEY})"
    r"|(?:\b(?:board|finance|cfo|ceo|management|leadership|boss|director|committee|procurement|he|she|they)"
    rf"|(?-i:{W}))(?: to| has| have| just| finally| already| only)*"
    rf" (?:(?:signed|signs|sign) off on|approved?|approves|cleared|released) (?P<n>{MONEY})"
    rf"|\bbudget[- ]?wise\b[^.;!?]{{0,60}}?(?P<n>{MONEY})"
    r"|\b(?:have|has|got|['’]ve got|had) (?:about |around |roughly |only |just |up to |some |maybe )*"
    rf"(?P<n>{MONEY}) (?:(?:a|per) (?:year|month|quarter) )?(?:left )?"
    r"(?:to (?:spend|work with|play with)|set aside|earmarked|ring-?fenced|left (?:this|for))"
    rf"|\b[Ww]e['’]d have (?:about |around |roughly |only |up to )*(?P<n>{MONEY})"
    rf"|\b(?:set aside|earmarked|ring-?fenced|put aside|secured|freed up) (?:about |around |roughly )?(?P<n>{MONEY})"
    rf"|\bhas to (?:come in|stay) (?:under|below|within) (?P<n>{MONEY})"
    r"|\b(?:gave|gives?|given|granted|allocated|allotted|promised) (?:us|them|it|the (?:project|team))"
    rf" (?:a (?:total|budget) of |another |about |around |up to )?(?P<n>{MONEY})",
    regex.IGNORECASE,
)
_A_YEAR = regex.compile(
    rf"(?:for |at )?(?P<n>{MONEY})(?: ?(?:/|per |an? )(?:year|yr|annum|month|seat)\b|(?=[,.!]|$))", regex.IGNORECASE
)
_CLOSED_AT = regex.compile(
    rf"(?:(?:it|we|they|the deal) )?(?:closed|signed|settled|came in|went through|landed)(?: it)? (?:at|for|on)"
    rf" (?:about |around |roughly )?(?P<n>{MONEY})(?=[,.;!]|$| a | per )",
    regex.IGNORECASE,
)
_IS_WORTH = regex.compile(
    rf"\b(?:it|contract|deal|order|licen[cs]e)[^.;!?]{{0,30}}?(?:['’]s|,| is)? worth (?:about |around |roughly )?"
    rf"(?P<n>{MONEY})",
    regex.IGNORECASE,
)
_BUDGETED = frozenset(("budget", "deal_value"))
_NO_MATTER = regex.compile(
    r"\b(?:price|cost|money|budget)(?: really)?(?: is|['’]s|['’]d be| was)?(?:n['’]t| not| no)"
    r" (?:really )?(?:an? |much of an? |the |their )?(?:big |main )?(?:issue|concern|problem|object|obstacle|factor)\b"
    r"|\b(?:don['’]t|doesn['’]t|didn['’]t|do not|does not) (?:really )?(?:mind|care about|worry about|look at)"
    r" (?:paying |the )?(?:price|cost|more\b)|\bmoney is no object\b",
    regex.IGNORECASE,
)
_COUNTS = regex.compile(
    r"\bcareful with (?:the |their |her |his )?(?:money|budget)\b"
    r"|\b(?:price|cost|budget)[- ](?:conscious|driven|focused|sensitive)\b"
    r"|\bcount(?:s|ing)? every (?:penny|cent|euro)\b"
    r"|\b(?:haggl(?:es?|ed|ing)|penny[- ]pinching)\b|\b(?:budget|money)(?: is|['’]s) (?:very |really |super )?tight\b"
    r"|\bwatch(?:es|ing)? every (?:penny|cent|euro)\b|\b(?:price|cost) (?:really )?matters\b"
    r"|\b(?:price|cost|money)(?: is|['’]s| was)? (?:really |clearly )?(?:an?|the|their)"
    r" (?:big(?:gest)?|huge|key|main|major) (?:issue|concern|factor|problem|topic|worry)\b"
    r"|\b(?:cares?|worr(?:y|ies|ied)) (?:a lot |so much |mostly )?about (?:the )?(?:price|cost)s?\b"
    r"|\b(?:(?:ask(?:s|ed|ing)?|push(?:es|ed|ing)?|press(?:es|ed|ing)?) (?:us )?(?:again |hard )?for"
    r"|wants?|wanted|demands?|demanded|insists? on) (?:an?|another|some|more of a|a bigger|a better)"
    r" (?:\w+ |\d+ ?(?:%|percent|per cent) )?(?:discount|price)\b",
    regex.IGNORECASE,
)
_DECIDES = regex.compile(
    rf"\b(?:decision|call|approval|say|say-so|word)(?: (?:at|for|on|over) [^.,;]{{1,25}}?)?"
    rf" (?:lies|rests|sits|is|stays) with (?P<who>{W}(?: {W})?)"
    rf"|\bup to (?P<who>{W}(?: {W})?) to (?:decide|approve|sign)|(?:\bis|['’]s) up to (?P<who>{W}(?: {W})?)(?=[.,;!]|$)"
    rf"|(?P<who>{W}(?: {W})?)(?:,[^,]+,)? (?:has|needs|will have|will need) to (?:approve|sign (?:it )?off)"
    r"|\b(?:ha(?:s|ve)|needs?|must) (?:to )?(?:go|run|pass|get)(?: it| this| that)? (?:through|past|by)"
    rf" (?:(?:their|the) [\w -]+?,? )?(?P<who>{W}(?: {W})?)(?=[.,;!]|$)"
    rf"|\bsign-?off (?:(?:has to |must |will )?comes? )?from (?:(?:their|the) [\w -]+?,? )?(?P<who>{W}(?: {W})?)"
    rf"|\bwithout (?P<who>{W}(?: {W})?)['’]s?"
    r" (?:approval|ok(?:ay)?|sign-?off|say-so|blessing|consent|signature|go-ahead)"
    r"|\b(?i:decision|deal|thing|it|everything)(?: all| really| now)?(?: (?:at|for|with) [^.,;]{1,25}?)?"
    r" (?:hinges|hangs|depends|comes down)"
    rf" (?:on|to) (?:their|the) [\w -]+?,? (?P<who>{W}(?: {W})?)"
    rf"|(?P<who>{W}(?: {W})?) signs (?:off )?(?:on )?(?:(?:every|any)thing|all|contracts|deals|purchases|orders)\b"
    rf"|(?P<who>{W}(?: {W})?|\b(?i:s?he)),? (?:also )?"
    r"(?:decides|calls the shots|makes the (?:final )?(?:call|decisions?))"
    r"(?: in the end| here| there| on it| now| from now on)?(?=[.,;!]|$)"
)
_IS_WHO = regex.compile(
    rf"(?P<who>{W}(?: {W})?)(?: is|['’]s)? (?:(?:the )?(?:one|person|guy|man|woman) )?(?:who|that) "
    r"(?:(?:really |finally )?decides|signs (?:things |it )?off|approves|makes the (?:final )?(?:call|decisions?)"
    r"|has the (?:final|last) (?:say|word))"
    rf"(?:[^.;!?]{{0,20}}? (?:at|for) (?P<firm>{W}(?: {W})?))?"
)
_DEAR = regex.compile(
    rf"(?P<who>{W}(?: {W})?|\b(?i:they|she|he))(?:'s|'ve|'re| is| are| has| have)? ?(?:also |still |all )?"
    r"(?:thought|thinks?|said|says?|finds?|found|feels?|felt|call(?:s|ed)|considers?|complain(?:s|ed|ing)"
    r"|told (?:us|me))(?: that)? (?:about how )?"
    r"(?:we|us|our|it|the (?:price|quote|offer|proposal|pricing|license|licence))\b"
    r"(?P<between>[^.;!?]{0,30}?)(?:expensive|pricey|costly|steep|overpriced|too (?:high|much))\b"
)


_THEY_THINK = (
    r"\b(?:they|(?:their|the) (?:new |old )?(?:c[efiot]o|buyers?|boss|director|board|team|manager|lawyers?)|legal"
    r"|finance|procurement|purchasing|security|(?-i:IT)) (?:also |still |really )?(?:thinks?|thought|says?|said|feels?"
    r"|felt|finds?|found|believes?|sees?)"
)
_SEES_PROBLEM = regex.compile(
    rf"{_THEY_THINK}(?: that)? (?:the |our )?"
    r"(?P<what>[\p{L}][\p{L} -]{2,40}?)"
    r" (?:is|are|was|were|as) (?:still |really )?(?:an?|the) (?:\p{L}+ )?"
    r"(?:problem|issue|concern|risk|deal-?breaker|blocker|showstopper|obstacle|sticking point)s?\b",
    regex.IGNORECASE,
)


_RAISED = regex.compile(
    rf"(?:(?P<firm>{W}(?: {W})?)|\b(?i:they|he|she|(?:their|the) \p{{Ll}}+)) (?:raised|voiced|expressed|had|have|has)"
    r" (?:some |serious |a few |many |big )?(?:concerns?|doubts?|worries|reservations|objections?)"
    r" (?:about|over|regarding|around|with|to) (?:the |our )?(?P<what>[\p{L}][\p{L} -]{2,40}?)(?=[.,;!]|$| and | but )"
)
_SNAG = regex.compile(
    r"\b[Ww]hat (?:bugs|bothers|worries|concerns|irritates|annoys|puts off|stops|holds back)"
    rf" (?P<firm>{W}(?: {W})?|\bthem)(?: (?:the )?most| off| back)? (?:is|are) (?:the |our )?"
    r"(?P<what>[\p{L}][\p{L} -]{2,40}?)(?=[.,;!]|$| and | but )"
    r"|\b[Tt]he (?:\p{Ll}+ )?"
    r"(?:sticking point|objection|concern|hurdle|worry|snag|catch|hesitation|obstacle|deal-?breaker)"
    rf" (?:for|at|with|from) (?P<firm>{W}(?: {W})?|\bthem) (?:is|was|are|['’]s)(?: still)? (?:the |our )?"
    r"(?P<what>[\p{L}][\p{L} -]{2,40}?)(?=[.,;!]|$| and | but )"
)
_TOO_MUCH = regex.compile(
    rf"{_THEY_THINK}(?: that)? (?:the |our )"
    r"(?P<what>[\p{L}][\p{L} -]{2,40}?)"
    r" (?:is |are |was |were )?(?:far |way |much |still )*too (?:high|long|short|low|slow"
    r"|complex|complicated|strict|risky|steep|expensive|rigid|vague)\b",
    regex.IGNORECASE,
)
_OUR_SIDE = regex.compile(
    rf"(?P<who>{W}(?: {W})?|\b(?i:s?he))(?:['’]s| is)(?: \p{{Ll}}+)?"
    r" (?:on our side|in our corner|our (?:biggest )?(?:ally|fan|advocate|supporter))\b"
)
_WENT_WITH = regex.compile(
    rf"(?P<who>{W}(?: {W})?|\b(?i:they|we)) (?:went|have gone|['’]ve gone|(?:decided|chose) to go|are going|signed)"
    rf" with (?P<rival>{W})"
)
_SO_DECIDED = regex.compile(
    r"\b(?:sorry|afraid|unfortunately|in the end|instead|decided|after all|regret)\b", regex.IGNORECASE
)
_OF_US = regex.compile(r"\b(?:we|our|us)\b", regex.IGNORECASE)
_TALKS_TOO = regex.compile(
    rf"\b[Tt]hey(?:['’]re| are) (?:also |still )?(?:talking|speaking) (?:to|with) (?P<rival>{W}(?: {W})?)"
    r"(?: as well| too)"
    rf"|\b[Tt]hey(?:['’]re| are) also (?:talking|speaking) (?:to|with) (?P<rival>{W}(?: {W})?)"
)
_RULED_OUT = regex.compile(
    rf"(?P<rival>{W}(?: {W})?)(?: is|['’]s| are) (?:out(?: of (?:it|the (?:race|running|picture|game)))?"
    r"|off the (?:table|list)|no longer (?:in the (?:race|running|picture)|an option|an issue))(?=[.,;:!]|$)"
    rf"|(?P<rival>{W}(?: {W})?) (?:dropped|fell|bowed|pulled) out\b"
)
_OF_DEALS = frozenset("deal_stage deal_value decision_maker champion objection renewal_on".split())
_CONTACT = regex.compile(
    rf"\b(?i:our|my|the)(?: main| new| only)? contact(?: person)?(?: (?:there|(?:at|for) (?P<firm>{W}(?: {W})?)))?"
    rf"(?: is|['’]s| will be|:) (?P<who>{W}(?: {W})?)"
)


class Dealings(Contacts):
    """Reads budgets, price sensitivity and decision makers off one sentence."""

    def _decided_by(self) -> Iterator[Proposal]:
        """ "It's up to Lena to decide", "Lena has to approve it": who decides for the firm that is spoken of."""
        match = self._statement("decision_maker", _IS_WHO, _DECIDES)
        if match is None:
            return
        if any(p.predicate == "decision_maker" for p in self.found) or self.words.is_common(match["who"]):
            return
        self._catch_up(self.sentence.end)
        who = match["who"]
        if who.lower() in OTHERS:  # "She decides in the end"
            who = self._pointed(who.lower()) if who.lower() in HE_SHE else None
        last = match.groupdict().get("firm") or self._latest("organization", other_than=who or "")
        subject = (Called(last, "organization"), False) if last else None
        if subject is None and _OF_US.search(self.episode.content) and (ours := self._our_firm()) is not None:
            subject = ours, False
        if subject is not None and who and self._kind_of(who) in ("", "person", "thing"):
            yield from self._stated(None, "decision_maker", subject, Called(who, "person"))

    def _budgeted(self) -> Iterator[Proposal]:
        """ "We can't go above 30k", "Finance signed off on 80k": what a firm may spend."""
        match = self._search(_SPENDS) if self._search(HAS_AMOUNT) else None
        if match is None or "budget" not in self.ontology.predicates or self.is_question:
            return
        if any(p.predicate in _BUDGETED for p in self.found):
            return
        amount = read_amount(match["n"].strip())
        subject = self._spender(match.start()) or self._own_purse(match.start())
        if amount is not None and subject is not None and not amount.value.startswith("0"):
            yield from self._stated(None, "budget", subject, amount)

    def _worth(self) -> Iterator[Proposal]:
        """ "Contoso signed! 90k per year", "Closed at 90k": what a deal that was just told is worth."""
        match = _A_YEAR.match(self.plain) or _CLOSED_AT.match(self.plain) or self._search(_IS_WORTH)
        told = [p for p in self.talk.told if p.episode == self.episode.id and p.predicate == "deal_stage"]
        amount = read_amount(match["n"].strip()) if match is not None and told else None
        is_told = any(p.predicate in _BUDGETED for p in self.found)
        if amount is not None and "deal_value" in self.ontology.predicates and not is_told:
            for worth in self._stated(None, "deal_value", (told[-1].subject, False), amount):
                yield replace(worth, valid_from=None, precision=Precision.INSTANT)  # "start 1 June" is another matter

    def _spender(self, at: int) -> tuple[Called, bool] | None:
        """Whose money it is: the firm named before it, that of who says "we", or the one that is spoken of."""
        doc, end = self.sentence.doc, at + self.sentence.start_char
        before_it = [h for place, h in self.local if doc[place].idx < end and (h.hint != "person" or " " not in h.name)]
        named = [h.name for _, h in self.local if self._kind_of(h.name) == "organization"]
        named += [h.name for h in before_it if self._kind_of(h.name) == ""]
        before = self.plain[:at].lower().split()
        self._catch_up(self.sentence.end)
        if named:
            return Called(named[0], "organization"), True
        own = self._own_organization(self.episode.speaker)
        is_other = {"they", "they've", "them", "their"} & set(before)
        name = self._latest("organization") if is_other or own is None else own
        kind = self._kind_of(name) if name else "person"
        is_firm = kind == "organization" or (is_other and kind != "person" and not self._is_mere_place(name or ""))
        return (Called(name, "organization"), False) if name and is_firm else None

    def _own_purse(self, at: int) -> tuple[Called, bool] | None:
        """ "We can spend up to 450k": of the speaker, where no firm is spoken of."""
        before = set(self.plain[:at].lower().split())
        is_ours = bool(_OURS & before) and not before & {"they", "them", "he", "she"}
        return (Called(self.episode.speaker, "person"), False) if is_ours else None

    def _price_told(self) -> Iterator[Proposal]:
        """ "Price isn't an issue for them", "they count every penny": how much the price matters."""
        counts = self._search(_COUNTS)
        if self.is_question or not (counts or self._search(_NO_MATTER)):
            return
        is_told = any(p.predicate == "price_sensitivity" for p in self.found)
        if "price_sensitivity" not in self.ontology.predicates or is_told:
            return
        subject = self._spender(len(self.plain))
        is_high = counts is not None and not _NOT.search(self.plain[max(0, counts.start() - 12) : counts.start()])
        if subject is not None:
            level = Literal("high", "high") if is_high else Literal("low", "low")
            yield from self._stated(None, "price_sensitivity", subject, level)

    def _bothered(self) -> Iterator[Proposal]:
        """ "The CFO thinks the set-up fee is a problem": what a customer objects to."""
        match = self._statement("objection", _RAISED, _SNAG, _SEES_PROBLEM, _TOO_MUCH)
        if match is None:
            return
        self._catch_up(self.sentence.end)
        named = match.groupdict().get("firm") or ""
        firm = named if named and named.lower() not in OTHERS else self._latest("organization")
        what = read_text(match["what"])
        is_told = any(p.predicate == "objection" for p in self.found)
        if not firm or what is None or is_told or self._is_person(firm) or _NOT.search(match[0]):
            return
        for told in self._stated(None, "objection", (Called(firm, "organization"), False), what):
            yield replace(told, confidence=round(SURE * POINTED, 4))  # "thinks" doubts nothing here

    def _lost_to(self) -> Iterator[Proposal]:
        """ "And Contoso?" - "They went with Fabrikam.": a deal that is lost."""
        match = self._statement("deal_stage", _WENT_WITH)
        if match is None:
            return
        asked = [
            o.subject for o in (self.talk.answering.open_ if self.talk.answering else []) if o.predicate == "deal_stage"
        ]
        told = [p.subject for p in self._told_so_far if p.predicate in _OF_DEALS]
        named = [p for p in told if p.text == match["who"]]
        whose = ([*asked, *reversed(told)] if match["who"].lower() == "they" else named)[:1]
        ours = self._our_firm() if match["who"].lower() == "we" and self._search(_SO_DECIDED) else None
        whose = [ours] if ours is not None else whose
        if whose and match["rival"].lower() not in _OURS and not any(p.predicate == "deal_stage" for p in self.found):
            lost = Literal("closed lost", "closed lost")
            yield from self._stated(
                None, "deal_stage", (Called(whose[0].text, "organization"), False), lost, Mode.CHANGE
            )

    def _also_talked_to(self) -> Iterator[Proposal]:
        """ "They're talking to Fabrikam as well": whom else a customer looks at."""
        match = self._statement("evaluating", _TALKS_TOO)
        if match is None:
            return
        self._catch_up(self.sentence.end)
        firm = self._latest("organization", other_than=match["rival"])
        if firm and not self._is_person(firm) and not self._is_somebody(match["rival"]):
            yield from self._stated(
                None, "evaluating", (Called(firm, "organization"), False), Called(match["rival"], "thing")
            )

    def _ruled_out(self) -> Iterator[Proposal]:
        """ "Fabrikam is out": no longer looked at, by whoever looked at it, or the firm that is spoken of."""
        match = self._statement("evaluating", _RULED_OUT)
        if match is None or self._is_person(match["rival"]):
            return
        self._catch_up(self.sentence.end)
        rival = Called(match["rival"], "thing")
        told = [p for p in reversed(self.talk.told) if p.predicate == "evaluating" and p.object == rival]
        firm = told[0].subject.text if told else self._latest("organization", other_than=rival.text)
        if firm and (told or self._kind_of(firm) == "organization"):
            subject = Called(firm, "organization"), False
            over = self._proposal(None, "evaluating", subject, rival, Mode.CHANGE, Polarity.ENDS)
            yield from [over] if over is not None else []

    def _contact_at(self) -> Iterator[Proposal]:
        """ "Our contact there is Ken Abe": who works at the firm that is spoken of."""
        match = self._statement("works_at", _CONTACT)
        if match is None:
            return
        self._catch_up(self.sentence.end)
        who, firm = match["who"], match["firm"] or self._latest("organization", other_than=match["who"])
        is_told = any(p.predicate == "works_at" and p.subject.text == who for p in self.found)
        if firm and not is_told and self._kind_of(firm) == "organization" and self._kind_of(who) in ("", "person"):
            self.talk.note(who, "person", is_topic=True)
            yield from self._stated(None, "works_at", (Called(who, "person"), False), Called(firm, "organization"))

    def _championed(self) -> Iterator[Proposal]:
        """ "She's on our side": who speaks for us at the firm that is spoken of."""
        match = self._statement("champion", _OUR_SIDE)
        if match is None or _NOT.search(match[0]):
            return
        self._catch_up(self.sentence.end)
        who = match["who"]
        who = self._pointed(who.lower()) if who.lower() in HE_SHE else who
        firm = self._latest("organization", other_than=who or "")
        if who and firm and self._kind_of(firm) == "organization" and self._kind_of(who) in ("", "person"):
            yield from self._stated(None, "champion", (Called(firm, "organization"), False), Called(who, "person"))

    def _too_dear(self) -> Iterator[Proposal]:
        """ "They thought we were too expensive": the price matters to them."""
        match = self._statement("price_sensitivity", _DEAR)
        if match is None:
            return
        if any(p.predicate == "price_sensitivity" for p in self.found) or _NOT.search(match["between"]):
            return
        self._catch_up(self.sentence.end)
        who = match["who"] if match["who"][:1].isupper() else ""
        name = who if self._kind_of(who or "they") == "organization" else self._latest("organization", other_than=who)
        name = name or who
        if name and not self._is_person(name):
            high = Literal("high", "high")
            yield from self._stated(None, "price_sensitivity", (Called(name, "organization"), False), high)
