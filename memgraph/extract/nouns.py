"""Names, word classes, and facts that hang on a noun: "my sister Inês", "the budget of Contoso is $40k"."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from memgraph.extract.clauses import Clause, children, conjuncts, forms, has_own_mark, in_law, stem
from memgraph.extract.values import INITIALS
from memgraph.model import Mode
from memgraph.ontology import Ontology, read_yaml

if TYPE_CHECKING:
    from memgraph.extract.tree import Line, Span, Token

# What a word with a capital may be tagged as and still be a name ("Person2" is taken for punctuation).
_NOMINAL = frozenset(("PROPN", "NOUN", "ADJ", "X", "NUM", "SYM", "PUNCT"))
_JOINS = ("compound", "flat", "flat:foreign", "flat:name", "goeswith", "fixed")
_FOREIGN = frozenset("de del da das dos du des di della van von der den ter la le".split())  # within names alone
_PARTICLES = _FOREIGN | {"of", "&"}
_MOVES = frozenset(
    "go went move change rise fall drop grow cut raise reduce increase decrease slip shrink jump set push "
    "slash trim halve double bump lift expand extend adjust revise climb upped upp up postpone delay reschedule".split()
)
_GIVES = frozenset("mention have give quote share set state name approve".split())
_GRANTS = frozenset("approve agree allocate secure grant confirm".split())
_OWNERS = ("of", "for", "at", "with", "on", "in")
_NOT_NAMES = frozenset(
    "two three four five six seven eight nine ten i i. i'm im i've i'll i'd ok okay yes no hi hello hey thanks thank "
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december the a an my our his her their its this that these those what who where when "
    "why how which and but so or well oh lol haha good great sure right really just also then there here mr mrs ms dr "
    "prof ceo cfo cto coo vp hr it usa mom dad mum grandma grandpa gran granny granddad grandad god christmas easter "
    "update note fyi btw tbh omg yo nope yeah yep welcome congrats congratulations sorry happy new old please not "
    "never english wow cool nice bye cheers morning gon gonna wanna gotta still mostly mainly currently notes minutes "
    "summary recap met saw spoke talked called whoa woah hmm hm yay ugh aw aww yikes oops gosh phew ouch uh uhm er erm "
    "meh argh huh eh ah ooh yuck brr bravo hooray hurray bummer noted agreed exactly indeed perfect lovely".split()
)
_TERMS = frozenset(  # what is written like a firm's initials, and no name where it stands alone
    "ai api asap b2b b2c crm csm csv eod erp eta faq gdpr hq kpi mql mri msa mvp nda okr ooo pdf po poc pr pto qa qbr "
    "rfi rfp rfq roi saas sdk sdr sla sow sql sso tba tbc tbd uat ui ux".split()
)
_ALSO_NAMES = frozenset("morning happy new old good great nice cool".split())  # where they begin no sentence
_STANDINGS = frozenset(("project_status", "deal_stage"))  # whose value may be a participle: "is paused"
_DOINGS = frozenset(("hobby", "industry"))  # whose value may be taken for what goes on
_COMMON = ("stage", "status", "condition", "medication", "diet", "activity", "occupation", "work_item", "happening")
_COMPOSED = frozenset(("condition", "medication"))  # "celiac disease", "insulin injections"
_FEW = 3  # words that may hang on a name that is taken for a verb: "Larkbox no longer"
_OPENERS = frozenset("what who whats which where when how whos any other".split())
_FURRED = frozenset("furry fluffy furred fuzzy feathered feathery four-legged legged scaly".split())
_WHETHER = frozenset("did do does has have is was any".split())
_NOWHERE = frozenset(  # whose nothing is: "any pets at home?", "the budget for this year"
    "home moment present year quarter month week half season semester term today tomorrow".split()
)
_LIGHT = frozenset("and so but ok then right now".split())
_FORMER = frozenset(("ex", "former", "late", "previous", "future"))
_MALE = frozenset(
    "husband brother son father dad papa boyfriend uncle grandpa grandad granddad grandfather nephew fiance "
    "fiancé".split()
)
_FEMALE = frozenset(
    "wife sister daughter mother mom mum mama mamma girlfriend aunt grandma gran granny grandmother niece fiancee "
    "fiancée".split()
)
_OTHER_ROLES = frozenset(
    "aunt uncle cousin niece nephew grandma grandpa grandmother grandfather flatmate roommate neighbor neighbour "
    "ex "
    "boss manager supervisor colleague coworker teammate friend partner spouse child kid baby parent sibling "
    "twin".split()
)
_ROLES = _MALE | _FEMALE | _OTHER_ROLES
_JOBS = frozenset("job role position title".split())
_WHEREABOUTS = frozenset(("in", "at", "on"))
_SYNONYMS = {
    **dict.fromkeys(("mom", "mum", "mama", "mamma", "mommy", "mummy"), "mother"),
    **dict.fromkeys(("dad", "papa", "daddy"), "father"),
    **dict.fromkeys(("grandma", "gran", "granny", "nana"), "grandmother"),
    **dict.fromkeys(("grandpa", "granddad", "grandad"), "grandfather"),
}
_CHANGING = frozenset(  # today one, tomorrow another
    "boss manager supervisor colleague coworker teammate friend partner flatmate roommate neighbor neighbour child kid "
    "baby parent sibling ex husband wife spouse boyfriend girlfriend fiance fiancé fiancee fiancée".split()
)
_POINTING = frozenset("it them him her you me us that this these those one there same thanks".split())
_VAGUE = frozenset(
    "it one ones thing things stuff something anything nothing everything lot lots bit kind sort way ways time times "
    "day days week people someone somebody anyone everyone nobody others other much many more most few some any all "
    "each both that this those these so well there here too other's".split()
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name, and the tokens `[start, end)` that it is written with."""

    text: str
    start: int
    end: int


class Words:
    """What kind of thing a word stands for, from `words.yaml`."""

    def __init__(self) -> None:
        listed = read_yaml((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
        self._whole: dict[str, frozenset[str]] = {}
        self._not: dict[str, frozenset[str]] = {}
        self._endings: dict[str, tuple[str, ...]] = {}
        for name, words in listed.items():
            split = words.split()
            self._not[name] = frozenset(w[1:] for w in split if w.startswith("!"))
            self._whole[name] = frozenset(w for w in split if not w.startswith(("-", "!")))
            self._endings[name] = tuple(w[1:] for w in split if w.startswith("-"))
        self._whole["role"] = _ROLES
        self._endings["role"] = self._endings["kin"] = ()
        self._whole["kin"] = _ROLES - _CHANGING

    @functools.lru_cache(maxsize=100_000)  # noqa: B019 - there is one of these for each ontology in use
    def is_(self, name: str, word: str) -> bool:
        """Whether a word is of a class."""
        if word in self._whole.get(name, ()):
            return True
        if word in self._not.get(name, ()):
            return False
        return any(len(word) >= len(e) + 2 and word.endswith(e) for e in self._endings.get(name, ()))

    def is_any(self, name: str, token: Token) -> bool:
        """Whether a noun, or a noun it is made of, is of a class."""
        if name.startswith("!"):
            return not self.is_any(name[1:], token)
        return any(self.is_(name, form) for form in forms(token)) or (
            name in _COMPOSED
            and any(
                self.is_(name, c.lower_) or any(self.is_(name, f"{c.lower_}-{form}") for form in forms(token))
                for c in children(token, "compound", "amod")
            )
        )

    def is_common(self, name: str) -> bool:
        """Whether what looks like a name is none."""
        if self.is_("dealing", name.lower()) or (name.islower() and any(self.is_(kind, name) for kind in _COMMON)):
            return True  # "Contract is with legal"
        if self.is_("body_part", name.lower()) or name.lower() in _TERMS:
            return True  # "Knee's fine again", "who runs the RFP?"
        return name.lower() in _NOT_NAMES or not any(c.isalpha() for c in name)

    def is_time(self, name: str) -> bool:
        """Whether a name is a day's or a month's."""
        return name.lower() in _NOT_NAMES

    def is_vague(self, text: str) -> bool:
        """Whether a text says nothing."""
        words = [w if w in INITIALS else w.lower() for w in text.split()]
        text = " ".join(words)
        points = words[-1] in _POINTING or words[-1] in ("ones", "things", "stuff")
        is_cut = text in ("spending time", "spend time", "hanging out", "hang out", "being able")
        return words[0] in _VAGUE or text in _VAGUE or points or is_cut or text.startswith("make sure")

    def role(self, noun: str) -> str:
        """The plain word for a role: "mother" for "mum"."""
        return _SYNONYMS.get(noun, noun)

    def gender(self, noun: str) -> str:
        """ "m", "f" or "" for a role such as "sister"."""
        return "m" if noun in _MALE else "f" if noun in _FEMALE else ""


def is_name(token: Token, known: Mapping[str, str]) -> bool:
    """Whether a token belongs to a name: a proper noun, written like one, or known as one."""
    if token.lower_ in _NOT_NAMES or not token.text[:1].isalpha() or "@" in token.text:
        return False
    if token.lower_ in known:
        return True
    if token.text[:1].isupper():
        if token.is_sent_start and token.dep_ == "amod" and token.head.text.islower():
            return False  # "Predictive maintenance"
        if token.pos_ == "PROPN" or not token.is_sent_start:
            return token.pos_ in _NOMINAL or token.pos_ == "VERB"
        # At the beginning of a sentence a capital says little: a word that no dictionary has is a name.
        is_like_one = token.pos_ in ("NOUN", "X", "ADJ") or (token.dep_ == "csubj" and len(token.subtree) <= _FEW)
        return is_like_one and (token.is_oov or (token.text.isupper() and len(token) > 1))
    return token.pos_ == "PROPN"


def name_at(token: Token, known: Mapping[str, str], *, is_likely: bool = False) -> Named | None:
    """The whole name that a noun is, or is the head of; None where it is no name.

    Where a name `is_likely`, a word in lower case that no dictionary has is one.
    """
    for length in (3, 2):  # "golden crust", once Golden Crust is known
        first = max(token.sent.start, token.i - length + 1)
        whole = token.doc[first : token.i + 1].text.lower()
        if token.i - first + 1 == length and whole in known:
            return Named(known[whole], first, token.i + 1)
    top = token
    while top.dep_ in _JOINS and top.head.i != top.i:
        top = top.head
    group = {top.i}
    stack = [top]
    while stack:
        for c in stack.pop().children:
            kind = c.dep_
            is_part = kind in _JOINS or (
                kind in ("amod", "nummod", "nmod", "appos") and c.text[:1].isupper() and abs(c.i - top.i) == 1
            )
            if is_part and c.pos_ != "PUNCT":
                group.add(c.i)
                stack.append(c)
    doc = token.doc
    good = {i for i in group if is_name(doc[i], known) or (doc[i].text[:1].isdigit() and len(group) > 1)}
    if any(doc[i].text[:1].isupper() for i in good):  # "Contoso partners" are two words, one of them a verb
        good = {i for i in good if not doc[i].text[:1].islower() or doc[i].lower_ in known}
    anchor = token.i if token.i in good else next((i for i in sorted(good) if abs(i - token.i) <= 3), None)
    if anchor is None:
        if is_likely and token.is_oov and token.is_alpha and token.pos_ in ("NOUN", "PROPN", "X", "ADJ", "VERB"):
            return Named(token.text, token.i, token.i + 1)
        return None
    first = last = anchor
    start = 0  # the parser may have seen a sentence end within the name
    while first - 1 >= start and (first - 1 in good or _adjoins(doc[first - 1], doc[first])):
        first -= 1
        if first >= 2 and _is_hyphened(doc, first - 2):  # "Anne-Marie Berg"
            first -= 2
    if first >= 2 and _is_hyphened(doc, first - 2):
        first -= 2
    end = len(doc)
    while last + 1 < end:
        if last + 1 in good or _adjoins(doc[last + 1], doc[last]):
            last += 1
        elif last + 2 < end and (
            _is_hyphened(doc, last)
            or _links(doc[last + 1], doc[last + 2], range(first, last + 1))
            or (doc[last + 1].lower_ in _FOREIGN and doc[last + 2].text[:1].isupper())
        ):
            last += 2
        else:
            break
    while (
        first < last and doc[first].lower_ in _NOT_NAMES and (doc[first].is_sent_start or not _is_in_name(doc[first]))
    ):
        first += 1
    end = last + 1 + (has_own_mark(doc[last]) and doc[last].lower_ not in known)  # "And Ann's?"
    text = doc[first:end].text.strip(" .,'’")
    is_part = end + 1 < len(doc) and doc[end].text == "-" and doc[end].is_joined
    if not text or (is_part and doc[end + 1].text[:1].islower()):  # "kick-off", "Lyon-based"
        return None
    return Named(known.get(text.lower(), text), first, end)


def _is_in_name(token: Token) -> bool:
    """The "Morning" of "at Morning Glory"."""
    return token.lower_ in _ALSO_NAMES and token.text[:1].isupper()


def _links(particle: Token, after: Token, name: range) -> bool:
    """The "of" of "Bank of America", whose parts so far stand at these places."""
    is_one = particle.lower_ in _PARTICLES and particle.head.i == after.i and after.text[:1].isupper()
    return is_one and after.head.i in name


def _is_hyphened(doc: Line, at: int) -> bool:
    """Whether a capitalised word goes on behind a hyphen with another: "Anne-Marie"."""
    first, hyphen, second = doc[at], doc[at + 1], doc[at + 2]
    is_one = hyphen.text == "-" and hyphen.is_joined and second.is_joined
    return is_one and first.text[:1].isupper() and second.text[:1].isupper() and first.text.isalpha()


def _adjoins(token: Token, beside: Token) -> bool:
    """Whether the next capitalised proper noun goes on with the same name, whatever the parser made of it."""
    is_none = token.lower_ in _NOT_NAMES and (token.is_sent_start or not _is_in_name(token))
    if not token.text[:1].isupper() or not beside.text[:1].isupper() or is_none:
        return False
    is_noun = token.pos_ in _NOMINAL
    return is_noun and token.dep_ != "vocative"


@dataclass(frozen=True, slots=True)
class NounFact:
    """A noun that stands for a predicate, whose it is, and what it is said to be."""

    predicate: str
    noun: Token
    owner: Token | None
    values: tuple[Token, ...]
    clause: Clause | None
    mode: Mode = Mode.STATEMENT
    qualifier: str = ""


class NounFrames:
    """The ontology's `nouns`, and how they are found in a sentence."""

    def __init__(self, ontology: Ontology) -> None:
        self._single: dict[str, str] = {}
        self._double: dict[tuple[str, str], str] = {}
        for name, declared in ontology.predicates.items():
            for noun in declared.nouns:
                words = noun.split()
                if len(words) == 1:
                    self._single.setdefault(words[0], name)
                else:
                    self._double.setdefault((words[-2], words[-1]), name)
        self._texts = {n for n, p in ontology.predicates.items() if p.object == "text"}
        self._numbers = {n for n, p in ontology.predicates.items() if p.object in ("money", "number")} | {"version"}
        people = {n for n, p in ontology.predicates.items() if p.object == "person"}
        self._posts = {n for n in people if ontology[n].subject == "organization"}
        self._dates = {n for n, p in ontology.predicates.items() if p.object == "date"}
        self._qualified = {n for n, p in ontology.predicates.items() if p.qualified}

    def predicate_of(self, token: Token) -> tuple[str, str] | None:
        """The predicate that a noun stands for, and its qualifier."""
        if token.pos_ not in ("NOUN", "PROPN", "ADJ", "X", "VERB"):
            return None
        for c in children(token, "amod", "compound"):
            if c.lower_ in ("favorite", "favourite", "fave") and "favorite" in self._qualified:
                return "favorite", _noun_text(token, c)
            if c.lower_ == "preferred" and "prefers" in self._qualified:
                return "prefers", _noun_text(token, c)
        if token.lower_ in ("favorite", "favourite"):
            return None
        for of in children(token, "nmod"):
            if of.lower_ == "choice" and "prefers" in self._qualified:
                return "prefers", token.lemma_.lower()
        lettered = token.doc.tokens[token.i + 1 : token.i + 2]
        is_lettered = token.lower_ == "plan" and lettered and lettered[0].text in ("A", "B", "C")
        if in_law(token) is not None or is_lettered:
            return None
        lemma = token.lemma_.lower()
        before = token.nbor(-1).lower_ if token.i > token.sent.start else ""
        if before in _FORMER or token.lower_.startswith("ex-"):
            return None
        if before == "-" and token.i >= token.sent.start + 2 and token.nbor(-2).lower_ in _FORMER:
            return None  # "my ex-wife"
        for form in forms(token):
            double = self._double.get((before, form))
            if double == "reports_to" and children(token, "cop") and not children(token, "nmod:poss"):
                return None  # "she's team lead now"
            if double:
                return double, ""
        after = [c.lower_ for c in children(token, "nmod")]
        if (lemma, "birth") == (token.lower_, *after[:1]):
            return "born_on", ""
        for form in forms(token):
            if form in self._single:
                found = self._single[form]
                if found == "friend_of" and is_furred(token):
                    return ("has_pet", "") if "has_pet" in self._single.values() else None  # "my furry friend Rex"
                parts = [c for c in children(token, "compound") if c.lower_ != "line" and c.pos_ != "PROPN"]
                is_title = found == "reports_to" and bool(parts)
                return None if is_title else (found, "")  # "our new product manager"
        return None

    def labelled(self, words: Sequence[str]) -> str | None:
        """The predicate whose noun a label ends with: "Main objection"."""
        double = self._double.get((words[-2], words[-1])) if len(words) > 1 else None
        return double or (self._single.get(words[-1]) if words else None)

    def _begins_name(self, token: Token) -> bool:
        following = token.nbor(1) if token.i + 1 < token.sent.end else None
        return following is not None and following.pos_ == "PROPN" and following.text[:1].isupper()

    def _is_text(self, predicate: str) -> bool:
        return predicate in self._texts

    def _is_number(self, predicate: str) -> bool:
        return predicate in self._numbers or predicate in self._dates

    def found(self, sentence: Span, clauses: Sequence[Clause]) -> Iterator[NounFact]:
        """Every fact that hangs on a noun in a sentence."""
        by_head = {c.head.i: c for c in clauses}
        for token in sentence:
            told = self.predicate_of(token)
            if told is None:
                continue
            predicate, qualifier = told
            owner = owner_of(token)
            is_post = predicate in self._posts  # "CEO Ken Abe"
            if owner is None and token.text[:1].isupper() and self._begins_name(token) and not is_post:
                continue  # "Project Atlas is on track" is nobody's project
            listed = _first_listed(token)
            holder = by_head.get(listed.head.i) if listed.dep_ == "obj" else None
            has_had = (owner is None and holder is not None) or (owner is not None and owner.pos_ == "PRON")
            if predicate == "sibling_of" and token.lower_ == "twins" and has_had:
                predicate = "parent_of"  # "she had twins", "our twins"
            if owner is None and holder is not None and holder.words & {"have", "'ve", "get", "adopt"}:
                owner = holder.subject  # "they have two kids"
            if owner is None and predicate == "has_pet":
                owner = _lives_with(token, by_head)
            if owner is None:
                owner = _giver(token)
            if owner is None and predicate == "objection":
                owner = next(
                    (
                        c
                        for c in children(token, "nmod")
                        if children(c, "case")[:1] and children(c, "case")[0].lower_ == "from"
                    ),
                    None,
                )
            yield from self._around(token, predicate, qualifier, owner, by_head, clauses)

    def asked(self, sentence: Span) -> Iterator[NounFact]:
        """The nouns that a question asks about: "what's your budget?", "Headcount?"."""
        words = {t.lower_ for t in sentence}
        first = self.predicate_of(sentence[min(1, len(sentence) - 1)])  # "Phone number, in case?"
        is_headed = first is not None and sentence[0].dep_ == "compound" and not any(t.pos_ == "VERB" for t in sentence)
        is_of_having = bool(words & {"have", "got"}) and sentence[0].lower_ in ("do", "does", "have", "has", "got")
        is_if = sentence[0].lower_ in _WHETHER  # "Did the budget come up?" - "Yes, it's 65k"
        said = [t for t in sentence if t.is_alpha and t.lower_ not in _LIGHT]
        is_short = len(said) <= 3 + is_headed
        is_open = is_short or bool(words & _OPENERS)
        for token in sentence if is_open or is_of_having or is_if else ():
            told = self.predicate_of(token)
            is_amount = told is not None and self._is_number(told[0])
            is_fit = is_open or is_amount or (told is not None and is_of_having and told[0] not in self._texts)
            if told is not None and is_fit:
                yield NounFact(told[0], token, owner_of(token), (), None, qualifier=told[1])

    def _around(
        self,
        token: Token,
        predicate: str,
        qualifier: str,
        owner: Token | None,
        by_head: Mapping[int, Clause],
        clauses: Sequence[Clause],
    ) -> Iterator[NounFact]:
        """Every fact that hangs on one noun."""
        fact = functools.partial(NounFact, predicate, token, qualifier=qualifier)
        if token.dep_ in ("nsubj", "nsubj:pass", "nsubj:outer"):
            clause = by_head.get(token.head.i) or _clause_about(token, clauses)
            takes_words = self._is_text(predicate) or self._is_number(predicate)
            is_elsewhere = clause is not None and clause.is_copular and bool(children(clause.head, "case"))
            # Not "Dad is on warfarin", nor "my pup Toby is a terrier".
            if takes_words or not (is_elsewhere or _is_named(token)):
                yield from self._as_subject(predicate, owner, by_head.get(token.head.i), clause, fact)
        else:
            yield from self._after_copula(token, owner, by_head, fact)
        # "Inês is my sister", "Ken is the CEO of Contoso"
        is_one_of = token.dep_ == "nmod" and token.head.lower_ == "one" and owner is not None  # "one of my friends"
        own = by_head.get(token.head.i if is_one_of else token.i)
        subject = own.subject if own is not None and own.is_copular else None
        vague = ("it", "that", "this", "there", "they", "these", "those")
        is_at = own is not None and bool(children(own.head, "case"))  # "the deal is at the proposal stage"
        articles = {d.lower_ for d in children(token, "det")}
        is_at |= token.lower_ in _JOBS and bool(articles & {"a", "an"})  # "is a job at …"
        is_mutual = owner is None and token.tag_ == "NNS" and subject is not None and len(conjuncts(subject)) > 1
        is_at |= is_mutual  # "Ann and Bo are sisters"
        if subject is not None and subject.i != token.i and subject.lower_ not in vague and not is_at:
            yield fact(owner, tuple(conjuncts(subject)), own)
        yield from self._told_beside(token, predicate, owner, fact)
        if not self._is_text(predicate) or token.head.text[:1].isupper():  # not "my diet group"
            yield from self._as_title(token, owner, fact)
        yield from self._as_object(token, predicate, by_head, fact)
        # "her name is Inês" is a matter of pronouns; "my daughter's name is Isla" of the noun before "name"
        if token.dep_ == "nmod:poss" and token.head.lower_ in ("name", "names"):
            clause = next((c for c in clauses if c.is_copular and _is_about(c, token.head)), None)
            if clause is not None:
                yield fact(owner, tuple(conjuncts(clause.head)), clause)

    def _as_subject(
        self,
        predicate: str,
        owner: Token | None,
        above: Clause | None,
        clause: Clause | None,
        fact: Callable[..., NounFact],
    ) -> Iterator[NounFact]:
        """ "My sister is Inês", "the budget of Contoso is now $40k", "Contoso's budget went up to $45k"."""
        takes_words = self._is_text(predicate) or self._is_number(predicate)
        is_state = above is not None and (above.is_passive or above.head.tag_ == "VBG") and not above.is_copular
        is_doing = (
            above is not None
            and above.head.tag_ == "VBG"
            and all(c.dep_ in ("aux", "nsubj", "punct", "cc", "conj") for c in above.head.children)
        )
        if above is not None and is_state and (predicate in _STANDINGS or (predicate in _DOINGS and is_doing)):
            yield fact(owner, (above.head,), above)  # "is paused", "my hobby is rowing"
        if clause is None or (
            clause.is_copular and clause.head.pos_ == "ADJ" and children(clause.head, "xcomp", "ccomp")
        ):
            return  # "our goal is hard to reach"
        if clause.is_copular:
            yield fact(owner, tuple(conjuncts(_told(clause.head))), clause)
            return
        moved = [t for p, t in clause.preps if p in ("to", "at")]
        if moved and clause.words & _MOVES and takes_words:
            yield fact(owner, tuple(moved[-1:]), clause, Mode.CHANGE)
        elif predicate in self._dates and clause.words & {"come", "fall", "land", "arrive", "be"}:
            yield from (fact(owner, (t,), clause) for p, t in clause.preps if p in ("on", "in", "at"))
        elif clause.words & {"call", "name", "stand", "remain", "stay"}:
            values = clause.objects or clause.complements or moved
            if values:
                yield fact(owner, tuple(values[:1]) if takes_words else tuple(conjuncts(values[0])), clause)

    def _told_beside(
        self, token: Token, predicate: str, owner: Token | None, fact: Callable[..., NounFact]
    ) -> Iterator[NounFact]:
        """ "My sister Inês", "my dad, Ignacio,", "budget: $40k", "headcount 620"."""
        beside = [c for c in children(token, "appos", "flat", "parataxis", "list") if c.i > token.i]
        if token.tag_ == "NNS" and predicate not in self._numbers:  # "two dogs, Rex, 4, and Bella, 2"
            beside = [c for c in beside if not c.like_num]
        beside = beside or called(token)
        after = token.nbor(1) if token.i + 1 < len(token.doc) else None
        if not beside and token.tag_ == "NNS" and after is not None and after.text in (",", ":", "-", "–"):
            listed = [c for c in conjuncts(token)[1:] if c.i > token.i and c.text[:1].isupper()]
            if listed:  # "two cats, Miso and Tofu"
                yield fact(owner, tuple(listed), None)
                return
        is_ours = bool(children(token, "nmod:poss")) or (owner is not None and bool(children(token, "det")))
        if not beside and after is not None and is_ours:  # whatever the parser made of it
            if after.pos_ == "PROPN" and after.text[:1].isupper():
                beside = [after]
            elif after.text == "," and token.i + 2 < len(token.doc):
                beyond = token.doc[token.i + 2]
                is_told = beyond.dep_ in ("conj", "appos", "ROOT", "list")
                beside = [beyond] if beyond.pos_ == "PROPN" and beyond.text[:1].isupper() and is_told else []
        has_colon = after is not None and _is_colon(after)
        beside = [c for c in beside if not _is_listed_with_me(c)]
        if not beside and token.tag_ == "NNS" and (listed := _listed_last(token)):
            yield fact(owner, listed, None)
            return
        if has_colon and not beside:
            colon_at = token.i + 1
            beside = [c for c in token.sent if c.i > colon_at and (c.head.i == token.i or c.dep_ == "ROOT")][:1]
        is_any = owner is None and bool(children(token, "det"))
        if (
            is_any
            and predicate in self._posts
            and beside
            and beside[0].pos_ == "PROPN"
            and beside[0].text[:1].isupper()
        ):
            is_any = not any(d.lower_ == "the" for d in children(token, "det"))  # "the CEO, Ken Abe"
        if beside and not is_any and (has_colon or not self._is_text(predicate)):
            torn = children(token, "conj") if token.tag_ == "NNS" else []  # "twins Bo and Al"
            listed = [c for c in torn if c.pos_ == "PROPN" and c.text[:1].isupper() and c.i > beside[0].i]
            yield fact(owner, (*conjuncts(beside[0]), *listed), None)
        # "Deal stage for Contoso: negotiation"
        colon = next((t for t in token.sent if _is_colon(t) and 0 < t.i - token.i < 7), None)
        if colon is not None and not beside and colon.i + 1 < len(token.doc):
            value = token.doc[colon.i + 1]
            while value.head.i > colon.i and value.dep_ in (*_JOINS, "amod", "det", "nummod"):
                value = value.head
            if not any(t.pos_ in ("VERB", "AUX") for t in token.doc[token.i + 1 : colon.i]):
                yield fact(owner, (value,), None)
        if predicate in self._numbers and after is not None and begins_amount(after):
            yield fact(owner, (after,), None)
        elif predicate in self._numbers and after is not None and after.lower_ in ("there", "here"):
            amount = after.nbor(2) if after.i + 2 < token.sent.end else None  # "headcount there is 2,300"
            if amount is not None and after.nbor(1).lower_ in ("is", "was") and begins_amount(amount):
                yield fact(owner, (amount,), None)

    def _as_title(self, token: Token, owner: Token | None, fact: Callable[..., NounFact]) -> Iterator[NounFact]:
        """The noun explains a name: "Inês, my sister,", "my colleague Zuberi", "their CEO Ken Abe"."""
        kind = token.dep_
        is_written_as_name = token.head.pos_ == "NOUN" and token.head.text[:1].isupper()
        if not is_written_as_name and (token.head.pos_ != "PROPN" or token.head.tag_ == "JJ"):
            return
        possessors = children(token, "nmod:poss")
        at = possessors[0].i if possessors and not children(token, "case") else 0
        is_behind = at > 1 and token.doc[at - 1].text == "," and token.doc[at - 2] is token.head  # "Rex, our spaniel"
        if kind == "appos" or is_behind:
            yield fact(owner, (token.head,), None)
        if kind in ("compound", "nmod:desc", "amod", "nmod") and token.head.i > token.i:
            yield fact(owner or owner_of(token.head), (token.head,), None)

    def _as_object(
        self, token: Token, predicate: str, by_head: Mapping[int, Clause], fact: Callable[..., NounFact]
    ) -> Iterator[NounFact]:
        """ "Has a budget of $40k", "has a sister called Inês", "raised their budget to $50k"."""
        listed = _first_listed(token)
        clause = by_head.get(listed.head.i)
        if listed.dep_ != "obj" or clause is None or clause.subject is None:
            return
        if self._is_number(predicate) and clause.words & (_MOVES | _GRANTS):
            moved = [t for p, t in clause.preps if p in ("to", "at", "of") and t.i > token.i]
            if predicate in self._dates:  # whatever the parser made of the date
                to = [t.i for t in token.sent if t.i > token.i and t.lower_ in ("to", "until")]
                moved = [token.doc[i + 1] for i in to[-1:] if i + 1 < token.sent.end]
            if moved:
                yield fact(owner_of(token) or clause.subject, (moved[0],), clause, Mode.CHANGE)
            return
        if listed.head.lemma_.lower() not in ("have", "get", "has", "'ve"):
            return
        values = (
            [c for c in children(token, "nmod", "obl") if any(k.lower_ == "of" for k in children(c, "case"))]
            or [
                t
                for c in children(token, "acl")
                if c.lower_ in ("called", "named")
                for t in children(c, "obj", "xcomp", "obl", "flat", "nsubj", "ccomp")
            ]
            or [c for c in children(token, "appos", "flat") if c.i > token.i]
            or children(token, "nummod")
        )
        if values:
            yield fact(clause.subject, tuple(conjuncts(values[0])), clause)

    def _after_copula(
        self, token: Token, owner: Token | None, by_head: Mapping[int, Clause], fact: Callable[..., NounFact]
    ) -> Iterator[NounFact]:
        """ "… the decision maker for Contoso is Ken", where the parser hung the noun elsewhere."""
        for other in token.doc[token.i + 1 : min(token.i + 9, token.sent.end)]:
            if other.lower_ in ("is", "are", "was", "will", "s", "'s") and other.pos_ == "AUX":
                value = other.head if other.dep_ == "cop" and other.head.i > other.i else None
                is_told = value is not None and value.pos_ in ("NOUN", "PROPN", "NUM", "SYM")
                if value is not None and is_told and not any(s.i > token.i for s in children(value, "nsubj")):
                    yield fact(owner, tuple(conjuncts(value)), by_head.get(value.i))
                return
            if other.pos_ in ("PUNCT", "VERB", "CCONJ", "SCONJ", "AUX"):
                return


def is_furred(token: Token) -> bool:
    """ "My faithful furry friend"."""
    beside = children(token, "amod", "compound")
    before = token.nbor(-1) if token.i > token.sent.start else token
    return any(c.lower_ in _FURRED for c in (*beside, before))


def _is_colon(token: Token) -> bool:
    """Whether a value follows: not within "CS:GO"."""
    after = token.doc.tokens[token.i + 1 : token.i + 2]
    return token.text == ":" and not (after and after[0].is_joined and after[0].is_alpha)


def _is_listed_with_me(token: Token) -> bool:
    """ "My girlfriend, Rex and I" are three; "my girlfriend, Ana, and I" two."""
    before = token.nbor(-1).text if token.i > token.sent.start else ""
    after = [t.lower_ for t in token.doc[token.i + 1 : token.i + 3]]
    return before == "," and after in (["and", "i"], ["and", "me"], ["and", "myself"])


def _is_named(token: Token) -> bool:
    """Whether a name stands right after a noun: "my pup Toby"."""
    after = token.nbor(1) if token.i + 1 < token.sent.end else None
    return after is not None and after.pos_ == "PROPN" and after.text[:1].isupper() and after.head.i == token.i


def _first_listed(token: Token) -> Token:
    """The first of the nouns that a noun is listed with."""
    while token.dep_ == "conj" and token.head.i < token.i and token.head.pos_ in ("NOUN", "PROPN"):
        token = token.head
    return token


def _is_about(clause: Clause, token: Token) -> bool:
    return clause.subject is not None and clause.subject.i == token.i


def _clause_about(token: Token, clauses: Sequence[Clause]) -> Clause | None:
    return next((c for c in clauses if _is_about(c, token)), None)


def _told(head: Token) -> Token:
    """What a copula says, also where the parser took "now" for it: "… is now Anders Vik"."""
    if head.pos_ != "ADV" or head.i + 1 >= len(head.doc):
        return head
    value = head.nbor(1)
    while value.i + 1 < len(head.doc) and (value.pos_ in ("DET", "PUNCT", "PRON") or value.head.i > value.i):
        value = value.head if value.head.i > value.i else value.nbor(1)
    return value if value.pos_ in ("PROPN", "NOUN", "NUM", "SYM", "ADJ") else head


def begins_amount(token: Token) -> bool:
    """Whether an amount begins here: a number, or what stands before one."""
    following = token.nbor(1).text if token.i + 1 < len(token.doc) else ""
    looks_like_one = (
        token.like_num or token.text[:1].isdigit() or token.text[:1] in "$€£₹¥v" or token.text in ("USD", "EUR", "GBP")
    )
    return looks_like_one and any(ch.isdigit() for ch in token.text + following)


def owner_of(token: Token) -> Token | None:
    """Whose a noun is: "my", "Contoso's", "… of Contoso"; a proper noun right before it counts too."""
    possessors = [c for c in children(token, "nmod:poss") if c.pos_ == "PRON" or _has_mark(c)]
    if possessors and possessors[0].pos_ != "PRON":
        return possessors[0]
    for c in children(token, "nmod", "obl", "prep"):
        cases = {k.lower_ for k in children(c, "case")}
        if cases & _WHEREABOUTS and token.lemma_.lower() in _ROLES | _JOBS:
            continue  # "the brothers in Bern" are not Bern's
        if (
            cases & set(_OWNERS)
            and c.lower_ != "choice"
            and not c.like_num
            and c.lower_ not in _NOWHERE
            and not c.text[:1].isdigit()
            and c.text[:1] not in "$€£"
            and (not possessors or c.pos_ == "PROPN")
        ):
            return c
        if c.dep_ == "prep" and c.lower_ in _OWNERS:
            return next((p for p in c.children if p.dep_ == "pobj"), None)
    if possessors:
        return possessors[0]
    if token.i + 1 < len(token.doc):  # "version 2.1 of Larkbox"
        for c in children(token.nbor(1), "nmod"):
            if {k.lower_ for k in children(c, "case")} & {"of", "for"}:
                return c
    for c in children(token, "compound"):
        if c.pos_ == "PROPN":
            return c
    if token.dep_ == "conj" and token.head.i != token.i:
        return owner_of(token.head)
    return None


def called(token: Token) -> list[Token]:
    """The names in "a shop called Inkhouse"."""
    namings = [c for c in children(token, "acl", "appos") if c.lower_ in ("called", "named", "nicknamed")]
    return [t for n in namings for t in children(n, "obj", "xcomp", "obl", "oprd", "flat", "nsubj", "dep", "ccomp")]


def _listed_last(token: Token) -> tuple[Token, ...]:
    """The names at the end of "we adopted two kittens in April, Nyx and Soot"."""
    tokens = [t for t in token.sent if t.pos_ != "PUNCT" or t.text == ","]
    commas = [n for n, t in enumerate(tokens) if t.text == "," and t.i > token.i]
    last = tokens[commas[0] + 1 :] if commas else []
    names = [t for t in last if t.text[:1].isupper() and t.pos_ == "PROPN"]
    is_list = len(names) > 1 and all(t in names or t.text == "," or t.lower_ == "and" for t in last)
    is_counted = any(c.like_num for c in children(token, "nummod"))
    return tuple(names) if is_list and is_counted else ()


def _giver(token: Token) -> Token | None:
    """Who gives what they speak of: "the budget they mentioned"."""
    telling = [c for c in children(token, "acl:relcl", "acl") if {c.lemma_.lower(), stem(c)} & _GIVES]
    subjects = [s for c in telling for s in children(c, "nsubj") if s.lower_ not in ("that", "which", "who")]
    return subjects[0] if subjects else None


def _lives_with(token: Token, by_head: Mapping[int, Clause]) -> Token | None:
    """Who "lives alone with a cat called Rex"."""
    clause = by_head.get(token.head.i)
    is_with = any(k.lower_ == "with" for k in children(token, "case"))
    return clause.subject if clause is not None and is_with and clause.words & {"live", "share"} else None


def _has_mark(token: Token) -> bool:
    """Whether it is written as a possessor ("Ken's", "my parents'", "whose"); the parser may take any name for one."""
    return token.lower_ == "whose" or any(t.tag_ == "POS" or t.lower_.endswith(("'s", "’s")) for t in token.subtree)


def _noun_text(token: Token, skip: Token) -> str:
    parts = [c.lower_ for c in children(token, "compound", "amod") if c.i != skip.i and c.i < token.i]
    return " ".join([*parts, token.lemma_.lower()])
