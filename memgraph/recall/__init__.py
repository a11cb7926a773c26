"""Recall: a question is planned, its signals are ranked, its hits are packed for a prompt. Pure code."""

from memgraph.recall.context import pack, tokens
from memgraph.recall.graph import paths_of
from memgraph.recall.plan import Plan, plan
from memgraph.recall.rank import Hit, Weights, features, rank
from memgraph.recall.words import Lexicon

__all__ = ["Hit", "Lexicon", "Plan", "Weights", "features", "pack", "paths_of", "plan", "rank", "tokens"]
