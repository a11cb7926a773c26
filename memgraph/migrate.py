"""Compares a store's schema and embedding model with what this version works with. Decides; stores act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from memgraph.errors import ModelMismatch, SchemaMismatch
from memgraph.queries import Migration


def due(applied: Mapping[int, str], migrations: Sequence[Migration]) -> list[Migration]:
    """The migrations that a store still lacks. `applied` maps each version it has run to its checksum.

    Raises `SchemaMismatch` where the store is newer than this version, or was made by an altered migration.
    """
    newest = migrations[-1].version
    if applied and max(applied) > newest:
        raise SchemaMismatch(
            f"the store's schema is version {max(applied)}, this memgraph knows versions up to {newest}: "
            "upgrade memgraph-episodic, or open another store"
        )
    for migration in migrations:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            raise SchemaMismatch(
                f"migration {migration.name} was run on this store with another text: "
                "use the memgraph version that made the store, or load its data into a new one"
            )
    return [m for m in migrations if m.version not in applied]


def check_open(applied: Mapping[int, str], migrations: Sequence[Migration]) -> None:
    """Refuse to work on a store that lacks migrations. Only an empty store is set up without being asked."""
    missing = due(applied, migrations)
    if missing:
        names = ", ".join(m.name for m in missing)
        raise SchemaMismatch(f"the store lacks {names}: back it up, then run `memgraph migrate`")


def check_model(stored: tuple[str, int], wanted: tuple[str, int]) -> None:
    """Refuse to mix vectors of two models, which would compare as noise."""
    if stored != wanted:
        raise ModelMismatch(
            f"the store was filled by the embedding model {stored[0]} ({stored[1]} dimensions), "
            f"this memory uses {wanted[0]} ({wanted[1]} dimensions): pass embedder= with the store's model, "
            "or open another store"
        )
