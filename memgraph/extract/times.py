"""Reads time expressions relative to when they were said. Never looks at this machine's clock, zone or locale."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import regex
from dateparser.date import DateDataParser

from memgraph.model import UTC, Precision

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = (
    rf"(?i:\d{{4}}-\d{{2}}-\d{{2}}|{_DAY} (?:of )?{_MONTHS}\b,?(?: \d{{4}})?|{_MONTHS} {_DAY}\b,?(?: \d{{4}})?"
    rf"|{_MONTHS} \d{{4}}|yesterday|today|(?:last|next|this) (?:week|month|year|{_DAYS}|{_MONTHS}\b)"
    rf"|(?:a|an|one|two|three|four|five|six|\d+) (?:day|week|month|year)s? ago|(?:19|20)\d{{2}}\b|{_MONTHS}\b)"
)
"""A pattern for the time expressions that are understood, for use inside other patterns."""

_YEAR = regex.compile(r"(?:19|20)\d{2}")
_MONTH_YEAR = regex.compile(rf"{_MONTHS}(?: \d{{4}})?", regex.IGNORECASE)
_WEEKDAY = regex.compile(rf"(?:(last|next|this) )?({_DAYS})", regex.IGNORECASE)
_SPAN = regex.compile(r"(last|next|this) (week|month|year)", regex.IGNORECASE)
_DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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


def read_time(text: str, said_at: dt.datetime, *, is_future: bool = False) -> Span | None:
    """The time that the words mean when said at `said_at`; None where they mean none that is understood.

    A month or a day without its year lies in the past, unless `is_future`.
    """
    words = text.strip().lower().removesuffix(",")
    day = said_at.replace(hour=0, minute=0, second=0, microsecond=0)
    if _YEAR.fullmatch(words):
        return _year(int(words), text)
    if match := _SPAN.fullmatch(words):
        return _relative_span(match[1], match[2], day, text)
    if match := _WEEKDAY.fullmatch(words):
        return _day(_weekday(match[1], match[2], day, is_future=is_future), text)
    parser = DateDataParser(
        languages=["en"],
        settings={
            "RELATIVE_BASE": said_at.replace(tzinfo=None),
            "TIMEZONE": "UTC",
            "PREFER_DATES_FROM": "future" if is_future else "past",
            "PREFER_DAY_OF_MONTH": "first",
        },
    )
    found = parser.get_date_data(words)
    if found.date_obj is None:
        return None
    start = found.date_obj.replace(tzinfo=UTC, hour=0, minute=0, second=0, microsecond=0)
    if _MONTH_YEAR.fullmatch(words.removeprefix("last ").removeprefix("next ").removeprefix("this ")):
        start = start.replace(day=1)
        return Span(start, _next_month(start), Precision.MONTH, text)
    return _day(start, text)


def _day(start: dt.datetime, text: str) -> Span:
    return Span(start, start + dt.timedelta(days=1), Precision.DAY, text)


def _year(year: int, text: str) -> Span:
    return Span(dt.datetime(year, 1, 1, tzinfo=UTC), dt.datetime(year + 1, 1, 1, tzinfo=UTC), Precision.YEAR, text)


def _next_month(start: dt.datetime) -> dt.datetime:
    return (start.replace(day=1) + dt.timedelta(days=32)).replace(day=1)


def _weekday(which: str | None, name: str, day: dt.datetime, *, is_future: bool) -> dt.datetime:
    wanted = _DAY_NAMES.index(name)
    ahead = (wanted - day.weekday()) % 7
    if which == "next" or (which != "last" and is_future):
        return day + dt.timedelta(days=ahead or 7)
    if which == "this":
        return day + dt.timedelta(days=ahead)
    return day - dt.timedelta(days=(day.weekday() - wanted) % 7 or 7)


def _relative_span(which: str, unit: str, day: dt.datetime, text: str) -> Span:
    step = {"last": -1, "this": 0, "next": 1}[which]
    if unit == "week":
        start = day - dt.timedelta(days=day.weekday()) + dt.timedelta(weeks=step)
        return Span(start, start + dt.timedelta(weeks=1), Precision.DAY, text)
    if unit == "year":
        return _year(day.year + step, text)
    months = day.year * 12 + day.month - 1 + step
    start = day.replace(year=months // 12, month=months % 12 + 1, day=1)
    return Span(start, _next_month(start), Precision.MONTH, text)
