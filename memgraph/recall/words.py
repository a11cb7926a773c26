"""Reads texts for recall: their content words, what these are like, and what sort of thing is said. Pure."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntFlag
from itertools import islice
from typing import Any

import numpy as np
import regex
from numpy.typing import NDArray

from memgraph.blas import one_thread

Scores = NDArray[np.float64]

STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being below between both "
    "but by can could d did do does doing down during each few for from further had has have having he her here "
    "hers him his how i if in into is it its just ll me more most my no nor not now of off on once only or other "
    "our ours out over own re s same she should so some such t than that the their theirs them then there these "
    "they this those through to too under until up ve very was we were what when where which while who whom why "
    "will with would you your yours tell know say said says".split()
)
_WORD = re.compile(r"[^\W_]+")
_TIME_WORDS = frozenset(
    "yesterday today tomorrow tonight week weeks weekend weekends month months year years last next ago recently since "
    "morning evening monday tuesday wednesday thursday friday saturday sunday summer winter spring fall autumn january "
    "february march april may june july august september october november december".split()
)
_NUMBER_WORDS = frozenset("two three four five six seven eight nine ten once twice couple".split())
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_NAME = regex.compile(r"(?<![.!?] )(?<!^)\b\p{Lu}\p{Ll}{2,}")


class Says(IntFlag):
    """What sort of thing a text says."""

    ASKS = 1  # it ends with a question
    HOLDS_QUESTION = 2
    HAS_TIME = 4
    HAS_NAME = 8
    HAS_NUMBER = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as recall sees it: the numbers of its distinct content words, shape (words,), and what it says."""

    words: NDArray[np.int64]
    says: int


class Lexicon:
    """Reads texts, and knows how alike words are; remembers both, up to a size. One thread at a time uses it.

    `vectors` gives words their vectors, of length 1, shape (words, dimension).
    """

    _MOST_WORDS, _MOST_TEXTS, _LONGEST_TEXT = 30_000, 20_000, 1_000

    def __init__(self, vectors: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        self._vectors = vectors
        self._numbers: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._readings: dict[str, Reading] = {}
        self._known: int = 0  # words that have their row and stem already
        self._stem_of = np.empty(0, np.int64)
        self._rows = np.empty((0, 1), np.float32)

    def read(self, texts: Iterable[str]) -> list[Reading]:
        """How each text reads."""
        if len(self._numbers) > self._MOST_WORDS or len(self._readings) > self._MOST_TEXTS:
            self._known = 0
            for remembered in (self._numbers, self._stems, self._readings):
                remembered.clear()
        return [self._readings.get(text) or self._read(text) for text in texts]

    def _read(self, text: str) -> Reading:
        numbers = self._numbers
        every = dict.fromkeys(words_of(text))
        words = [w for w in every if w not in STOP_WORDS]
        says = (
            Says.ASKS * text.rstrip().endswith("?")
            | Says.HOLDS_QUESTION * ("?" in text)
            | Says.HAS_TIME * (not _TIME_WORDS.isdisjoint(every) or _YEAR.search(text) is not None)
            | Says.HAS_NAME * (_NAME.search(text) is not None)
            | Says.HAS_NUMBER * (not _NUMBER_WORDS.isdisjoint(every) or any(map(str.isdigit, every)))
        )
        reading = Reading(np.array([numbers.setdefault(w, len(numbers)) for w in words], np.int64), int(says))
        if len(text) <= self._LONGEST_TEXT:
            self._readings[text] = reading
        return reading

    def found(self, sought: Sequence[str], beginnings: Sequence[str], readings: Sequence[Reading]) -> Scores:
        """How well each text holds each word, shape (words, texts).

        1 for the word itself in any of its forms, or for its beginning where that was asked for; else the square of the
        cosine with the closest word in the text.
        """
        out = np.zeros((len(sought), len(readings)))
        lengths = np.array([len(r.words) for r in readings], np.int64)
        if not lengths.any():
            return out
        asked = [self._numbers.setdefault(w, len(self._numbers)) for w in sought]
        self._learn()
        spoken = np.concatenate([r.words for r in readings])
        place = np.zeros(self._known, np.int64)
        place[spoken] = 1
        held = np.flatnonzero(place)
        place[held] = np.arange(len(held))
        with one_thread():
            like = np.square(np.clip(self._rows[held] @ self._rows[asked].T, 0, 1)).astype(float)
        like[self._stem_of[held][:, None] == self._stem_of[asked][None, :]] = 1.0
        if beginnings:
            words = list(self._numbers)
            for row in (i for i, w in enumerate(sought) if w in beginnings):
                like[:, row] = [float(words[int(n)].startswith(sought[row])) for n in held]
        filled = lengths > 0
        starts = (np.cumsum(lengths) - lengths)[filled]
        out[:, filled] = np.maximum.reduceat(like.take(place[spoken], axis=0), starts, axis=0).T
        return out

    def _learn(self) -> None:
        """Look the vectors and stems of new words up."""
        total = len(self._numbers)
        if total == self._known:
            return
        new = list(islice(self._numbers, self._known, None))
        vectors = self._vectors(new)
        if total > len(self._rows):
            rows = np.empty((2 * total, vectors.shape[1]), np.float32)
            stems = np.empty(2 * total, np.int64)
            rows[: self._known], stems[: self._known] = self._rows[: self._known], self._stem_of[: self._known]
            self._rows, self._stem_of = rows, stems
        self._rows[self._known : total] = vectors
        self._stem_of[self._known : total] = [self._stems.setdefault(stem(w), len(self._stems)) for w in new]
        self._known = total


def words_of(text: str) -> list[str]:
    """The words of a text in lower case: runs of letters and digits."""
    return _WORD.findall(text.lower())


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What an English word shares with its other forms."""
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Any:
    import snowballstemmer  # every language that it knows, which only who searches pays for

    return snowballstemmer.stemmer("english")  # pyright: ignore - it has no annotations
