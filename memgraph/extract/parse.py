"""Reads English with a trained pipeline: the one that ships (`memgraph-en`), or a bigger one that is installed."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from memgraph.errors import MissingExtra

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

SHIPPED = "memgraph_en"
_UNNEEDED = ("ner", "textcat", "entity_linker", "entity_ruler")
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


_TOPIC = re.compile(r"(?:(?<=^)|(?<=[.!?;] ))((?:[A-Z][\w&'-]*)(?: [A-Z][\w&'-]*){0,3}:) (?=[a-z])")


_STOP = re.compile(r"(?<=[a-z0-9)%][.!?])(?<!\b[MmDdSsJj]r\.)(?<!\b[Mm]rs\.)(?<!\b[Pp]rof\.)\s+(?=[A-Z])")
_FORWARDED = re.compile(
    r"^\s*(?:-{2,} ?(?:original|forwarded) message|begin forwarded message|on .{4,80} wrote:|from: .+\n)",
    re.IGNORECASE | re.MULTILINE,
)


def label(dep: str) -> str:
    """A dependency label in the form that the rules know, whichever pipeline it came from."""
    return _CLEAR.get(dep, dep)


@functools.lru_cache(maxsize=2)
def pipeline(name: str = SHIPPED) -> Language:
    """The pipeline of that name, without what the rules don't need. Raises `MissingExtra` where it isn't installed."""
    import spacy  # a second, which only those pay who read something

    unneeded = list(_UNNEEDED)
    if importlib.util.find_spec(name) is None:
        raise MissingExtra(f"the English pipeline {name!r} isn't installed: pip install {name.replace('_', '-')}")
    found = importlib.import_module(name)
    loaded: Language = found.load(exclude=unneeded) if hasattr(found, "load") else spacy.load(name, exclude=unneeded)
    return loaded


def lines_of(text: str) -> list[str]:
    """The lines that their sender wrote, cut where a sentence surely ends; what an e-mail quotes is left out."""
    own = _FORWARDED.split(text, maxsplit=1)[0]
    lines = [line.strip() for line in own.splitlines()]
    sent = "\n".join(line for line in lines if not line.startswith((">", "|")))
    return [part for part in _STOP.sub("\n", _TOPIC.sub(r"\1\n", sent)).split("\n") if part]


def sentences(doc: Doc) -> Iterator[Span]:
    """The sentences of a line; where the parser began one without a stop before it, it is taken back."""
    start = 0
    for sentence in doc.sents:
        last = doc[sentence.end - 1]
        if sentence.end == len(doc) or not (last.text[-1].isalnum() or last.text in "$€£,"):
            yield doc[start : sentence.end]
            start = sentence.end


def parsed(texts: Iterable[str], name: str = SHIPPED) -> Iterator[list[Doc]]:
    """Each text as its lines, each of them parsed; lines are never joined into one sentence."""
    split = [lines_of(text) for text in texts]
    flat = pipeline(name).pipe([line for lines in split for line in lines], batch_size=64)
    for lines in split:
        yield [next(flat) for _ in lines]
