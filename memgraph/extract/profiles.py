"""Who somebody is, in a few words between commas: "I'm Pavel, 41, from Brno originally, now in Gothenburg"."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.asides import Asides
from memgraph.extract.referents import DEPARTMENTS, HE_SHE
from memgraph.extract.values import W
from memgraph.model import Mode, name_key

_PARTS = regex.compile(r"\s*(?:[,;()]|\s[–—-]\s|\b(?:and|but)\b)\s*")
_HAS_PART = regex.compile(  # told fast
    r"(?:[,;(–—-]|\band|\bbut)\s*(?:(?:i['’]m|i am|aged?) )?(?:\d|originally|born|hailing|from|now|currently|living"
    r"|based|settled|lives?|today|these days|comes?|i come|an? \p{Ll}+ from)",
    regex.IGNORECASE,
)
_ME = regex.compile(
    rf"(?:(?:(?i:hi|hello|hey)(?: \p{{Ll}}+)?!? )?(?i:i['’]?m|i am|my name(?: is|['’]s)|this is) {W}(?: {W})?"
    rf"|{W}(?: {W})? here"
    r"|(?i:i['’]?m|i am) (?:\d{1,3}|from .+|an? [\p{Ll} -]+))"
)
_SOMEBODY = regex.compile(rf"(?:^|.*\p{{Ll}} )(?P<who>{W}(?: {W})?)")
_ROLE = regex.compile(r"(?:^|.*\s)(?:my|our) (?P<role>\p{Ll}+)", regex.IGNORECASE)
_HE_OR_SHE = regex.compile(r"s?he\b", regex.IGNORECASE)
_CALLING = regex.compile(
    rf"\b(?i:this is|it['’]s|i['’]?m|i am|my name(?: is|['’]s)) (?P<who>{W}(?: {W})?)(?: here)?"
    rf" (?:from|at|with|over at) (?P<firm>{W}(?: {W}){{0,2}})(?=[.,;!]|$)"
    rf"|^(?P<who>{W}(?: {W})?)(?: here)? (?P<bare>from|with|over at) (?P<firm>{W}(?: {W}){{0,2}})(?=[.!]|$)"
    rf"|\b(?P<we>[Ww]e)(?: here)? at (?P<firm>{W}(?: {W}){{0,2}})"
)
_AGE = regex.compile(r"(?:aged? )?(?P<n>[1-9]\d?|1[01]\d)(?: years old| years young| yo| y/o)?", regex.IGNORECASE)
_FROM = regex.compile(
    rf"(?:an? [\p{{Ll}} -]+ )?(?P<sure>(?i:originally|born and raised|born|hailing|i come|comes?) )?(?i:from|in)"
    rf" (?P<where>{W}(?: {W})?)(?P<too> (?i:originally|by birth|born and raised))?"
)
_LIVING = regex.compile(
    r"(?i:(?:(?:i['’]m|i) )?(?:(?:now|currently|today|these days|living|live|lives|based|settled) )+in)"
    rf" (?P<where>{W}(?: {W})?)(?i: now| these days)?"
)


_DEPARTED = regex.compile(
    rf"(?:(?P<me>\bI)(?:['’]m| am| work)|(?P<who>\b(?i:he|she)|{W}(?: {W})?)(?:['’]s| is| works))"
    rf" in (?:the )?(?i:{'|'.join(sorted(DEPARTMENTS))})(?: department| team)?"
    rf" (?:at|for|of) (?P<firm>{W}(?: {W}){{0,2}})"
)
_TITLED = regex.compile(
    rf"(?P<who>{W}(?: {W})?)(?: here)?(?:, | \()(?:the |our |their |an? )?"
    r"(?P<title>(?:[\p{L}-]+ ){0,3}?[\p{L}-]+)"
    rf"(?:,? (?:at|from) | of |, | @ )(?P<firm>{W}(?: {W}){{0,2}})(?=[,).;!]|$)"
)


class Profiles(Asides):
    """Reads ages, origins and homes off the short parts behind a name."""

    def _profiled(self) -> Iterator[Proposal]:
        """Each part that says how old whoever was named just before is, where from, or where at home."""
        is_worth_it = not self.is_question and self._search(_HAS_PART) is not None
        parts = _PARTS.split(self.plain.strip(" .!")) if is_worth_it else []
        who = ""
        for part in parts if len(parts) > 1 else ():
            named = _SOMEBODY.fullmatch(part)
            if _ME.fullmatch(part):
                who = self.episode.speaker
            elif who and (told := self._part(part)) is not None:
                predicate, thing = told
                known = any(p.predicate == predicate and p.subject.text == who for p in self.found)
                mode = Mode.CHANGE if predicate == "lives_in" else Mode.STATEMENT
                if predicate in self.ontology.predicates and not known:
                    yield from self._stated(None, predicate, (Called(who, "person"), True), thing, mode)
            elif named is not None and (self._is_person(named["who"]) or self._is_in_full(named["who"])):
                who = named["who"]
            elif self._opening and _HE_OR_SHE.match(part):  # "She's a nurse, from Graz"
                (who,) = self._opening.values()
            elif (role := _ROLE.fullmatch(part)) is not None and self.words.is_("role", role["role"]):
                whose = f"{self.episode.speaker}'s "
                plain = name_key(whose + self.words.role(role["role"]))
                who = self.talk.roles.get(plain, whose + role["role"])
        yield from self._calling()
        yield from self._titled()

    def _calling(self) -> Iterator[Proposal]:
        """ "Hi, this is Ana from Contoso": who rings up so says for whom."""
        told = self._search(_CALLING)
        if told is None or "works_at" not in self.ontology.predicates or self.is_question:
            return
        is_own = bool(told["we"]) or name_key(self.episode.speaker).startswith(name_key(told["who"]).split()[0])
        is_told = any(p.predicate == "works_at" for p in self.found)
        is_firm = self._kind_of(told["firm"]) in ("", "organization", "thing")
        hints = [h.hint for h in self._heard(told["firm"])]
        is_place = "place" in hints
        is_known = self._kind_of(told["firm"]) == "organization" or (" " in told["firm"] and "organization" in hints)
        if told["bare"] and not is_known:
            return  # "Ana from Graz"
        if is_own and is_firm and not is_told and (told["we"] or not is_place):
            firm = Called(told["firm"], "organization")
            yield from self._stated(None, "works_at", (Called(self.episode.speaker, "person"), True), firm)

    def _titled(self) -> Iterator[Proposal]:
        """ "Sara Klein, CTO at Contoso, called", "Sara Klein (CTO, Contoso)", "she's in procurement at Contoso"."""
        has_mark = "," in self.plain or "(" in self.plain
        told = self._search(_TITLED) if has_mark and not self.is_question else None
        if told is not None and any(self.words.is_("occupation", w.lower()) for w in told["title"].split()):
            me = self.episode.speaker  # "Ana here, head of sales at Contoso"
            who = me if name_key(told["who"]) in (name_key(me), name_key(me).split()[0]) else told["who"]
            yield from self._placed(who, told["firm"], told["title"])
        in_team = self._search(_DEPARTED) if " in " in self.plain and not self.is_question else None
        if in_team is not None:
            who = self.episode.speaker if in_team["me"] else in_team["who"]
            who = self._pointed(who.lower()) or "" if who.lower() in HE_SHE else who
            yield from self._placed(who, in_team["firm"], "")

    def _placed(self, who: str, firm: str, title: str) -> Iterator[Proposal]:
        if firm.split()[-1].lower() in DEPARTMENTS:  # "head of IT"
            return
        if not who or self.words.is_common(who) or self._kind_of(who) not in ("", "person") or self._is_person(firm):
            return
        told = {p.predicate for p in self.found if p.subject.text == who}
        if title and "job_title" in self.ontology.predicates and "job_title" not in told:
            yield from self._stated(None, "job_title", (Called(who, "person"), True), Literal(title, title.lower()))
        if "works_at" in self.ontology.predicates and "works_at" not in told:
            yield from self._stated(None, "works_at", (Called(who, "person"), True), Called(firm, "organization"))

    def _part(self, part: str) -> tuple[str, Called | Literal] | None:
        """The predicate and the value of one part."""
        age = _AGE.fullmatch(part)
        if age is not None:
            return "age", Literal(age["n"], age["n"])
        for predicate, pattern in (("lives_in", _LIVING), ("from_place", _FROM)):
            told = pattern.fullmatch(part)
            is_sure = told is not None and (predicate == "lives_in" or bool(told["sure"] or told["too"]))
            if told is not None and self._is_place(told["where"], is_sure=is_sure):
                is_in = predicate == "from_place" and " in " in f" {part}" and not is_sure
                return None if is_in else (predicate, Called(told["where"], "place"))
        return None

    def _is_place(self, name: str, *, is_sure: bool) -> bool:
        """Whether a name may be a place's; a firm that isn't known for one is told by the pipeline's hint."""
        if self.words.is_common(name) or self.words.is_time(name) or self._kind_of(name) not in ("", "place", "thing"):
            return False
        return is_sure or all(h.hint != "organization" for h in self._heard(name))
