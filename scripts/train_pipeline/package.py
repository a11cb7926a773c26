#!/usr/bin/env python3
"""Puts a trained pipeline into the data package, its weights rounded to 16 bits so that they pack well.

python scripts/train_pipeline/package.py --work build/pipeline
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import numpy as np
import spacy

OUT = Path(__file__).parents[2] / "packages" / "memgraph-en" / "memgraph_en" / "pipeline"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True, help="train.py's --work")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    nlp = spacy.load(args.work / "best")
    for _, pipe in nlp.pipeline:
        model = getattr(pipe, "model", None)
        for node in model.walk() if model is not None else ():
            for name in node.param_names:
                if node.has_param(name):
                    node.set_param(name, rounded(node.get_param(name)))
    nlp.vocab.vectors.data = rounded(nlp.vocab.vectors.data)
    nlp.meta.update(
        {
            "name": "memgraph_en",
            "version": "0.1.0",
            "license": "CC BY-SA 4.0",
            "author": "The memgraph developers",
            "description": "English tags, morphology, lemmas, dependencies and kinds of names",
            "sources": [
                {"name": "UD English Web Treebank", "license": "CC BY-SA 4.0", "author": "Silveira et al., LREC 2014"},
                {"name": "Universal NER, EWT", "license": "CC BY-SA 4.0", "author": "Mayhew et al., NAACL 2024"},
                {"name": "WNUT 2017", "license": "CC BY 4.0", "author": "Derczynski et al., W-NUT 2017"},
                {
                    "name": "all-MiniLM-L6-v2, its vocabulary",
                    "license": "Apache-2.0",
                    "author": "sentence-transformers",
                },
            ],
        }
    )
    shutil.rmtree(args.out, ignore_errors=True)
    nlp.to_disk(args.out)
    size = sum(f.stat().st_size for f in args.out.rglob("*") if f.is_file())
    print(f"{size / 1e6:.1f} MB -> {args.out}")


def rounded(weights: np.ndarray) -> np.ndarray:
    """The weights with no more precision than 16 bits hold."""
    return weights.astype(np.float16).astype(np.float32)


if __name__ == "__main__":
    main()
