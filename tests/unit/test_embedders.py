"""Embedders: the one that ships, a local ONNX model, and an endpoint that speaks OpenAI's protocol."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from memgraph import AsyncMemory, BadInput, EmbeddingFailed
from memgraph.ports import Vectors
from memgraph.providers import embedder_for
from memgraph.providers.onnx import OnnxEmbedder
from memgraph.providers.openai import OpenAIEmbedder
from memgraph.providers.static import StaticEmbedder

pytestmark = pytest.mark.anyio


async def test_the_shipped_embedder_knows_what_is_alike() -> None:
    embedder = StaticEmbedder()
    rows = await embedder.embed(["The cat sat on the sofa.", "A kitten lay on the couch.", "Interest rates rose.", ""])
    assert rows.shape == (4, embedder.dimension)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows[:3], axis=1), 1, atol=1e-5)
    assert not rows[3].any()
    assert rows[0] @ rows[1] > rows[0] @ rows[2] + 0.2
    assert (await embedder.embed([])).shape == (0, embedder.dimension)


def test_a_setting_names_an_embedder() -> None:
    assert embedder_for("static").model == "memgraph/static-minilm-256"
    assert embedder_for("openai:text-embedding-3-small").dimension == 1536
    assert embedder_for("ollama:nomic-embed-text").dimension == 768
    for wrong in ("", "onnx:", "magic:x"):
        with pytest.raises(BadInput, match="names no embedder"):
            embedder_for(wrong)


@pytest.fixture
def onnx_folder(tmp_path: Path) -> Path:
    """A model of two dimensions that looks a token's vector up."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    table = numpy_helper.from_array(np.array([[0, 0], [3, 4], [0, 2]], np.float32), "table")
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"])
    out = helper.make_tensor_value_info("last_hidden_state", TensorProto.FLOAT, ["batch", "tokens", 2])
    node = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    graph = helper.make_graph([node], "g", [ids], [out], [table])
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "model.onnx"
    )
    tokenizer = Tokenizer(models.WordLevel({"[PAD]": 0, "east": 1, "north": 2}, unk_token="[PAD]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


async def test_an_onnx_model_is_run_from_a_local_folder(onnx_folder: Path) -> None:
    embedder = OnnxEmbedder(onnx_folder)
    assert embedder.dimension == 2
    rows = await embedder.embed(["east", "north", "east north"])
    assert np.allclose(rows[0], [0.6, 0.8])
    assert np.allclose(rows[1], [0, 1])
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
    with pytest.raises(BadInput, match=r"must hold model\.onnx"):
        OnnxEmbedder(onnx_folder / "nowhere")


class Endpoint:
    """A server that speaks the embeddings protocol and fails as told: each entry of `script` answers one call."""

    def __init__(self) -> None:
        self.script: list[Any] = []
        self.calls: list[dict[str, Any]] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                endpoint.calls.append(body)
                step = endpoint.script.pop(0) if endpoint.script else "ok"
                if step == "ok":
                    data = [
                        {"object": "embedding", "index": i, "embedding": [float(len(t)), 1.0]}
                        for i, t in enumerate(body["input"])
                    ]
                    reply, status = (
                        json.dumps(
                            {
                                "object": "list",
                                "data": data,
                                "model": "m",
                                "usage": {"prompt_tokens": 1, "total_tokens": 1},
                            }
                        ),
                        200,
                    )
                elif step == "malformed":
                    reply, status = '{"data": [', 200
                elif step == "short":
                    reply, status = (
                        json.dumps(
                            {
                                "object": "list",
                                "data": [],
                                "model": "m",
                                "usage": {"prompt_tokens": 1, "total_tokens": 1},
                            }
                        ),
                        200,
                    )
                else:
                    reply, status = json.dumps({"error": {"message": "no"}}), step
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Retry-After", "0")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply.encode())

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def embedder(self, **more: Any) -> OpenAIEmbedder:
        return OpenAIEmbedder("tiny", dimension=2, base_url=self.url, api_key="k", max_retries=2, **more)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    endpoint = Endpoint()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()


async def test_an_endpoint_embeds_and_is_retried(endpoint: Endpoint) -> None:
    endpoint.script = [429, 500]
    rows = await endpoint.embedder().embed(["abc", "d"])
    assert rows.shape == (2, 2)
    assert np.allclose(rows[1], [0.7071, 0.7071], atol=1e-3)
    assert len(endpoint.calls) == 3


@pytest.mark.parametrize("script", [[429] * 3, [500] * 3, [401], ["short"], ["malformed"] * 3])
async def test_an_endpoint_that_fails_says_so(endpoint: Endpoint, script: list[Any]) -> None:
    endpoint.script = script.copy()
    with pytest.raises(EmbeddingFailed, match="tiny"):
        await endpoint.embedder().embed(["abc"])
    with pytest.raises(EmbeddingFailed, match="pass dimension="):
        OpenAIEmbedder("who-knows")


async def test_what_could_not_be_embedded_is_stored_queued_and_embedded_later(endpoint: Endpoint) -> None:
    endpoint.script = [401] * 2
    async with AsyncMemory(":memory:", embedder=endpoint.embedder()) as memory:
        added = await memory.add({"content": "I work at Contoso.", "name": "Ana", "id": "1"}, user_id="u")
        assert [r["memory"] for r in added["results"]] == ["Ana works at Contoso"]
        waiting = await memory.pending()
        assert {p.need for p in waiting} == {"embed"}
        assert "no" in waiting[0].error
        assert (await memory.search("Contoso", user_id="u", kinds=("episode",)))["results"]
        assert await memory.doctor() == []
        assert (await memory.retry_pending())["left"] == 0
        found = (await memory.search("abc", user_id="u", explain=True))["results"]
        assert {r["kind"] for r in found} == {"fact", "episode"}


class Backwards:
    """An embedder of another kind: any object with the port's shape will do."""

    model = "backwards"
    dimension = 2
    is_local = True

    async def embed(self, texts: Any) -> Vectors:
        return np.tile(np.array([[0.0, 1.0]], np.float32), (len(texts), 1))


async def test_an_embedder_of_ones_own(tmp_path: Path) -> None:
    async with AsyncMemory(str(tmp_path / "m.db"), embedder=Backwards()) as memory:
        await memory.add("hello there", user_id="u")
        assert (await memory.search("hello", user_id="u"))["results"]
