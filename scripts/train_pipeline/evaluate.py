#!/usr/bin/env python3
"""Prints how good an English pipeline is on a test split, as it is and on chat-like copies of it, from raw text.

python scripts/train_pipeline/evaluate.py --treebank folder/with/ewt-test.conllu [--pipeline memgraph_en]
"""

from __future__ import annotations

import argparse
import importlib
import time
from pathlib import Path
from typing import Any

import spacy
from corpus import Paragraph, chat_like, example, paragraphs
from spacy.language import Language


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--treebank", type=Path, required=True)
    parser.add_argument("--split", default="test", choices=("dev", "test"))
    parser.add_argument("--pipeline", default="memgraph_en", help="a package, or a folder")
    args = parser.parse_args()
    module: Any = None if Path(args.pipeline).is_dir() else importlib.import_module(args.pipeline)
    nlp: Language = module.load() if module is not None and hasattr(module, "load") else spacy.load(args.pipeline)
    plain = paragraphs(args.treebank / f"ewt-{args.split}.conllu")
    print(f"{'EWT ' + args.split:22} {'UPOS':>6} {'tag':>6} {'UAS':>6} {'LAS':>6} {'sents F':>8} {'lemma':>6}")
    score(nlp, "raw text", plain)
    score(nlp, "chat-like", [chat_like(p) for p in plain])
    score(nlp, "chat-like, inner stops", [chat_like(p, stops="inner") for p in plain])
    texts = [example(nlp, p).reference.text for p in plain]
    began = time.perf_counter()
    words = sum(len(doc) for doc in nlp.pipe(texts, batch_size=64))
    print(f"{words / (time.perf_counter() - began):.0f} words a second, piped, on one core")


def score(nlp: Language, name: str, data: list[Paragraph]) -> None:
    got = nlp.evaluate([example(nlp, p) for p in data])
    percent = {k: 100 * got[k] for k in ("pos_acc", "tag_acc", "dep_uas", "dep_las", "sents_f", "lemma_acc")}
    print(
        f"{name:22} {percent['pos_acc']:6.1f} {percent['tag_acc']:6.1f} {percent['dep_uas']:6.1f} "
        f"{percent['dep_las']:6.1f} {percent['sents_f']:8.1f} {percent['lemma_acc']:6.1f}"
    )


if __name__ == "__main__":
    main()
