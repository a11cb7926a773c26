"""Turns a parsed sentence into clauses: who does what to whom, where, and whether it is claimed at all."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from memgraph.extract.tree import Span, Token

_SHORTEST = 3  # letters of a verb whose last one is written twice
_REFLEXIVE = frozenset("myself yourself himself herself itself ourselves yourselves themselves".split())
_SUBJECTS = ("nsubj", "nsubj:pass", "nsubj:outer")
_ASKED = frozenset(("who", "whom", "what", "which"))
_APART = frozenset(
    "acl acl:relcl advcl appos aux aux:pass case cc ccomp conj cop dep discourse list mark nsubj nsubj:pass orphan "
    "parataxis punct vocative obl:tmod obl:unmarked nmod:tmod nmod:unmarked csubj expl "
    "attr reparandum dislocated".split()
)
_LOOSE = frozenset(
    ("at", "from", "since", "with", "until", "till", "after", "before", "as", "because", "like", "except")
)
_BETWEEN = frozenset(
    "also now still always never just really no longer currently recently already only has have had is was".split()
)
_NEGATIONS = frozenset(("not", "n't", "nt", "n’t", "never", "neither", "nor", "hardly", "no"))
_UNREAL_MARKS = frozenset(("if", "unless", "whether", "lest"))
_STILL_TO_COME = frozenset(("until", "till", "once", "before"))  # what follows, in the present, is no fact yet
_UNREAL_MODALS = frozenset(("would", "could", "might", "may", "should", "must", "'d", "d", "’d", "can", "ca"))
_UNREAL_VERBS = frozenset(
    "have wish hope imagine pretend dream suppose want try consider need decline refuse plan think doubt like love "
    "joke threaten offer ask wonder prefer tell advise suggest recommend let help intend tempt dare train study apply "
    "prepare interview audition forget fail decide hop".split()  # "hop": what "hoping" is taken for
)
_REPORTS = frozenset(
    "say claim hear read insist swear mention announce report guess bet assume tell rumour rumor".split()
)
_BE = frozenset(("am", "is", "are", "'m", "'s", "'re", "’m", "’s", "’re", "m", "re"))
_HAVE = frozenset(("have", "has", "'ve", "'s", "’ve", "’s", "ve"))
_GOING = frozenset(("going", "gonna", "gon"))
_ALMOST = frozenset(("almost", "nearly"))
_NEARLY = frozenset("about close due eager happy keen likely near poised ready set verge willing yet".split())
_MUSES = frozenset("think talk dream joke worry fantasize muse".split())
_SURE_SOURCES = frozenset("i we doctor doctors gp nurse specialist surgeon vet test tests scan results".split())
_BEGINS = frozenset(("start", "begin"))
_MAKES = frozenset(
    "force ask tell help let make allow encourage invite persuade convince remind teach get need want order "
    "advise".split()
)
_SENDS = frozenset(("send", "sent", "give", "show", "offer"))
_STOPS = frozenset(("stop", "quit", "cease", "finish"))


@dataclass(slots=True)
class Clause:
    """One verb, or one copula with its predicate, and what hangs on it."""

    head: Token
    is_copular: bool = False
    subject: Token | None = None
    objects: list[Token] = field(default_factory=list["Token"])
    complements: list[Token] = field(default_factory=list["Token"])  # infinitives and gerunds
    preps: list[tuple[str, Token]] = field(default_factory=list["tuple[str, Token]"])
    particles: set[str] = field(default_factory=set[str])
    modals: set[str] = field(default_factory=set[str])
    adverbs: set[str] = field(default_factory=set[str])
    is_negated: bool = False
    is_passive: bool = False
    is_unreal: bool = False
    has_copula: bool = False
    is_able: bool = False  # unreal for no more than a "can"
    is_decided: bool = False  # "we decided to …"
    is_reported: bool = False
    is_imperative: bool = False
    is_ended: bool = False  # "stopped …", "no longer …", "… any more"
    is_begun: bool = False  # "started …"
    is_ongoing: bool = False  # "is …ing"
    tense: str = "present"  # "past" | "perfect" | "future"

    @property
    def words(self) -> set[str]:
        """The forms under which patterns may name its head."""
        root = stem(self.head)
        words = {*forms(self.head), root}
        if self.head.lower_.endswith("ed"):
            words.add(root + "e")  # "divorced"
        if len(root) > _SHORTEST and root[-1] == root[-2] and root[-1] in "bdgmnprt":
            words.add(root[:-1])  # "swapped"
        if self.head.lower_ == "got" and any(c.lower_ in _HAVE for c in children(self.head, "aux")):
            words.add("have")
        if self.is_copular:  # "is due on the 8th" may hang on the date
            words |= {c.lower_ for c in children(self.head, "case", "advmod")}
        return words


def stem(token: Token) -> str:
    """A verb's likely base form, for where the lemmatizer errs."""
    word = token.lower_
    for ending in ("ing", "ied", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + ("y" if ending in ("ied", "ies") else "")
    return word


def forms(token: Token) -> tuple[str, str, str]:
    """How a pattern or a list may write a noun: as said, by its lemma, without a plural s."""
    return token.lower_, token.lemma_.lower(), token.lower_.removesuffix("s")


def in_law(token: Token) -> Token | None:
    """The end of "brother-in-law", where a token begins such a word."""
    following = token.doc[token.i + 1 : min(token.i + 5, len(token.doc))]
    written = [t for t in following if t.text != "-"]
    is_one = [t.lower_ for t in written[:2]] == ["in", "law"]
    return written[1] if is_one else None


def children(token: Token, *labels: str) -> list[Token]:
    """The dependents with one of these labels."""
    return [c for c in token.children if c.dep_ in labels] if token.children else []


def clauses(sentence: Span, verbs: Container[str] = ()) -> list[Clause]:
    """The clauses of a sentence, in its order. `verbs` are words to take for verbs where they stand like one."""
    out: list[Clause] = []
    for token in sentence:
        if _is_head(token):
            out.append(_clause(token))
        elif _is_mistaken(token, verbs):
            out.append(_mistaken(token))
    return out


def _is_mistaken(token: Token, verbs: Container[str]) -> bool:
    """A verb taken for a plural noun: "Eirik lives in Oslo", "Contoso partners with Fabrikam"."""
    if token.pos_ not in ("NOUN", "PROPN") or not token.text.islower() or not token.text.endswith("s"):
        return False
    if (
        not any(v in verbs for v in (token.lemma_.lower(), stem(token), token.lower_[:-1]))
        or token.i == token.sent.start
    ):
        return False
    before = token.nbor(-1)
    follows = token.nbor(1) if token.i + 1 < len(token.doc) else None
    is_after_name = before.pos_ == "PROPN" or before.text[:1].isupper() or before.lower_ in ("he", "she", "it")
    return is_after_name and follows is not None and (follows.pos_ in ("ADP", "PROPN", "PRON", "DET", "NOUN", "NUM"))


def _mistaken(token: Token) -> Clause:
    c = Clause(token, subject=token.nbor(-1))
    c.preps = list(prepositions(token))
    follows = token.nbor(1)
    if follows.pos_ != "ADP":
        top = follows
        while (
            top.head.i > token.i and top.head.i != top.i and top.dep_ in ("compound", "flat", "det", "amod", "nummod")
        ):
            top = top.head
        c.objects = conjuncts(top)
    return c


def clause_of(token: Token, heads: set[int]) -> int | None:
    """The index of the head of the clause that a token belongs to."""
    while token.i not in heads:
        if token.head.i == token.i:
            return None
        token = token.head
    return token.i


def _is_head(token: Token) -> bool:
    if token.pos_ in ("VERB", "AUX"):
        return token.dep_ not in (
            "aux",
            "aux:pass",
            "cop",
            "amod",
            "compound",
            "case",
            "fixed",
            "flat",
            "advmod",
        )
    return (
        bool(children(token, "cop"))
        or _is_verbal(token)
        or (token.pos_ == "ADJ" and token.dep_ == "ROOT" and _begins(token) and bool(children(token, "obl")))
        or (bool(children(token, "nsubj")) and token.dep_ in ("ROOT", "conj", "ccomp", "parataxis", "advcl"))
    )


def _begins(token: Token) -> bool:
    """Whether a sentence begins with it, but for an "and"."""
    return all(t.pos_ in ("CCONJ", "INTJ") for t in token.doc[token.sent.start : token.i])


def _is_verbal(token: Token) -> bool:
    """A verb taken for an adjective: "I divorced Tom"."""
    return token.pos_ == "ADJ" and token.lower_.endswith("ed") and bool(children(token, "obj"))


def _clause(head: Token) -> Clause:
    c = Clause(head)
    cops = children(head, "cop")
    if head.lemma_ in ("be", "'s", "’s") or head.lower_ in ("is", "are", "was", "were", "am", "'s", "'m", "'re", "im"):
        attributes = children(head, "attr")  # en_core_web hangs the predicate on the verb
        if attributes:
            c.head, c.is_copular = attributes[0], True
    is_into = head.tag_ == "VBG" and any(k.lower_ == "into" for k in children(head, "case"))
    if is_into and not cops:  # "I'm into climbing", with its "'m" taken for an auxiliary
        cops = [a for a in children(head, "aux") if a.lower_ in _BE]
    c.has_copula = c.is_copular or bool(cops)
    c.is_copular = c.is_copular or bool(cops) or not (head.pos_ in ("VERB", "AUX") or _is_verbal(head))
    c.subject = subject_of(head)
    verbs = [head, *children(head, "aux", "aux:pass"), *cops]
    c.is_passive = bool(children(head, "aux:pass", "nsubj:pass"))
    c.is_begun = any(a.lower_ == "got" for a in children(head, "aux:pass"))  # "he got engaged"
    c.is_begun |= head.dep_ == "xcomp" and head.tag_ == "VBN" and head.head.lower_ == "got"
    for aux in children(head, "aux"):
        if aux.tag_ == "MD" or aux.lemma_ in _UNREAL_MODALS:
            c.modals.add(aux.lower_)
    for a in children(head, "advmod", "discourse", "det"):
        c.adverbs.add(a.lower_)
        c.adverbs.update(f"{x.lower_} {a.lower_}" for x in children(a, "advmod", "det"))
    c.adverbs.update(t.lower_ for t in children(head, "cc") if t.lower_ == "so")
    c.objects = [t for o in children(head, "obj") for t in conjuncts(o)]
    if not c.objects and not c.is_copular:
        c.objects = [t for o in children(head, "iobj") for t in conjuncts(o)]
    if not c.objects and not c.is_copular:  # the parser took it for something else
        named = [t for t in children(head, "obl") if t.pos_ == "PROPN"]
        c.objects = [t for t in named if not any(children(p, "case") for p in (t, *children(t, "compound", "flat")))]
    if c.objects and not c.is_copular:  # "I have gout, since 2019, and sleep apnea"
        listed = [t for t in children(head, "conj") if t.pos_ == "NOUN" and not children(t, "cop", *_SUBJECTS)]
        listed = [t for t in listed if children(t, "det") or any(p.text == "," for p in children(t, "punct"))]
        c.objects += [x for t in listed for x in conjuncts(t)]
    if c.objects and {head.lemma_.lower(), stem(head)} & _SENDS:
        c.objects += _sent(c.objects[-1])
    c.complements = children(head, "xcomp")
    follows = head.nbor(1) if head.i + 1 < len(head.doc) and head.pos_ == "VERB" else None
    if not c.objects and not c.complements and follows is not None and follows.pos_ == "PROPN":  # the parser lost it
        top = follows if follows.dep_ == "ROOT" else follows.head
        if top.dep_ == "ROOT" and top.pos_ == "PROPN" and top.i - follows.i <= 1:
            c.objects = [top]
    c.particles = {t.lower_ for t in children(head, "compound:prt")} | (
        c.adverbs & {"up", "over", "out", "off", "away", "down", "aside"}
    )
    if head.lower_ in ("got", "get", "getting"):  # "got laid off"
        c.particles |= {t.lower_ for x in c.complements for t in children(x, "compound:prt", "advmod")}
    for holder in [
        head,
        *(c.objects if not c.is_copular else []),
        *(children(head, "xcomp") if not c.is_copular else []),
        *(children(head, "advmod") if not c.is_copular else []),  # "moved back to …"
    ]:
        c.preps.extend(prepositions(holder))
    if c.is_copular:
        cases = [k.lower_ for case in children(c.head, "case") for k in (case, *children(case, "fixed"))]
        c.preps = [(case, t) for case in cases for t in conjuncts(c.head)] + c.preps
    c.is_negated = _is_negated(c)
    text = {t.lower_ for t in head.sent}
    for verb in verbs:  # whatever the parser made of it
        if verb.i >= 2 and verb.nbor(-1).lower_ == "longer" and verb.nbor(-2).lower_ == "no":
            c.is_ended, c.is_negated = True, False
    denied = [t for t in head.doc[head.i + 1 : head.sent.end] if t.lower_ == "not" and t.head is not head]
    if denied and denied[0].nbor(-1).text == "," and "anymore" in c.adverbs:
        c.adverbs.discard("anymore")  # "I report to Ana, not to you anymore"
        c.preps = [(p, t) for p, t in c.preps if t.i < denied[0].i]
        text -= {"anymore"}
    if "no longer" in c.adverbs or "longer" in c.adverbs or c.adverbs & {"anymore"} or ("any more" in c.adverbs):
        c.is_ended, c.is_negated = True, False
    if c.is_negated and ("anymore" in text or "longer" in text or ("any" in text and "more" in text)):
        c.is_ended, c.is_negated = True, False
    c.tense = _tense(c, verbs)
    c.is_ongoing = any(v.tag_ == "VBG" for v in verbs) and any(v.lower_ in _BE for v in verbs)
    if head.dep_ == "conj" and head.tag_ == "VBG" and len(verbs) == 1:  # "we're having … and enjoying …"
        c.is_ongoing = any(a.lower_ in _BE for a in children(head.head, "aux"))
    _set_reality(c)
    return c


def _sent(whom: Token) -> list[Token]:
    """ "Sent Contoso the offer", with the offer torn off."""
    after = whom.nbor(1) if whom.i + 1 < whom.sent.end else None
    is_torn = after is not None and after.pos_ == "DET" and after.head.i > after.i and after.head.dep_ == "ROOT"
    return [after.head] if is_torn and after is not None and after.head.pos_ == "NOUN" else []


def subject_of(head: Token, depth: int = 0) -> Token | None:
    """Who does it: said, shared with the clause that this one is joined to, or the noun that it tells about."""
    said = children(head, *_SUBJECTS)
    for aux in () if said else children(head, "aux", "aux:pass"):  # "I got fired" may hang the "I" on the "got"
        said += children(aux, *_SUBJECTS)
    own = [t for t in said if t.lower_ not in _REFLEXIVE]  # "and he himself reports to"
    if own:
        subject = own[0]
        is_headed = len(own) > 1 and any(
            t.text == ":" for t in head.doc[subject.i : own[1].i]
        )  # "My news: Ann and I …"
        if is_headed or (len(own) > 1 and own[1].i == subject.i + 1):  # "Billing Rewrite is …", taken for two
            subject = own[1]
        listed = [t for t in children(subject, "appos") if t.i > subject.i + 1 and t.nbor(-1).text == ":"]
        if listed:
            subject = listed[0]  # "My team: Ann, Tom and Ken report to me"
        is_asked = subject.lower_ in _ASKED or any(t.lower_ in _ASKED for t in children(subject, "det"))
        if len(own) > 1 and is_asked:  # "who does Tom report to?", "which database does Atlas use?"
            subject = own[1]
        if subject.lower_ in ("who", "which", "that") and head.dep_ in ("acl:relcl", "acl"):
            return head.head
        if subject.dep_ == "nsubj" and children(subject, "cop") and children(subject, "nsubj"):
            return subject_of(subject)  # "She's a nurse, works at …"
        return subject
    named = [t for t in children(head, "csubj") if t.text[:1].isupper() and t.is_sent_start and len(t.subtree) <= 3]
    if named:  # "Larkbox no longer depends on …", taken for a gerund
        return named[0]
    told_of = head.doc[head.i - 2] if head.i >= head.sent.start + 2 and head.nbor(-1).text == "," else None
    if head.lower_ == "born" and told_of is not None and told_of.pos_ == "PROPN":  # "a baby, Jip, born in May"
        return told_of
    if depth > 4 or head.head.i == head.i:
        return _name_before(head) if head.tag_ in ("VBZ", "VBD") else None  # "Mila no longer has …"
    kind = head.dep_
    if kind == "conj" and head.head.pos_ in ("VERB", "AUX", "NOUN", "ADJ", "PROPN", "NUM"):
        above = head.head
        if above.pos_ in ("NOUN", "PROPN") and above.dep_ in ("obj", "obl", "nmod") and not children(above, "cop"):
            above = above.head  # "loves sushi and hates olives", with "hates" hung on the sushi
        return subject_of(above, depth + 1)
    goes_on = kind == "parataxis" and head.tag_ in ("VBZ", "VBD") and head.nbor(-1).text == ","
    if goes_on and children(head.head, *_SUBJECTS):  # "she's a nurse, works at …"
        return subject_of(head.head, depth + 1)
    if kind in ("xcomp", "advcl") and head.tag_ in ("VBG", "VB", "VBN", "NN", "JJ", "NNP"):
        made = (
            children(head.head, "obj", "iobj")
            if kind == "xcomp" and {head.head.lemma_, stem(head.head)} & _MAKES
            else []
        )
        return made[0] if made else subject_of(head.head, depth + 1)  # "the storm forced us to cancel"
    if kind == "acl" and head.tag_ in ("VBG", "VBN"):
        return head.head
    if head.tag_ in ("VBD", "VBZ", "VBP"):
        return _name_before(head)
    return None


def _name_before(head: Token) -> Token | None:
    """The name right before a verb that the parser found no subject for."""
    at = head.i - 1
    while at >= 0 and head.doc[at].lower_ in _BETWEEN:
        at -= 1
    before = head.doc[at] if at >= 0 else None
    is_name = before is not None and before.text[:1].isupper() and before.text[-1].isalnum() and before.lower_ != "i"
    return before if is_name else None


def conjuncts(token: Token) -> list[Token]:
    """A noun and those it is listed with."""
    out = [token]
    for c in children(token, "conj"):
        is_verb = c.pos_ in ("VERB", "AUX") and not (c.tag_ == "VBG" and not children(c, "obj", "aux"))
        if not is_verb and not children(c, *_SUBJECTS):
            out.extend(conjuncts(c))
    return out


def prepositions(token: Token) -> Iterator[tuple[str, Token]]:
    """(preposition, noun) for each phrase that hangs on a token."""
    for c in token.children:
        kind = c.dep_
        if kind in ("prep", "agent"):  # en_core_web
            for noun in [n for n in c.children if n.dep_ == "pobj"]:
                yield from ((c.lower_, t) for t in conjuncts(noun))
                yield from prepositions(noun)
        elif kind.startswith(("obl", "nmod", "advcl", "xcomp", "ccomp", "acl")) and kind != "nmod:poss":
            cases = [
                " ".join([k.lower_, *(f.lower_ for f in children(k, "fixed"))])
                for holder in (c, *children(c, "compound", "flat", "nummod", "amod"))
                for k in holder.children
                if k.dep_ in ("case", "mark") and k.lower_ != "if"
            ]
            for case in cases:
                yield from ((case, t) for t in conjuncts(c))
            if cases and kind.startswith(("obl", "nmod")):
                yield from prepositions(c)
        elif kind == "conj" and token.pos_ == "VERB" and c.pos_ == "PROPN" and not children(c, "cop", *_SUBJECTS):
            yield from ((k.lower_, c) for k in children(c, "case"))  # "looking at us and at Contoso"
        elif kind == "obj":  # "works at Harbor Metrics" with the preposition on the first word
            for part in (c, *children(c, "compound", "flat")):
                yield from ((k.lower_, c) for k in children(part, "case"))


def phrase(token: Token, *, is_verb: bool = False) -> str:
    """A noun with what makes it more precise, or a verb with its objects, as said; without its article."""
    return trimmed(phrase_at(token, is_verb=is_verb))


def trimmed(whole: Span) -> str:
    """What is written there, without the marks around it."""
    return whole.text.strip(" ,.;:!?\"'“”()")


def is_cut(token: Token, whole: Span) -> bool:
    """Whether a verb's phrase leaves out what is said right after it: "feel" of "feel that same sense"."""
    following = token.doc[whole.end] if whole.end < token.sent.end else None
    if following is not None and following.text in ('"', "“"):
        return True
    if following is not None and following.lower_ == "to" and _is_aim(following.head):
        return False  # "go on a retreat to …" says no more than what for
    if following is None or following.pos_ in ("PUNCT", "CCONJ", "INTJ"):
        return False
    return following.pos_ in ("ADP", "PART", "DET") or following in token.subtree


def _is_aim(verb: Token) -> bool:
    """Whether an infinitive tells what something is done for."""
    return verb.tag_ == "VB" and verb.dep_ in ("advcl", "acl")


def phrase_at(token: Token, *, is_verb: bool = False) -> Span:
    """Where the phrase stands."""
    inside = {token.i}
    allowed = _APART - {"mark"} if is_verb else _APART
    stack = [token]
    while stack:
        for c in stack.pop().children:
            kind = c.dep_
            if kind == "cc" and c.i < c.head.i and c.head is token:
                continue
            is_inner = (kind == "case" and c.head.i != token.i) or (kind == "punct" and c.lower_ == "-")
            # "electronic and rock music"
            is_inner |= kind in ("conj", "cc") and c.i < token.i and not is_verb and token.pos_ == "NOUN"
            if kind in allowed and not is_inner and not (is_verb and kind in ("conj", "cc", "advcl")):
                continue
            is_before_it = c.head.i == token.i or c.head.dep_ == "compound"  # "the docs rewrite", hung on the docs
            if is_before_it and (kind == "det" or (kind == "nmod:poss" and c.pos_ == "PRON")):
                continue
            if c.lower_ == "longer" and c.i > 0 and c.nbor(-1).lower_ == "no":
                continue  # "I'm no longer CFO"
            is_beside = kind.startswith("nmod") or (kind.startswith("obl") and not is_verb)
            if is_beside and {k.lower_ for k in children(c, "case")} & _LOOSE:
                continue  # "a nurse since 2012"
            if kind == "advmod" and c.head.i == token.i and token.pos_ in ("NOUN", "PROPN", "NUM"):
                continue
            if (
                is_verb
                and kind in ("mark", "nsubj", "aux", "advcl", "obl:unmarked", "obl:tmod")
                and c.head.i == token.i
            ):
                continue
            inside.add(c.i)
            stack.append(c)
    # One unbroken run around the noun: what stands apart is another thing.
    doc, first, last = token.doc, token.i, token.i
    while first - 1 in inside:
        first -= 1
    while last + 1 in inside:
        last += 1
    while first > 0 and "-" in (doc[first].text, doc[first - 1].text) and doc[first].is_joined:
        first -= 1  # the "e" of "e-bike", "dairy-free mousse"
    return doc[first : last + 1 + has_own_mark(doc[last])]


def has_own_mark(token: Token) -> bool:
    """Whether an "'s" after a word is its own, and nobody's possessing: "Parkinson's", "at Macy's"."""
    following = token.doc[token.i + 1 : token.i + 3]
    is_mark = bool(following) and following[0].lower_ in ("'s", "’s") and token.text[:1].isupper()
    return (
        is_mark
        and token.dep_ != "nmod:poss"
        and (len(following) == 1 or following[1].pos_ in ("PUNCT", "ADP", "ADV", "CCONJ", "SCONJ"))
    )


def _is_negated(c: Clause) -> bool:
    head = c.head
    marks = {a.lower_ for a in children(head, "advmod", "det", "cc:preconj")}
    marks |= {a.lower_ for x in children(head, "aux", "cop") for a in children(x, "advmod")}
    marks |= {a.lower_ for o in c.objects for a in children(o, "det") if a.lower_ == "no"}
    if c.subject is not None and c.subject.lower_ in ("nobody", "none", "neither", "nothing", "no"):
        return True
    if "only" in marks and "not" in marks:
        return False
    return bool(marks & _NEGATIONS)


def _tense(c: Clause, verbs: list[Token]) -> str:
    lowers = {v.lower_ for v in verbs}
    if lowers & {"will", "'ll", "’ll", "ll", "gonna"}:
        return "future"
    has = lowers & {"have", "has", "'ve", "’ve", "ve", "'s", "’s", "had"}
    if has and any(v.tag_ == "VBN" for v in verbs) and not (c.is_copular and not children(c.head, "aux")):
        if any(v.lower_ == "had" and v.tag_ != "VBN" for v in verbs):
            return "past"
        if lowers & {"have", "has", "'ve", "’ve", "ve"} or any(v.lower_ in ("been", "got") for v in verbs):
            return "perfect"
    if _is_verbal(c.head):
        return "past"
    finite = [v for v in verbs if v.tag_ in ("VBD", "VBZ", "VBP", "MD")]
    if any(v.tag_ == "VBD" or v.lower_ in ("was", "were", "did") for v in finite):
        return "past"
    if not finite and c.head.tag_ == "VBN" and len(verbs) == 1 and children(c.head, "nsubj"):
        return "past"  # "the project kicked off", taken for a participle
    if not finite and c.head.dep_ in ("xcomp", "conj", "advcl") and c.head.head.i != c.head.i:
        return "past" if c.head.head.tag_ == "VBD" else "present"
    return "present"


def _is_still_to_come(c: Clause) -> bool:
    """ "… until the API is ready", "we'll ship when it's done", whatever the parser hangs the word on."""
    words = {m.lower_ for m in children(c.head, "mark", "advmod") if m.i < c.head.i}  # not "take it once a week"
    if c.subject is not None:
        words.add(next(iter(c.subject.subtree), c.subject).lower_)
    above = children(c.head.head, "aux") if c.head.head.i != c.head.i else []
    is_planned = any(a.tag_ == "MD" for a in above)
    return bool(words & _STILL_TO_COME) or (is_planned and "when" in words)


def _set_reality(c: Clause) -> None:
    head = c.head
    condition = next((t for t in head.sent if t.lower_ in ("if", "unless") and t.i + 1 < head.sent.end), None)
    if condition is not None and condition.i < head.i and condition.nbor(1).lower_ not in ("i", "you"):
        c.is_unreal = True
    if (
        condition is not None
        and condition.i < head.i
        and condition.nbor(1).lower_ in ("i", "you")
        and condition.nbor(2).lower_ not in ("may", "like", "want", "ask")
    ):
        c.is_unreal = True
    if head.lower_ in _GOING and children(head, "xcomp"):
        c.is_unreal = True  # what is going to be is in its complement
    c.is_unreal = c.is_unreal or bool(c.adverbs & _ALMOST and not c.is_copular)
    c.is_able = not c.is_unreal and bool(c.modals) and c.modals <= {"can", "ca", "could"}
    c.is_unreal = (
        c.is_unreal
        or bool(c.modals & _UNREAL_MODALS)
        or any(m.lower_ in _UNREAL_MARKS or m.lower_ == "like" for m in children(head, "mark"))
        or (c.tense == "present" and _is_still_to_come(c))
    )
    if head.dep_ == "advcl" and head.tag_ == "VB" and any(m.lower_ == "to" for m in children(head, "mark")):
        c.is_unreal = True  # "trains to become a pilot" says what for
    if any(m.lower_ in ("if", "unless") for a in children(head, "advcl") for m in children(a, "mark", "advmod")):
        c.is_unreal = True
    has_subject = bool(children(head, *_SUBJECTS))
    if head.tag_ == "VB" and not has_subject and head.dep_ in ("ROOT", "parataxis", "conj"):
        above = head.head
        c.is_imperative = not children(head, "aux") and (head.dep_ != "conj" or above.tag_ == "VB")
    token, first = head, True
    while token.head.i != token.i and token.dep_ not in ("nsubj", "nmod"):
        above, kind = token.head, token.dep_
        lemma = above.lemma_.lower()
        if kind in ("xcomp", "ccomp", "advcl") and any(m.lower_ in ("if", "unless") for m in children(token, "mark")):
            c.is_unreal = True
        if kind in ("xcomp", "ccomp", "parataxis") and above.pos_ in ("VERB", "ADJ", "NOUN", "AUX"):
            if kind == "xcomp" and lemma in _BEGINS:
                c.is_begun = c.is_begun or first
            elif kind == "xcomp" and (lemma in _STOPS or (lemma == "use" and above.tag_ in ("VBD", "VBN"))):
                c.is_ended = c.is_ended or first
            elif kind == "xcomp" and first and any(m.lower_ == "ta" for m in children(token, "mark")):
                c.is_unreal = True  # "I gotta take a trip there"
            elif kind == "xcomp" and first and lemma in ("have", "need") and above.tag_ in ("VBZ", "VBP"):
                c.modals.add("must")
                c.is_unreal = True
            elif kind != "parataxis" and (
                lemma in _UNREAL_VERBS or stem(above) in _UNREAL_VERBS or above.lower_ in _GOING
            ):
                is_done = lemma == "have" and above.tag_ in ("VBD", "VBN")  # "we had to sell it"
                is_settled = lemma == "decide" and above.tag_ in ("VBD", "VBN") and condition is None
                c.is_decided = first and kind == "xcomp" and is_settled
                c.is_unreal = c.is_unreal or (
                    not is_done
                    and (kind == "xcomp" or lemma not in ("think", "like", "love", "tell", "suppose", "decide"))
                )
            if kind in ("ccomp", "parataxis") and lemma in _REPORTS:
                speaker = subject_of(above)
                is_doctor = speaker is not None and any(t.lower_ in ("dr.", "dr") for t in speaker.children)
                is_sure = speaker is not None and (is_doctor or speaker.lower_ in _SURE_SOURCES)
                c.is_reported = c.is_reported or not is_sure
            if children(above, "aux") and any(a.lower_ in _UNREAL_MODALS for a in children(above, "aux")) and first:
                c.is_unreal = c.is_unreal or kind in ("xcomp", "ccomp")
            if any(a.lower_ in _NEGATIONS for a in children(above, "advmod")) and kind in ("xcomp", "ccomp"):
                c.is_unreal = True
        is_thought_of = lemma in _MUSES and any(m.lower_ in ("about", "of") for m in children(token, "mark", "case"))
        if kind in ("xcomp", "ccomp", "advcl", "acl") and (lemma in _NEARLY or is_thought_of):
            c.is_unreal = True
        elif kind == "conj" and first and not has_subject:
            shared = {a.lower_ for a in children(above, "aux")}
            if shared & _UNREAL_MODALS:
                c.is_unreal = True
        token, first = above, False
