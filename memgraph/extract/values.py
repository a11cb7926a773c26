"""Normalises literals: money, numbers, dates and text, so that equal values compare equal."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal, InvalidOperation

import regex

from memgraph.changes import Literal
from memgraph.times import read_time

W = r"(?!I['’](?:m|ve|ll|d)\b)[\p{Lu}][\p{L}\p{M}\p{N}'’-]*"
"""A pattern for a word with a capital, not an "I'm", for use inside other patterns."""
_SCALES = {"k": 3, "thousand": 3, "grand": 3, "m": 6, "mm": 6, "million": 6, "bn": 9, "b": 9, "billion": 9}
_CODES = "USD|EUR|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|NZD|JPY|CNY|INR|BRL|MXN|ZAR|SGD|AED"
_CURRENCIES = {
    "$": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "€": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "pound": "GBP",
    "pounds": "GBP",
    "₹": "INR",
    "¥": "JPY",
    **{code.lower(): code for code in _CODES.split("|")},
}
_ROUND = (
    r"(?:half a|a quarter of a|a|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty"
    r"|fifty|sixty|seventy|eighty|ninety)(?: hundred)?(?= (?:thousand|grand|million|billion)\b)"
)
_NUMBER = r"\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)(?:\.\d+)?|\d(?:[\d,]*\d)?(?:\.\d+)?"
MONEY = (
    rf"(?:(?:(?:{_CODES}|[$€£₹¥]) ?)?(?:{_NUMBER})|{_ROUND})"
    rf"(?: ?(?:k|m|mm|bn|thousand|grand|million|billion)\b)?(?: ?(?:dollars?|euros?|pounds?|{_CODES})\b)?"
)
"""A pattern for amounts, for use inside other patterns; `read_amount` reads what it matches."""
HAS_AMOUNT = regex.compile(r"\d|\b(?:thousand|grand|million|billion)\b", regex.IGNORECASE)
"""Whether a text may hold one, told fast."""

_AMOUNT = regex.compile(
    rf"(?P<before>{_CODES}|[$€£₹¥])? ?(?P<number>{_NUMBER})"
    r" ?(?P<scale>k|mm?|bn?|thousand|grand|million|billion)?\b ?(?P<after>[a-z]+)?",
    regex.IGNORECASE,
)
_ARTICLE = regex.compile(r"^(?:a|an|the|my|our|his|her|their|its)\s+", regex.IGNORECASE)
_TYPED = regex.compile(r"\b(type)-(?=\d)", regex.IGNORECASE)  # as `parse` puts it
INITIALS = frozenset(("IT", "US"))  # no pronouns
_POINTERS = frozenset(
    "it its this that these those you me him her them us to how what when where who why being all both there".split()
)


def read_amount(text: str) -> Literal | None:
    """An amount, plain or of money: "$1.2m" is 1200000 USD. None where the text is no amount."""
    match = _AMOUNT.fullmatch(_IN_WORDS.sub(_in_digits, text.strip()))
    if match is None:
        return None
    try:
        number = Decimal(regex.sub(r"[,\s]", "", match["number"]))
    except InvalidOperation:
        return None
    number = number.scaleb(_SCALES.get((match["scale"] or "").lower(), 0))
    plain = format(number.normalize(), "f")
    currency = _CURRENCIES.get((match["before"] or "").lower()) or _CURRENCIES.get((match["after"] or "").lower())
    return Literal(text.strip(), f"{plain} {currency}" if currency else plain)


_OPEN_RANGE = regex.compile(r"\bbetween\s+$", regex.IGNORECASE)
_AMOUNTS = regex.compile(rf"(?<![\w.]){MONEY}", regex.IGNORECASE)
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen".split()
)
_TENS = {word: 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)}
SPELLED = {
    **{word: n for n, word in enumerate(_UNITS)},
    **_TENS,
    **{f"{ten}-{unit}": n + m for ten, n in _TENS.items() for m, unit in enumerate(_UNITS[:10]) if m},
    "dozen": 12,
    "hundred": 100,
}
_IN_WORDS = regex.compile(rf"^{_ROUND}", regex.IGNORECASE)
_EMAIL = regex.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = regex.compile(r"(?<!\w)(?!\d{4}-\d\d-\d\d(?!\d))\+?\(?\d[\d\s().-]{5,}\d(?!\w)")  # and no date
_VERSION = regex.compile(r"(?<![\w.])v?\d+(?:\.\d+)+(?:[-+.]\w+)*(?<!\.)", regex.IGNORECASE)


def _in_digits(match: regex.Match[str]) -> str:
    """ "Two hundred" of "two hundred thousand", "half a" of "half a million"."""
    first, _, rest = match[0].lower().partition(" ")
    number = {"a": 1, "half": 0.5}.get(first) or SPELLED.get(first, 1)
    return str(0.25 if rest.startswith("quarter") else number * (100 if rest == "hundred" else 1))


def amount_in(text: str, at: int, within: tuple[int, int]) -> Literal | None:
    """The amount that stands at a place in a text, or else the first one within a range of it."""
    found = [(m.start(), m.end(), m[0].strip()) for m in _AMOUNTS.finditer(text)]
    best = [f for f in found if f[0] <= at < f[1]] or [f for f in found if within[0] <= f[0] < within[1]]
    if best:
        return None if _OPEN_RANGE.search(text, endpos=best[0][0]) else read_amount(best[0][2])
    word = regex.match(r"\w+(?:-\w+)?", text[at:])
    if word and word[0].lower() in SPELLED:
        return Literal(word[0], str(SPELLED[word[0].lower()]))
    return None


def special_in(text: str, at: int, within: tuple[int, int]) -> Literal | None:
    """An e-mail address, a version or a telephone number that stands at a place in a text, normalised."""
    for pattern in (_EMAIL, _VERSION, _PHONE):
        for match in pattern.finditer(text):
            is_within = pattern is not _VERSION and within[0] <= match.start() < within[1]
            if match.start() <= at < match.end() or is_within:
                said: str = match[0]
                if pattern is _PHONE:
                    return Literal(said, regex.sub(r"[^\d+]", "", said))
                return Literal(said, said.lower() if pattern is _EMAIL else said.lower().removeprefix("v"))
    return None


def contacts_in(text: str, kind: str) -> list[Literal]:
    """The e-mail addresses ("email") or telephone numbers ("phone") in a text, normalised."""
    out: list[Literal] = []
    for match in (_EMAIL if kind == "email" else _PHONE).finditer(text):
        said: str = match[0] if ")" in match[0] else match[0].lstrip("(")
        out.append(Literal(said, said.lower() if kind == "email" else regex.sub(r"[^\d+]", "", said)))
    return out


def read_text(text: str) -> Literal | None:
    """A phrase, without its article; None where nothing is left, or it only points at something ("that one")."""
    said = _TYPED.sub(r"\1 ", _ARTICLE.sub("", text.strip().strip(".,;:!?\"'").strip()))
    first = said.split()[0] if said else ""
    if not said or (first not in INITIALS and first.casefold() in _POINTERS):
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
