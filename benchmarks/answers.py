#!/usr/bin/env python3
"""LoCoMo's questions, answered by a language model from what memgraph recalls, and judged by one.

    python benchmarks/answers.py locomo10.json --model gpt-4o-mini [--base-url URL] [--judge MODEL] [--questions 100]
        [--max-tokens 1500] [--price-in 0.15 --price-out 0.60]

This is how the published scores of memory systems are made, so the figure hangs on the models as much as on the memory:
`benchmarks/locomo.py` measures the memory alone. Any OpenAI-compatible endpoint will do; key and URL default to
OPENAI_*. Prices are in dollars per million tokens. Where to get the data: see `benchmarks/locomo.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from locomo import CATEGORIES, Asked, conversations, remember
from openai import AsyncOpenAI, OpenAIError
from rich.console import Console
from rich.table import Table

from memgraph import AsyncMemory

_PROMPTS = Path(__file__).parent / "prompts"


@dataclass(slots=True)
class Model:
    """A chat model, and the tokens that it took."""

    client: AsyncOpenAI
    name: str
    sent: int = 0
    received: int = 0

    async def ask(self, prompt: str, text: str) -> str:
        """One reply."""
        reply = await self.client.chat.completions.create(
            model=self.name,
            temperature=0,
            messages=[
                {"role": "system", "content": (_PROMPTS / prompt).read_text(encoding="utf-8")},
                {"role": "user", "content": text},
            ],
        )
        if reply.usage is not None:
            self.sent += reply.usage.prompt_tokens
            self.received += reply.usage.completion_tokens
        return (reply.choices[0].message.content or "").strip()


def right_answers(path: Path) -> dict[tuple[int, str], str]:
    """The right answer of each question of each conversation."""
    items = enumerate(json.loads(path.read_text()))
    return {(n, q["question"]): str(q["answer"]) for n, item in items for q in item["qa"] if "answer" in q}


async def judged(memory: AsyncMemory, model: Model, judge: Model, asked: Asked, right: str, budget: int) -> bool:
    """Whether the model's answer, from what is recalled, is right."""
    notes = await memory.context(asked.text, max_tokens=budget, user_id=f"locomo-{asked.conversation}")
    answer = await model.ask("answer.md", f"Notes:\n{notes}\n\nQuestion: {asked.text}")
    verdict = await judge.ask("judge.md", f"Question: {asked.text}\nRight answer: {right}\nAnswer: {answer}")
    return verdict.upper().startswith("CORRECT")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--model", required=True, help="answers")
    parser.add_argument("--judge", help="judges; the same model if unset")
    parser.add_argument("--base-url")
    parser.add_argument("--api-key")
    parser.add_argument("--questions", type=int, default=0, help="a random sample of so many; all if 0")
    parser.add_argument("--max-tokens", type=int, default=1500, help="of recalled text for a question")
    parser.add_argument("--at-once", type=int, default=4, help="questions asked at the same time")
    parser.add_argument("--price-in", type=float, default=0.0)
    parser.add_argument("--price-out", type=float, default=0.0)
    args = parser.parse_args()
    if not args.path.is_file():
        parser.error(
            f"{args.path} is not there: get locomo10.json from https://github.com/snap-research/locomo (data/)"
        )
    talks, asked = conversations(args.path)
    right = right_answers(args.path)
    if args.questions:
        asked = random.Random(1).sample(asked, min(args.questions, len(asked)))
    client = AsyncOpenAI(base_url=args.base_url, api_key=args.api_key, max_retries=5)
    model, judge = Model(client, args.model), Model(client, args.judge or args.model)
    correct, total, failed = Counter[int](), Counter[int](), 0
    gate = asyncio.Semaphore(args.at_once)
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncMemory(str(Path(folder) / "locomo.db")) as memory, client:
            await remember(memory, talks)

            async def one(a: Asked) -> bool | None:
                async with gate:
                    try:
                        return await judged(memory, model, judge, a, right[a.conversation, a.text], args.max_tokens)
                    except OpenAIError as error:
                        print(f"not answered: {a.text!r}: {error}")
                        return None

            verdicts = await asyncio.gather(*(one(a) for a in asked))
    for a, verdict in zip(asked, verdicts, strict=True):
        failed += verdict is None
        if verdict is not None:
            total[a.category] += 1
            correct[a.category] += verdict
    table = Table(box=None, pad_edge=False, title=f"Answered by {args.model}, judged by {judge.name}")
    for column in ("", "correct", "of", "%"):
        table.add_column(column, justify="right" if column else "left")
    for category, name in CATEGORIES.items():
        if total[category]:
            share = 100 * correct[category] / total[category]
            table.add_row(name, str(correct[category]), str(total[category]), f"{share:.1f}")
    if total:
        table.add_row("all", str(correct.total()), str(total.total()), f"{100 * correct.total() / total.total():.1f}")
    out = Console(width=120)
    out.print(table)
    sent, received = model.sent + judge.sent, model.received + judge.received
    cost = (sent * args.price_in + received * args.price_out) / 1e6
    out.print(f"{sent} tokens sent, {received} received, ${cost:.4f}; {failed} questions failed")
    if failed:
        raise SystemExit(1)


if __name__ == "__main__":
    asyncio.run(main())
