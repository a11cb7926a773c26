"""Rerankers: a cross-encoder from a local folder, and a chat model behind OpenAI's protocol, also when it fails."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from memgraph import AsyncMemory, BadInput
from memgraph.errors import RerankingFailed
from memgraph.providers import reranker_for
from memgraph.providers.onnx import OnnxReranker
from memgraph.providers.openai import OpenAIReranker
from tests.scripted import Answer, Script, refused, said

pytestmark = pytest.mark.anyio
TALK = [
    {"id": "1", "name": "Ana", "content": "We keep the caravan behind the mill."},
    {"id": "2", "name": "Ana", "content": "The caravan is blue."},
    {"id": "3", "name": "Ana", "content": "I slept badly."},
]


def model(folder: Path, logits: int) -> Path:
    """A model that gives five for each "blue" in a pair of texts, as so many logits."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    table = numpy_helper.from_array(np.array([[0] * logits, [5] * logits], np.float32), "table")
    axes = numpy_helper.from_array(np.array([1], np.int64), "axes")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", logits])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["each"]),
        helper.make_node("ReduceSum", ["each", "axes"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(nodes, "g", [ids], [out], [table, axes])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), folder / "model.onnx"
    )
    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "blue": 1}, unk_token="[PAD]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


async def test_a_cross_encoder_puts_its_best_first(tmp_path: Path) -> None:
    cross_encoder = model(tmp_path, logits=1)
    assert await OnnxReranker(cross_encoder).scores("what colour", ["a blue one", "a red one"]) == [5.0, 0.0]
    async with AsyncMemory(":memory:", reranker=f"onnx:{cross_encoder}") as memory:
        await memory.add(TALK, user_id="u")
        answer = await memory.search("Where is the caravan kept?", user_id="u", kinds=("episode",), explain=True)
        assert answer["results"][0]["source_ids"] == ["2"]
        assert answer["results"][0]["explain"]["parts"] == {"reranker": 5.0}
        assert "warnings" not in answer
        scores = [r["score"] for r in answer["results"]]
        assert scores == sorted(scores, reverse=True)


async def test_a_model_of_another_shape_is_refused(tmp_path: Path) -> None:
    assert await OnnxReranker(model(tmp_path, logits=2)).scores("what", ["blue"]) == [0.0]
    with pytest.raises(RerankingFailed, match="one logit"):
        await OnnxReranker(model(tmp_path, logits=3)).scores("what", ["blue"])


def saying(*script: int | str) -> Script:
    """One answer after the other: a status, or what the model says."""

    def answer(_asked: dict[str, Any], number: int) -> Answer:
        step = script[number - 1]
        return refused(step) if isinstance(step, int) else said(step)

    return answer


async def test_a_chat_model_is_asked_once_and_retried(serve: Any) -> None:
    chat = serve(saying(429, 'Sure: {"scores": [0, 10, 5]}'))
    reranker = OpenAIReranker("tiny", base_url=chat.url, api_key="k")
    low, high, middle = await reranker.scores("where?", ["a " * 2000, "b", "c"])
    assert (middle, high) == (pytest.approx(0), pytest.approx(-low))
    assert low < 0
    assert len(chat.requests) == 2
    asked = chat.requests[-1]["messages"][1]["content"]
    assert "2. b" in asked
    assert len(asked) < 1000


@pytest.mark.parametrize("reply", ["no idea", '{"scores": [1]}', '{"scores": [1, 99, 1]}', '{"points": 3}', 401])
async def test_where_it_fails_the_order_stays_and_the_answer_says_so(serve: Any, reply: int | str) -> None:
    async with AsyncMemory(":memory:") as plain:
        await plain.add(TALK, user_id="u")
        expected = (await plain.search("Where is the caravan kept?", user_id="u", kinds=("episode",)))["results"]
    chat = serve(saying(reply))
    async with AsyncMemory(":memory:", reranker=OpenAIReranker("tiny", base_url=chat.url, api_key="k")) as memory:
        await memory.add(TALK, user_id="u")
        answer = await memory.search("Where is the caravan kept?", user_id="u", kinds=("episode",))
    assert [r["memory"] for r in answer["results"]] == [r["memory"] for r in expected]
    assert "tiny" in answer["warnings"][0]


async def test_any_object_of_the_ports_shape_will_do() -> None:
    class Shortest:
        async def scores(self, question: str, texts: Sequence[str]) -> Sequence[float]:
            return [-float(len(t)) for t in texts]

    async with AsyncMemory(":memory:", reranker=Shortest()) as memory:
        await memory.add(TALK, user_id="u")
        found = (await memory.search("caravan", user_id="u", kinds=("episode",)))["results"]
        assert [r["source_ids"] for r in found] == [["3"], ["2"], ["1"]]


def test_a_setting_names_a_reranker() -> None:
    assert isinstance(reranker_for("openai:gpt-4o-mini"), OpenAIReranker)
    assert isinstance(reranker_for("ollama:llama3.2"), OpenAIReranker)
    for wrong in ("", "onnx:", "magic:x"):
        with pytest.raises(BadInput, match="names no reranker"):
            reranker_for(wrong)
