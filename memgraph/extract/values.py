"""Normalises literals: money, numbers, dates and text, so that equal values compare equal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

import regex

from memgraph.changes import Literal
from memgraph.extract.times import read_time

_SCALES = {"k": 3, "thousand": 3, "grand": 3, "m": 6, "mm": 6, "million": 6, "bn": 9, "b": 9, "billion": 9}
_CURRENCIES = {
    "$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
}
MONEY = (
    r"(?:(?:USD|EUR|GBP|[$€£]) ?)?\d[\d,]*(?:\.\d+)?"
    r"(?: ?(?:k|m|mm|bn|thousand|grand|million|billion)\b)?(?: ?(?:dollars?|euros?|pounds?|USD|EUR|GBP)\b)?"
)
"""A pattern for amounts, for use inside other patterns; `read_amount` reads what it matches."""

_AMOUNT = regex.compile(
    r"(?P<before>USD|EUR|GBP|[$€£])? ?(?P<number>\d[\d,]*(?:\.\d+)?)"
    r" ?(?P<scale>k|mm?|bn?|thousand|grand|million|billion)?\b ?(?P<after>[a-z]+)?",
    regex.IGNORECASE,
)
_ARTICLE = regex.compile(r"^(?:a|an|the|my|our|his|her|their|its)\s+", regex.IGNORECASE)
_POINTERS = frozenset(
    "it its this that these those you me him her them us to how what when where who why being all both there".split()
)


def read_amount(text: str) -> Literal | None:
    """An amount, plain or of money: "$1.2m" is 1200000 USD. None where the text is no amount."""
    match = _AMOUNT.fullmatch(text.strip())
    if match is None:
        return None
    try:
        number = Decimal(match["number"].replace(",", ""))
    except InvalidOperation:
        return None
    number = number.scaleb(_SCALES.get((match["scale"] or "").lower(), 0))
    plain = format(number.normalize(), "f")
    currency = _CURRENCIES.get((match["before"] or "").lower()) or _CURRENCIES.get((match["after"] or "").lower())
    return Literal(text.strip(), f"{plain} {currency}" if currency else plain)


def read_text(text: str) -> Literal | None:
    """A phrase, without its article; None where nothing is left, or it only points at something ("that one")."""
    said = _ARTICLE.sub("", text.strip().strip(".,;:!?\"'").strip())
    if not said or said.casefold().split()[0] in _POINTERS:
        return None
    return Literal(said, " ".join(said.casefold().split()))


def read_literal(kind: str, text: str, said_at: dt.datetime) -> Literal | None:
    """The text as a literal of a kind of the ontology: text, date, money or number."""
    if kind == "date":
        span = read_time(text, said_at, is_future=True)
        return Literal(text.strip(), span.iso) if span else None
    if kind in ("money", "number"):
        return read_amount(text)
    return read_text(text)
