#!/usr/bin/env python3
"""Makes the table of the embedder that ships with memgraph, out of all-MiniLM-L6-v2's vocabulary.

    python scripts/make_static_embedder.py --vocabulary vocabulary.npz --tokenizer tokenizer.json \\
        --text ewt-train.conllu [more.conllu ...]
    python scripts/make_static_embedder.py --model folder/of/all-MiniLM-L6-v2 --text ewt-train.conllu

Each token of the vocabulary, alone between [CLS] and [SEP], is run through the model, mean-pooled and
normalised (`--vocabulary` is that matrix, ready made: `vectors`, (tokens, 384)). The mean is subtracted, the
first 256 principal directions are kept, each row is stored as int8 with a scale of its own. A token's weight
is a / (a + p), p its share of the running text given (Arora et al., "A Simple but Tough-to-Beat Baseline for
Sentence Embeddings", ICLR 2017). Needs numpy and tokenizers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import struct
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

DIMENSION = 256
SMOOTHING = 1e-3
OUT = Path(__file__).parent.parent / "memgraph" / "providers" / "static_minilm"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--vocabulary", type=Path, help=".npz with the matrix `vectors`")
    source.add_argument("--model", type=Path, help="folder with model.safetensors and tokenizer.json")
    parser.add_argument("--tokenizer", type=Path, help="tokenizer.json (with --vocabulary)")
    parser.add_argument("--text", type=Path, nargs="+", required=True, help="CoNLL-U files to count tokens in")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()

    tokenizer_file = args.tokenizer or args.model / "tokenizer.json"
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    if args.model:
        vectors, source_file = token_vectors(args.model), args.model / "model.safetensors"
    else:
        vectors, source_file = np.load(args.vocabulary)["vectors"].astype(np.float32), args.vocabulary
    table, scale = compress(vectors)
    weight = weights(tokenizer, args.text, len(vectors))

    args.out.mkdir(parents=True, exist_ok=True)
    np.savez(args.out / "table.npz", table=table, scale=scale, weight=weight)
    (args.out / "tokenizer.json").write_bytes(tokenizer_file.read_bytes())
    about = {
        "model": "memgraph/static-minilm-256",
        "dimension": DIMENSION,
        "source": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), its vocabulary, 256 principal directions",
        "frequencies": "counted in the UD English Web Treebank (CC BY-SA 4.0; Silveira et al., LREC 2014)",
        "sha256": {
            f.name: hashlib.sha256(f.read_bytes()).hexdigest() for f in (source_file, tokenizer_file, *args.text)
        },
    }
    (args.out / "about.json").write_text(json.dumps(about, indent=2) + "\n")
    print(f"{len(table)} tokens, {DIMENSION} dimensions -> {args.out}")


def compress(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Centre, keep the principal directions, round each row to int8."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    reduced = centred @ directions[:DIMENSION].T
    scale = np.abs(reduced).max(axis=1, keepdims=True) / 127
    return np.round(reduced / np.maximum(scale, 1e-12)).astype(np.int8), scale[:, 0].astype(np.float32)


def weights(tokenizer: Tokenizer, files: list[Path], size: int) -> np.ndarray:
    """a / (a + p) for each token; p with one half added to each count."""
    counts = np.full(size, 0.5)
    for file in files:
        texts = [line[9:] for line in file.read_text().splitlines() if line.startswith("# text = ")]
        if not texts:
            raise SystemExit(f"{file}: no '# text = ' lines; give CoNLL-U files")
        for encoding in tokenizer.encode_batch(texts, add_special_tokens=False):
            np.add.at(counts, encoding.ids, 1)
    share = counts / counts.sum()
    return (SMOOTHING / (SMOOTHING + share)).astype(np.float32)


# -- the model itself, on sequences [CLS] token [SEP], in numpy


def token_vectors(folder: Path) -> np.ndarray:
    """Every token alone through the model: shape (tokens, 384)."""
    p = read_safetensors(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    words = p["embeddings.word_embeddings.weight"]
    cls_, sep = (json.loads((folder / "tokenizer.json").read_text())["model"]["vocab"][t] for t in ("[CLS]", "[SEP]"))
    out = []
    for start in range(0, len(words), 2048):
        ids = np.arange(start, min(start + 2048, len(words)))
        sequence = np.stack([np.full_like(ids, cls_), ids, np.full_like(ids, sep)], axis=1)
        x = words[sequence] + p["embeddings.position_embeddings.weight"][:3]
        x = x + p["embeddings.token_type_embeddings.weight"][0]
        x = norm(x, p, "embeddings.LayerNorm")
        for layer in range(config["num_hidden_layers"]):
            x = block(x, p, f"encoder.layer.{layer}", config["num_attention_heads"])
        pooled = x.mean(axis=1)
        out.append(pooled / np.linalg.norm(pooled, axis=1, keepdims=True))
    return np.concatenate(out)


def block(x: np.ndarray, p: dict[str, np.ndarray], at: str, heads: int) -> np.ndarray:
    """One transformer layer (Devlin et al. 2019): self-attention, then the feed-forward part."""
    q, k, v = (linear(x, p, f"{at}.attention.self.{n}") for n in ("query", "key", "value"))
    q, k, v = (t.reshape(*t.shape[:2], heads, -1).transpose(0, 2, 1, 3) for t in (q, k, v))
    scores = q @ k.transpose(0, 1, 3, 2) / np.sqrt(q.shape[-1])
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ v
    mixed = mixed.transpose(0, 2, 1, 3).reshape(x.shape)
    x = norm(x + linear(mixed, p, f"{at}.attention.output.dense"), p, f"{at}.attention.output.LayerNorm")
    return norm(
        x + linear(gelu(linear(x, p, f"{at}.intermediate.dense")), p, f"{at}.output.dense"), p, f"{at}.output.LayerNorm"
    )


def linear(x: np.ndarray, p: dict[str, np.ndarray], at: str) -> np.ndarray:
    return x @ p[f"{at}.weight"].T + p[f"{at}.bias"]


def norm(x: np.ndarray, p: dict[str, np.ndarray], at: str) -> np.ndarray:
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12) * p[f"{at}.weight"] + p[f"{at}.bias"]


def gelu(x: np.ndarray) -> np.ndarray:
    # erf by Abramowitz & Stegun 7.1.26, good to 1.5e-7
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    return x * 0.5 * (1 + np.sign(x) * (1 - series * np.exp(-z * z)))


def read_safetensors(file: Path) -> dict[str, np.ndarray]:
    """All float tensors of a .safetensors file, as float32."""
    raw = file.read_bytes()
    (size,) = struct.unpack("<Q", raw[:8])
    types = {"F32": np.float32, "F16": np.float16}
    out = {}
    for name, about in json.loads(raw[8 : 8 + size]).items():
        if name != "__metadata__" and about["dtype"] in types:
            begin, end = about["data_offsets"]
            tensor = np.frombuffer(raw[8 + size + begin : 8 + size + end], dtype=types[about["dtype"]])
            out[name] = tensor.reshape(about["shape"]).astype(np.float32)
    return out


if __name__ == "__main__":
    main()
