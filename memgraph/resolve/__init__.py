"""Resolution: names become entities, assertions become facts. Pure code; models propose, this decides."""

from memgraph.resolve.candidates import Candidate, candidates
from memgraph.resolve.entities import related_words
from memgraph.resolve.facts import Policy, replay, vouched_at
from memgraph.resolve.naming import Naming, decision, link_id, look_for, mentions_of, name, name_id, unlooked
from memgraph.resolve.slots import Resolver, assertion_id, events, withdrawn

__all__ = [
    "Candidate",
    "Naming",
    "Policy",
    "Resolver",
    "assertion_id",
    "candidates",
    "decision",
    "events",
    "link_id",
    "look_for",
    "mentions_of",
    "name",
    "name_id",
    "related_words",
    "replay",
    "unlooked",
    "vouched_at",
    "withdrawn",
]
