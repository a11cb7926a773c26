"""Reads time expressions relative to when they were said. Never looks at this machine's clock, zone or locale.

A small grammar of our own for days, weeks, weekends, months, seasons, quarters, years and vague counts; dateparser,
with its base time set, for other ways to write a date.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable
from dataclasses import dataclass, replace

import regex
from dateutil.easter import easter

from memgraph.model import UTC, Precision

_MONTH_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
_TO = r"(?:\ ?[-–/]\ ?|\ (?:to|and|until|till|through)\ (?:the\ )?)"
_SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "a couple of": 2, "a couple": 2, "couple of": 2, "a few": 3, "few": 3,
    "several": 4, "half a": 0.5,
}  # fmt: skip
_COUNT = (
    r"(?:a\ couple(?:\ of)?|couple\ of|a\ few|few|several|half\ a|an?|one|two|three|four|five|six|seven|eight|nine|ten"
    r"|eleven|twelve|\d{1,3})"
)
_UNITS = r"(?:day|week|month|year|quarter)"
_PERIOD = (
    rf"(?:week(?:end)?|month|year|quarter|night|{_DAYS}|{_MONTHS}|spring|summer|autumn|fall|winter|easter|christmas)"
)
_GRAMMAR = rf"""
    (?P<iso>\d{{4}}-\d{{2}}-\d{{2}})
  | (?:the\ )?(?:(?:{_DAYS}|mon|tue|wed|thu|fri|sat|sun),?\ (?:the\ )?)?
    (?P<d1>{_DAY})(?:{_TO}(?P<to1>{_DAY}))?\ (?:of\ )?(?P<m1>{_MONTHS})(?:,?\ (?P<y1>(?:19|20)\d{{2}})\b)?
  | (?:(?:{_DAYS}),?\ )?(?P<m2>{_MONTHS})\ (?:the\ )?(?P<d2>{_DAY})\b(?!\ ?(?:%|k\b|people|euros?|dollars?))
    (?:{_TO}(?P<to2>{_DAY})\b(?!\ ?(?:%|k\b|people|euros?|dollars?)))?
    (?:,?\ (?P<y2>(?:19|20)\d{{2}})\b)?
  | (?:(?:{_DAYS}|mon|tue|wed|thu|fri|sat|sun),?\ the\ (?P<dom>\d{{1,2}})(?:st|nd|rd|th)\b(?!\ of)
    |the\ (?P<dom>\d{{1,2}})(?:st|nd|rd|th)\b
    (?=\s*(?:[.,;:!?)]|$|and\b|or\b|at\b|so\b|then\b|now\b|instead\b|but\b|to\b|because\b|if\b|is\b|as\b)))
  | (?P<m3>{_MONTHS}),?\ (?:of\ )?(?P<y3>(?:19|20)\d{{2}})\b
  | (?P<q>q[1-4])(?:\ (?:of\ )?(?P<yq>(?:19|20)\d{{2}}))?\b
  | (?P<near>yesterday|today|tomorrow|tonight|this\ (?:morning|afternoon|evening)|last\ night)\b
  | (?P<which>last|next|this|past|coming)\ (?P<period>{_PERIOD})\b
  | (?P<back>{_COUNT})\ (?P<unit>{_UNITS})s?\ (?:ago|back|earlier)\b
  | (?:for|over)\ (?:(?:about|almost|nearly|over|more\ than|the\ (?:last|past)|some)\ )*
    (?P<during>{_COUNT})\ (?P<unit3>{_UNITS})s?\b(?!\ (?:of|ago|from))
  | (?:in|within)\ (?P<ahead>{_COUNT})\ (?P<unit2>{_UNITS})s?\b(?!\ of)
  | (?:the\ )?(?P<season>spring|summer|autumn|winter)(?:\ of)?\ (?P<ys>(?:19|20)\d{{2}})\b
  | (?:the\ )?(?P<part>end|beginning|start|middle|first\ half|second\ half)\ of[ ]
    (?:(?P<pm>{_MONTHS})(?:\ (?P<pmy>(?:19|20)\d{{2}}))?|(?P<py>(?:19|20)\d{{2}})
    |(?P<pw>the|this|last|next)\ (?P<pu>year|month|week))\b
  | (?P<early>early|mid|late)[\ -](?:(?P<em>{_MONTHS})(?:\ (?P<emy>(?:19|20)\d{{2}}))?|(?P<ey>(?:19|20)\d{{2}})
    |(?P<ew>this|last|next)\ (?P<eu>year|month|week))\b
  | (?P<easter>easter|christmas)(?:\ (?P<ye>(?:19|20)\d{{2}}))?\b
  | (?P<weekday>{_DAYS})\b
  | (?P<month>{_MONTHS})
  | (?P<year>(?:19|20)\d{{2}})\b
"""
_TIME = regex.compile(rf"(?<![\w.$€£-])(?:{_GRAMMAR})", regex.IGNORECASE | regex.VERBOSE)
_WHOLE = regex.compile(rf"(?:{_GRAMMAR})", regex.IGNORECASE | regex.VERBOSE)
_OWN = regex.compile(r"\b(?:my|his|her|our|their|your) $", regex.IGNORECASE)  # "in my last year at school"
_BEFORE = regex.compile(
    r"\b(?:(?P<since>since|as of|from|between|starting(?: from| on| in)?|effective|beginning)"
    r"|(?P<until>until|till|up to|through)"
    r"|(?P<by>by)|(?P<in>in|on|at|over|during|back in|around|of|for|last|next|this|to|about|late|early|mid))"
    r"(?: (?:the|about|around|on|in))?\s*$",
    regex.IGNORECASE,
)
_BETWEEN = regex.compile(r"^\s*(?:to|until|till|through|-|–|and)\s+(?:the )?$", regex.IGNORECASE)
_SPOKEN_MONTH = regex.compile(
    r"(?:may|mar|march|sun|sat|mon|fall|spring|dec|jan|sep|oct|nov|apr|jun|jul|aug|feb)\.?", regex.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Span:
    """A time as `[start, end)`, how finely it was said, and the words themselves."""

    start: dt.datetime
    end: dt.datetime
    precision: Precision
    text: str

    @property
    def iso(self) -> str:
        """The time at its precision: 2025, 2025-03 or 2025-03-14."""
        length = {Precision.YEAR: 4, Precision.MONTH: 7}.get(self.precision, 10)
        return self.start.date().isoformat()[:length]


@dataclass(frozen=True, slots=True)
class TimeSpan(Span):
    """A time within a text: where it stands, how it is meant, and its reading as a time to come.

    `how` is since, until, by, in, range, for (it began so long ago), or "" where no preposition says.
    """

    start_char: int
    end_char: int
    how: str
    forward: Span
    is_ahead: bool = False  # "from Monday": most likely the next one


@functools.lru_cache(maxsize=1024)  # a sentence is read once for itself, and again for what comes after it
def times_in(text: str, said_at: dt.datetime) -> tuple[TimeSpan, ...]:
    """The times that a text speaks of, in its order."""
    found: list[TimeSpan] = []
    for match in _TIME.finditer(text):
        before = _BEFORE.search(text[: match.start()])
        how = next((k for k in ("since", "until", "by", "in") if before and before[k]), "")
        how = "for" if match["during"] else "range" if how == "since" and (match["to1"] or match["to2"]) else how
        last = found[-1] if found else None
        goes_on = last is not None and last.how == "since" and _BETWEEN.match(text[last.end_char : match.start()])
        if not (goes_on or _is_meant(match, how)) or (match["which"] and _OWN.search(text[: match.start()])):
            continue
        span, forward = _read(match, said_at, is_future=False), _read(match, said_at, is_future=True)
        if span is None or forward is None:
            continue
        is_onward = before is not None and before["since"] is not None and before["since"].lower() != "since"
        is_nearer = bool(match["weekday"]) or forward.start - said_at <= said_at - span.start
        at = TimeSpan(
            span.start, span.end, span.precision, match[0], match.start(), match.end(), how, forward,
            is_ahead=is_onward and is_nearer,
        )  # fmt: skip
        if last is not None and goes_on:
            start = last.start
            while start > at.start:  # "from March to May 2024"
                start = _add_months(start, -12)
            found[-1] = TimeSpan(
                start, max(at.end, start), last.precision, text[last.start_char : match.end()],
                last.start_char, match.end(), "range", last.forward,
            )  # fmt: skip
            continue
        found.append(at)
    return tuple(found)


def read_time(text: str, said_at: dt.datetime, *, is_future: bool = False) -> Span | None:
    """The time that the words mean when said at `said_at`; None where they mean none that is understood.

    A month or a day without its year lies in the past, unless `is_future`.
    """
    words = text.strip().removesuffix(",")
    match = _WHOLE.fullmatch(words)
    if match is not None:
        span = _read(match, said_at, is_future=is_future)
        return span and Span(span.start, span.end, span.precision, text)
    found = _other(words.lower(), said_at.replace(tzinfo=None), is_future=is_future)
    return _day(found.replace(tzinfo=UTC, hour=0, minute=0, second=0, microsecond=0), text) if found else None


def _is_meant(match: regex.Match[str], how: str) -> bool:
    """Words that are also others ("may", "march", "2019") need a sign that a time is meant."""
    if match["year"]:
        return bool(how)
    if match["month"]:
        word = match["month"]
        return bool(how) or (not _SPOKEN_MONTH.fullmatch(word) and word[:1].isupper())
    return True


def _read(match: regex.Match[str], said_at: dt.datetime, *, is_future: bool) -> Span | None:
    day = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
    g, text = match.groupdict(), match[0]
    try:
        if g["iso"]:
            return _day(dt.datetime.fromisoformat(g["iso"]).replace(tzinfo=UTC), text)
        if g["d1"] or g["d2"]:
            month, number, year = _month(g["m1"] or g["m2"]), _number(g["d1"] or g["d2"]), g["y1"] or g["y2"]
            last = _number(g["to1"] or g["to2"] or g["d1"] or g["d2"])
            if year:
                first = dt.datetime(int(year), month, number, tzinfo=UTC)
            else:
                first = _nearest(lambda y: dt.datetime(y, month, number, tzinfo=UTC), day, is_future=is_future)
            end = max(first, first.replace(day=last)) + dt.timedelta(days=1)
            return replace(_day(first, text), end=end)
        if g["dom"]:
            return _day(_day_of_month(int(g["dom"]), day, is_future=is_future), text)
    except ValueError:  # no such day
        return None
    if g["m3"]:
        return _months(dt.datetime(int(g["y3"]), _month(g["m3"]), 1, tzinfo=UTC), 1, text)
    if g["q"]:
        first = 3 * int(g["q"][1]) - 2
        year = int(g["yq"]) if g["yq"] else day.year
        return _months(dt.datetime(year, first, 1, tzinfo=UTC), 3, text)
    if g["near"]:
        shift = {"yesterday": -1, "tomorrow": 1, "last night": -1}.get(" ".join(g["near"].lower().split()), 0)
        return _day(day + dt.timedelta(days=shift), text)
    if g["which"]:
        step = {"last": -1, "past": -1, "this": 0, "next": 1, "coming": 1}[g["which"].lower()]
        return _period(step, g["period"].lower(), day, text)
    if count := g["back"] or g["ahead"] or g["during"]:
        unit = (g["unit"] or g["unit2"] or g["unit3"]).lower()
        return _shifted(_count(count) * (1 if g["ahead"] else -1), unit, day, text)
    if g["season"]:
        return _season(g["season"].lower(), int(g["ys"]), text)
    if g["part"] or g["early"]:
        return _part(g, day, text, is_future=is_future)
    if g["easter"]:
        year = int(g["ye"]) if g["ye"] else None
        return _holiday(g["easter"].lower(), year, day, text, is_future=is_future)
    if g["weekday"]:
        return _day(_weekday(0, g["weekday"].lower(), day, is_future=is_future, is_bare=True), text)
    if g["month"]:
        month = _month(g["month"])
        start = _nearest(lambda y: dt.datetime(y, month, 1, tzinfo=UTC), day, is_future=is_future, whole_month=True)
        return _months(start, 1, text)
    return _year(int(g["year"]), text)


def _number(day: str) -> int:
    """The 11 of "11th"."""
    return int(regex.sub(r"\D", "", day))


def _month(name: str) -> int:
    return 1 + next(i for i, m in enumerate(_MONTH_NAMES) if m.startswith(name.lower()[:3]))


def _count(words: str) -> float:
    words = " ".join(words.lower().split())
    return _COUNTS[words] if words in _COUNTS else int(words)


def _nearest(
    at: Callable[[int], dt.datetime], day: dt.datetime, *, is_future: bool, whole_month: bool = False
) -> dt.datetime:
    """The occurrence last past (today counts), or the next to come."""
    found = at(day.year)
    if is_future:
        end = _next_month(found) if whole_month else found + dt.timedelta(days=1)
        return found if end > day else at(day.year + 1)
    return found if found <= day else at(day.year - 1)


def _day_of_month(number: int, day: dt.datetime, *, is_future: bool) -> dt.datetime:
    """ "The 14th": of this month, else of the one before or behind it."""
    if is_future:
        return day.replace(day=number) if number >= day.day else _next_month(day).replace(day=number)
    return day.replace(day=number) if number <= day.day else _add_months(day, -1).replace(day=number)


def _day(start: dt.datetime, text: str) -> Span:
    return Span(start, start + dt.timedelta(days=1), Precision.DAY, text)


def _year(year: int, text: str) -> Span:
    return Span(dt.datetime(year, 1, 1, tzinfo=UTC), dt.datetime(year + 1, 1, 1, tzinfo=UTC), Precision.YEAR, text)


def _months(start: dt.datetime, count: int, text: str) -> Span:
    end = start
    for _ in range(count):
        end = _next_month(end)
    return Span(start, end, Precision.MONTH, text)


def _next_month(start: dt.datetime) -> dt.datetime:
    return (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _add_months(day: dt.datetime, count: int) -> dt.datetime:
    months = day.year * 12 + day.month - 1 + count
    return day.replace(year=months // 12, month=months % 12 + 1, day=1)


def _season(name: str, year: int, text: str) -> Span:
    return _months(dt.datetime(year, _SEASONS[name], 1, tzinfo=UTC), 3, text)


def _holiday(name: str, year: int | None, day: dt.datetime, text: str, *, is_future: bool) -> Span:
    def at(y: int) -> dt.datetime:
        found = easter(y) if name == "easter" else dt.date(y, 12, 25)
        return dt.datetime(found.year, found.month, found.day, tzinfo=UTC)

    return _day(at(year) if year else _nearest(at, day, is_future=is_future), text)


def _part(g: dict[str, str | None], day: dt.datetime, text: str, *, is_future: bool) -> Span:
    """ "The end of 2024", "early March": the last or first third of it, at the precision of a month or a day."""
    name, year = g["pm"] or g["em"], g["py"] or g["ey"]
    if name:
        month, said_year = _month(name), g["pmy"] or g["emy"]
        if said_year:
            start = dt.datetime(int(said_year), month, 1, tzinfo=UTC)
        else:
            start = _nearest(lambda y: dt.datetime(y, month, 1, tzinfo=UTC), day, is_future=is_future, whole_month=True)
        end = _next_month(start)
    elif year:
        start, end = dt.datetime(int(year), 1, 1, tzinfo=UTC), dt.datetime(int(year) + 1, 1, 1, tzinfo=UTC)
    else:
        step = {"last": -1, "next": 1}.get((g["pw"] or g["ew"] or "").lower(), 0)
        whole = _period(step, (g["pu"] or g["eu"] or "year").lower(), day, text)
        start, end = whole.start, whole.end
    which = (g["part"] or g["early"] or "").lower()
    third = (end - start) / 3
    if which in ("end", "late", "second half"):
        start = (end - third).replace(hour=0, minute=0, second=0, microsecond=0)
    elif which in ("beginning", "start", "early", "first half"):
        end = (start + third).replace(hour=0, minute=0, second=0, microsecond=0)
    unit = (g["pu"] or g["eu"] or "").lower()
    precision = (
        Precision.YEAR if year or unit == "year" else Precision.MONTH if name or unit == "month" else Precision.DAY
    )
    return Span(start, end, precision, text)


def _weekday(step: int, name: str, day: dt.datetime, *, is_future: bool, is_bare: bool = False) -> dt.datetime:
    wanted = _DAY_NAMES.index(name)
    ahead = (wanted - day.weekday()) % 7
    if step > 0 or (is_bare and is_future):
        return day + dt.timedelta(days=ahead or 7)
    if step == 0 and not is_bare:
        return day + dt.timedelta(days=ahead)
    return day - dt.timedelta(days=(day.weekday() - wanted) % 7 or 7)


def _period(step: int, name: str, day: dt.datetime, text: str) -> Span:
    name = name.rstrip(".")
    if name in _DAY_NAMES:
        return _day(_weekday(step, name, day, is_future=step > 0), text)
    if name in ("easter", "christmas"):
        return _holiday(name, None, day, text, is_future=step >= 0)
    if name == "night":
        return _day(day + dt.timedelta(days=step), text)
    monday = day - dt.timedelta(days=day.weekday())
    if name == "week":
        start = monday + dt.timedelta(weeks=step)
        return Span(start, start + dt.timedelta(weeks=1), Precision.DAY, text)
    if name == "weekend":
        start = monday + dt.timedelta(days=5, weeks=step)
        return Span(start, start + dt.timedelta(days=2), Precision.DAY, text)
    if name == "year":
        return _year(day.year + step, text)
    if name == "quarter":
        first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return _months(_add_months(first, 3 * step), 3, text)
    if name == "month":
        return _months(_add_months(day, step), 1, text)
    if name in _SEASONS:
        span = _season(name, day.year, text)
        if step < 0 and span.end > day:
            span = _season(name, day.year - 1, text)
        if step > 0 and span.start <= day:
            span = _season(name, day.year + 1, text)
        return span
    month = _month(name)
    if step == 0:
        return _months(dt.datetime(day.year, month, 1, tzinfo=UTC), 1, text)
    start = _nearest(lambda y: dt.datetime(y, month, 1, tzinfo=UTC), day, is_future=step > 0, whole_month=True)
    if step < 0 and (start.year, start.month) == (day.year, day.month):
        start = start.replace(year=start.year - 1)
    return _months(start, 1, text)


def _shifted(count: float, unit: str, day: dt.datetime, text: str) -> Span:
    if unit in ("day", "week"):
        return _day(day + dt.timedelta(days=round(count * (7 if unit == "week" else 1))), text)
    if unit == "year" and count == int(count):
        start = _add_months(day, int(count) * 12)
        return Span(start, _next_month(start), Precision.MONTH, text)
    months = round(count * {"month": 1, "quarter": 3, "year": 12}[unit])
    return _months(_add_months(day, months), 1, text)


@functools.lru_cache(maxsize=256)
def _other(words: str, base: dt.datetime, *, is_future: bool) -> dt.datetime | None:
    from dateparser.date import DateDataParser  # a quarter of a second, rarely needed

    parser = DateDataParser(
        languages=["en"],
        settings={
            "RELATIVE_BASE": base,
            "TIMEZONE": "UTC",
            "PREFER_DATES_FROM": "future" if is_future else "past",
            "PREFER_DAY_OF_MONTH": "first",
        },
    )
    return parser.get_date_data(words).date_obj
