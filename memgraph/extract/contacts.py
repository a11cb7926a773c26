"""Where somebody can be reached: whose an e-mail address or a telephone number is, and whether it still is."""

from __future__ import annotations

from collections.abc import Iterator

import regex

from memgraph.changes import Called, Literal, Proposal
from memgraph.extract.claims import CORRECTION
from memgraph.extract.profiles import Profiles
from memgraph.extract.referents import YOU
from memgraph.extract.talk import Open, Question
from memgraph.extract.values import HAS_AMOUNT, W, contacts_in
from memgraph.model import Mode, Polarity, name_key

_KINDS = ("email", "phone")
_WHAT = r"(?:e-?mails?|mail|address|number|phone|mobile|cell|line|extension|landline)(?: (?:address|number))?"
_REACH = regex.compile(
    r"\b(?:(?:reach|contact|e-?mail|mail|write(?: to)?|call|text|ping|message) me"
    r"|my (?:new |current |work |own |mobile |cell |private |personal |direct |office |home |business )*"
    rf"(?:{_WHAT}|contacts?)|drop me an? (?:line|note|mail|message)"
    rf"|new (?:{_WHAT}|contact)[^.:;]{{0,15}} (?:for|from) me"
    rf"|(?:i|we)(?:['’]ve| have)?(?: got| changed to)? an? (?:new|different) (?:\w+ )?{_WHAT}"
    rf"|(?:wrong|old) {_WHAT}\b.{{0,20}}\bit['’]s"
    rf"|{_WHAT}\b[^.;]{{0,25}}\b(?:wrong|old|outdated)\b.{{0,15}}\bit['’]s)\b",
    regex.IGNORECASE,
)
_SEND_TO = regex.compile(
    r"\b(?:use|write to|(?:send|forward|mail) (?:it|them|that|everything|(?:the|your|all|any)(?: \w+){1,3}) to)\b",
    regex.IGNORECASE,
)
_ASKS_TO = regex.compile(r"^(?:please )?(?:can|could|would|will) you\b", regex.IGNORECASE)
_OF_ANOTHER = regex.compile(
    rf"\b(?i:reach|contact|e-?mail|mail|write(?: to)?|call|text|ping|message)(?: out)?(?: to)?"
    rf" (?P<to>{W}(?: {W})?|him|her) (?:at|on|under|via)\b"
    rf"|(?P<who>{W}(?: {W})?|\b(?i:he|she)) (?:can be|is) (?:best )?(?:reached|reachable|contacted)\b"
    rf"|(?:(?P<who>{W}(?: {W})?)['’]s|\b(?P<who>(?i:his|her)))"
    rf" (?i:new |work |own |mobile |direct |private |current )*(?i:{_WHAT})\b"
    rf"|(?i:\bcontact(?: person)?)(?: (?:at|for|there|over)\b[^.:;]{{0,30}}?)? ?(?:is|:) (?P<who>{W}(?: {W})?)\b"
    rf"|(?P<who>{W}(?: {W})?)(?: \(|: | [-–—] )(?=\+?\(?\d[\d ()-]{{6}}|[\w.+-]+@)",
)
_ITS = regex.compile(r"^(?:it|that)(?:['’]s| is)\b", regex.IGNORECASE)
_ANEW = regex.compile(r"\b(?:instead|changed|new|now|from now on|no longer|old)\b", regex.IGNORECASE)
_DEAD = regex.compile(
    r"[\s\"')>]*(?:(?:now|just|also|always|apparently|suddenly|already) )?(?:is dead|bounc(?:es?|ed|ing)"
    r"|(?:doesn['’]t|does not|won['’]t) work|(?:has )?stopped working"
    r"|is (?:deactivated|disabled|out of use)|is no longer (?:mine|active|in use|valid|working)"
    r"|(?:isn['’]t|is not) (?:mine|active|in use|valid) any ?more|(?:has )?expired)\b",
    regex.IGNORECASE,
)
_ASKED = regex.compile(
    rf"\b(?P<who>your?|his|her|him|best|good|right|(?-i:{W})['’]s)(?: \w+)? (?P<what>{_WHAT})\b"
    rf"|\b(?:reach|contact|get hold of) (?P<who>you|him|her|(?-i:{W})(?: (?-i:{W}))?)\b",
    regex.IGNORECASE,
)
_ON_FILE = regex.compile(r"\b(?:on file|on record|(?:have|got) \S+ (?:here )?(?:for you|as your))\b", regex.IGNORECASE)
_SHARED = frozenset(
    "info support sales billing hello contact office admin noreply no-reply help helpdesk team press jobs hr service "
    "accounts invoices orders legal security privacy feedback mail".split()
)
_SHORT = 4  # letters of a short form in an address: "thad@…"
_SLIP = regex.compile(
    rf"{CORRECTION.pattern}|\b(?:no,? wait|wrong|swapped|mistyped|misspelt|misspelled)\b", regex.IGNORECASE
)


class Contacts(Profiles):
    """Reads addresses and numbers off one sentence."""

    def _contacts(self) -> list[Proposal]:
        """ "Write to me at …", "Sorry, it's …": where somebody can be reached."""
        if not self._may_hold_one or (self.is_question and not self._search(_ASKS_TO)):
            return []
        out: list[Proposal] = []
        for predicate in (k for k in _KINDS if k in self.ontology.predicates):
            told = contacts_in(self.plain, predicate)
            for literal in [t for t in told if self._is_dead(t)]:
                told.remove(literal)
                self.found[:] = [p for p in self.found if p.object != literal]
                out.extend(self._dead(predicate, literal))
            if told and not any(p.predicate == predicate and p.polarity is Polarity.HOLDS for p in self.found):
                whose, mode = self._reached(predicate, told[-1])
                if whose:
                    out.extend(self._stated(None, predicate, (Called(whose, "person"), True), told[-1], mode))
        return out

    @property
    def _mode(self) -> Mode:
        """Whether one takes the place of another: "it's … now"."""
        return Mode.CHANGE if self._search(_ANEW) else Mode.STATEMENT

    @property
    def _may_hold_one(self) -> bool:
        """Whether there may be an address or a number, told fast."""
        return "@" in self.plain or self._search(HAS_AMOUNT) is not None

    def _reached(self, predicate: str, literal: Literal) -> tuple[str, Mode]:
        """Whose an address or a number is, and whether it takes the place of another; nobody's if that isn't told."""
        mode = self._mode
        name = self._other() or self._addressee()
        is_of_mine = _ITS.match(self.plain) is not None and _REACH.search(self.episode.content) is not None
        if not name and (is_of_mine or self._search(_REACH)):  # "My number isn't the same. It's 555 0177"
            name = self.episode.speaker
        if not name and self._search(_SEND_TO) and literal.value.split("@")[0] not in _SHARED:
            name = self.episode.speaker
        if name:
            return name, mode
        before = self._told_before(predicate)
        over = [p for p in before if p.episode == self.episode.id and p.polarity is Polarity.ENDS]
        if over:  # "That one's dead. 912 000 222 please"
            return over[-1].subject.text, Mode.CHANGE
        if before and _SLIP.search(self.episode.content):
            return before[-1].subject.text, Mode.CORRECTION
        return (self.episode.speaker if self._is_signature(literal) else ""), mode

    def _other(self) -> str:
        """Whoever is said to be reached: "Tom's number", "write to her at"."""
        other = self._search(_OF_ANOTHER)
        name = (other["to"] or other["who"]) if other is not None else ""
        if name.lower() in ("him", "her", "he", "she", "his"):
            return self._pointed(name.lower()) or ""
        return name if name and not self.words.is_common(name) and self._kind_of(name) in ("", "person") else ""

    def _addressee(self) -> str:
        """Whose an e-mail address is that holds a name of the sentence, or the speaker's: "Ben just moved to ben@…"."""
        addresses = contacts_in(self.plain, "email")
        parts = set(regex.split(r"[\W_\d]+", addresses[-1].value.split("@")[0])) if addresses else set[str]()
        said = [m.text for m in self.reading.mentions if m.text in self.plain]
        others = [m.text for m in self.reading.mentions if m.text not in said and m.text != self.episode.speaker]
        for name in (*said, self.episode.speaker, *others):
            keys = {key for key in name_key(name).split() if len(key) > 2 and not self.words.is_common(key.title())}
            if keys & parts or any(key.startswith(part) for key in keys for part in parts if len(part) >= _SHORT):
                return name
        return ""

    def _told_before(self, predicate: str) -> list[Proposal]:
        """What addresses or numbers were told, the latest last."""
        return [p for p in self._told_so_far if p.predicate == predicate]

    def _is_signature(self, literal: Literal) -> bool:
        """Whether a message ends with no more than the speaker's name and where to write to."""
        if literal.value.split("@")[0] in _SHARED or self.talk.answering is not None:
            return False
        rest = self.plain.replace(literal.text, " ")
        is_bare = not any(c.isalpha() for c in rest) and self.sentence.start_char == 0
        names = [m.text for m in self.reading.mentions if m.text in self.episode.content]
        mine = name_key(self.episode.speaker)
        return (is_bare or name_key(rest).find(mine) >= 0) and all(name_key(n) in mine for n in names)

    def _is_dead(self, literal: Literal) -> bool:
        """Whether it is said right behind it to be out of use; "X, the old one bounces" says that of another."""
        return _DEAD.match(self.plain.partition(literal.text)[2]) is not None

    def _dead(self, predicate: str, literal: Literal) -> Iterator[Proposal]:
        """ "redfox@… bounces": whose it was has it no more."""
        known = [p.subject.text for p in self._told_before(predicate) if p.object == literal]
        mine = self.episode.speaker if self._search(_REACH) else ""
        whose = next(reversed(known), "") or self._other() or self._addressee() or mine
        if whose:
            subject = (Called(whose, "person"), True)
            over = self._proposal(None, predicate, subject, literal, Mode.CHANGE, Polarity.ENDS)
            if over is not None:
                yield over

    def _contact_asked(self) -> list[Open]:
        """ "Can I have your number?", "how do I reach Tom?": what is to be told."""
        asked = self._search(_ASKED)
        if asked is None:
            return []
        who = asked["who"].removesuffix("'s").removesuffix("’s")
        is_you = who.lower() in ("you", "your", "best", "good", "right")
        name = YOU if is_you else who if who[:1].isupper() else self._pointed(who.lower()) or ""
        what = (asked["what"] or "").lower()
        kinds = [k for k in _KINDS if not what or (k == "email") == ("mail" in what or what == "address")]
        return [Open(k, Called(name, "person")) for k in kinds if name and k in self.ontology.predicates]

    def _on_file(self) -> list[Proposal]:
        """ "Is redfox@… still right?", "I have redfox@… on file": what a yes makes true."""
        if not self._may_hold_one or not (self.is_question or self._search(_ON_FILE)):
            return []
        out: list[Proposal] = []
        for predicate in (k for k in _KINDS if k in self.ontology.predicates):
            whose = (Called(self._other() or YOU, "person"), True)
            for literal in contacts_in(self.plain, predicate)[-1:]:
                told = self._proposal(None, predicate, whose, literal, Mode.STATEMENT, Polarity.HOLDS)
                out += [told] if told is not None else []
        return out

    def _reached_instead(self, question: Question) -> bool:
        """Whether the answer to a question for an address or a number tells another: "No, it's … now"."""
        asked = [*question.open_, *(Open(p.predicate, p.subject) for p in question.asked)]
        for left in (o for o in asked if o.predicate in _KINDS):
            live = [t for t in contacts_in(self.plain, left.predicate) if not self._is_dead(t)]
            if live and not self.is_question:
                name = left.subject.text
                who = self._instead_of_you(name, self.episode.speaker) if name.startswith(YOU) else name
                told = list(self._stated(None, left.predicate, (Called(who, "person"), True), live[-1], self._mode))
                self.found.extend(told)
                return bool(told)
        return False
