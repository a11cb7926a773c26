"""Each step of the data's way has a span, and none says what was said."""

from __future__ import annotations

import pytest
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from memgraph import AsyncMemory, telemetry

pytestmark = pytest.mark.anyio


async def test_adding_and_searching_are_traced(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    async with AsyncMemory(":memory:") as memory:
        await memory.add("I live in Porto.", user_id="u")
        await memory.search("Where do I live?", user_id="u")
    spans = exporter.get_finished_spans()
    by_id = {s.context.span_id: s.name for s in spans if s.context}
    within = [(by_id.get(s.parent.span_id) if s.parent else None, s.name.removeprefix("memgraph.")) for s in spans]
    assert [name for parent, name in within if parent == "memgraph.add"] == [
        "extract",
        "embed",
        "resolve",
        "embed",
        "apply",
    ]
    assert [name for parent, name in within if parent == "memgraph.search"] == ["plan", "embed", "recall", "rank"]
    assert "Porto" not in "".join(s.to_json() for s in spans)


async def test_times_and_counts_are_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = InMemoryMetricReader()
    monkeypatch.setattr(metrics, "get_meter", MeterProvider([reader]).get_meter)
    telemetry._instruments.cache_clear()
    async with AsyncMemory(":memory:") as memory:
        await memory.add(["I live in Porto.", "I work at Northwind."], user_id="u")
        await memory.search("Where do I live?", user_id="u")
    with pytest.raises(ZeroDivisionError), telemetry.span("rank"):
        1 / 0  # noqa: B018
    telemetry._instruments.cache_clear()
    data = reader.get_metrics_data()
    assert data is not None
    points = {
        metric.name: {tuple(sorted((p.attributes or {}).items())): p for p in metric.data.data_points}
        for metric in data.resource_metrics[0].scope_metrics[0].metrics
    }
    steps = {dict(key)["memgraph.step"] for key in points["memgraph.duration"]}
    assert {"add", "extract", "resolve", "apply", "search", "recall", "rank"} <= steps
    assert (("error.type", "ZeroDivisionError"), ("memgraph.step", "rank")) in points["memgraph.duration"]
    assert points["memgraph.handled"][("memgraph.of", "messages"), ("memgraph.step", "add")].value == 2
    assert "Porto" not in data.to_json()
