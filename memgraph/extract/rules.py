"""Reads facts with rules on a parse: no model, no key. The ways to say a fact are data (`schema/ontology.yaml`).

A sentence is parsed into clauses, a clause is matched against the patterns of every predicate, and what fills
them is named: "I" is the speaker, "she" whoever was named last, "my sister" the speaker's sister until a name is
said. Questions, hypotheticals, wishes and quotations claim nothing; hedges lower the confidence. An episode is read
with the turns just before it, so that a question gives meaning to its answer.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections import OrderedDict
from collections.abc import Mapping, Sequence

import regex

from memgraph.changes import Called, Extraction, Proposal, SameAs
from memgraph.extract import parse
from memgraph.extract.referents import Grammar, Prepared, prepared
from memgraph.extract.sentence import EXTRACTOR, SentenceReader
from memgraph.extract.talk import Heard, Reading, Talk
from memgraph.model import Episode, name_key
from memgraph.ontology import Ontology, core_ontology
from memgraph.ports import TURNS

_REMEMBERED = 512  # parsed episodes kept
_JOKE = regex.compile(r"\b(?:just kidding|kidding|joking|jk|as a joke|pretend)\b|😉|😜", regex.IGNORECASE)


class RuleExtractor:
    """The default extractor. `pipeline` names an installed spaCy pipeline to use instead of the one that ships."""

    is_local = True
    name = EXTRACTOR

    def __init__(self, ontology: Ontology | None = None, pipeline: str = parse.SHIPPED) -> None:
        self._ontology = ontology or core_ontology()
        self._pipeline = pipeline
        self._parsed: OrderedDict[str, list[Prepared]] = OrderedDict()
        self._told: OrderedDict[tuple[str, str, dt.datetime], Talk] = OrderedDict()

    @functools.cached_property
    def _grammar(self) -> Grammar:  # who only asks needs none
        return Grammar(self._ontology)

    async def extract(
        self, episodes: Sequence[Episode], around: Sequence[Episode], known: Sequence[str] = ()
    ) -> Extraction:
        """See `Extractor.extract`."""
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
        sentences = self._sentences([e for window in windows for e in window])
        mentions: list[tuple[str, Called]] = []
        proposals: list[Proposal] = []
        same: list[SameAs] = []
        for *earlier, episode in windows:
            talk = Talk()
            for turn in earlier[:-1]:  # by themselves: what was said before them doesn't matter any more
                talk.absorb(self._alone(turn, sentences))
            for turn in earlier[-1:]:
                self._read(turn, sentences, talk)
            reading = self._read(episode, sentences, talk)
            mentions.extend((episode.id, called) for called in reading.mentions)
            proposals.extend(reading.proposals)
            same.extend(reading.same)
        return Extraction(tuple(mentions), tuple(proposals), tuple(same))

    def _alone(self, episode: Episode, sentences: Mapping[str, list[Prepared]]) -> Talk:
        """What is known after an episode that is read by itself."""
        key = (episode.content, episode.speaker, episode.occurred_at)
        talk = self._told.get(key)
        if talk is None:
            talk = self._told[key] = Talk()
            self._read(episode, sentences, talk)
            while len(self._told) > _REMEMBERED:
                self._told.popitem(last=False)
        return talk

    def _sentences(self, episodes: Sequence[Episode]) -> Mapping[str, list[Prepared]]:
        new = list(dict.fromkeys(e.content for e in episodes if e.content not in self._parsed))
        for text, lines in zip(new, parse.parsed(new, self._pipeline), strict=True):
            self._parsed[text] = [prepared(self._grammar, s) for doc in lines for s in parse.sentences(doc)]
        out = {e.content: self._parsed[e.content] for e in episodes}
        for text in out:
            self._parsed.move_to_end(text)
        while len(self._parsed) > _REMEMBERED:
            self._parsed.popitem(last=False)
        return out

    def _read(self, episode: Episode, sentences: Mapping[str, list[Prepared]], talk: Talk) -> Reading:
        reading = Reading()
        if talk.speaker and talk.speaker != episode.speaker:
            talk.other = talk.speaker
        talk.speaker = episode.speaker
        if not any(h.name == episode.speaker for h in talk.heard):
            talk.heard.insert(0, Heard(episode.speaker, "person", "", episode.speaker))
        talk.persons.add(name_key(episode.speaker))
        talk.named.setdefault(episode.speaker.lower(), episode.speaker)
        reading.mentions[Called(episode.speaker, "person")] = None
        is_joke = bool(_JOKE.search(episode.content))
        question, talk.question = talk.question, None
        for place, sentence in enumerate(sentences[episode.content]):
            reader = SentenceReader(self._grammar, episode, sentence, talk, reading)
            if place == 0 and question is not None and question.by != episode.speaker:
                reader.answer(question)
            reader.read(is_joke=is_joke)
        return reading
