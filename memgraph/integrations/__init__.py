"""memgraph in other people's stacks; each module needs the extra of its name."""
