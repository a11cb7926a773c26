"""Reads facts with a language model, from any endpoint that speaks OpenAI's protocol.

The model only proposes: a fact counts where its quote stands in the message that it names, and its names in the
conversation. At most one call is made for a batch of turns. What an endpoint can do (structured outputs, tools, plain
JSON) is found out once. A reply that is cut off or malformed is read as far as it goes well, or its batch is halved;
what still fails is left to the rules, reported in `Extraction.failed`, and read again later.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar
from typing import Literal as OneOf

import anyio
import regex
from openai import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    AsyncOpenAI,
    BadRequestError,
    InternalServerError,
    NotFoundError,
    OpenAIError,
    RateLimitError,
    UnprocessableEntityError,
)
from openai.types.chat import ChatCompletion
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from memgraph.changes import Called, Extraction, Proposal, SameAs, Usage
from memgraph.errors import BadInput, ExtractionFailed
from memgraph.extract.rules import RuleExtractor
from memgraph.extract.values import read_literal
from memgraph.model import UTC, Episode, Mode, Polarity, Precision, name_key
from memgraph.ontology import ENTITY_KINDS, Ontology, core_ontology

_M = TypeVar("_M", bound=BaseModel)
_PROMPT = Path(__file__).parent / "prompts" / "extract.md"
_TOKEN_CHARS = 4  # characters in a token of English, about
_LONGEST_WAIT_S = 60.0
_TRANSIENT = (RateLimitError, APITimeoutError, APIConnectionError, InternalServerError)
_CANNOT = (BadRequestError, NotFoundError, UnprocessableEntityError)


class ReadFact(BaseModel):
    """A fact as the model writes it down."""

    model_config = ConfigDict(extra="ignore")

    message: int
    subject: str = Field(min_length=1, max_length=200)
    subject_kind: OneOf["person", "organization", "place", "event", "thing"]
    predicate: str = Field(min_length=1, max_length=64)
    qualifier: str | None
    object: str = Field(min_length=1, max_length=500)
    polarity: OneOf["holds", "ends", "denies"]
    mode: OneOf["statement", "change", "correction"]
    valid_from: str | None
    valid_to: str | None
    confidence: float = Field(ge=0, le=1)
    quote: str = Field(min_length=1)


class ReadSame(BaseModel):
    """Two names of one entity."""

    model_config = ConfigDict(extra="ignore")

    message: int
    a: str = Field(min_length=1, max_length=200)
    b: str = Field(min_length=1, max_length=200)


class _Rows(BaseModel):
    facts: list[Any] = Field(default_factory=list[Any])
    same: list[Any] | None = None


class Reply(BaseModel):
    """All that the model read in a batch."""

    facts: list[ReadFact]
    same: list[ReadSame]


class _Way(enum.IntEnum):
    """How an answer in a given form is asked for, from the strictest."""

    STRUCTURED = 0
    TOOLS = 1
    JSON = 2


class _Unreadable(Exception):
    """A reply that was cut off, or is no JSON."""


@dataclass(slots=True)
class _Tally:
    """What one `extract` came to."""

    readings: dict[str, tuple[list[Proposal], list[SameAs]]] = field(
        default_factory=dict[str, tuple[list[Proposal], list[SameAs]]]
    )
    failed: dict[str, str] = field(default_factory=dict[str, str])
    calls: int = 0
    sent: int = 0
    received: int = 0


class LLMExtractor:
    """Extracts with a model. `rules` propose candidates and stand in for what the model could not read."""

    is_local = False
    name = "llm"

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        ontology: Ontology | None = None,
        rules: RuleExtractor | None = None,
        batch_turns: int = 40,
        batch_tokens: int = 6000,
        concurrency: int = 4,
        timeout_s: float = 60.0,
        max_attempts: int = 5,
        price: tuple[float, float] | None = None,
    ) -> None:
        """Key and URL default to OPENAI_API_KEY and OPENAI_BASE_URL.

        A batch holds at most `batch_turns` messages of about `batch_tokens` tokens. `price` is what a million tokens
        cost, sent and received, for the cost in the result of `add`.
        """
        if batch_turns < 1 or batch_tokens < 1 or concurrency < 1 or max_attempts < 1:
            raise BadInput("batch_turns, batch_tokens, concurrency and max_attempts must be at least 1")
        self.model = model
        self._ontology = ontology or core_ontology()
        self._rules = rules or RuleExtractor(self._ontology)
        self._base_url, self._api_key, self._timeout_s = base_url, api_key, timeout_s
        self._batch_turns, self._batch_tokens = batch_turns, batch_tokens
        self._concurrency, self._max_attempts, self._price = concurrency, max_attempts, price
        self._way = _Way.STRUCTURED

    async def extract(
        self, episodes: Sequence[Episode], around: Sequence[Episode], known: Sequence[str] = ()
    ) -> Extraction:
        """See `Extractor.extract`; all of `around` is told as said before.

        Only raises where nothing at all can be asked (no key, say).
        """
        tally = _Tally()
        candidates = await self._rules.extract(episodes, around)
        limiter = anyio.CapacityLimiter(self._concurrency)
        try:
            client = AsyncOpenAI(base_url=self._base_url, api_key=self._api_key, timeout=self._timeout_s, max_retries=0)
        except OpenAIError as error:
            raise ExtractionFailed(f"{self.model} can't be asked: {error}") from error
        async with client:
            batches = self._batches(episodes)
            if self._way is _Way.STRUCTURED and len(batches) > 1:  # what it can do is found out once
                await self._read(client, batches[0], around, known, candidates, tally, limiter)
                batches = batches[1:]
            async with anyio.create_task_group() as group:
                for batch in batches:
                    group.start_soon(self._read, client, batch, around, known, candidates, tally, limiter)
        return self._finished(episodes, candidates, tally)

    def _batches(self, episodes: Sequence[Episode]) -> list[list[Episode]]:
        batches: list[list[Episode]] = [[]]
        size = 0
        for episode in episodes:
            cost = len(episode.content) // _TOKEN_CHARS + 12
            if batches[-1] and (len(batches[-1]) >= self._batch_turns or size + cost > self._batch_tokens):
                batches.append([])
                size = 0
            batches[-1].append(episode)
            size += cost
        return batches if batches[0] else []

    def _finished(self, episodes: Sequence[Episode], candidates: Extraction, tally: _Tally) -> Extraction:
        proposals: list[Proposal] = []
        same: list[SameAs] = []
        for episode in episodes:
            if episode.id in tally.readings:
                proposals.extend(tally.readings[episode.id][0])
                same.extend(tally.readings[episode.id][1])
            else:  # the rules stand in
                proposals.extend(p for p in candidates.proposals if p.episode == episode.id)
                same.extend(s for s in candidates.same if s.episode == episode.id)
        cost = None
        if self._price is not None:
            cost = (tally.sent * self._price[0] + tally.received * self._price[1]) / 1_000_000
        return Extraction(
            candidates.mentions,
            tuple(proposals),
            tuple(same),
            failed=tuple(tally.failed.items()),
            usage=Usage(tally.calls, tally.sent, tally.received, cost),
        )

    async def _read(
        self,
        client: AsyncOpenAI,
        batch: Sequence[Episode],
        before: Sequence[Episode],
        known: Sequence[str],
        candidates: Extraction,
        tally: _Tally,
        limiter: anyio.CapacityLimiter,
    ) -> None:
        try:
            async with limiter:
                reply = await self._ask(client, self._prompt(batch, before, known, candidates), tally)
        except _Unreadable as error:
            if len(batch) > 1:
                half = len(batch) // 2
                for part in (batch[:half], batch[half:]):
                    await self._read(client, part, before, known, candidates, tally, limiter)
                return
            tally.failed[batch[0].id] = f"{self.model} sent a reply that can't be read: {error}"
        except OpenAIError as error:
            reason = f"{self.model} could not be asked: {_reason(error)}"
            tally.failed.update((episode.id, reason) for episode in batch)
        else:
            self._take(reply, batch, before, known, tally)

    # -- asking

    def _prompt(
        self, batch: Sequence[Episode], before: Sequence[Episode], known: Sequence[str], candidates: Extraction
    ) -> list[dict[str, str]]:
        system = _prompt_file().replace("{predicates}", _predicates(self._ontology))
        parts: list[str] = []
        if known:
            parts.append("Known names: " + ", ".join(known))
        if before:
            parts.append("Before:\n" + "\n".join(f"{e.speaker}: {e.content}" for e in before))
        number = {e.id: n for n, e in enumerate(batch, 1)}
        parts.append(
            "Messages:\n"
            + "\n".join(f"[{number[e.id]}] ({e.occurred_at:%Y-%m-%d %a}) {e.speaker}: {e.content}" for e in batch)
        )
        proposed = [p for p in candidates.proposals if p.episode in number and p.object is not None]
        if proposed:
            parts.append(
                "Proposed by rules, which may be wrong or miss some:\n"
                + "\n".join(
                    f"[{number[p.episode]}] {p.subject.text} | {p.predicate} | {p.object.text} | {p.polarity}"
                    for p in proposed
                    if p.object is not None
                )
            )
        return [{"role": "system", "content": system}, {"role": "user", "content": "\n\n".join(parts)}]

    async def _ask(self, client: AsyncOpenAI, messages: list[dict[str, str]], tally: _Tally) -> Reply:
        while True:
            way = self._way
            try:
                return await self._asked(client, messages, way, tally)
            except _CANNOT as error:
                if way is _Way.JSON or not _is_about_form(error):
                    raise
                self._way = max(self._way, _Way(way + 1))

    async def _asked(self, client: AsyncOpenAI, messages: list[dict[str, str]], way: _Way, tally: _Tally) -> Reply:
        options: dict[str, Any] = {}
        schema = reply_schema()
        if way is _Way.STRUCTURED:
            options["response_format"] = {
                "type": "json_schema",
                "json_schema": {"name": "facts", "strict": True, "schema": schema},
            }
        elif way is _Way.TOOLS:
            tool = {"name": "remember", "description": "Write down the facts", "parameters": schema}
            options["tools"] = [{"type": "function", "function": tool}]
            options["tool_choice"] = {"type": "function", "function": {"name": "remember"}}
        else:
            form = f"Answer with JSON only, of this schema:\n{json.dumps(schema)}"
            messages = [*messages, {"role": "system", "content": form}]
        async for attempt in AsyncRetrying(
            retry=retry_if_exception_type(_TRANSIENT),
            stop=stop_after_attempt(self._max_attempts),
            wait=_wait,
            sleep=anyio.sleep,
            reraise=True,
        ):
            with attempt:
                tally.calls += 1
                asked = {"model": self.model, "messages": messages, "temperature": 0, **options}
                answer = await client.post("/chat/completions", cast_to=ChatCompletion, body=asked)
                if answer.usage is not None:
                    tally.sent += answer.usage.prompt_tokens
                    tally.received += answer.usage.completion_tokens
                if not answer.choices:
                    raise _Unreadable("it has no choices")
                choice = answer.choices[0]
                text = choice.message.content or ""
                for call in choice.message.tool_calls or ():
                    if call.type == "function":
                        text = call.function.arguments
                if choice.finish_reason == "length":
                    raise _Unreadable("it was cut off")
                return read_reply(text)
        raise AssertionError("tenacity returns or raises")

    # -- believing

    def _take(
        self, reply: Reply, batch: Sequence[Episode], before: Sequence[Episode], known: Sequence[str], tally: _Tally
    ) -> None:
        """Keep what stands in the conversation."""
        heard_by: list[str] = []  # all that was said up to and with each message
        told = _folded(" ".join([*(f"{e.speaker} {e.content}" for e in before), *known]))
        for episode in batch:
            told = f"{told} {_folded(f'{episode.speaker} {episode.content}')}"
            heard_by.append(told)
            tally.readings[episode.id] = ([], [])
        for fact in reply.facts:
            if not 1 <= fact.message <= len(batch):
                continue
            episode, heard = batch[fact.message - 1], heard_by[fact.message - 1]
            if _folded(fact.quote) not in _folded(episode.content) or _folded(fact.subject) not in heard:
                continue
            proposal = self._proposal(fact, episode, heard)
            if proposal is not None:
                tally.readings[episode.id][0].append(proposal)
        for pair in reply.same:
            if 1 <= pair.message <= len(batch) and name_key(pair.a) != name_key(pair.b):
                episode, heard = batch[pair.message - 1], heard_by[pair.message - 1]
                if _folded(pair.a) in heard and _folded(pair.b) in heard:
                    kind = "person" if name_key(pair.a) == name_key(episode.speaker) else "thing"
                    same = SameAs(episode.id, Called(pair.a, kind), Called(pair.b, kind))
                    tally.readings[episode.id][1].append(same)

    def _proposal(self, fact: ReadFact, episode: Episode, heard: str) -> Proposal | None:
        try:
            predicate, qualifier = self._ontology.split(fact.predicate)
            since, until = _moment(fact.valid_from), _moment(fact.valid_to)
        except ValueError:  # no predicate, or no date (`BadInput` is one)
            return None
        declared = self._ontology[predicate]
        is_declared = predicate in self._ontology.predicates
        if is_declared and not declared.takes_entity:
            thing = read_literal(declared.object, fact.object, episode.occurred_at)
            if thing is None or not (_folded(fact.object) in heard or declared.object != "text"):
                return None
        elif _folded(fact.object) not in heard:
            return None
        else:
            thing = Called(fact.object, declared.object if is_declared else "thing")
        if until is not None and until <= (since or episode.occurred_at):
            return None
        kind = declared.subject if is_declared else fact.subject_kind
        return Proposal(
            episode=episode.id,
            subject=Called(fact.subject, kind if kind in ENTITY_KINDS else "thing"),
            predicate=predicate,
            object=thing,
            qualifier=fact.qualifier or qualifier or "",
            polarity=Polarity(fact.polarity),
            mode=Mode(fact.mode),
            valid_from=since,
            valid_to=until,
            precision=Precision.DAY if since else Precision.INSTANT,
            confidence=round(min(fact.confidence, 0.95), 4),
            extractor=self.name,
            text=fact.quote,
        )


@lru_cache(maxsize=1)
def reply_schema() -> dict[str, Any]:
    """The JSON schema of a reply, in the strict form that structured outputs take: every field required, no other."""
    fact = ReadFact.model_json_schema()
    same = ReadSame.model_json_schema()
    for part in (fact, same):
        for value in part["properties"].values():
            for limit in ("title", "minLength", "maxLength", "minimum", "maximum", "default"):
                value.pop(limit, None)
        part.pop("title", None)
        part.pop("description", None)
        part["additionalProperties"] = False
        part["required"] = list(part["properties"])
    return {
        "type": "object",
        "properties": {"facts": {"type": "array", "items": fact}, "same": {"type": "array", "items": same}},
        "required": ["facts", "same"],
        "additionalProperties": False,
    }


def read_reply(text: str) -> Reply:
    """A reply out of its text: bare, fenced, or with words around it; facts of the wrong form are left out."""
    begin, end = text.find("{"), text.rfind("}")
    if begin < 0 or end < begin:
        raise _Unreadable(f"it holds no JSON: {text[:80]!r}")
    raw = regex.sub(r",\s*([}\]])", r"\1", text[begin : end + 1])
    try:
        found = json.loads(raw)
    except json.JSONDecodeError as error:
        raise _Unreadable(str(error)) from error
    try:
        rows = _Rows.model_validate(found)
    except ValidationError as error:
        raise _Unreadable("it isn't of the form asked for") from error
    return Reply(facts=_valid(ReadFact, rows.facts), same=_valid(ReadSame, rows.same or []))


def _valid(model: type[_M], items: Sequence[Any]) -> list[_M]:
    out: list[_M] = []
    for item in items:
        try:
            out.append(model.model_validate(item))
        except ValidationError:
            continue  # one bad fact is no reason to lose the others
    return out


def _predicates(ontology: Ontology) -> str:
    return "\n".join(
        f"- {name}: {p.subject} -> {p.object}{', one' if p.one else ''}{', with a qualifier' if p.qualified else ''}"
        for name, p in ontology.predicates.items()
    )


@lru_cache(maxsize=1)
def _prompt_file() -> str:
    return _PROMPT.read_text(encoding="utf-8")


def _folded(text: str) -> str:
    return regex.sub(r"[^\p{L}\p{N}]+", " ", name_key(text)).strip()


def _moment(text: str | None) -> dt.datetime | None:
    """A time as the model gives it ("2025", "2025-03", "2025-03-01T10:00"), in UTC. `ValueError` where it is none."""
    if not text:
        return None
    match = regex.fullmatch(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text.strip())
    if match is not None:
        return dt.datetime(int(match[1]), int(match[2] or 1), int(match[3] or 1), tzinfo=UTC)
    read = dt.datetime.fromisoformat(text.strip())
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def _is_about_form(error: APIStatusError) -> bool:
    """Whether an endpoint refuses the form that the answer was asked in, and not the question."""
    words = str(error).lower()
    return any(w in words for w in ("response_format", "json_schema", "schema", "tool", "not supported", "unsupported"))


def _reason(error: OpenAIError) -> str:
    return f"{type(error).__name__}: {error}"[:300]


def _wait(state: RetryCallState) -> float:
    """As long as the endpoint asks for; else twice as long each time, with jitter."""
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, APIStatusError):
        asked = error.response.headers.get("retry-after", "")
        if regex.fullmatch(r"\d+(?:\.\d+)?", asked):
            return min(float(asked), _LONGEST_WAIT_S)
    return min(0.5 * 2 ** (state.attempt_number - 1), _LONGEST_WAIT_S) * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
