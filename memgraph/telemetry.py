"""A span for each step of the data's way, where OpenTelemetry is installed (extra `otel`) and set up; else nothing.

Spans carry counts, never what was said.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

try:
    from opentelemetry import trace as _trace
except ImportError:  # the extra isn't installed
    _trace = None


@contextmanager
def span(step: str, **counts: int) -> Generator[None]:
    """Time a step, under `memgraph.<step>`."""
    if _trace is None:
        yield
        return
    attributes: dict[str, Any] = {f"memgraph.{name}": count for name, count in counts.items()}
    with _trace.get_tracer("memgraph").start_as_current_span(f"memgraph.{step}", attributes=attributes):
        yield
