"""Who and what the words of a sentence stand for: names, roles, pronouns, values."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import regex

from memgraph.changes import Called, Literal, Proposal, SameAs
from memgraph.extract.clauses import Clause, children, clause_of, clauses, in_law, is_cut, phrase, phrase_at, trimmed
from memgraph.extract.frames import Frame, Match, frames_of, matches
from memgraph.extract.nouns import Named, NounFact, NounFrames, Words, called, name_at, owner_of
from memgraph.extract.talk import Heard, Reading, Talk
from memgraph.extract.values import INITIALS, amount_in, read_text, special_in
from memgraph.model import OF_EMPLOYER, Episode, Polarity, name_key
from memgraph.ontology import Ontology, Predicate
from memgraph.times import times_in

if TYPE_CHECKING:
    from memgraph.extract.tree import Span, Token

QUOTED = regex.compile(r"[\"“][^\"”]*[\"”]|(?<=^|[\s(])['‘][^'’]{2,}(?:['’]\w[^'’]*)*['’](?=[\s.,;:!?)]|$)")
_SLIP = regex.compile(
    r"[,.;-]+ ?(?:sorry|no|oops|scratch that|correction)?,? ?"
    r"(?:i mean|i meant|make that|or rather|no wait|sorry|scratch that)\b,? ?(?:it's|to|that's)?",
    regex.IGNORECASE,
)  # fmt: skip
_FIRST, SECOND = frozenset(("i", "me", "my", "mine", "im")), frozenset(("you", "your", "ur", "u", "yours"))
_WE = frozenset(("we", "us", "our", "ours"))
COUPLES = frozenset(("partner_of", "married_to"))
HE_SHE = {"he": "m", "him": "m", "his": "m", "she": "f", "her": "f", "hers": "f"}
THEY, IT = frozenset(("they", "them", "their", "theirs")), frozenset(("it", "its", "this", "that"))
_POINTERS = frozenset(("this", "that", "these", "those"))
ACCOUNTS = frozenset("account accounts deal renewal opportunity contract".split())
_HOLLOW_HEADS = frozenset("thing stuff one".split())  # "an old Oracle thing"
_EFFORTS = frozenset("project programme program initiative effort".split())
_DELIVERIES = frozenset("release launch rollout delivery deadline shipping go-live".split())
_HOLLOW = frozenset("feeling idea fact thought rush sense way part kind sound taste look thrill joy".split())
OTHERS = THEY | IT | frozenset(HE_SHE)
_OWN_KIN = frozenset(  # whose they are needs no word
    "mother father mom dad mum mama mamma papa grandma grandpa gran granny grandad granddad".split()
)
DEPARTMENTS = frozenset(
    "sales marketing finance engineering products product operations hr it design research development procurement "
    "success legal support security data people staff purchasing logistics accounting".split()
)
_PAIRS = frozenset((("closed", "won"), ("closed", "lost")))  # which the parser takes for two verbs
_WITH = regex.compile(r" (?:with|for|at) ")
_TAG = regex.compile(r", (?:remember|you know|you see|you hear|mind you|okay|ok|got it)\?$", regex.IGNORECASE)
AND_YOU = regex.compile(r"(?:^|,? )(?:and|how about|what about) (?:you|yours|yourself|u)\?+$", regex.IGNORECASE)
_SINCE_THEN = regex.compile(r"\b(?:ever )?since then\b|\bever since(?=[.,;!]|$)", regex.IGNORECASE)
_LETTERED = regex.compile(r"[A-HJ-Z]\d{0,3}")
_DANGLING = regex.compile(r"(?:^|\s+)(?:on|in|at|by|for|before|after|until|from|,)$", regex.IGNORECASE)
_TAIL = regex.compile(
    r"(?:,? (?:so|but|because|since|until|till|while|as of|these days|right now|now|any ?more|though|instead|too"
    r"|as well|best of all|the most|very much|by (?:trade|profession|training)"
    r"|itself|themselves|even more"
    r"|by the way|on \w+days?|for (?:ages|years|decades|months|a while)|every \w+|anyway|btw|already|again"
    r"|or something|or so|at all)\b.*"
    r"| (?:and|or|on|in|at|to|for|with|by|from)$| [-–—(:;].*|, .*)$",
    regex.IGNORECASE,
)
_MOST = regex.compile(r"^(?:most|any|(?:all|any) (?:kinds?|sorts?) of) ", regex.IGNORECASE)
_PUBLIC = frozenset(
    "army church city council county government ministry municipality navy police railway state".split()
)
_OUTINGS = frozenset("run walk ride".split())
_TASTING = frozenset("like love enjoy stand".split())
_YOU = regex.compile(r"\byou(?:r|['’]\w+)?\b", regex.IGNORECASE)
DUE = regex.compile(r"\bdue (?:on|by|in|at)\b", regex.IGNORECASE)
DUE_AT = regex.compile(r"\bdue(?: back)?(?: on| by| in| at)? (?:the )?$", regex.IGNORECASE)
_READY = regex.compile(
    r"\b(?:ready|finished|delivered|submitted|completed|printed|needed|due) (?:by|until|on|before)\b", regex.IGNORECASE
)
_NO_WORK = (  # what ends names of other things that plain words are taken for
    "happening", "mass", "pet", "possession", "condition", "medication", "activity", "language", "nationality",
    "school_word", "organization_word", "institution", "place_word", "group",
)  # fmt: skip
_MEANWHILE = frozenset("before after until while".split())
_AT_WORK = regex.compile(  # beside the words of business
    r"\bQ[1-4]\b|\b(?i:head of \w+"
    r"|(?:finance|sales|marketing|legal|security|purchasing|hr) (?:team|department|budget|director)"
    r"|board (?:approved|signed|decided)|price[- ]sensitive|ruled out|(?:go|going) with you"
    r"|your (?:product|tool|platform|offer|pricing|company|competitors?)"
    r"|budget (?:got|was|has been|is) (?:been )?(?:cut|frozen|approved|slashed|reduced|raised|increased|signed))\b"
)
_PRONOUNS = _FIRST | SECOND | _WE | THEY | IT | frozenset(HE_SHE) | frozenset("who what which myself yourself".split())


YOU = "\x00you"
"""Who is asked, until somebody answers."""


class Grammar:
    """What reading goes by: an ontology's patterns, and the word classes."""

    def __init__(self, ontology: Ontology) -> None:
        self.ontology = ontology
        self.frames: Mapping[str, tuple[Frame, ...]] = frames_of(ontology)
        self.dates = frozenset(n for n, p in ontology.predicates.items() if p.object == "date")
        self.nouns = NounFrames(ontology)
        self.words = Words()


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a sentence is by itself, whoever says it and whatever was said before."""

    sentence: Span
    text: str
    plain: str  # without quotations
    quoted: tuple[tuple[int, int], ...]
    clauses: tuple[Clause, ...]
    matches: tuple[tuple[Match, ...], ...]  # of each clause
    nouns: tuple[NounFact, ...]
    is_lower: bool
    is_question: bool
    about: str  # "business", "household" or ""
    searched: dict[regex.Pattern[str], regex.Match[str] | None] = field(
        default_factory=dict[regex.Pattern[str], "regex.Match[str] | None"]
    )


def prepared(grammar: Grammar, sentence: Span) -> Prepared:
    """Take a sentence apart."""
    plain = QUOTED.sub(" ", sentence.text)
    parts = clauses(sentence, grammar.frames)
    return Prepared(
        sentence,
        sentence.text,
        plain,
        tuple(m.span() for m in QUOTED.finditer(sentence.text)),
        tuple(parts),
        tuple(tuple(matches(c, grammar.frames, grammar.dates)) for c in parts),
        tuple(grammar.nouns.found(sentence, parts)),
        sentence.text == sentence.text.lower(),
        plain.rstrip().rstrip("\"')").endswith("?") and not _TAG.search(plain) and not AND_YOU.search(plain),
        _about(grammar.words, sentence),
    )


def _about(words: Words, sentence: Span) -> str:
    """Whether a sentence speaks of what is at home, else of business: "our budget" is a firm's, then."""
    said = {form for token in sentence for form in (token.lower_, token.lemma_.lower())}
    if any(words.is_("household", form) for form in said):
        return "household"
    is_business = any(words.is_("business", form) for form in said) or _AT_WORK.search(sentence.text) is not None
    return "business" if is_business else ""


class Referents:
    """One sentence, with what its words may stand for."""

    def __init__(self, grammar: Grammar, episode: Episode, told: Prepared, talk: Talk, reading: Reading) -> None:
        self.x, self.prepared = grammar, told
        self.episode, self.sentence, self.talk, self.reading = episode, told.sentence, talk, reading
        self.text, self.plain, self.quoted, self.clauses = told.text, told.plain, told.quoted, told.clauses
        self.ontology = grammar.ontology
        self.words = grammar.words
        self.heads = {c.head.i for c in self.clauses}
        self.times = times_in(self.text, episode.occurred_at)
        if then := _SINCE_THEN.search(self.text):
            before = [t for t in self.times if t.end_char < then.start()]  # "They came on Friday, green since then"
            meant = before[-1] if before else talk.time
            said = {"text": then[0], "start_char": then.start(), "end_char": then.end(), "how": "since"}
            self.times = (*self.times, *([replace(meant, **said)] if meant is not None else []))
        self.is_lower, self.is_question = told.is_lower, told.is_question
        self.found: list[Proposal] = []
        self.local: list[tuple[int, Heard]] = []  # where in this sentence which names stand
        self._opening: dict[int, str] = {}  # whom the "she" means that the sentence begins with

    def _search(self, pattern: regex.Pattern[str]) -> regex.Match[str] | None:
        """Where a pattern first fits what isn't quoted; it is looked for once, however often the sentence is read."""
        searched = self.prepared.searched
        if pattern not in searched:
            searched[pattern] = pattern.search(self.plain)
        return searched[pattern]

    def _open_with(self) -> None:
        """Settle whom the "he" or "she" means that a sentence begins with, before anyone is named in it."""
        first = next((t for t in self.sentence if t.is_alpha), None)
        if first is not None and first.lower_ in HE_SHE and first.pos_ == "PRON":
            meant = self._pointed(first.lower_, "person")
            self._opening = {first.i: meant} if meant else {}

    def _catch_up(self, end: int) -> None:
        """Take note of the names before a place in the sentence: those behind a pronoun can't be what it means."""
        while self.local and self.local[0][0] < end:
            _, named = self.local.pop(0)
            self.talk.hear(named)

    def _kind_of(self, name: str) -> str:
        if self._is_person(name):
            return "person"
        here = (h for _, h in self.local if h.is_account)
        heard = itertools.chain(here, reversed(self.talk.heard))
        known = next((h.kind for h in heard if name_key(h.name) == name_key(name)), None)
        if known:
            return known
        if " " in name and self.words.is_("organization_word", name.split()[-1].lower()):
            return "organization"
        is_short = any(h.kind == "organization" and h.name.startswith(f"{name} ") for h in self.talk.heard)
        return "organization" if is_short else ""

    def _heard(self, name: str) -> list[Heard]:
        """What was heard of a name, here and before."""
        heard = [*(h for _, h in self.local), *self.talk.heard]
        return [h for h in heard if name_key(h.name) == name_key(name)]

    def _gender(self, name: str) -> str:
        return next((h.gender for h in self._heard(name) if h.gender), "")

    def _is_person(self, name: str) -> bool:
        key = name_key(name)
        here = (name_key(h.name) for _, h in self.local if h.kind == "person")
        return any(key == p or (" " not in key and key in p.split()) for p in (*here, *self.talk.persons))

    def _is_somebody(self, name: str) -> bool:
        """Whether a name is known for a person's, or taken for one where nothing is known."""
        return self._is_person(name) or any(h.hint == "person" and h.kind == "" for h in self._heard(name))

    def _is_in_full(self, name: str) -> bool:
        """Whether a name is somebody's, first and last."""
        return " " in name and self._is_somebody(name)

    @property
    def _told_so_far(self) -> list[Proposal]:
        """What was told before and in this message, the latest last."""
        return [*self.talk.told, *self.reading.proposals, *self.found]

    def _in_quotes(self, token: Token) -> bool:
        at = token.idx - self.sentence.start_char
        return any(a <= at < b for a, b in self.quoted)

    def _subject(self, token: Token | None, declared: Predicate, clause: Clause | None) -> tuple[Called, bool] | None:
        """Who or what a subject is, and whether that is sure."""
        kind = declared.subject
        is_trailing = clause is not None and clause.head.tag_ == "VBN" and clause.head.i != self.sentence.root.i
        if kind == "thing" and is_trailing and (token is None or token.pos_ == "PRON") and clause is not None:
            told = self._worked_on(clause)  # "I'm on Atlas, blocked by …"
            if told is not None or token is None:
                return told
        if token is None:
            is_taste = clause is not None and clause.is_negated and bool(clause.words & _TASTING)  # "Can't stand it"
            tags = ("VB",) if is_taste else ("VBD", "VBG", "VBZ", "VBN", "JJ")
            if clause is None or clause.head.tag_ not in tags or (clause.modals and not is_taste):
                return None
            before = [t for t in self.sentence if t.i < clause.head.i]
            light = ("ADV", "INTJ", "CCONJ", "SCONJ", "PUNCT", "AUX", "PART", "SYM")
            if any(t.pos_ not in light or (t.pos_ in ("PUNCT", "SYM") and t.text[:1].isalpha()) for t in before):
                return None  # it has a subject that the parser didn't see
            if clause.head.tag_ == "VBG" and any(t.tag_ in ("VBZ", "VBP", "VBD") for t in self.sentence):
                return None  # "Studying openings is a great way"
            if clause.head.i != self.sentence.root.i or kind != "person":
                last = self._latest(kind) if kind != "person" and clause.head.i == self.sentence.root.i else None
                is_fit = last is not None and (kind != "organization" or self._kind_of(last) == kind)
                return (Called(last, kind), False) if last is not None and is_fit else None
            if self.is_question:  # "Moving to Hamburg then?"
                return Called(YOU, "person"), False
            about = self.talk.answering.about if self.talk.answering is not None else ""
            somebody = self.talk.going_on or about
            if clause.head.tag_ == "VBZ" and not somebody:
                return None  # "Lives in Graz" is nobody's word of themselves
            return Called(somebody or self.episode.speaker, "person"), False
        word = _pronoun_at(token)
        person = self._person(word)
        is_used = declared is self.ontology.predicates.get("uses")
        if person is not None:
            is_asked = person == YOU and kind == "organization" and (self.talk.at_work or not declared.personal)
            if is_asked and (yours := self._your_firm()) is not None:
                return yours, True
            if kind == "person" or is_used:  # "I use Vim" is no firm's
                return Called(person, "person"), True
            return self._own(person, declared)
        if word in _WE:
            if kind == "person":
                return Called(self.episode.speaker, "person"), True
            of = owner_of(token)
            if kind == "organization" and of is not None and of.text[:1].isupper():  # "we at Contoso"
                return self._subject(of, declared, clause)
            if kind != "thing":
                own = self._own(self.episode.speaker, declared)
                if kind == "organization" and self.talk.at_work and (own is None or own[0].kind == "person"):
                    return employer_of(self.episode.speaker), False
                return None if is_used and own is not None and own[0].kind == "person" else own
            last = self._subject_before(token, "it", kind)  # "Atlas is at risk, we're waiting on …"
            return (Called(last, kind), False) if last else None
        if word in HE_SHE and kind in ("thing", "event"):
            return None  # nobody is due
        if word in HE_SHE and declared is self.ontology.predicates.get("objection"):
            self._catch_up(token.i)
            last = self._latest(kind, other_than=self._pointed(word) or "")  # what their founder worries about
            if last and self._kind_of(last) == kind:
                return Called(last, kind), False
        if word in HE_SHE or word in THEY or word in IT:
            self._catch_up(token.i)
            if word in THEY and kind == "person":
                return (self._couple[0], False) if self._couple else None
            pointed = self._subject_before(token, word, kind) or self._opening.get(token.i) or self._pointed(word, kind)
            if pointed and word in HE_SHE:  # which makes somebody of it
                self.talk.note(pointed, "person", HE_SHE[word])
            of_person = word in HE_SHE or (declared.personal and pointed is not None and self._is_person(pointed))
            return (Called(pointed, "person" if of_person else kind), False) if pointed else None
        role = self._role(token)
        if role is not None:
            return (role, True) if kind == "person" or declared.personal else None
        named = name_at(
            token,
            self.talk.named,
            is_likely=self.is_lower and kind != "person" and (clause is None or token == clause.subject),
        )
        if kind == "thing" and token.pos_ == "NOUN" and token.lemma_.lower() in _DELIVERIES:
            of = owner_of(token)  # "the release of Atlas slipped"
            if (
                of is not None
                and of.i != token.i
                and label_is(of, "nmod", "nmod:poss")
                and of.pos_ in ("PROPN", "PRON")
            ):
                return self._subject(of, declared, None)
        is_taken = declared is self.ontology.predicates.get("assigned_to")  # "who takes over the seminar?"
        if kind in ("thing", "event") and (text := self._described(token, kind, is_any=is_taken)):
            return Called(text, kind), True
        if kind == "organization" and token.pos_ == "NOUN" and self.words.is_any("dealing", token):
            of = owner_of(token)  # "the deal with Contoso", "their contract"
            if of is not None and of.i != token.i and (of.pos_ == "PRON" or of.text[:1].isupper()):
                return self._subject(of, declared, None)
        is_objecting = declared is self.ontology.predicates.get("objection")
        if is_objecting and self._is_staff(token) and (named is None or token.text.isupper()):
            if any(o.lower_ == "our" for o in children(token, "nmod:poss")):  # "our CIO worries about …"
                ours = self._our_firm()
                return (ours, False) if ours is not None else None
            last = self._latest(kind)  # "their CFO objects to …", "Legal has an issue with …"
            return (Called(last, kind), False) if last else None
        if named is None and kind == "thing" and clause is not None and self._is_bare(token):
            return Called(token.text, kind), True  # "Lantern depends on …"
        if named is None or self.words.is_common(named.text):
            return None
        if kind == "person" and self._kind_of(named.text) in ("organization", "place"):
            return None
        is_somebody = _is_full_name(token, named) and not self._kind_of(named.text)  # "Tom Wuyts runs Contoso"
        if kind == "organization" and (is_somebody or self._is_person(named.text)):
            return (Called(named.text, "person"), True) if declared.personal else None
        return Called(named.text, kind), True

    @property
    def _couple(self) -> tuple[Called, Called] | None:
        """Who "they" are, where this message or the one before told of two who are together."""
        for told in reversed(self._told_so_far):
            is_near = told.episode in (self.episode.id, self.talk.before) and told.polarity is Polarity.HOLDS
            if is_near and told.predicate in COUPLES and isinstance(told.object, Called):
                pair = told.subject, told.object
                return pair if self.episode.speaker not in (told.subject.text, told.object.text) else None
        return None

    def _worked_on(self, clause: Clause) -> tuple[Called, bool] | None:
        """What a participle behind a comma speaks of: the thing named last before it."""
        after_comma = clause.head.i > self.sentence.start and clause.head.nbor(-1).text in (",", "-", "–", "—")
        named = [h for place, h in self.local if place < clause.head.i and h.kind in ("", "thing")]
        fits = [h.name for h in named if h.hint != "person"] if after_comma else []
        return (Called(fits[-1], "thing"), False) if fits else None

    def _is_staff(self, token: Token) -> bool:
        """Whether a noun stands for somebody of a firm: "the CFO", "Legal"."""
        return self.words.is_any("occupation", token) or token.lower_ in DEPARTMENTS

    def _is_bare(self, token: Token) -> bool:
        """Whether a noun begins a sentence as no common noun can: only names and masses may stand alone."""
        is_first = token.is_sent_start and token.tag_ == "NN" and token.text[:1].isupper()
        is_alone = is_first and all(c.dep_ == "nummod" for c in token.children)
        kinds = ("mass", "occupation", "role", "happening", "dealing", "work_item", "activity", "group", "condition")
        return is_alone and not any(self.words.is_(kind, token.lower_) for kind in kinds)

    def _described(self, token: Token, kind: str, *, is_any: bool = False) -> str | None:
        """ "The Cinder importer", "our auth service": a common noun that a name tells apart, or one of its kind."""
        if token.text[:1].isupper() or token.pos_ not in ("NOUN", "PROPN") or token.lower_ in ACCOUNTS | _HOLLOW_HEADS:
            return None
        is_due = is_any or self._search(DUE) is not None  # "the exam is due on 3 June"
        kinds = ("happening",) if kind == "event" else ("work_item", "happening") if is_due else ("work_item",)
        is_definite = _is_definite(token)
        is_one = is_definite or (token.tag_ == "NN" and self._heads(token))
        is_fit = is_one and any(self.words.is_any(k, token) for k in kinds)
        if not is_fit and kind == "thing" and is_definite and self._search(_READY):
            others = ("role", "occupation", "dealing", "happening")
            is_fit = not any(self.words.is_any(k, token) for k in others)  # "the label has to be ready by 3 June"
        if is_fit:
            text = phrase(token).removeprefix("new ")
            return text if is_definite else uncapped(text)
        named = [c for c in children(token, "compound", "amod") if c.text[:1].isupper() and c.i >= self.sentence.start]
        whole = name_at(named[-1], self.talk.named) if named and token.lower_ in _EFFORTS else None
        if whole is not None and whole.end == token.i:
            return whole.text  # "the Atlas project" is Atlas
        return phrase(token) if named else None

    def _heads(self, token: Token) -> bool:
        """ "Billing export shipped": whether a compound begins the sentence, as in notes."""
        parts = children(token, "compound")
        is_first = bool(parts) and parts[0].i == self.sentence.start and token.i == parts[0].i + len(parts)
        return is_first and len(parts) == 1 and parts[0].pos_ == "NOUN"

    def _team(self, token: Token) -> str | None:
        """ "The platform team", "a rowing club": a group that a word before it tells apart."""
        is_group = token.pos_ in ("NOUN", "PROPN") and token.text.islower() and self.words.is_any("group", token)
        told_apart = [*children(token, "compound"), *(c for c in children(token, "amod") if c.lower_.endswith("ing"))]
        return phrase(token) if is_group and told_apart else None

    def _person(self, word: str) -> str | None:
        if word in _FIRST:
            return self.episode.speaker
        if word in SECOND:
            return YOU if self.is_question else self._called_upon or self.talk.other or None
        return None

    @property
    def _called_upon(self) -> str:
        """Whom the sentence calls: "Mila, you have …"."""
        token = next((t for t in self.sentence if label_is(t, "vocative") and t.pos_ == "PROPN"), None)
        named = name_at(token, self.talk.named) if token is not None else None
        return named.text if named is not None and self._kind_of(named.text) in ("", "person") else ""

    @property
    def _named_here(self) -> set[str]:
        """The names in this message, as far as it is read."""
        return {called.text for called in self.reading.mentions}

    def _pointed(self, word: str, kind: str = "", *, other_than: str = "") -> str | None:
        """Who a pronoun points at: whoever of its kind was named last."""
        heard_so_far = [h for h in reversed(self.talk.heard) if h.name not in (self.episode.speaker, other_than)]
        if word in HE_SHE:
            is_you = _YOU.search(self.episode.content) is not None
            heard_so_far = [h for h in heard_so_far if h.name != self.talk.other or (h.is_topic and not is_you)]
            me = name_key(self.episode.speaker)
            heard_so_far = [h for h in heard_so_far if not me.startswith(name_key(h.name))]  # "Deb" is Deborah
            likely = [
                h for h in heard_so_far
                if h.kind == "person" or (h.hint == "person" and h.is_unsure and not self._is_no_person(h.name))
            ]  # fmt: skip
            likely.sort(key=lambda h: h.name == self.talk.other)  # who is spoken to is hardly ever meant
            fits = [h for h in likely if h.gender in ("", HE_SHE[word])]
            if (about := self._asked_about(word)) and not any(h.name in self._named_here for h in fits):
                return about
            unknown = [h for h in heard_so_far if h.kind == "" and not self._is_no_person(h.name)]
            fits = fits or [h for h in unknown if h.is_topic]
            met = [h for h in unknown if " " in h.name and h.name in self._named_here and h.hint != "place"]
            fits = fits or met  # "met Hedda Brun"
            only = [h for h in unknown if h.hint in ("", "person") and not h.is_aside]
            fits = fits or (only if len(only) == 1 else [])
            return self._answerers(fits[0]) if fits else None
        heard_so_far = [h for h in heard_so_far if not (h.is_aside and h.kind == "")]
        if kind == "person":  # "they" are several, as a rule
            return None
        kinds = (kind,) if kind not in ("", "thing") else ("organization", "thing", "event", "")
        exact = [h for h in heard_so_far if h.kind in kinds]
        here = self._named_here
        if exact and exact[0].name not in here:  # what was named just now, whatever it is, comes before the earlier
            new = next((h for h in heard_so_far if h.kind == "" and h.name in here), None)
            exact = [new] if new is not None else exact
        if exact:
            return exact[0].name if other_than else next((h.name for h in exact if h.is_topic), exact[0].name)
        return next((h.name for h in heard_so_far if h.kind == ""), None)

    def _answerers(self, heard: Heard) -> str | None:
        """A name; "your dad", in a question, is the dad of whoever answers it."""
        if not heard.name.startswith(YOU):
            return heard.name
        whose = self.talk.other if heard.by == self.episode.speaker else self.episode.speaker
        return self._instead_of_you(heard.name, whose) if whose else None

    def _instead_of_you(self, name: str, whose: str) -> str:
        """ "You", or "your dad", said to somebody: that one, or their dad by name where it was told."""
        named = whose + name.removeprefix(YOU)
        return self.talk.roles.get(name_key(named), named)

    def _asked_about(self, word: str) -> str:
        """Who the turn before asked after, where "he" or "she" may be meant: "Did Lotte settle in?"."""
        about = self.talk.answering.about if self.talk.answering is not None else ""
        known = next((h for h in self.talk.heard if h.name == about), None)
        is_fit = known is None or (known.kind in ("", "person") and known.gender in ("", HE_SHE[word]))
        return about if is_fit and about != self.episode.speaker else ""

    def _subject_before(self, token: Token, word: str, kind: str) -> str | None:
        """Within a sentence a pronoun goes on about the subject of the clause before."""
        for clause in reversed(self.clauses):
            subject = clause.subject
            if subject is None or subject.i >= token.i or (clause.head.i > token.i > subject.i >= token.i - 1):
                continue
            role = self._role(subject) if subject.pos_ == "NOUN" else None
            named = name_at(subject, self.talk.named)
            name = role.text if role else named.text if named and not self.words.is_common(named.text) else None
            if name is None or name == self.episode.speaker:
                continue
            self._catch_up(token.i)
            known = "person" if role or self._is_in_full(name) else self._kind_of(name)
            if word in IT and token in clause.objects:
                continue  # "Jonas wants it by Friday"
            if word in HE_SHE and known in ("person", "") and self._gender(name) in ("", HE_SHE[word]):
                return name
            if word in IT | THEY and kind != "person" and known not in ("person", "place"):
                return name
        return None

    def _is_mere_place(self, name: str) -> bool:
        """Whether a name that is of no known kind is likely a place's: nothing that has a budget."""
        return any(h.kind == "" and h.hint == "place" for h in self._heard(name))

    def _is_work_item(self, name: str) -> bool:
        return self.words.is_("work_item", name.split()[-1].lower())

    def _is_titled(self, token: Token | None) -> bool:
        """Whether a name is written like that of a piece of work: "Login Revamp", plain words with capitals."""
        named = name_at(token, self.talk.named) if token is not None else None
        if token is None or named is None:
            return False
        words = token.doc[named.start : named.end]
        plain = [t for t in words if not t.is_oov or self.words.is_("work_item", t.lower_)]
        is_the = len(words) == 1 and words[0].hint in ("", "person")
        is_the = is_the and any(c.lower_ in ("the", "our") for c in children(words[0], "det", "nmod:poss"))
        is_title = (len(words) > 1 or is_the) and all(t.text[:1].isupper() and t.is_alpha for t in words)
        is_somebody = words[0].hint == "person" and not self.words.is_("work_item", words[0].lower_)
        is_other = is_somebody or any(self.words.is_(k, words[-1].lower_) for k in _NO_WORK)
        return is_title and (is_the or bool(plain)) and not is_other

    def _is_event(self, name: str) -> bool:
        """Whether a name is an event's, by its last word: "Spring Gala", "Harbor Days"."""
        last = name.split()[-1]
        is_titled = " " in name and last[:1].isupper() and self.words.is_("happening_title", last.lower())
        return is_titled or self.words.is_("happening", last.lower())

    def _is_no_person(self, name: str) -> bool:
        """Whether a name is a street's, a firm's, a medication's, by its words alone."""
        kinds = ("place_word", "organization_word", "institution", "medication", "condition", "language")
        return any(self.words.is_(kind, name.split()[-1].lower()) for kind in kinds)

    def _there(self, kind: str) -> str | None:
        """Where "there" is: what was named last, if it may be a place (or a firm, where such a one is meant)."""
        named = [h for h in reversed(self.talk.heard) if not self._is_somebody(h.name)]
        is_one = named and (named[0].kind == kind or (named[0].hint == kind and named[0].kind in ("", "thing")))
        return named[0].name if is_one else None

    def _latest(self, kind: str, *, other_than: str = "") -> str | None:
        fits = [
            h for h in reversed(self.talk.heard)
            if h.name != other_than
            and not (h.is_aside and h.kind == "")
            and not (kind == "organization" and h.name.islower())
            and not (h.kind == "" and (self._is_person(h.name) or (kind == "thing" and h.hint == "person")))
            and (h.kind == kind or (h.kind in ("", "thing") and kind in ("organization", "event", "thing")))
        ]  # fmt: skip
        if kind == "organization":  # a tool is none, where something else may be
            fits = [h for h in fits if h.kind != "thing"] or fits
            fits = [h for h in fits if not h.is_rival] or fits
            fits = [h for h in fits if h.kind == kind or h.hint != "person" or " " in h.name] or fits
        here = [h for h in fits if h.name in self._named_here]  # this message comes before another
        is_sure = any(h.is_topic or h.kind == kind for h in here) or not any(h.kind == kind for h in fits)
        fits = here if here and is_sure else fits
        return next((h.name for h in fits if h.is_topic), fits[0].name if fits else None)

    def _own(self, person: str, declared: Predicate) -> tuple[Called, bool] | None:
        """What "we" and "our" stand for: the speaker's firm, or the speaker, who may have a budget, too."""
        firm = self._own_organization(person) if declared.subject == "organization" else None
        if firm is not None:
            return Called(firm, declared.subject), False
        return (Called(person, "person"), True) if declared.personal else None

    def _our_firm(self) -> Called | None:
        """Whom the speaker's "we" stand for, where business is spoken of."""
        firm = self._own_organization(self.episode.speaker)
        if firm is not None:
            return Called(firm, "organization")
        return employer_of(self.episode.speaker) if self.talk.at_work else None

    def _your_firm(self) -> Called | None:
        """Whom "you" in a question stands for, where a firm is asked after: whoever is spoken to works for."""
        firm = self._own_organization(self.talk.other) if self.talk.other else None
        if firm is not None:
            return Called(firm, "organization")
        return employer_of(YOU) if self.talk.at_work else None

    def _own_organization(self, person: str) -> str | None:
        for told in reversed(self.talk.told):
            is_work = told.predicate == "works_at" and told.polarity is Polarity.HOLDS and told.object is not None
            if is_work and told.object is not None and told.subject.text == person:
                return told.object.text
        told = [p for p in self.talk.told if p.predicate == "works_at" and p.object is not None]
        others = {p.object.text for p in told if p.object is not None and p.subject.text != person}
        for heard in reversed(self.talk.heard):
            is_own = heard.kind == "organization" and heard.by == person and not heard.is_account
            if is_own and heard.name not in others:
                return heard.name
        return None

    def _role(self, token: Token) -> Called | None:
        """ "My sister": by name where it was said, else as the speaker's sister."""
        noun = token.lemma_.lower() if self.words.is_("role", token.lemma_.lower()) else token.lower_
        if not self.words.is_("role", noun) or token.tag_ == "NNS":
            return None
        owners = children(token, "nmod:poss")
        if not owners:
            named = self._name_beside(token)
            if named is not None and noun not in _OWN_KIN:  # "a little brother, Noa"
                return Called(named, "person")
            if noun not in _OWN_KIN:
                return None
            owner = self.episode.speaker
        else:
            subject = self._subject(owners[0], Predicate(subject="person"), None)
            if subject is None:
                return None
            owner = subject[0].text
        law = in_law(token)
        ending = "-in-law" if law is not None else ""
        text, plain = f"{owner}'s {noun}{ending}", f"{owner}'s {self.words.role(noun)}{ending}"
        if named := self._name_beside(law or token):
            self.talk.roles[name_key(plain)] = named
            return Called(named, "person")
        known = self.talk.roles.get(name_key(plain), text)
        if known == text != plain:
            same = SameAs(self.episode.id, Called(text, "person"), Called(plain, "person"))
            self.reading.same[same] = None
        self.talk.note(known, "person", self.words.gender(noun))
        return Called(known, "person")

    def _name_beside(self, token: Token) -> str | None:
        doc = token.doc
        after = doc[token.i + 1] if token.i + 1 < len(doc) else None
        if after is not None and after.text == "," and token.i + 2 < len(doc):
            beyond = doc[token.i + 2]  # "our CFO, Gunnar Lie", also where the parser saw a sentence end
            is_told = label_is(beyond, "appos", "ROOT", "list", "conj") or beyond.head.i == token.i
            after = beyond if is_told and not self._begins_clause(beyond) else None
        beside = [after] if after is not None and after.pos_ == "PROPN" and after.text[:1].isupper() else []
        for c in [*children(token, "appos", "flat"), *beside]:
            named = name_at(c, self.talk.named)
            if named is not None and not self.words.is_common(named.text):
                return named.text
        return None

    def _is_no_place(self, token: Token, named: Named) -> bool:
        is_word = named.text.islower() and not self.is_lower and named.text not in self.talk.named
        is_word |= any(c.isupper() for c in named.text[1:]) and " " not in named.text and not named.text.isupper()
        return is_word or _is_beside_noun(named, token)

    def _begins_clause(self, token: Token) -> bool:
        return any(c.subject is not None and c.subject.i == token.i for c in self.clauses)

    def _object(
        self,
        token: Token,
        declared: Predicate,
        clause: Clause | None,
        *,
        is_copula_value: bool = False,
        is_word: bool = False,
    ) -> Iterator[Called | Literal]:
        if self._in_quotes(token) and declared.takes_entity:
            return
        if declared.takes_entity:
            called = self._entity(token, declared)
            if called is not None:
                yield called
            return
        start = token.idx - self.sentence.start_char
        tree = list(token.subtree)
        span = (tree[0].idx - self.sentence.start_char, tree[-1].idx + len(tree[-1]) - self.sentence.start_char)
        if declared.object == "date":
            times = [t for t in self.times if t.start_char <= start < t.end_char]
            within = [t for t in self.times if span[0] <= t.start_char < span[1]]
            is_named = token.pos_ == "PROPN" and not times and name_at(token, self.talk.named) is not None
            times = times or [t for t in within if t.how not in ("until", "since") and not is_named]
            if times:
                time = times[0]
                if time.how == "range" and start > time.start_char:  # "from 3 May to 10 May"
                    later = times_in(self.text[start : time.end_char], self.episode.occurred_at)
                    time = later[0] if later else time
                is_past = clause is not None and clause.tense == "past" and clause.has_copula
                is_past |= clause is not None and clause.tense != "future" and "born" in clause.words
                is_past &= time.start <= self.episode.occurred_at
                yield Literal(time.text.rstrip("."), time.iso if is_past else time.forward.iso)
            return
        if declared.object in ("money", "number"):
            literal = amount_in(self.text, start, span)
            is_time = any(t.start_char <= start < t.end_char for t in self.times)
            if literal is not None and not is_time and (declared.object == "money" or literal.value.isdigit()):
                yield literal
            return
        special = special_in(self.text, start, span) if declared.object == "text" else None
        if special is not None:
            yield special
            return
        if is_word:
            yield Literal(token.text, token.lower_)
            return
        if any(t.start_char <= start < t.end_char for t in self.times):
            return
        is_verb = token.pos_ in ("VERB", "AUX") and token.tag_ != "NN"
        whole = phrase_at(token, is_verb=is_verb)
        after = token.doc[whole.end].idx - self.sentence.start_char if whole.end < self.sentence.end else -1
        is_time_after = any(t.start_char <= after < t.end_char for t in self.times)
        is_meanwhile = after >= 0 and token.doc[whole.end].lower_ in _MEANWHILE  # "pass it before she is born"
        is_told = is_time_after or is_meanwhile
        if (is_verb or token.lower_ in _HOLLOW) and not is_told and is_cut(token, whole):
            return
        text = self._title(token) or _TAIL.sub("", trimmed(whole)).removeprefix("not ")
        if is_verb and (cut := _last_of(text, whole)) is not None and cut.dep_ == "amod" and cut.head.i > cut.i:
            return  # "a safe" of "creating a safe, inviting place"
        doing = token.doc[whole.start - 1].lower_ if whole.start > self.sentence.start else ""
        if doing == "getting":  # "I love getting lost in …"
            text = f"{doing} {text}"
        if declared.object == "text" and self.words.is_("stage", token.lower_):
            text = _WITH.split(text, maxsplit=1)[0]  # "discovery with Contoso"
        last = token.doc[whole.end - 1]
        after_it = token.doc[whole.end] if whole.end < token.sent.end else None
        if after_it is not None and (text.lower(), after_it.lower_) in _PAIRS:
            text, last = f"{text} {after_it.text}", after_it
        elif after_it is not None and token.pos_ == "NOUN" and _LETTERED.fullmatch(after_it.text):
            text, last = f"{text} {after_it.text}", after_it  # "vitamin D"
        elif after_it is not None and after_it.tag_ in ("VBG", "VBN") and self._is_happening(after_it):
            text, last = f"{text} {after_it.text}", after_it  # "a Rotary Club meeting", taken for a verb
        ends = last.idx + len(last) - self.sentence.start_char
        for time in self.times:  # "a tent yesterday": when is not part of what
            told = self.text[time.start_char : min(time.end_char, ends)].rstrip(".")
            if told and text.endswith(told) and text != told:
                text = _DANGLING.sub("", text.removesuffix(told).rstrip(" ,"))
        case = next((c for c in children(token, "case") if c.i == token.i - 1), None)
        if (
            clause is not None
            and clause.is_copular
            and clause.head.i == token.i
            and case is not None
            and is_copula_value
        ):
            if declared.subject == "person":  # "my job is at Contoso" names no job
                return
            text = f"{case.text} {text}"  # "on hold"
        literal = read_text(_MOST.sub("", text))
        if doing == "being" and literal is not None:  # "I hate being stuck"
            literal = Literal(f"being {literal.text}", f"being {literal.value}")
        is_many = token.tag_ == "NNS" and self.words.is_any("condition", token)  # "migraines" and "a migraine" are one
        if literal is not None and is_many and literal.value.endswith(token.lower_):
            literal = replace(literal, value=literal.value.removesuffix(token.lower_) + token.lemma_.lower())
        if (
            literal is None
            or (
                not self.words.is_any("condition", token) and any(c.lower_ in _POINTERS for c in children(token, "det"))
            )
            or (token.pos_ == "PUNCT" and not token.is_alpha)
            or token.lower_ in _PRONOUNS
            or self.words.is_vague(literal.text)
        ):
            return
        yield literal

    def _is_happening(self, token: Token) -> bool:
        """Whether a word taken for a verb ends an event's name: "a charity run"."""
        return self.words.is_("happening", token.lower_) or token.lower_ in _OUTINGS

    def _title(self, token: Token) -> str:
        """The title that a word is quoted in: "we love 'Home Alone'"."""
        at = token.idx - self.sentence.start_char
        within = (self.text[start + 1 : end - 1] for start, end in self.prepared.quoted if start <= at < end)
        return next(within, "")

    def _meant(self, tokens: Sequence[Token], declared: Predicate) -> list[Token]:
        """The values that are meant: not the denied ones, and of a one-valued predicate the last settled on."""
        said = [
            t
            for t in tokens
            if not any(n.lower_ in ("not", "n't") for n in children(t, "advmod")) or t.i == tokens[0].i
        ]
        if not (declared.one or declared.qualified):
            return said
        match = _SLIP.search(self.text)
        if match is not None and said and said[0].idx - self.sentence.start_char < match.start():
            for t in self.sentence:
                if t.idx - self.sentence.start_char < match.end() or t.pos_ not in (
                    "NOUN",
                    "PROPN",
                    "NUM",
                    "SYM",
                    "PRON",
                    "X",
                ):
                    continue
                if self.words.is_("role", t.lemma_.lower()) or children(t, "nmod:poss"):
                    continue
                if next(self._object(t, declared, None), None) is not None:
                    return [t]
        if declared.object == "place" and len(said) > 1:  # "I live at my brother's in Graz"
            said = [t for t in said if self._entity(t, declared) is not None]
        return said[:1]

    def _entity(self, token: Token, declared: Predicate) -> Called | None:
        kind = declared.object
        word = _pronoun_at(token)
        person = self._person(word)
        if person is not None:
            return Called(person, "person") if kind in ("person", "thing") else None
        if word in _WE:
            return self._our_firm() if kind == "organization" else None
        if word in ("this", "that") or (kind == "thing" and word in IT | THEY):
            return None
        if word == "there":
            self._catch_up(token.i)
            there = self._there(kind) if kind in ("place", "organization") else None
            return Called(there, kind) if there else None
        if any(c.lower_ in _POINTERS for c in children(token, "det")) and token.pos_ == "NOUN":
            return None
        if word in HE_SHE or word in THEY or word in IT:
            self._catch_up(token.i)
            own = clause_of(token, self.heads)
            doer = next((c.subject for c in self.clauses if c.head.i == own and c.subject is not None), None)
            known = name_at(doer, self.talk.named) if doer is not None else None
            pointed = self._pointed(word, kind, other_than=known.text if known else "")
            return Called(pointed, kind) if pointed and kind != "place" else None
        if kind in ("person", "thing"):
            role = self._role(token)
            if role is not None:
                return role
        for t in called(token):
            named = name_at(t, self.talk.named)
            if named is not None:
                return Called(named.text, kind)
        for naming in children(token, "acl", "appos"):
            is_common = token.pos_ == "NOUN" and token.text.islower()
            if (
                label_is(naming, "appos")
                and is_common
                and naming.text[:1].isupper()
                and (named := name_at(naming, self.talk.named))
            ):
                return Called(named.text, kind)
        if kind == "person" and token.pos_ == "NOUN" and (beside := self._name_beside(token)):
            return Called(beside, kind)
        if kind == "thing" and (text := self._described(token, kind)):
            return Called(text, kind)
        if declared.described and token.pos_ == "NOUN" and _is_definite(token):  # "the vendor contract"
            return Called(phrase(token), kind)
        if kind in ("organization", "thing") and (text := self._team(token)):
            return Called(text, kind)
        is_there = kind == "organization" and token.text.islower() and self.words.is_any("institution", token)
        if kind == "organization" and word in _PUBLIC and any(c.lower_ == "for" for c in children(token, "case")):
            return Called(word, kind)  # "I work for the city"
        is_titled = is_there and any(c.text[:1].isupper() for c in children(token, "compound"))
        if is_titled or (is_there and token.tag_ == "NN" and children(token, "det")):
            return Called(phrase(token), kind)  # "a job at the museum", "at Aker clinic"
        named = name_at(token, self.talk.named, is_likely=self.is_lower)
        if kind == "person" and named is not None and self.words.is_("nationality", named.text.lower()):
            beside = [t for t in children(token, "appos", "flat") if t.pos_ == "PROPN"]  # "a Greek guy, Nikos"
            named = name_at(beside[0], self.talk.named) if beside else None
        if named is None or self.words.is_common(named.text) or self.words.is_time(named.text):
            return None
        is_listed = kind == "place" and label_is(token, "conj")
        listed = token.head if is_listed else token  # "at the end of July, Pavel and I …"
        at = {t.idx - self.sentence.start_char for t in (token, listed)}
        if any(t.start_char <= start < t.end_char for t in self.times for start in at):
            return None
        if kind in ("organization", "place") and self._is_person(named.text):
            return None
        if kind == "place" and named.end <= token.i and token.pos_ == "NOUN":  # "a Rome conference"
            return None
        if kind == "place" and (_is_full_name(token, named) or self._is_no_place(token, named)):
            return None
        return Called(named.text, kind)


def _is_beside_noun(named: Named, token: Token) -> bool:
    """Whether a name only tells what kind of thing the noun behind it is: "a Harry Potter party"."""
    after = token.doc[named.end] if named.end < token.sent.end else None
    return after is not None and after.pos_ in ("NOUN", "PROPN") and after.text.islower()


def _is_full_name(token: Token, named: Named) -> bool:
    """Whether a name is taken for somebody's first and last one."""
    return named.end - named.start == 2 and all(t.hint == "person" for t in token.doc[named.start : named.end])


def _last_of(text: str, whole: Span) -> Token | None:
    """The token that a text cut out of a phrase ends with."""
    last = text.split()[-1:] if text else []
    return next((t for t in whole if [t.text] == last), None)


def uncapped(text: str) -> str:
    """Without the capital of a sentence's beginning."""
    return text[:1].lower() + text[1:]


def _is_definite(token: Token) -> bool:
    """Whether a noun stands for one that is known: "the …", "our …"."""
    known = ("the", "our", "my", "your", "their")
    parts = (token, *children(token, "compound"))  # the parser may hang the "the" of "the docs rewrite" on the docs
    return token.tag_ == "NN" and any(c.lower_ in known for t in parts for c in children(t, "det", "nmod:poss"))


def employer_of(person: str) -> Called:
    """Whom "we" are at work, where the firm isn't named: whoever the speaker says, in another session, to work for."""
    return Called(f"{person}{OF_EMPLOYER}", "organization")


def _pronoun_at(token: Token) -> str:
    """The form that a pronoun would have; "IT" and "US" are none."""
    return "" if token.text in INITIALS else token.lower_


def label_is(token: Token, *labels: str) -> bool:
    """Whether a token has one of these labels."""
    return token.dep_ in labels
