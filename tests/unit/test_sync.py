"""The synchronous class is the asynchronous one without await."""

from __future__ import annotations

import asyncio
import inspect

from memgraph import AsyncMemory, Memory


def verbs(cls: type) -> dict[str, object]:
    return {n: m for n, m in vars(cls).items() if callable(m) and not n.startswith("_")}


def test_both_classes_have_the_same_verbs_parameters_and_docstrings() -> None:
    assert verbs(Memory).keys() == verbs(AsyncMemory).keys()
    for name, method in verbs(Memory).items():
        other = getattr(AsyncMemory, name)
        ours, theirs = inspect.signature(method), inspect.signature(other)  # type: ignore[arg-type]
        assert ours.parameters == theirs.parameters, name
        assert name == "export" or ours.return_annotation == theirs.return_annotation, name  # an iterator of each kind
        assert method.__doc__ == other.__doc__, name
        assert method.__doc__, name
    assert inspect.signature(Memory) == inspect.signature(AsyncMemory)


def test_it_works_inside_a_running_loop() -> None:
    async def in_a_notebook() -> int:
        with Memory(":memory:") as memory:
            memory.add("I work at Contoso.", user_id="a")
            return len(memory.facts(user_id="a"))

    assert asyncio.run(in_a_notebook()) == 1


def test_it_works_without_a_with_block() -> None:
    memory = Memory(":memory:")
    assert memory.add("hello", user_id="a")["episodes"]
    memory.close()
