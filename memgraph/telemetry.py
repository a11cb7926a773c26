"""Traces and metrics of each step of the data's way, where OpenTelemetry is set up (extra `otel`); else nothing.

They carry counts and times, never what was said.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

try:
    from opentelemetry import metrics as _metrics
    from opentelemetry import trace as _trace
except ImportError:  # the extra isn't installed
    _metrics = _trace = None


@contextmanager
def span(step: str, **counts: int) -> Generator[None]:
    """Time a step: as a span, in the histogram `memgraph.duration`, and its counts in `memgraph.handled`."""
    if _trace is None:
        yield
        return
    attributes: dict[str, Any] = {f"memgraph.{name}": count for name, count in counts.items()}
    duration, handled = _instruments()
    labels = {"memgraph.step": step}
    began = time.perf_counter()
    try:
        with _trace.get_tracer("memgraph").start_as_current_span(f"memgraph.{step}", attributes=attributes):
            yield
    except BaseException as error:
        labels["error.type"] = type(error).__name__
        raise
    finally:
        duration.record(time.perf_counter() - began, labels)
    for name, count in counts.items():
        handled.add(count, {**labels, "memgraph.of": name})


@functools.cache
def _instruments() -> tuple[Any, Any]:
    meter: Any = _metrics.get_meter("memgraph") if _metrics is not None else None  # asked for with OpenTelemetry only
    return (
        meter.create_histogram("memgraph.duration", unit="s", description="how long each step took"),
        meter.create_counter("memgraph.handled", description="what each step worked on, by kind"),
    )
