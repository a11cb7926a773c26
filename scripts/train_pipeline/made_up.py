"""Makes up turns of talk about people, work and deals, with their structure, for what a treebank of the web lacks.

News, reviews and e-mails hardly ever say "Bob Chen lives in Bergen", "I'm allergic to nuts" or "Where do you work?". A
small grammar says so here, with invented names of many shapes, in the treebank's own way of drawing trees.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import yaml
from corpus import Paragraph, Sentence, Word

_WORDS: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "made_up.yaml").read_text(encoding="utf-8"))
_IRREGULAR = {lemma: tuple(forms.split()) for lemma, forms in _WORDS.pop("irregular").items()}
_LISTS: dict[str, list[str]] = {k: v.split() if isinstance(v, str) else v for k, v in _WORDS.items()}


@dataclass
class Node:
    """A word with what hangs on it; `before` and `after` in the order in which they are said."""

    form: str
    upos: str
    xpos: str
    label: str = "root"
    before: list[Node] = field(default_factory=list)
    after: list[Node] = field(default_factory=list)
    lemma: str = ""
    space: bool = True
    kind: str = ""  # of name, see `Word`

    def pre(self, *nodes: Node | None) -> Self:
        """Put these before the word, and what stands there already after them."""
        self.before = [n for n in nodes if n is not None] + self.before
        return self

    def post(self, *nodes: Node | None) -> Self:
        """Put these after it."""
        self.after += [n for n in nodes if n is not None]
        return self

    def as_(self, label: str) -> Self:
        self.label = label
        return self

    def line(self) -> list[Node]:
        """The words in order."""
        out: list[Node] = []
        for node in self.before:
            out += node.line()
        out.append(self)
        for node in self.after:
            out += node.line()
        return out


class Talker:
    """Says sentences at random; `features` are the treebank's, by form and tag."""

    def __init__(self, seed: int, known: Iterable[Paragraph]) -> None:
        self.rng = random.Random(seed)
        counted: dict[tuple[str, str, str], Counter[tuple[str, str]]] = {}
        for word in (w for p in known for s in p for w in s):
            key = (word.form.lower(), word.upos, word.xpos)
            counted.setdefault(key, Counter())[word.feats, word.lemma] += 1
        self.features = {k: c.most_common(1)[0][0] for k, c in counted.items()}
        by_tag: dict[tuple[str, str], Counter[str]] = {}
        for (_, upos, xpos), (feats, _) in self.features.items():
            by_tag.setdefault((upos, xpos), Counter())[feats] += 1
        self.usual = {k: c.most_common(1)[0][0] for k, c in by_tag.items()}

    def turn(self) -> Paragraph:
        """One to three sentences."""
        return tuple(self.sentence() for _ in range(self.rng.choice((1, 1, 2, 3))))

    def sentence(self) -> Sentence:
        root = self.rng.choices(
            (self.claim, self.question, self.answer, self.joined, self.about_deals), (10, 3, 2, 3, 3)
        )[0]()
        return self.finished(root)

    def finished(self, root: Node) -> Sentence:
        line = root.line()
        heads = {id(root): 0}
        places = {id(n): i for i, n in enumerate(line)}
        for n in line:
            for child in (*n.before, *n.after):
                heads[id(child)] = places[id(n)]
        heads[id(root)] = places[id(root)]
        first = line[0].form
        line[0].form = first[:1].upper() + first[1:]
        words: list[Word] = []
        for n in line:
            key = (n.form.lower(), n.upos, n.xpos)
            feats, lemma = self.features.get(key, (self.usual.get(key[1:], ""), ""))
            lemma = n.lemma or lemma or (n.form if n.upos == "PROPN" else n.form.lower())
            words.append(Word(n.form, lemma, n.upos, n.xpos, feats, heads[id(n)], n.label, n.space, n.kind))
        return tuple(words)

    # -- words

    def one(self, words: Sequence[str]) -> str:
        return self.rng.choice(words)

    def chance(self, p: float) -> bool:
        return self.rng.random() < p

    def invented(self) -> str:
        parts = [
            self.one(_LISTS["onsets"]) + self.one(_LISTS["vowels"])[:2] for _ in range(self.rng.choice((1, 2, 2, 3)))
        ]
        return ("".join(parts) + self.one(_LISTS["ends"])).title()

    def proper(self, *forms: str, kind: str = "") -> Node:
        """A name: its words after the first are flat."""
        head = Node(forms[0], "PROPN", "NNP", lemma=forms[0], kind=kind)
        return head.post(*(Node(f, "PROPN", "NNP", "flat", lemma=f, kind=kind) for f in forms[1:]))

    def person(self) -> Node:
        first = self.one(_LISTS["first"]) if self.chance(0.6) else self.invented()
        if self.chance(0.45):
            return self.proper(first, kind="PERSON")
        last = self.one(_LISTS["first"]) if self.chance(0.15) else self.invented()
        return self.proper(first, last, kind="PERSON")

    def place(self) -> Node:
        if self.chance(0.15):
            return self.proper(*self.one(_LISTS["two_word_places"]).split(), kind="LOC")
        return self.proper(self.one(_LISTS["places"]) if self.chance(0.6) else self.invented(), kind="LOC")

    def firm(self) -> Node:
        name = self.invented()
        if self.chance(0.35):  # the treebank takes the last word of such a name for its head
            tail = self.one(_LISTS["firm_tails"])
            first = Node(name, "PROPN", "NNP", "compound", lemma=name, kind="ORG")
            return Node(tail, "PROPN", "NNP", lemma=tail, kind="ORG").pre(first)
        return self.proper(name, kind="ORG")

    def noun(self, form: str, *, plural: bool = False) -> Node:
        return Node(form, "NOUN", "NNS" if plural else "NN")

    def a(self, noun: Node) -> Node:
        first = noun.line()[0].form
        return noun.pre(Node("an" if first[0] in "aeiou" else "a", "DET", "DT", "det", lemma="a"))

    def the(self, noun: Node) -> Node:
        return noun.pre(Node("the", "DET", "DT", "det"))

    def job(self) -> Node:
        job = self.noun(self.one(_LISTS["jobs"]))
        return job.pre(self.noun(self.one(_LISTS["job_modifiers"])).as_("compound")) if self.chance(0.3) else job

    def number(self) -> str:
        return str(self.rng.choice((2, 3, 4, 5, 6, 10, 12, 18, 20, 45)))

    def money(self) -> Node:
        amount = self.one(("40k", "12,500", "80k", "1,200", "3", "250", "90,000", "15"))
        figure = Node(amount, "NUM", "CD", "nummod", lemma=amount)
        if amount in ("3", "250"):
            figure = Node(self.one(("million", "thousand")), "NUM", "CD", "nummod").pre(figure.as_("compound"))
        return Node("$", "SYM", "$", lemma="$", space=False).post(figure)

    def pronoun(self, form: str) -> Node:
        return Node(form, "PRON", "PRP")

    def possessed(self, noun: Node, owner: Node | None = None) -> Node:
        """ "My sister", "Ana's sister"."""
        if owner is None:
            form = self.one(("my", "my", "my", "our", "his", "her", "their", "your"))
            return noun.pre(Node(form, "PRON", "PRP$", "nmod:poss"))
        owner.line()[-1].space = False
        return noun.pre(owner.as_("nmod:poss").post(Node("'s", "PART", "POS", "case", lemma="'s")))

    def subject(self) -> tuple[Node, str]:
        """Who it is about, and the person that the verb agrees with: "1", "3" or "p"."""
        kinds = ("i", "he", "they", "name", "kin", "kin name", "both", "firm", "project")
        kind = self.rng.choices(kinds, (8, 3, 2, 5, 3, 2, 1, 2, 1))[0]
        if kind == "firm":
            return self.firm(), "3"
        if kind == "project":
            return self.the(self.noun(self.one(_LISTS["deals"])).pre(self.proper(self.invented()).as_("compound"))), "3"
        if kind == "i":
            return self.pronoun(self.one(("I", "I", "I", "i"))), "1"
        if kind == "he":
            return self.pronoun(self.one(("he", "she", "she", "it"))), "3"
        if kind == "they":
            return self.pronoun(self.one(("we", "they", "you"))), "p"
        if kind == "name":
            return self.person(), "3"
        if kind == "both":
            other = self.person().as_("conj").pre(Node("and", "CCONJ", "CC", "cc"))
            return self.person().post(other), "p"
        owner = self.person() if self.chance(0.25) else None
        relative = self.possessed(self.noun(self.one(_LISTS["kin"] if self.chance(0.7) else _LISTS["folks"])), owner)
        if kind == "kin name":
            named = self.person().as_("appos")
            if self.chance(0.4):
                relative.line()[-1].space = False
                relative.post(named.pre(self.comma()))
                named.line()[-1].space = False
                if self.chance(0.4):  # ", a vet,"
                    named.line()[-1].space = False
                    job = self.a(self.job()).as_("appos").pre(self.comma())
                    relative.post(job)
                    job.line()[-1].space = False
                relative.post(self.comma())
            else:
                relative.post(named)
        return relative, "3"

    def comma(self) -> Node:
        return Node(",", "PUNCT", ",", "punct", lemma=",")

    def forms(self, lemma: str) -> tuple[str, str, str, str, str]:
        if lemma in _IRREGULAR:
            return _IRREGULAR[lemma]
        if lemma.endswith("e"):
            return lemma, lemma + "s", lemma + "d", lemma[:-1] + "ing", lemma + "d"
        if lemma.endswith(("ch", "sh", "ss", "x")):
            return lemma, lemma + "es", lemma + "ed", lemma + "ing", lemma + "ed"
        if lemma.endswith("y") and lemma[-2] not in "aeou":
            return lemma, lemma[:-1] + "ies", lemma[:-1] + "ied", lemma + "ing", lemma[:-1] + "ied"
        double = lemma + lemma[-1] if lemma in ("swim", "plan", "stop", "knit", "ski") else lemma
        return lemma, lemma + "s", double + "ed", double + "ing", double + "ed"

    # -- verbs

    def be(self, who: str, label: str, tense: str = "present") -> Node:
        forms = {"present": {"1": "am", "3": "is", "p": "are"}, "past": {"1": "was", "3": "was", "p": "were"}}
        tag = "VBD" if tense == "past" else "VBZ" if who == "3" else "VBP"
        return Node(forms[tense][who], "AUX", tag, label, lemma="be")

    def contracted(self, subject: Node, be: Node) -> None:
        """ "I'm", "she's": written together, at times."""
        short = {"am": "'m", "is": "'s", "are": "'re"}.get(be.form)
        last = subject.line()[-1]
        if short and last.upos == "PRON" and not subject.before and self.chance(0.5):
            last.space = False
            be.form = short

    def clause(self, lemma: str, *rest: Node | None, tense: str | None = None) -> Node:
        """A subject with a verb in some tense, and what follows."""
        subject, who = self.subject()
        return self.said_of(subject, who, lemma, *rest, tense=tense)

    def said_of(self, subject: Node, who: str, lemma: str, *rest: Node | None, tense: str | None = None) -> Node:
        base, third, past, gerund, participle = self.forms(lemma)
        subject.as_("nsubj")
        kinds = ("present", "past", "progressive", "perfect", "no", "modal", "used", "never", "just")
        tense = tense or self.rng.choices(kinds, (8, 6, 3, 2, 3, 2, 1, 1, 1))[0]
        tail = self.when() if self.chance(0.35) else None
        if tense == "present":
            verb = Node(third if who == "3" else base, "VERB", "VBZ" if who == "3" else "VBP", lemma=lemma)
            verb.pre(subject, self.adverb(0.12))
        elif tense in ("past", "just", "never"):
            verb = Node(past, "VERB", "VBD", lemma=lemma)
            word = {"just": Node("just", "ADV", "RB", "advmod"), "never": Node("never", "ADV", "RB", "advmod")}.get(
                tense
            )
            verb.pre(subject, word)
        elif tense == "progressive":
            be = self.be(who, "aux")
            self.contracted(subject, be)
            verb = Node(gerund, "VERB", "VBG", lemma=lemma).pre(subject, be, self.adverb(0.1))
        elif tense == "perfect":
            have = Node("has" if who == "3" else "have", "AUX", "VBZ" if who == "3" else "VBP", "aux", lemma="have")
            if subject.upos == "PRON" and not subject.before and self.chance(0.4):
                subject.space, have.form = False, "'s" if who == "3" else "'ve"
            verb = Node(participle, "VERB", "VBN", lemma=lemma).pre(subject, have, self.adverb(0.2))
        elif tense == "no":
            is_past = self.chance(0.3)
            do = Node(
                "did" if is_past else "does" if who == "3" else "do", "AUX",
                "VBD" if is_past else "VBZ" if who == "3" else "VBP", "aux", lemma="do",
            )  # fmt: skip
            negation = Node("not", "PART", "RB", "advmod", lemma="not")
            if self.chance(0.8):
                do.space, negation.form = False, "n't"
            verb = Node(base, "VERB", "VB", lemma=lemma).pre(subject, do, negation)
            if self.chance(0.2):
                tail = Node("anymore", "ADV", "RB", "advmod")
        elif tense == "modal":
            modal = Node(self.one(("will", "might", "can", "would", "should")), "AUX", "MD", "aux")
            verb = Node(base, "VERB", "VB", lemma=lemma).pre(subject, modal)
        else:
            inner = (
                Node(base, "VERB", "VB", "xcomp", lemma=lemma).pre(Node("to", "PART", "TO", "mark")).post(*rest, tail)
            )
            return Node("used", "VERB", "VBD", lemma="use").pre(subject).post(inner)
        return verb.post(*rest, tail)

    def adverb(self, p: float) -> Node | None:
        if not self.chance(p):
            return None
        return Node(
            self.one(("still", "now", "actually", "also", "currently", "really", "always", "recently")),
            "ADV",
            "RB",
            "advmod",
        )

    def in_(self, preposition: str, noun: Node, label: str = "obl") -> Node:
        return noun.as_(label).pre(Node(preposition, "ADP", "IN", "case"))

    def when(self) -> Node:
        kind = self.rng.randrange(10)
        if kind == 0:
            unit = self.one(("week", "month", "year", "summer", "weekend", "spring"))
            which = Node(self.one(("last", "next", "this")), "ADJ", "JJ", "amod")
            if which.form == "this":
                which = Node("this", "DET", "DT", "det")
            return self.noun(unit).as_("obl:unmarked").pre(which)
        if kind == 1:
            return self.in_(self.one(("in", "since", "until")), self.proper(self.one(_LISTS["months"])))
        if kind == 2:
            return self.in_("on", self.proper(self.one(_LISTS["days"])))
        if kind == 3:
            units = self.noun(self.one(("years", "weeks", "months", "days")), plural=True).as_("obl:unmarked")
            units.pre(Node(self.one(("two", "three", "five", "six", self.number())), "NUM", "CD", "nummod"))
            return Node("ago", "ADV", "RB", "advmod").pre(units)
        if kind == 4:
            return self.in_(self.one(("in", "since")), Node(str(self.rng.randrange(1985, 2026)), "NUM", "CD"))
        if kind == 5:
            return Node(self.one(("yesterday", "today", "tomorrow", "tonight")), "NOUN", "NN", "obl:unmarked")
        if kind == 6:
            return Node(self.one(("now", "again", "soon", "recently", "already")), "ADV", "RB", "advmod")
        if kind == 7:
            units = self.noun(self.one(("years", "weeks", "months")), plural=True)
            return self.in_(
                "for", units.pre(Node(self.one(("two", "three", "ten", self.number())), "NUM", "CD", "nummod"))
            )
        if kind == 8:  # "on March 3"
            day = Node(str(self.rng.randrange(1, 29)), "NUM", "CD")
            return self.in_("on", day.pre(self.proper(self.one(_LISTS["months"])).as_("nmod:unmarked")))
        year = Node(str(self.rng.randrange(1985, 2026)), "NUM", "CD", "nmod:unmarked")
        return self.in_("in", self.proper(self.one(_LISTS["months"])).post(year))

    def listed(self, nouns: Sequence[Node]) -> Node:
        """ "Thai, Dutch and Greek"."""
        first, *rest = nouns
        for i, other in enumerate(rest):
            other.as_("conj")
            if i == len(rest) - 1:
                other.pre(Node("and", "CCONJ", "CC", "cc"))
            else:
                first.line()[-1].space = False
                other.pre(self.comma())
            first.post(other)
        return first

    # -- what is said

    def claim(self) -> Node:
        root = self.rng.choice((
            self.lives, self.works, self.is_something, self.has_pet, self.likes, self.plans, self.passive, self.speaks,
            self.owns, self.studies, self.named, self.calls, self.moves, self.noun_is, self.reported,
            self.has_condition, self.does, self.does, self.dated, self.turns, self.is_at,
        ))()  # fmt: skip
        if self.chance(0.12):
            opener = self.one(("yeah", "oh", "well", "yes", "no", "hi", "hey", "ok"))
            root.pre(Node(opener, "INTJ", "UH", "discourse", space=False), self.comma())
        elif self.chance(0.06):
            root.pre(
                Node(self.one(("actually", "anyway", "sadly", "so")), "ADV", "RB", "advmod", space=False), self.comma()
            )
        elif self.chance(0.06):
            when = self.when()
            when.line()[-1].space = False
            root.pre(when, self.comma())
        return self.stopped(root)

    def stopped(self, root: Node, mark: str | None = None) -> Node:
        mark = mark or self.one((".", ".", ".", ".", "!"))
        root.line()[-1].space = False
        return root.post(Node(mark, "PUNCT", ".", "punct", lemma=mark))

    def lives(self) -> Node:
        if self.chance(0.2):
            return self.clause(
                "grow", Node("up", "ADP", "RP", "compound:prt"), self.in_("in", self.place()), tense="past"
            )
        return self.clause(self.one(("live", "live", "live", "stay")), self.in_("in", self.place()))

    def does(self) -> Node:
        """Somebody or something does something, with or without an object."""
        if self.chance(0.5):
            lemma = self.one(_LISTS["intransitive"])
            return self.clause(
                lemma, self.in_(self.one(("with", "in", "at", "for")), self.firm()) if self.chance(0.4) else None
            )
        thing: Node = (
            self.the(self.noun(self.one(_LISTS["deals"]))) if self.chance(0.5) else self.proper(self.invented())
        )
        return self.clause(self.one(_LISTS["transitive"]), thing.as_("obj"))

    def dated(self) -> Node:
        """ "Contoso renews on 3 March 2026", "the audit starts on Friday"."""
        day = Node(str(self.rng.randrange(1, 29)), "NUM", "CD").post(
            self.proper(self.one(_LISTS["months"])).as_("nmod:unmarked")
        )
        if self.chance(0.6):
            day.post(Node(str(self.rng.randrange(2019, 2030)), "NUM", "CD", "nmod:unmarked"))
        subject = self.firm() if self.chance(0.5) else self.the(self.noun(self.one(_LISTS["deals"])))
        verb = self.one(("renew", "start", "end", "begin", "expire", "launch", "ship", "close", "open", "slip"))
        when = self.in_(self.one(("on", "on", "by")), day)
        return self.said_of(subject, "3", verb, when, tense=self.one(("present", "past", "modal")))

    def turns(self) -> Node:
        """ "Ken turned 40"."""
        return self.clause("turn", Node(str(self.rng.randrange(2, 99)), "NUM", "CD", "obj"), tense="past")

    def is_at(self) -> Node:
        """ "Larkbox is at version 2.1", "Rewind is on hold", "Heron is delayed"."""
        names = [
            self.invented() if self.chance(0.6) else self.one(_LISTS["deals"]).title()
            for _ in range(self.rng.choice((1, 1, 2)))
        ]
        subject = self.proper(*names)
        if self.chance(0.35):
            number = Node(f"{self.rng.randrange(1, 9)}.{self.rng.randrange(0, 20)}", "NUM", "CD", "nmod:unmarked")
            root = self.noun("version").post(number).pre(Node(self.one(("at", "on")), "ADP", "IN", "case"))
        elif self.chance(0.5):
            preposition, noun = self.one(
                (("on", "hold"), ("on", "track"), ("at", "risk"), ("in", "beta"), ("in", "review"))
            )
            root = self.noun(noun).pre(Node(preposition, "ADP", "IN", "case"))
        else:
            root = Node(
                self.one(("delayed", "paused", "finished", "cancelled", "approved", "blocked", "closed")), "VERB", "VBN"
            )
            be = self.be("3", "aux:pass", self.one(("present", "past")))
            return root.pre(subject.as_("nsubj:pass"), be).post(self.when() if self.chance(0.3) else None)
        adverb = self.adverb(0.2)
        return root.pre(subject.as_("nsubj"), self.be("3", "cop"), adverb)

    def moves(self) -> Node:
        lemma = self.one(("move", "relocate"))
        start = self.in_("from", self.place()) if self.chance(0.3) else None
        return self.clause(lemma, start, self.in_("to", self.place()))

    def works(self) -> Node:
        kind = self.rng.randrange(6)
        if kind == 0:
            return self.clause(
                "work", self.in_("as", self.a(self.job())), self.in_("at", self.firm()) if self.chance(0.5) else None
            )
        if kind == 1:
            return self.clause(
                self.one(("join", "leave", "quit")), self.firm().as_("obj"), tense=self.one(("past", "just", "perfect"))
            )
        if kind == 2:
            job = self.noun("job").pre(Node("new", "ADJ", "JJ", "amod"))
            return self.clause(
                self.one(("start", "get")),
                self.a(job).as_("obj").post(self.in_("at", self.firm(), "nmod")),
                tense="past",
            )
        if kind == 3:
            return self.clause(
                self.one(("run", "lead", "manage")), self.the(self.noun("team")).as_("obj"), self.in_("at", self.firm())
            )
        if kind == 4:
            return self.clause("report", self.in_("to", self.person()), tense=self.one(("present", "progressive")))
        return self.clause("work", self.in_(self.one(("at", "for")), self.firm()))

    def is_something(self) -> Node:
        subject, who = self.subject()
        be = self.be(who, "cop", self.one(("present", "present", "present", "past")))
        self.contracted(subject, be)
        kind = self.rng.randrange(9)
        if kind in (0, 1):
            root = self.a(self.job())
            if self.chance(0.4):
                root.post(self.in_("at", self.firm(), "nmod"))
        elif kind == 2:
            root = Node("allergic", "ADJ", "JJ").post(
                self.in_("to", self.noun(self.one(_LISTS["allergens"]), plural=True))
            )
        elif kind == 3:
            root = self.place().pre(Node("from", "ADP", "IN", "case"))
            if self.chance(0.3):
                root.pre(Node("originally", "ADV", "RB", "advmod"))
        elif kind == 4:
            root = Node("married", "ADJ", "JJ").post(self.in_("to", self.person()))
        elif kind == 5:
            years = self.noun("years", plural=True).as_("obl:unmarked").pre(Node(self.number(), "NUM", "CD", "nummod"))
            root = Node("old", "ADJ", "JJ").pre(years) if self.chance(0.5) else Node(self.number(), "NUM", "CD")
        elif kind == 6:
            owner = None if self.chance(0.6) else self.person()
            root = self.possessed(self.noun(self.one(_LISTS["kin"] + _LISTS["folks"])), owner)
        elif kind == 7:
            root = self.the(self.noun(self.one(("head", "CEO", "CTO", "director", "owner", "manager"))))
            thing = self.noun(self.one(_LISTS["job_modifiers"])) if self.chance(0.6) else self.firm()
            root.post(thing.as_("nmod").pre(Node("of", "ADP", "IN", "case")))
        else:
            root = Node(self.one(_LISTS["states"]), "ADJ", "JJ")
        negation = None
        if self.chance(0.12):
            negation = Node("not", "PART", "RB", "advmod", lemma="not")
        elif self.chance(0.1):
            negation = self.adverb(1.0)
        root.pre(subject.as_("nsubj"), be, negation)
        return root.post(self.when()) if self.chance(0.12) else root

    def has_pet(self) -> Node:
        pet = self.a(self.noun(self.one(_LISTS["pets"] if self.chance(0.6) else _LISTS["kin"])))
        if self.chance(0.6):
            named = Node(self.one(("named", "called")), "VERB", "VBN", "acl")
            named.lemma = named.form[:-1] if named.form == "named" else "call"
            pet.post(named.post(self.person().as_("xcomp")))
        return self.clause(
            self.one(("have", "have", "have", "get")),
            pet.as_("obj"),
            tense=self.one(("present", "past", "no", "perfect")),
        )

    def has_condition(self) -> Node:
        if self.chance(0.5):
            return self.clause(
                "have", self.noun(self.one(_LISTS["conditions"])).as_("obj"), tense=self.one(("present", "past", "no"))
            )
        dose = self.noun(self.one(("aspirin", "insulin", "metformin", "ibuprofen", "vitamins", "statins")))
        return self.clause(
            "take",
            dose.as_("obj"),
            self.in_("for", self.noun(self.one(_LISTS["conditions"]))) if self.chance(0.4) else None,
        )

    def likes(self) -> Node:
        lemma = self.one(("like", "love", "hate", "prefer", "enjoy"))
        tense = self.one(("present", "present", "present", "no", "past"))
        if self.chance(0.35):
            gerund = self.forms(self.one(_LISTS["doings"]))[3]
            return self.clause(lemma, Node(gerund, "VERB", "VBG", "xcomp"), tense=tense)
        things = self.rng.sample(_LISTS["likes"], self.rng.choice((1, 1, 2, 3)))
        return self.clause(lemma, self.listed([self.noun(t) for t in things]).as_("obj"), tense=tense)

    def plans(self) -> Node:
        lemma = self.one(("want", "plan", "hope", "need", "like", "go", "try"))
        todo = self.one(("buy", "visit", "learn", "sell", "join", "see"))
        if todo in ("visit", "see"):
            thing: Node = self.place() if self.chance(0.5) else self.person()
        elif todo == "join":
            thing = self.firm()
        elif todo == "learn":
            thing = self.proper(self.one(_LISTS["tongues"]))
        else:
            thing = self.a(self.noun(self.one(_LISTS["things"])))
        inner = Node(todo, "VERB", "VB", "xcomp").pre(Node("to", "PART", "TO", "mark")).post(thing.as_("obj"))
        if self.chance(0.4):
            inner.post(self.when())
        tense = {"go": "progressive", "like": "modal"}.get(lemma) or self.one(
            ("present", "present", "past", "progressive", "no")
        )
        return self.clause(lemma, inner, tense=tense)

    def passive(self) -> Node:
        subject, who = self.subject()
        be = self.be(who, "aux:pass", "past")
        kind = self.rng.randrange(4)
        if kind == 0:
            root = Node("promoted", "VERB", "VBN", lemma="promote").post(self.in_("to", self.job()))
        elif kind == 1:
            root = Node("born", "VERB", "VBN", lemma="bear").post(self.in_("in", self.place()))
        elif kind == 2:
            root = Node("hired", "VERB", "VBN", lemma="hire").post(self.in_("by", self.firm(), "obl:agent"))
        else:
            be = self.be(who, "aux:pass")
            root = Node("based", "VERB", "VBN", lemma="base").post(self.in_("in", self.place()))
            self.contracted(subject, be)
        root.pre(subject.as_("nsubj:pass"), be)
        return root.post(self.when()) if self.chance(0.3) else root

    def speaks(self) -> Node:
        tongues = [self.proper(t) for t in self.rng.sample(_LISTS["tongues"], self.rng.choice((1, 2, 2, 3)))]
        return self.clause("speak", self.listed(tongues).as_("obj"), tense=self.one(("present", "modal", "no")))

    def owns(self) -> Node:
        thing = self.a(self.noun(self.one(_LISTS["things"])))
        if self.chance(0.25):
            thing.before[-1:] = [
                *thing.before[-1:],
                Node(self.one(("red", "used", "small", "big", "blue")), "ADJ", "JJ", "amod"),
            ]
            thing.before[0].form = "a"
        price = self.in_("for", self.money()) if self.chance(0.2) else None
        return self.clause(self.one(("own", "buy", "sell", "drive")), thing.as_("obj"), price)

    def studies(self) -> Node:
        where = (
            self.in_("at", self.the(self.noun(self.one(_LISTS["schools"]))))
            if self.chance(0.3)
            else self.in_("at", self.firm())
        )
        return self.clause(
            self.one(("study", "teach")),
            self.noun(self.one(_LISTS["subjects"])).as_("obj"),
            where if self.chance(0.5) else None,
        )

    def named(self) -> Node:
        """ "My name is Ana", "her boss is Tom", "I'm Ana Lima"."""
        if self.chance(0.25):
            be = self.be("1", "cop")
            subject = self.pronoun("I")
            self.contracted(subject, be)
            return self.person().pre(subject.as_("nsubj"), be)
        owner = self.person() if self.chance(0.25) else None
        noun = self.possessed(self.noun(self.one(("name", *_LISTS["kin"], *_LISTS["folks"]))), owner)
        return self.person().pre(noun.as_("nsubj"), self.be("3", "cop"))

    def calls(self) -> Node:
        who = Node(self.one(("everyone", "everybody")), "PRON", "NN")
        subject, agrees = (who, "3") if self.chance(0.5) else (self.one_of_them(), "p")
        name = self.person().as_("xcomp")
        return self.said_of(
            subject, agrees, "call", self.pronoun(self.one(("me", "him", "her"))).as_("obj"), name, tense="present"
        )

    def one_of_them(self) -> Node:
        return self.pronoun("they") if self.chance(0.5) else self.possessed(self.noun("friends", plural=True))

    def noun_is(self) -> Node:
        """ "My favorite color is blue", "our budget is $40k", "the deadline is Friday"."""
        if self.chance(0.5):
            what = self.noun(self.one(("color", "food", "band", "book", "movie", "sport")))
            what = self.possessed(
                what.pre(Node("favorite", "ADJ", "JJ", "amod")), self.person() if self.chance(0.2) else None
            )
            root = self.noun(self.one(_LISTS["likes"])) if self.chance(0.5) else self.person()
        else:
            what = self.noun(self.one(_LISTS["traits"]))
            what = self.the(what) if self.chance(0.5) else self.possessed(what, self.firm())
            if self.chance(0.3):
                what.post(self.in_("for", self.firm(), "nmod"))
            root = self.money() if self.chance(0.6) else self.proper(self.one(_LISTS["days"]))
        return root.pre(what.as_("nsubj"), self.be("3", "cop"))

    def reported(self) -> Node:
        """ "I think Tom lives in Oslo", "Mia told me that she works at Zune"."""
        inner = self.rng.choice((self.lives, self.works, self.likes, self.is_something))()
        inner.as_("ccomp")
        if self.chance(0.4):
            inner.pre(Node("that", "SCONJ", "IN", "mark"))
        if self.chance(0.3):
            me = self.pronoun(self.one(("me", "us", "him"))).as_("iobj")
            return self._told(me, inner)
        lemma = self.one(("think", "say", "guess", "hear", "hope", "believe"))
        past = {"think": "thought", "say": "said", "hear": "heard"}.get(lemma, self.forms(lemma)[2])
        subject, who = self.subject()
        if self.chance(0.5):
            verb = Node(past, "VERB", "VBD", lemma=lemma)
        else:
            verb = Node(self.forms(lemma)[1 if who == "3" else 0], "VERB", "VBZ" if who == "3" else "VBP", lemma=lemma)
        return verb.pre(subject.as_("nsubj")).post(inner)

    def _told(self, me: Node, inner: Node) -> Node:
        subject, _ = self.subject()
        return Node("told", "VERB", "VBD", lemma="tell").pre(subject.as_("nsubj")).post(me, inner)

    def joined(self) -> Node:
        """Two claims: "… and …", "…, but …", "Tom, who …, …", "when I lived in …, …"."""
        first = self.rng.choice((self.lives, self.works, self.likes, self.is_something, self.has_pet, self.owns))()
        kind = self.rng.randrange(4)
        if kind < 2:
            second = self.rng.choice((self.lives, self.works, self.likes, self.is_something, self.speaks))()
            word = self.one(("and", "but", "so", "and"))
            join = Node(word, "CCONJ", "CC", "cc")
            if self.chance(0.5):
                first.line()[-1].space = False
                second.pre(self.comma(), join)
            else:
                second.pre(join)
            return self.stopped(first.post(second.as_("conj")))
        if kind == 2:
            who, agrees = self.person(), "3"
            relative = Node("who", "PRON", "WP", "nsubj")
            inner = self.said_of(relative, agrees, "live", self.in_("in", self.place()), tense="present").as_(
                "acl:relcl"
            )
            who.line()[-1].space = False
            who.post(inner.pre(self.comma()))
            inner.line()[-1].space = False
            who.post(self.comma())
            return self.stopped(self.said_of(who, "3", "work", self.in_("at", self.firm()), tense="present"))
        side = self.rng.choice((self.lives, self.works, self.moves))().as_("advcl")
        word = self.one(("when", "because", "since", "if", "after", "before"))
        mark = Node("when", "ADV", "WRB", "advmod") if word == "when" else Node(word, "SCONJ", "IN", "mark")
        return self.stopped(first.post(side.pre(mark)))

    def question(self) -> Node:
        kind = self.rng.randrange(6)
        if kind == 0:
            you, who = self.subject()
            if who == "1":
                you, who = self.pronoun("you"), "p"
            do = Node("does" if who == "3" else "do", "AUX", "VBZ" if who == "3" else "VBP", "aux", lemma="do")
            where = Node("where", "ADV", "WRB", "advmod")
            root = Node(self.one(("live", "work", "study", "stay")), "VERB", "VB").pre(where, do, you.as_("nsubj"))
        elif kind == 1:
            what = Node(self.one(("what", "who")), "PRON", "WP")
            noun = self.possessed(self.noun(self.one(("name", "job", "title", "boss", "sister", "email", "budget"))))
            be = self.be("3", "cop")
            if self.chance(0.5):
                what.space, be.form = False, "'s"
            root = what.post(be, noun.as_("nsubj"))
        elif kind == 2:
            you = self.pronoun("you")
            do = Node(self.one(("do", "did")), "AUX", "VBP", "aux", lemma="do")
            do.xpos = "VBD" if do.form == "did" else "VBP"
            pet = self.a(self.noun(self.one(_LISTS["pets"] + _LISTS["things"])))
            root = (
                Node(self.one(("have", "own", "want", "like")), "VERB", "VB")
                .pre(do, you.as_("nsubj"))
                .post(pet.as_("obj"))
            )
        elif kind == 3:
            you = self.pronoun("you")
            root = Node(self.one(_LISTS["states"]), "ADJ", "JJ").pre(self.be("p", "cop"), you.as_("nsubj"))
        elif kind == 4:
            you = self.pronoun("you")
            do = Node(self.one(("did", "will", "should")), "AUX", "VBD", "aux")
            do.xpos, do.lemma = ("VBD", "do") if do.form == "did" else ("MD", do.form)
            when = Node(self.one(("when", "why", "how")), "ADV", "WRB", "advmod")
            root = Node(self.one(("move", "start", "join", "leave", "buy")), "VERB", "VB").pre(
                when, do, you.as_("nsubj")
            )
            root.post(self.in_("to", self.place()) if root.form == "move" else None)
        else:
            who = Node("who", "PRON", "WP", "nsubj")
            root = self.said_of(
                who,
                "3",
                self.one(("decide", "own", "manage", "lead")),
                self.the(self.noun(self.one(_LISTS["deals"]))).as_("obj"),
                tense="present",
            )
        return self.stopped(root, "?")

    def answer(self) -> Node:
        kind = self.rng.randrange(6)
        if kind == 0:
            root = self.place().pre(Node("in", "ADP", "IN", "case"))
        elif kind == 1:
            root = self.firm() if self.chance(0.5) else self.person()
        elif kind == 2:
            root = self.when()
        elif kind == 3:
            root = Node(self.one(("yes", "no", "nope", "yep", "yeah")), "INTJ", "UH")
        elif kind == 4:
            root = self.a(self.job())
            if self.chance(0.5):
                root.post(self.in_("at", self.firm(), "nmod"))
        else:
            root = self.listed([self.noun(t) for t in self.rng.sample(_LISTS["likes"], 2)])
        if kind != 3 and self.chance(0.25):
            root.pre(Node(self.one(("yes", "yeah", "oh", "no")), "INTJ", "UH", "discourse", space=False), self.comma())
        return self.stopped(root.as_("root"))

    def about_deals(self) -> Node:
        kind = self.rng.randrange(8)
        firm, deal = self.firm(), self.noun(self.one(_LISTS["deals"]))
        if kind == 0:
            subject = self.the(deal).post(self.in_("with", firm, "nmod")) if self.chance(0.5) else self.the(deal)
            be = self.be("3", "cop")
            root = Node(self.one(("closed", "late", "ready", "open", "live", "over")), "ADJ", "JJ")
            return self.stopped(root.pre(subject.as_("nsubj"), be))
        if kind == 1:
            subject = self.possessed(self.noun(self.one(_LISTS["traits"])), firm)
            return self.stopped(
                self.said_of(subject, "3", self.one(("go", "grow")), self.in_("to", self.money()), tense="past")
            )
        if kind == 2:
            verb = self.one(("sign", "cancel", "renew", "review", "approve", "buy", "need", "want"))
            return self.stopped(self.said_of(firm, "3", verb, self.the(deal).as_("obj")))
        if kind == 3:
            verb = self.one(("use", "choose", "evaluate", "consider", "acquire", "like"))
            if verb == "choose":
                verb = "pick"
            things = self.listed([self.firm() for _ in range(self.rng.choice((1, 1, 2, 3)))])
            return self.stopped(self.said_of(firm, "3", verb, things.as_("obj")))
        if kind == 4:
            subject = self.person()
            rest = self.in_("on", self.the(deal))
            return self.stopped(self.said_of(subject, "3", self.one(("decide", "work")), rest))
        if kind == 5:
            root = self.the(self.noun(self.one(("owner", "champion", "buyer", "manager", "contact"))))
            root.post(self.in_("for", firm, "nmod"))
            return self.stopped(root.pre(self.person().as_("nsubj"), self.be("3", "cop")))
        if kind == 6:
            subject = self.the(self.noun(self.one(("owner", "champion", "buyer", "manager", "contact"))))
            subject.post(self.in_(self.one(("for", "at")), firm, "nmod"))
            return self.stopped(self.person().pre(subject.as_("nsubj"), self.be("3", "cop")))
        blocker = self.in_("by", self.the(self.noun(self.one(_LISTS["deals"]))), "obl:agent")
        root = Node("blocked", "VERB", "VBN", lemma="block")
        return self.stopped(root.pre(self.the(deal).as_("nsubj:pass"), self.be("3", "aux:pass")).post(blocker))
