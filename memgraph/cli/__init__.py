"""The command line, `memgraph`."""

from memgraph.cli.app import main

__all__ = ["main"]
