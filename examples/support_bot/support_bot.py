#!/usr/bin/env python3
"""A help desk that knows its customers: each has a memory of their own, each ticket is a session of it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from shared import MODEL, client

from memgraph import AsyncMemory
from memgraph.integrations.openai_tools import chat_with_memory

SYSTEM = "You are the help desk of a maker of routers. Be short; never ask for what you already know."
TICKETS = [
    ("omar", "t-1", ["I'm Omar Haddad and I own a Nimbus X2, a router.", "It drops the line every evening."]),
    ("omar", "t-1", ["I updated it to firmware 2.3 and it works now, thanks!"]),
    ("ruth", "t-2", ["Hello, I'm Ruth Falk. I own a Vega 5.", "Which router do I have?"]),
    ("omar", "t-3", ["Hi again, I moved to Leeds. Please write to omar@haddad.example from now on."]),
    ("omar", "t-3", ["What is my e-mail address?", "Where do I live?"]),
    ("ruth", "t-4", ["Where does Omar Haddad live?"]),  # another customer's: she is not told
]


async def handover(memory: AsyncMemory, customer: str, ticket: str) -> str:
    """What a colleague needs who takes the ticket over: the customer, and the last that was said."""
    known = await memory.facts(user_id=customer)
    said = await memory.working(user_id=customer, run_id=ticket, max_tokens=60)
    lines = [f"- {fact.text} [{', '.join(fact.source_ids)}]" for fact in known]
    lines += [f"  {turn.speaker}: {turn.content}" for turn in said]
    return "\n".join(lines)


async def main() -> None:
    """Work the tickets off, then hand one over."""
    async with AsyncMemory(":memory:") as memory:
        for customer, ticket, messages in TICKETS:
            print(f"-- {customer}, ticket {ticket}")
            for text in messages:
                reply = await chat_with_memory(
                    client(), MODEL, memory, text, user_id=customer, run_id=ticket, inject="message", system=SYSTEM
                )
                print(f"{customer}: {text}\nbot: {reply.text}")
        print("-- t-3 is handed over")
        print(await handover(memory, "omar", "t-3"))


if __name__ == "__main__":
    asyncio.run(main())
