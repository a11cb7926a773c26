"""Reads a text for recall: its content words, their stems, and how it is put. Pure."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import regex
import snowballstemmer

STOP_WORDS = frozenset(
    "a about above after again all also am an and any are as at be because been before being below between both "
    "but by can could d did do does doing down during each few for from further had has have having he her here "
    "hers him his how i if in into is it its just ll me more most my no nor not now of off on once only or other "
    "our ours out over own re s same she should so some such t than that the their theirs them then there these "
    "they this those through to too under until up ve very was we were what when where which while who whom why "
    "will with would you your yours tell know say said says".split()
)
_WORD = regex.compile(r"[\p{L}\p{N}]+")
_OWN = regex.compile(r"\b(?:I|[Mm]y|[Mm]ine|[Ww]e|[Oo]ur)\b")
_TIME = regex.compile(
    r"\b(?:yesterday|today|tomorrow|tonight|week(?:end)?s?|months?|years?|last|next|ago|recently|since|morning|evening"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day|summer|winter|spring|fall|autumn|january|february|march|april|may"
    r"|june|july|august|september|october|november|december|(?:19|20)\d\d)\b",
    regex.IGNORECASE,
)
_NAME = regex.compile(r"(?<![.!?] )(?<!^)\b\p{Lu}\p{Ll}{2,}")
_NUMBER = regex.compile(r"\d|\b(?:two|three|four|five|six|seven|eight|nine|ten|once|twice|couple)\b", regex.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as recall sees it: distinct content words in lower case, and what sort of thing it says."""

    words: tuple[str, ...]
    asks: bool  # it ends with a question
    holds_question: bool
    is_own: bool  # somebody speaks of themselves
    has_time: bool
    has_name: bool
    has_number: bool


@functools.lru_cache(maxsize=20_000)
def read(text: str) -> Reading:
    """Read a text once; texts come back with question after question."""
    words = dict.fromkeys(w for w in words_of(text) if w not in STOP_WORDS)
    return Reading(
        tuple(words),
        asks=text.rstrip().endswith("?"),
        holds_question="?" in text,
        is_own=_OWN.search(text) is not None,
        has_time=_TIME.search(text) is not None,
        has_name=_NAME.search(text) is not None,
        has_number=_NUMBER.search(text) is not None,
    )


def words_of(text: str) -> list[str]:
    """The words of a text in lower case: runs of letters and digits."""
    return _WORD.findall(text.lower())


@functools.lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """What an English word shares with its other forms."""
    return str(_stemmer().stemWord(word))


@functools.cache
def _stemmer() -> Any:
    return snowballstemmer.stemmer("english")  # pyright: ignore - it has no annotations
