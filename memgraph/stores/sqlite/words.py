"""Full-text search: the rows that hold a question's words, those with rare ones first.

Only the index is read: FTS5's own bm25() looks every row up, which costs more than all else in a search. A word's
rarity is counted in its scope alone, so that what other users said changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from memgraph.ports import Cue
from memgraph.stores.sqlite.connection import SQL
from memgraph.stores.sqlite.rows import many
from memgraph.stores.sqlite.vectors import Integers, looked_up

_MANY = 2_000  # rows from which on common words are left out
_COMMON_SHARE = 0.1
_ALL = 2**62


def terms_of(cue: Cue) -> list[str]:
    """What to look for, as FTS5 writes it; a cue's terms hold letters, digits and, in phrases, spaces only."""
    whole = [f'"{t}"' for t in (*cue.phrases, *(t for t in cue.terms if t not in cue.beginnings))]
    return [*whole, *(f'"{b}" *' for b in cue.beginnings)]


@dataclass(frozen=True, slots=True)
class Words:
    """The text of a scope's facts or episodes (`kind`).

    `known` are the seqs of its rows that have a vector, ascending: all, but for those that still wait for theirs.
    """

    connection: sqlite3.Connection
    kind: str
    scope: str
    known: Integers

    def best(self, terms: Sequence[str], count: int, within: Integers | None = None) -> list[int]:
        """The seqs of the rows that hold most of what tells, best first; `within` those that may answer, ascending."""
        if not terms:
            return []
        size = len(self.known)
        most = int(size * _COMMON_SHARE) if size >= _MANY else _ALL
        seqs, at, term = self._holding(terms, most + 1)
        holding = np.bincount(term, minlength=len(terms))
        if (holding > most).all():
            seqs, at, term = self._holding(terms, _ALL)
            holding = np.bincount(term, minlength=len(terms))
            most = holding.min()
        rarity = np.log(1 + (size + 0.5) / (holding + 0.5))
        scores = np.bincount(at, np.where(holding > most, 0, rarity)[term], len(seqs))
        if within is not None:
            scores[~looked_up(within, seqs)[1]] = 0
        held = np.flatnonzero(scores)
        return seqs[held[np.lexsort((-held, -scores[held]))[:count]]].tolist()

    def _holding(self, terms: Sequence[str], most: int) -> tuple[Integers, Integers, Integers]:
        """Which rows hold which terms: the scope's seqs, ascending, and pairs of a place in these and one in `terms`.

        Of a term that `most` rows or more hold, `most` at least.
        """
        (last,) = self.connection.execute(SQL[f"last_{self.kind}"]).fetchone()
        others = max(0, (last or 0) - len(self.known))
        own = ""
        if others > len(self.known):  # else it is cheaper to leave the others' rows out here
            own, others = f'scope : "{self.scope}" AND ', 0
        statement = SQL[f"{self.kind}s_holding"]
        asked = ({"match": f"{own}text : {term}", "most": min(most + others, _ALL)} for term in terms)
        listed = [self.connection.execute(statement, a).fetchone()[0] for a in asked]
        found = np.fromstring(",".join(filter(None, listed)), np.int64, sep=",")
        term = np.repeat(np.arange(len(terms)), [text.count(",") + 1 if text else 0 for text in listed])
        seqs = self.known
        at, is_own = looked_up(seqs, found)
        if not is_own.all():
            unknown = {"scope": self.scope, "seqs": many(found[~is_own].tolist())}
            waiting = [row[0] for row in self.connection.execute(SQL[f"{self.kind}s_owned"], unknown)]
            if waiting:
                seqs = np.union1d(seqs, waiting)
                at, is_own = looked_up(seqs, found)
        return seqs, at, term[is_own]
