#!/usr/bin/env python3
"""What the rules read out of real conversations, and how fast.

    python benchmarks/extraction.py --locomo locomo10.json [--sample 50] [--seed 1]
    python benchmarks/extraction.py --stories folder/with/*.yaml      # precision and recall by predicate

Prints facts and entities per 100 messages, a random sample of facts beside their evidence (to be judged by hand), and
messages a second, parsing and extraction included. With stories, what their `facts` checks
want against what is there: a wanted value that is missing costs recall, one too many (where the check lists all that
there may be) precision.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import datetime as dt
import json
import random
import re
import time
from pathlib import Path
from typing import Any

import yaml

from memgraph import AsyncMemory
from memgraph.changes import Called
from memgraph.extract.rules import RuleExtractor
from memgraph.model import UTC, Episode, Scope


def conversations(path: Path) -> list[list[Episode]]:
    """LoCoMo's sessions as episodes."""
    out: list[list[Episode]] = []
    for number, item in enumerate(json.loads(path.read_text())):
        talk = item["conversation"]
        for name in sorted((n for n in talk if re.fullmatch(r"session_\d+", n)), key=lambda n: int(n[8:])):
            at = dt.datetime.strptime(talk[f"{name}_date_time"], "%I:%M %p on %d %B, %Y").replace(tzinfo=UTC)
            out.append(
                [
                    Episode(
                        id=f"ep_{number}_{turn['dia_id']}",
                        scope=Scope(user=f"u{number}", session=name),
                        speaker=turn["speaker"],
                        role="user",
                        content=turn["text"],
                        occurred_at=at + dt.timedelta(minutes=place),
                        recorded_at=at,
                        place=place,
                    )
                    for place, turn in enumerate(talk[name])
                ]
            )
    return out


async def on_locomo(sessions: list[list[Episode]], size: int, seed: int, processes: int, together: int) -> None:
    extractor = RuleExtractor(processes=processes)
    await extractor.extract(sessions[0], ())  # loads the pipeline, and starts the helpers
    said = {e.id: e for session in sessions for e in session}
    began = time.perf_counter()
    calls = [sessions[at : at + together] for at in range(0, len(sessions), together)]
    found = [await extractor.extract([e for session in call for e in session], ()) for call in calls]
    took = time.perf_counter() - began
    facts = [p for extraction in found for p in extraction.proposals]
    names = {(said[e].scope.user, called.text.casefold()) for extraction in found for e, called in extraction.mentions}
    speed = f"{len(said) / took:.0f} messages a second with {processes} process{'es' * (processes > 1)}"
    print(f"{len(said)} messages in {len(sessions)} sessions, {together} sessions a call: {speed}")
    print(f"{100 * len(facts) / len(said):.1f} facts and {100 * len(names) / len(said):.1f} names per 100 messages")
    for predicate, count in collections.Counter(p.predicate for p in facts).most_common():
        print(f"  {predicate:20} {count}")
    for n, p in enumerate(random.Random(seed).sample(facts, min(size, len(facts))), 1):
        thing = "" if p.object is None else p.object.text if isinstance(p.object, Called) else p.object.value
        when = f" {p.valid_from:%Y-%m-%d}" if p.valid_from else ""
        put = "" if p.polarity == "holds" else f" ({p.polarity})"
        print(f"{n:3}. {p.subject.text} | {p.predicate} {p.qualifier} | {thing}{put}{when} [{p.confidence}]")
        print(f"     {said[p.episode].speaker}: {p.text[:200]}")


async def on_stories(stories: list[dict[str, Any]]) -> None:
    wanted: collections.Counter[str] = collections.Counter()
    there: collections.Counter[str] = collections.Counter()
    wrong: collections.Counter[str] = collections.Counter()
    for story in stories:
        async with AsyncMemory(":memory:") as memory:
            for talk in story["conversations"]:
                at = talk["at"]
                messages = [
                    {
                        "id": m["id"],
                        "name": m["by"],
                        "content": m["text"],
                        "timestamp": m.get("at") or at + dt.timedelta(minutes=n),
                    }
                    for n, m in enumerate(talk["messages"])
                ]
                heard = talk.get("heard_at") or at
                await memory.add(messages, user_id="u", run_id=talk["session"], recorded_at=heard)
            for check in (c for c in story["checks"] if "facts" in c):
                query = check["facts"]
                held = await memory.facts(
                    user_id="u",
                    subject=query["subject"],
                    predicate=query["predicate"],
                    as_of=aware(query.get("as_of")),
                    known_at=aware(query.get("known_at")),
                )
                values = [{str(f.object_text), str(getattr(f.object, "name", f.object))} for f in held]
                predicate = query["predicate"].split()[0]
                want = check.get("are", check.get("include", []))
                wanted[predicate] += len(want)
                there[predicate] += sum(any(alike(w, v) for v in values) for w in want)
                if "are" in check:
                    wrong[predicate] += sum(not any(alike(w, v) for w in want) for v in values)
    print(f"{'predicate':20} {'wanted':>6} {'recall':>7} {'precision':>9}")
    for predicate in sorted(wanted | wrong):
        right, extra = there[predicate], wrong[predicate]
        recall = f"{100 * right / wanted[predicate]:6.0f}%" if wanted[predicate] else "      -"
        precision = f"{100 * right / (right + extra):8.0f}%" if right + extra else "        -"
        print(f"{predicate:20} {wanted[predicate]:6} {recall} {precision}")


def aware(value: Any) -> dt.datetime | None:
    if value is None or isinstance(value, dt.datetime):
        return value
    return dt.datetime(value.year, value.month, value.day, tzinfo=UTC)


def alike(want: Any, values: set[str]) -> bool:
    def plain(text: object) -> str:
        return re.sub(r"[^\w]+", " ", re.sub(r"^(?:the|an?) ", "", str(text).casefold())).strip().removesuffix("s")

    return any(plain(want) in (plain(v), plain(v.split(" ")[0])) for v in values) or any(
        re.match(r"\d{4}", v) and v.startswith(str(want)) for v in values
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--locomo", type=Path, help="locomo10.json (github snap-research/locomo, CC BY-NC 4.0)")
    parser.add_argument("--stories", type=Path, help="folder of stories")
    parser.add_argument("--sample", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--together", type=int, default=5, help="sessions in one call")
    parser.add_argument("--processes", type=int, default=1, help="that share the reading")
    args = parser.parse_args()
    if args.locomo:
        asyncio.run(on_locomo(conversations(args.locomo), args.sample, args.seed, args.processes, args.together))
    if args.stories:
        asyncio.run(on_stories([yaml.safe_load(f.read_text()) for f in sorted(args.stories.glob("*.yaml"))]))


if __name__ == "__main__":
    main()
