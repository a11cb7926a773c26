"""A parsed line as plain objects, by the names that spaCy gives: read in a third of the time, and by any thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from spacy.tokens import Doc

_CLEAR = {  # the labels of en_core_web_*, as Universal Dependencies
    "dobj": "obj",
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "poss": "nmod:poss",
    "neg": "advmod",
    "relcl": "acl:relcl",
    "prt": "compound:prt",
    "nn": "compound",
    "dative": "iobj",
    "npadvmod": "obl:unmarked",
    "attr": "attr",
    "acomp": "attr",
    "oprd": "xcomp",
}
SHORT_FOR = {
    "@": "at",
    "bf": "boyfriend",
    "bro": "brother",
    "exec": "manager",
    "gf": "girlfriend",
    "hubby": "husband",
    "mgr": "manager",
    "sis": "sister",
    "thx": "thanks",
    "w/": "with",
}
"""What stands for another word where people type fast; it is parsed and read as that one, and shown as said."""
_KINDS = {"PERSON": "person", "PER": "person", "ORG": "organization", "GPE": "place", "LOC": "place", "FAC": "place"}


class Token:
    """A word with its place in the tree; `dep_` is a Universal Dependency, whichever pipeline found it.

    `hint` is the kind of name that the pipeline takes it for: "person", "organization", "place" or "".
    """

    __slots__ = (
        "children",
        "dep_",
        "doc",
        "head",
        "hint",
        "i",
        "idx",
        "is_alpha",
        "is_oov",
        "is_sent_start",
        "lemma_",
        "like_num",
        "lower_",
        "pos_",
        "sent",
        "tag_",
        "text",
    )
    head: Token
    sent: Span

    def __init__(self, doc: Line, i: int, idx: int, text: str) -> None:
        self.doc, self.i, self.idx, self.text = doc, i, idx, text
        lower = text.lower()
        self.lower_ = SHORT_FOR.get(lower, lower)
        self.is_alpha = text.isalpha()
        self.lemma_ = self.pos_ = self.tag_ = self.dep_ = self.hint = ""
        self.is_oov = self.like_num = self.is_sent_start = False
        self.children: list[Token] = []

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        return self.text

    def nbor(self, by: int = 1) -> Token:
        """The token so many places on; raises `IndexError` beyond the line."""
        if self.i + by < 0:
            raise IndexError(f"{self.text!r} has no neighbour at {by}")
        return self.doc[self.i + by]

    @property
    def is_joined(self) -> bool:
        """Whether it is written right behind the token before it, without a space."""
        before = self.doc.tokens[self.i - 1] if self.i else None
        return before is not None and before.idx + len(before) == self.idx

    @property
    def depth(self) -> int:
        """How many heads stand above it."""
        steps, token = 0, self
        while token.head is not token:
            steps, token = steps + 1, token.head
        return steps

    @property
    def subtree(self) -> list[Token]:
        """This token and all that hangs on it, in their order."""
        found, at = [self], 0
        while at < len(found):
            found += found[at].children
            at += 1
        return sorted(found, key=lambda t: t.i)

    @property
    def left_edge(self) -> Token:
        """The first of its subtree."""
        return self.subtree[0]


class Span:
    """Adjoining tokens of a line."""

    __slots__ = ("doc", "end", "start")

    def __init__(self, doc: Line, start: int, end: int) -> None:
        self.doc, self.start, self.end = doc, start, max(start, end)

    def __iter__(self) -> Iterator[Token]:
        return iter(self.doc.tokens[self.start : self.end])

    def __len__(self) -> int:
        return self.end - self.start

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> list[Token]: ...
    def __getitem__(self, at: int | slice) -> Token | list[Token]:
        return self.doc.tokens[self.start : self.end][at]

    @property
    def start_char(self) -> int:
        """Where it begins in the line."""
        return self.doc.tokens[self.start].idx

    @property
    def root(self) -> Token:
        """The highest of its tokens in the tree."""
        return min(self, key=lambda t: t.depth)

    @property
    def text(self) -> str:
        """What is written there."""
        if self.start == self.end:
            return ""
        last = self.doc.tokens[self.end - 1]
        return self.doc.text[self.start_char : last.idx + len(last)]


def _hand_over(part: Token) -> None:
    """Of "I'm your account exec", the "exec" is who I am, whatever the parser made of it."""
    own = [c for c in part.children if c.dep_ in ("compound", "flat")]
    for child in part.children:
        if child not in own:
            child.head = part.head
            part.head.children.append(child)
    part.head.children.sort(key=lambda t: t.i)
    part.children = own


class Line:
    """A line with its tokens and sentences."""

    __slots__ = ("sentences", "text", "tokens")

    def __init__(self, doc: Doc) -> None:
        self.text = doc.text
        self.tokens = [Token(self, t.i, t.idx, t.text) for t in doc]
        for own, t in zip(self.tokens, doc, strict=True):
            own.lemma_, own.pos_, own.tag_ = SHORT_FOR.get(t.lower_, t.lemma_), t.pos_, t.tag_
            own.dep_ = _CLEAR.get(t.dep_, t.dep_)
            own.is_oov, own.like_num, own.is_sent_start = t.is_oov, t.like_num, bool(t.is_sent_start)
            own.hint = _KINDS.get(t.ent_type_, "")
            own.head = self.tokens[t.head.i]
            if own.head is not own:
                own.head.children.append(own)
        for own in self.tokens:
            if own.dep_ == "compound" and any(c.dep_ == "cop" for c in own.children):
                _hand_over(own)
        self.sentences = list(self._sentences([s.end for s in doc.sents]))
        for sentence in self.sentences:
            for token in sentence:
                token.sent = sentence

    def _sentences(self, ends: list[int]) -> Iterator[Span]:
        """Where the parser began a sentence without a stop before it, that is taken back."""
        start = 0
        for end in ends:
            last = self.tokens[end - 1]
            if end == len(self.tokens) or not (last.text[-1].isalnum() or last.text in "$€£,:-/("):
                yield Span(self, start, end)
                start = end

    def __iter__(self) -> Iterator[Token]:
        return iter(self.tokens)

    def __len__(self) -> int:
        return len(self.tokens)

    @overload
    def __getitem__(self, at: int) -> Token: ...
    @overload
    def __getitem__(self, at: slice) -> Span: ...
    def __getitem__(self, at: int | slice) -> Token | Span:
        if isinstance(at, slice):
            start, end, _ = at.indices(len(self.tokens))
            return Span(self, start, end)
        return self.tokens[at]
