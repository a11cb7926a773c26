"""Reads facts with rules on a parse: no model, no key. The ways to say a fact are data (`schema/ontology.yaml`).

A sentence is parsed into clauses, a clause is matched against the patterns of every predicate, and what fills
them is named: "I" is the speaker, "she" whoever was named last, "my sister" the speaker's sister until a name is
said. Questions, hypotheticals, wishes and quotations claim nothing; hedges lower the confidence. An episode is read
with the turns just before it, so that a question gives meaning to its answer.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Sequence

import anyio
import regex
from anyio import to_thread

from memgraph.changes import Called, Extraction, Proposal, SameAs
from memgraph.errors import ExtractionFailed
from memgraph.extract import parse
from memgraph.extract.claims import EXTRACTOR
from memgraph.extract.helper import Helper
from memgraph.extract.referents import Grammar, Prepared, employer_of, prepared
from memgraph.extract.sentence import SentenceReader
from memgraph.extract.talk import Heard, Reading, Talk
from memgraph.model import Episode, Polarity, name_key
from memgraph.ontology import Ontology, core_ontology
from memgraph.ports import TURNS

_WORTH_SHARING = 16  # turns
_log = logging.getLogger(__name__)
_REMEMBERED = 512  # parsed episodes kept
_JOKE = regex.compile(r"\b(?:just kidding|kidding|joking|jk|as a joke|pretend)\b|😉|😜", regex.IGNORECASE)


class RuleExtractor:
    """The default extractor. `pipeline` names an installed spaCy pipeline to use instead of the one that ships."""

    is_local = True
    name = EXTRACTOR

    def __init__(self, ontology: Ontology | None = None, pipeline: str = parse.SHIPPED, *, processes: int = 1) -> None:
        """With `processes` above 1, that many share the reading of 16 turns or more."""
        self._ontology = ontology or core_ontology()
        self._pipeline = pipeline
        self._helpers = [Helper(self._ontology, pipeline) for _ in range(processes - 1)]
        self._lock = threading.Lock()
        self._parsed: OrderedDict[str, list[Prepared]] = OrderedDict()
        self._told: OrderedDict[tuple[str, str, dt.datetime], Talk] = OrderedDict()

    @functools.cached_property
    def _grammar(self) -> Grammar:  # who only asks needs none
        return Grammar(self._ontology)

    async def extract(
        self, episodes: Sequence[Episode], around: Sequence[Episode], known: Sequence[str] = ()
    ) -> Extraction:
        """See `Extractor.extract`. It works in a thread of its own, one call at a time, or in several processes."""
        del known  # names are known as the conversation goes; what is stored must not depend on other conversations
        turns: dict[str, list[Episode]] = {}
        for episode in sorted([*around, *episodes], key=lambda e: e.occurred_at):
            turns.setdefault(episode.scope.session_id, []).append(episode)
        asked = {e.id for e in episodes}
        windows = [
            said[max(0, place - TURNS) : place + 1]
            for said in turns.values()
            for place, episode in enumerate(said)
            if episode.id in asked
        ]
        if not self._helpers or len(windows) < _WORTH_SHARING:
            return await to_thread.run_sync(self.read, windows)
        own, *others = shared(windows, len(self._helpers) + 1)
        found: dict[int, Extraction] = {}

        async def answered(place: int, helper: Helper, part: Sequence[list[Episode]]) -> None:
            try:
                found[place] = await to_thread.run_sync(helper.extract, part)
            except ExtractionFailed as error:
                _log.warning("%s; its part is read here", error)
                found[place] = await to_thread.run_sync(self.read, part)

        async with anyio.create_task_group() as group:
            for place, pair in enumerate(zip(self._helpers, others, strict=True), 1):
                group.start_soon(answered, place, *pair)
            found[0] = await to_thread.run_sync(self.read, own)
        parts = [found[place] for place in sorted(found)]
        return Extraction(
            tuple(itertools.chain.from_iterable(f.mentions for f in parts)),
            tuple(itertools.chain.from_iterable(f.proposals for f in parts)),
            tuple(itertools.chain.from_iterable(f.same for f in parts)),
        )

    def read(self, windows: Sequence[Sequence[Episode]]) -> Extraction:
        """What the last turn of each window says, in the light of those before it; in the calling thread."""
        mentions: list[tuple[str, Called]] = []
        proposals: list[Proposal] = []
        same: list[SameAs] = []
        with self._lock:
            self._take_apart([e.content for window in windows for e in window])
            for *earlier, episode in windows:
                talk = Talk()
                for turn in earlier[:-1]:  # by themselves: what was said before them doesn't matter any more
                    talk.absorb(self._alone(turn))
                    talk.before = turn.id
                for turn in earlier[-1:]:
                    self._read(turn, talk)
                    talk.before = turn.id
                reading = self._read(episode, talk)
                mentions.extend((episode.id, called) for called in reading.mentions)
                proposals.extend(reading.proposals)
                same.extend(reading.same)
            for remembered in (self._parsed, self._told):
                while len(remembered) > _REMEMBERED:
                    remembered.popitem(last=False)
        return Extraction(tuple(mentions), tuple(proposals), tuple(same))

    def _alone(self, episode: Episode) -> Talk:
        """What is known after an episode that is read by itself."""
        key = (episode.content, episode.speaker, episode.occurred_at)
        talk = self._told.get(key)
        if talk is None:
            talk = self._told[key] = Talk()
            self._read(episode, talk)
        return talk

    def _take_apart(self, texts: Sequence[str]) -> None:
        """Parse the texts that are not remembered."""
        for text in texts:
            if text in self._parsed:
                self._parsed.move_to_end(text)
        new = list(dict.fromkeys(t for t in texts if t not in self._parsed))
        for text, lines in zip(new, parse.parsed(new, self._pipeline), strict=True):
            self._parsed[text] = [prepared(self._grammar, s) for line in lines for s in line.sentences]

    def _read(self, episode: Episode, talk: Talk) -> Reading:
        reading = Reading()
        if talk.speaker and talk.speaker != episode.speaker:
            talk.other = talk.speaker
        talk.speaker = episode.speaker
        if not any(h.name == episode.speaker for h in talk.heard):
            talk.heard.insert(0, Heard(episode.speaker, "person", "", episode.speaker))
        talk.persons.add(name_key(episode.speaker))
        talk.named.setdefault(episode.speaker.lower(), episode.speaker)
        reading.mentions[Called(episode.speaker, "person")] = None
        told_of = {told.about for told in self._parsed[episode.content]}
        talk.at_work |= "business" in told_of and "household" not in told_of
        is_joke = bool(_JOKE.search(episode.content))
        question, talk.question = talk.question, None
        if question is not None and question.by == episode.speaker:
            question = None
        talk.answering, talk.going_on = question, ""
        for place, sentence in enumerate(self._parsed[episode.content]):
            reader = SentenceReader(self._grammar, episode, sentence, talk, reading)
            if question is not None and (place == 0 or reader.goes_on):
                reader.answer(question)
            elif question is not None:
                reader.stand_too(question)
            reader.read(is_joke=is_joke)
        for told in reading.proposals:
            is_now = (told.valid_from or episode.occurred_at) <= episode.occurred_at and told.valid_to is None
            is_job = told.predicate == "works_at" and told.polarity is Polarity.HOLDS and is_now
            if is_job and told.subject.text == episode.speaker and isinstance(told.object, Called):
                reading.same[SameAs(episode.id, employer_of(episode.speaker), told.object)] = None
        return reading


def shared(windows: Sequence[list[Episode]], parts: int) -> list[Sequence[list[Episode]]]:
    """The windows cut into parts that take equally long: each but the first reads the turns before it as well."""
    first = (len(windows) + TURNS * (parts - 1)) // parts
    rest = len(windows) - first
    cuts = [0, *(first + rest * n // (parts - 1) for n in range(parts))]
    return [windows[a:b] for a, b in itertools.pairwise(cuts)]
