"""Recall: a question is planned, its signals are ranked, its hits are packed for a prompt. Pure code."""

from memgraph.recall.context import pack
from memgraph.recall.plan import Plan, plan
from memgraph.recall.rank import Hit, Weights, features, rank

__all__ = ["Hit", "Plan", "Weights", "features", "pack", "plan", "rank"]
