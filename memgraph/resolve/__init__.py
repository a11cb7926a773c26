"""Resolution: names become entities, assertions become facts. Pure code; models propose, this decides."""

from memgraph.resolve.facts import Policy, replay, vouched_at
from memgraph.resolve.naming import Naming, look_for, mentions_of, name, name_id
from memgraph.resolve.slots import Resolver, events, withdrawn

__all__ = [
    "Naming",
    "Policy",
    "Resolver",
    "events",
    "look_for",
    "mentions_of",
    "name",
    "name_id",
    "replay",
    "vouched_at",
    "withdrawn",
]
