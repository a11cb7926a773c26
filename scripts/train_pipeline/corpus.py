"""Reads the treebank into spaCy documents, and makes chat-like copies of them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example


@dataclass(frozen=True)
class Word:
    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int  # index within the sentence
    label: str
    space: bool  # white space follows
    kind: str = ""  # of name: PERSON, ORG, LOC; "" where it is none, or not known


Sentence = tuple[Word, ...]
Paragraph = tuple[Sentence, ...]


def paragraphs(file: Path) -> list[Paragraph]:
    """The paragraphs of a CoNLL-U file (`newpar`, `newdoc`), as written in running text."""
    out: list[list[Sentence]] = []
    for block in file.read_text(encoding="utf-8").strip().split("\n\n"):
        lines = block.split("\n")
        if not out or any(line.startswith(("# newpar", "# newdoc")) for line in lines):
            out.append([])
        out[-1].append(_sentence([line.split("\t") for line in lines if not line.startswith("#")]))
    return [tuple(sentences) for sentences in out if sentences]


def _sentence(rows: list[list[str]]) -> Sentence:
    words: list[Word] = []
    glued, end_space = 0, True  # within a multi-word token the parts are written together
    for row in rows:
        space = "SpaceAfter=No" not in row[9]
        if "-" in row[0]:
            first, last = row[0].split("-")
            glued, end_space = int(last) - int(first) + 1, space
            continue
        if "." in row[0]:  # an empty node of the enhanced graph
            continue
        if glued:
            glued -= 1
            space = end_space if glued == 0 else False
        head = len(words) if row[6] == "0" else int(row[6]) - 1
        feats = "" if row[5] == "_" else row[5]
        words.append(Word(row[1], row[2], row[3], row[4], feats, head, row[7], space))
    if words:
        words[-1] = replace(words[-1], space=True)
    return tuple(words)


Stops = Literal["all", "inner", "none"]


def chat_like(
    paragraph: Paragraph, *, lower: bool = True, stops: Stops = "none", apostrophes: bool = False
) -> Paragraph:
    """The paragraph as people type it: in lower case, without full stops (`inner`: all but the last are kept),
    without apostrophes."""
    out: list[Sentence] = []
    for number, sentence in enumerate(paragraph, 1):
        words = list(sentence)
        last = len(words) - 1
        if (
            (stops == "none" or (stops == "inner" and number == len(paragraph)))
            and last
            and words[-1].form == "."
            and not any(w.head == last for w in words[:-1])
        ):
            words = [*words[:-2], replace(words[-2], space=True)]
        if not apostrophes:
            words = [replace(w, form=re.sub(r"['’](?=\w)|(?<=\w)['’]", "", w.form) or w.form) for w in words]
        if lower:
            words = [replace(w, form=w.form.lower()) for w in words]
        out.append(tuple(words))
    return tuple(out)


def example(nlp: Language, paragraph: Paragraph) -> Example:
    """The paragraph as raw text beside what is known of it."""
    flat: list[tuple[int, Word]] = []
    starts: list[bool] = []
    for sentence in paragraph:
        offset = len(flat)
        flat.extend((offset, word) for word in sentence)
        starts.extend(i == 0 for i in range(len(sentence)))
    gold = Doc(
        nlp.vocab,
        words=[w.form for _, w in flat],
        spaces=[w.space for _, w in flat],
        tags=[w.xpos for _, w in flat],
        pos=[w.upos for _, w in flat],
        morphs=[w.feats for _, w in flat],
        lemmas=[w.lemma for _, w in flat],
        heads=[offset + w.head for offset, w in flat],
        deps=["ROOT" if w.label == "root" else w.label for _, w in flat],
    )
    return Example(nlp.make_doc(gold.text), gold)


def shuffled(data: list[Paragraph], seed: int) -> Iterator[Paragraph]:
    """The paragraphs without end, in a new order each round, some of them cut to one sentence or two."""
    rng = random.Random(seed)
    while True:
        rng.shuffle(data)
        for paragraph in data:
            if len(paragraph) > 2 and rng.random() < 0.25:
                cut = rng.randrange(len(paragraph))
                paragraph = paragraph[cut : cut + rng.choice((1, 1, 2))]
            yield paragraph


def typed(paragraph: Paragraph, rng: random.Random) -> Paragraph:
    """The paragraph as it is, or, one time in three, as people type it."""
    if rng.random() >= 0.35:
        return paragraph
    return chat_like(
        paragraph,
        lower=rng.random() < 0.8,
        stops=rng.choice(("all", "inner", "none", "none")),
        apostrophes=rng.random() < 0.4,
    )
