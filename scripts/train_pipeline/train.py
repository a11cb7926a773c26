#!/usr/bin/env python3
"""Trains the English pipeline that ships with memgraph, and prints how good it is.

    python scripts/train_pipeline/train.py --treebank folder/with/ewt-*.conllu --vocabulary vocabulary.npz \\
        --tokenizer tokenizer.json --work build/pipeline [--steps 9000]

Tagger, morphologizer and parser share one network over hashed word shapes and static vectors; lemmas come from
tables counted in the treebank and a few rules. See README.md beside this file; `package.py` packs the result.
"""

from __future__ import annotations

import argparse
import itertools
import random
import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import spacy
from corpus import Paragraph, chat_like, example, paragraphs, shuffled, typed
from made_up import Talker
from spacy.language import Language
from spacy.lookups import Lookups
from spacy.vectors import Vectors
from thinc.api import Adam, fix_random_seed
from tokenizers import Tokenizer

WIDTH, DEPTH, HIDDEN, DIRECTIONS = 96, 4, 128, 128
WARM_UP = 250  # steps
MADE_UP = 0.3  # share of paragraphs, a tenth of the words

CONFIG = f"""
[nlp]
lang = "en"
pipeline = ["tok2vec", "tagger", "morphologizer", "parser"]
batch_size = 256

[components]

[components.tok2vec]
factory = "tok2vec"
[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"
[components.tok2vec.model.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = {WIDTH}
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE", "SPACY"]
rows = [5000, 1000, 2500, 2500, 50]
include_static_vectors = true
[components.tok2vec.model.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = {WIDTH}
depth = {DEPTH}
window_size = 1
maxout_pieces = 3

[components.tagger]
factory = "tagger"
[components.tagger.model]
@architectures = "spacy.Tagger.v2"
[components.tagger.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = {WIDTH}

[components.morphologizer]
factory = "morphologizer"
[components.morphologizer.model]
@architectures = "spacy.Tagger.v2"
[components.morphologizer.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = {WIDTH}

[components.parser]
factory = "parser"
min_action_freq = 10
[components.parser.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "parser"
extra_state_tokens = false
hidden_width = {HIDDEN}
maxout_pieces = 2
use_upper = true
[components.parser.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = {WIDTH}
"""

LEMMA_RULES = {
    "noun": [["ies", "y"], ["ches", "ch"], ["shes", "sh"], ["sses", "ss"], ["xes", "x"], ["men", "man"], ["s", ""]],
    "propn": [],
    "verb": [
        ["ies", "y"], ["ied", "y"], ["ches", "ch"], ["shes", "sh"], ["sses", "ss"], ["es", "e"], ["es", ""], ["s", ""],
        ["ed", "e"], ["ed", ""], ["ing", "e"], ["ing", ""],
    ],
    "aux": [],
    "adj": [["er", ""], ["est", ""], ["er", "e"], ["est", "e"], ["ier", "y"], ["iest", "y"]],
    "adv": [["er", ""], ["est", ""]],
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--treebank", type=Path, required=True, help="folder with ewt-{train,dev,test}.conllu")
    parser.add_argument("--vocabulary", type=Path, required=True, help=".npz with the matrix `vectors`")
    parser.add_argument("--tokenizer", type=Path, required=True, help="its tokenizer.json")
    parser.add_argument("--work", type=Path, required=True, help="where checkpoints and the best pipeline go")
    parser.add_argument("--steps", type=int, default=6500)
    parser.add_argument("--rate", type=float, default=0.0012, help="highest learning rate")
    parser.add_argument("--start", type=Path, help="go on from this pipeline, instead of from nothing")
    parser.add_argument("--all", action="store_true", help="learn from dev too, and keep the last weights")
    parser.add_argument("--words", type=int, default=900, help="words in a batch")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    fix_random_seed(args.seed)
    train = paragraphs(args.treebank / "ewt-train.conllu")
    dev = paragraphs(args.treebank / "ewt-dev.conllu")
    if args.all:
        train, dev = train + dev, []
    nlp = spacy.load(args.start) if args.start else blank(train, args.vocabulary, args.tokenizer)
    fit(nlp, train, dev, args)
    print("saved", args.work / "best")


def blank(train: list[Paragraph], vocabulary: Path, tokenizer: Path) -> Language:
    """The untrained pipeline with its vectors, labels and lemma tables."""
    nlp = spacy.util.load_model_from_config(spacy.util.Config().from_str(CONFIG), auto_fill=True)
    nlp.vocab.vectors = word_vectors(nlp, vocabulary, tokenizer)
    sample = [example(nlp, p) for p in train]
    nlp.initialize(lambda: sample)
    lookups = lemma_tables(train)
    nlp.add_pipe("lemmatizer", config={"mode": "rule"}).initialize(nlp=nlp, lookups=lookups)
    return nlp


def word_vectors(nlp: Language, vocabulary: Path, tokenizer: Path) -> Vectors:
    """Whole words of the vocabulary, along their principal directions; lower, Title and UPPER share a row."""
    matrix = np.load(vocabulary)["vectors"].astype(np.float32)
    tokens = Tokenizer.from_file(str(tokenizer)).get_vocab()
    words = sorted(w for w in tokens if w[0].isalnum() and not w.startswith(("[", "##")) and w.isascii())
    centred = matrix - matrix.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    data = centred[[tokens[w] for w in words]] @ directions[:DIRECTIONS].T
    data /= np.linalg.norm(data, axis=1, keepdims=True)
    vectors = Vectors(strings=nlp.vocab.strings, shape=data.shape, name="minilm")
    vectors.data = data.astype(np.float32)
    for row, word in enumerate(words):
        for form in dict.fromkeys((word, word.title(), word.upper())):
            vectors.add(form, row=row)
    return vectors


def lemma_tables(train: list[Paragraph]) -> Lookups:
    """Counts the treebank's lemmas: the likeliest for each form and part of speech, rules for the rest."""
    seen: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for word in itertools.chain.from_iterable(s for p in train for s in p):
        seen[word.upos.lower()][word.form.lower()][word.lemma] += 1
    exceptions = {
        pos: {form: [lemmas.most_common(1)[0][0]] for form, lemmas in forms.items()}
        for pos, forms in seen.items()
        if pos not in {"num", "sym", "x", "punct"}
    }
    exceptions["propn"] = {}
    index = {pos: sorted({c.most_common(1)[0][0] for c in forms.values()}) for pos, forms in seen.items()}
    lookups = Lookups()
    lookups.add_table("lemma_rules", {pos: LEMMA_RULES.get(pos, []) for pos in exceptions})
    lookups.add_table("lemma_exc", exceptions)
    lookups.add_table("lemma_index", {pos: index.get(pos, []) for pos in LEMMA_RULES})
    return lookups


def fit(nlp: Language, train: list[Paragraph], dev: list[Paragraph], args: argparse.Namespace) -> None:
    """Trains with a linear warm-up and decay of the learning rate; keeps the averaged weights that are best on dev,
    or the last ones where there is no dev."""
    steps, work = args.steps, args.work
    optimizer = Adam(args.rate, L2=0.01, grad_clip=1.0, use_averages=True, L2_is_weight_decay=True)
    checks = [example(nlp, p) for p in dev]
    chat = [example(nlp, chat_like(p)) for p in dev]
    stream, talker, rng = shuffled(list(train), args.seed), Talker(args.seed, train), random.Random(args.seed)
    work.mkdir(parents=True, exist_ok=True)
    best, began = 0.0, time.time()
    for step in range(1, steps + 1):
        optimizer.learn_rate = args.rate * min(step / WARM_UP, max(0.02, (steps - step) / (steps - WARM_UP)))
        batch, size = [], 0
        while size < args.words:
            paragraph = typed(talker.turn() if rng.random() < MADE_UP else next(stream), rng)
            batch.append(example(nlp, paragraph))
            size += sum(map(len, paragraph))
        nlp.update(batch, sgd=optimizer, drop=0.2)
        if not dev and (step % 500 == 0 or step == steps):
            with nlp.use_params(optimizer.averages):
                nlp.to_disk(work / "best")
            print(f"step {step}  {time.time() - began:.0f} s", flush=True)
        elif dev and (step % 500 == 0 or step == steps):
            with nlp.use_params(optimizer.averages):
                plain, chatty = nlp.evaluate(checks), nlp.evaluate(chat)
                score = plain["dep_las"] + 0.5 * chatty["dep_las"]
                if score > best:
                    best = score
                    nlp.to_disk(work / "best")
            print(
                f"step {step}  {time.time() - began:.0f} s  dev: tag {plain['tag_acc']:.4f} pos {plain['pos_acc']:.4f} "
                f"UAS {plain['dep_uas']:.4f} LAS {plain['dep_las']:.4f} sents {plain['sents_f']:.4f} "
                f"lemma {plain['lemma_acc']:.4f}  chat LAS {chatty['dep_las']:.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
