#!/usr/bin/env python3
"""Teaches a trained pipeline what kind of name a name is: PERSON, ORG or LOC. Prints how good it is.

    python scripts/train_pipeline/names.py --corpora folder/with/uner-and-wnut --treebank folder/with/ewt-train \\
        --pipeline build/pipeline/best --work build/names [--steps 3000]

It stands on the network that tagger and parser share, which stays as it is, so that it costs little.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from pathlib import Path

import spacy
from corpus import Paragraph, paragraphs, typed
from made_up import Talker
from spacy.language import Language
from spacy.strings import StringStore
from spacy.tokens import Doc
from spacy.training import Example
from thinc.api import Adam, fix_random_seed

KINDS = {
    "PER": "PERSON", "person": "PERSON", "ORG": "ORG", "corporation": "ORG", "group": "ORG", "LOC": "LOC",
    "location": "LOC",
}  # fmt: skip
"""The kinds of both corpora; products and works, which only one of them marks, count as no name."""
CONFIG = {
    "model": {
        "@architectures": "spacy.TransitionBasedParser.v2",
        "state_type": "ner",
        "extra_state_tokens": False,
        "hidden_width": 128,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96},
    }
}
MADE_UP = 0.3  # share of sentences
_GLUED = re.compile(r"n['’]t$|['’]\w+$|[.,!?;:)\]…%]+$", re.IGNORECASE)

Tagged = list[tuple[str, str]]
"""The words of a sentence, each with its kind as B-PERSON, I-PERSON or O."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="folder with uner-ewt-*.iob2 and wnut17-*.conll")
    parser.add_argument("--treebank", type=Path, required=True, help="folder with ewt-train.conllu")
    parser.add_argument("--pipeline", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where the pipeline goes")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--rate", type=float, default=0.001)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    fix_random_seed(args.seed)
    nlp = spacy.load(args.pipeline)
    if "ner" in nlp.pipe_names:
        nlp.remove_pipe("ner")
    real = [
        s for name in ("uner-ewt-dev.iob2", "wnut17-train.conll", "wnut17-dev.conll") for s in read(args.corpora / name)
    ]
    talker = Talker(args.seed, paragraphs(args.treebank / "ewt-train.conllu"))
    known = list(nlp.vocab.strings)
    fit(nlp, real, talker, args)
    args.work.mkdir(parents=True, exist_ok=True)
    nlp.to_disk(args.work / "best")
    # The words of what it learned from are none that it needs.
    StringStore([*known, *nlp.get_pipe("ner").labels]).to_disk(args.work / "best" / "vocab" / "strings.json")  # pyright: ignore[reportAttributeAccessIssue]
    for name in ("uner-ewt-test.iob2", "wnut17-test.conll"):
        score(nlp, name, read(args.corpora / name))
    score(nlp, "made up", [tagged(talker.turn()) for _ in range(500)])


def read(file: Path) -> list[Tagged]:
    """The sentences of a file with a word and its kind on each line."""
    out: list[Tagged] = []
    for block in re.split(r"\n\s*\n", file.read_text(encoding="utf-8").strip()):
        lines = [line.split("\t") for line in block.split("\n") if not line.startswith("# ")]
        rows = [(r[1], r[2]) if r[0].isdigit() and len(r) > 2 else (r[0], r[1]) for r in lines]
        out.append([(word, _kind(tag)) for word, tag in rows if word.strip()])
    return [s for s in out if s]


def _kind(tag: str) -> str:
    place, _, kind = tag.partition("-")
    return f"{place}-{KINDS[kind]}" if kind in KINDS else "O"


def tagged(paragraph: Paragraph) -> Tagged:
    """A made-up turn, with the kinds that its names have."""
    out: Tagged = []
    before = ""
    for word in (w for sentence in paragraph for w in sentence):
        place = "I" if word.kind == before else "B"
        out.append((word.form, f"{place}-{word.kind}" if word.kind else "O"))
        before = word.kind
    return out


def example(nlp: Language, sentence: Tagged) -> Example:
    """The sentence as written beside its names."""
    words = [word for word, _ in sentence]
    follows = [*words[1:], ""]
    spaces = [not _GLUED.match(w) for w in follows]
    gold = Doc(nlp.vocab, words=words, spaces=spaces, ents=[kind for _, kind in sentence])
    return Example(nlp.make_doc(gold.text), gold)


def fit(nlp: Language, real: list[Tagged], talker: Talker, args: argparse.Namespace) -> None:
    """Trains with a linear decay of the learning rate; averaged weights."""
    others = list(nlp.pipe_names)
    ner = nlp.add_pipe("ner", config=CONFIG)
    sample = [example(nlp, s) for s in real]
    ner.initialize(lambda: sample, nlp=nlp)  # pyright: ignore[reportAttributeAccessIssue]
    optimizer = Adam(args.rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)
    rng = random.Random(args.seed)
    began, lost = time.time(), {"ner": 0.0}
    for step in range(1, args.steps + 1):
        optimizer.learn_rate = args.rate * max(0.02, 1 - step / args.steps)
        batch = [
            example(nlp, tagged(typed(talker.turn(), rng)) if rng.random() < MADE_UP else chatty(rng.choice(real), rng))
            for _ in range(48)
        ]
        nlp.update(batch, sgd=optimizer, drop=0.1, losses=lost, exclude=others, annotates=["tok2vec"])
        if step % 250 == 0:
            print(f"step {step}  {time.time() - began:.0f} s  loss {lost['ner'] / 250:.1f}", flush=True)
            lost["ner"] = 0.0
    ner.model.finish_update(optimizer)  # pyright: ignore[reportAttributeAccessIssue]
    for node in ner.model.walk():  # pyright: ignore[reportAttributeAccessIssue]
        for name in node.param_names:
            if (node.id, name) in optimizer.averages:
                node.set_param(name, optimizer.averages[node.id, name])


def chatty(sentence: Tagged, rng: random.Random) -> Tagged:
    """One time in four in lower case."""
    return [(word.lower(), kind) for word, kind in sentence] if rng.random() < 0.25 else sentence


def score(nlp: Language, name: str, data: list[Tagged]) -> None:
    got = nlp.evaluate([example(nlp, s) for s in data])
    kinds = "  ".join(f"{k} {100 * v['f']:.1f}" for k, v in sorted((got["ents_per_type"] or {}).items()))
    print(f"{name:20} P {100 * got['ents_p']:.1f}  R {100 * got['ents_r']:.1f}  F {100 * got['ents_f']:.1f}  {kinds}")


if __name__ == "__main__":
    main()
