"""Reads texts for recall: their content words, what these are like, and what sort of thing is said. Pure."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Sequence
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
class Readings:
    """Texts as recall sees them: the numbers of the distinct content words of one after the other, how many each has,
    shape (texts,), and what sort of things each says (of `Says`), shape (texts,)."""

    words: NDArray[np.int64]
    lengths: NDArray[np.int64]
    says: NDArray[np.int64]


class Lexicon:
    """Reads texts, and knows how alike words are; remembers both, up to a size. One thread at a time uses it.

    `vectors` gives words their vectors, of length 1, shape (words, dimension).
    """

    _MOST_WORDS, _MOST_LETTERS = 30_000, 5_000_000

    def __init__(self, vectors: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        self._vectors = vectors
        self._numbers: dict[str, int] = {}
        self._stems: dict[str, int] = {}
        self._texts: dict[str, int] = {}
        self._letters = 0  # in all texts
        self._spoken = np.empty(0, np.int64)  # the words of one text after the other
        self._ends = np.zeros(1, np.int64)  # where in these each text ends, after a 0
        self._says = np.empty(0, np.int64)
        self._known: int = 0  # words that have their row and stem already
        self._stem_of = np.empty(0, np.int64)
        self._rows = np.empty((0, 1), np.float32)

    def read(self, texts: Sequence[str]) -> Readings:
        """How each text reads."""
        if len(self._numbers) > self._MOST_WORDS or self._letters > self._MOST_LETTERS:
            self._known = self._letters = 0
            for remembered in (self._numbers, self._stems, self._texts):
                remembered.clear()
        new = [text for text in dict.fromkeys(texts) if text not in self._texts]
        if new:
            self._remember(new)
        at = np.fromiter(map(self._texts.__getitem__, texts), np.int64, len(texts))
        starts, ends = self._ends[at], self._ends[at + 1]
        lengths = ends - starts
        # The places of the words of one text after the other: each text's first, and how far on in it.
        places: NDArray[np.int64] = np.arange(int(lengths.sum())) + np.repeat(
            starts - (np.cumsum(lengths) - lengths), lengths
        )
        return Readings(self._spoken[places], lengths, self._says[at])

    def _remember(self, texts: Sequence[str]) -> None:
        first = len(self._texts)
        of_words, says = zip(*map(self._read, texts), strict=True)
        words = list(itertools.chain.from_iterable(of_words))
        ends = self._ends[first] + np.cumsum([len(w) for w in of_words])
        self._spoken = _with(self._spoken, int(self._ends[first]), words)
        self._ends = _with(self._ends, first + 1, ends)
        self._says = _with(self._says, first, says)
        self._texts.update(zip(texts, range(first, first + len(texts)), strict=True))
        self._letters += sum(map(len, texts))

    def _read(self, text: str) -> tuple[list[int], int]:
        numbers = self._numbers
        every = dict.fromkeys(words_of(text))
        says = (
            Says.ASKS * text.rstrip().endswith("?")
            | Says.HOLDS_QUESTION * ("?" in text)
            | Says.HAS_TIME * (not _TIME_WORDS.isdisjoint(every) or _YEAR.search(text) is not None)
            | Says.HAS_NAME * (_NAME.search(text) is not None)
            | Says.HAS_NUMBER * (not _NUMBER_WORDS.isdisjoint(every) or any(map(str.isdigit, every)))
        )
        return [numbers.setdefault(w, len(numbers)) for w in every if w not in STOP_WORDS], int(says)

    def found(self, sought: Sequence[str], beginnings: Sequence[str], readings: Readings) -> Scores:
        """How well each text holds each word, shape (words, texts).

        1 for the word itself in any of its forms, or for its beginning where that was asked for; else the square of the
        cosine with the closest word in the text.
        """
        spoken, lengths = readings.words, readings.lengths
        out = np.zeros((len(sought), len(lengths)))
        if not len(spoken):
            return out
        asked = [self._numbers.setdefault(w, len(self._numbers)) for w in sought]
        self._learn()
        place = np.zeros(self._known, np.int64)
        place[spoken] = 1
        held = np.flatnonzero(place)
        place[held] = np.arange(len(held))
        with one_thread():
            like = np.square(np.clip(self._rows.take(held, axis=0) @ self._rows[asked].T, 0, 1)).astype(float)
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
        self._rows = _with(self._rows, self._known, vectors)
        stems = [self._stems.setdefault(stem(w), len(self._stems)) for w in new]
        self._stem_of = _with(self._stem_of, self._known, stems)
        self._known = total


def _with(array: NDArray[Any], size: int, more: NDArray[Any] | Sequence[int]) -> NDArray[Any]:
    """An array that holds more after its first `size` rows: the same one where it has room."""
    needed = size + len(more)
    if needed > len(array):
        held, array = array[:size], np.empty((2 * needed, *np.shape(more)[1:]), array.dtype)
        array[:size] = held
    array[size:needed] = more
    return array


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
