"""Rules read what is said, and not what is asked, wished, quoted or supposed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from memgraph.changes import Called, Extraction, Literal
from memgraph.extract.parse import lines_of
from memgraph.extract.rules import RuleExtractor, shared
from memgraph.extract.values import read_amount
from memgraph.model import UTC, Episode, Mode, Polarity, Precision, Scope
from memgraph.ontology import core_ontology
from memgraph.times import read_time, times_in

MONDAY = dt.datetime(2025, 3, 10, 15, 30, tzinfo=UTC)
pytestmark = pytest.mark.anyio


def heard(n: int, text: str, by: str = "Ana Lima", at: dt.datetime = MONDAY) -> Episode:
    return Episode(
        id=f"ep_{n}",
        scope=Scope(user="u"),
        speaker=by,
        role="user",
        content=text,
        occurred_at=at,
        recorded_at=MONDAY,
        place=n,
    )


async def read(*texts: str, by: str = "Ana Lima") -> Extraction:
    return await RuleExtractor().extract([heard(n, t, by) for n, t in enumerate(texts)], ())


def said(extraction: Extraction) -> set[tuple[str, str, str]]:
    out = set()
    for p in extraction.proposals:
        assert p.object is not None
        out.add((p.subject.text, p.predicate, p.object.text if isinstance(p.object, Called) else p.object.value))
    return out


def said_of(extraction: Extraction, predicate: str) -> set[tuple[str, str, str]]:
    told = tuple(p for p in extraction.proposals if p.predicate == predicate)
    return said(Extraction((), told))


EXAMPLES = {name: p.example for name, p in core_ontology().predicates.items() if p.example is not None}
WAYS = [
    tuple(part.strip() for part in line.split("|"))
    for line in (Path(__file__).parent.parent / "stories" / "ways_to_say_it.txt").read_text().splitlines()
    if not line.startswith("#")
]


def test_every_predicate_has_an_example() -> None:
    assert set(EXAMPLES) == set(core_ontology().predicates)


@pytest.mark.parametrize("predicate", sorted(EXAMPLES))
async def test_each_predicate_is_read_from_its_example(predicate: str) -> None:
    example = EXAMPLES[predicate]
    assert (example.subject, predicate, example.object) in said(await read(example.text))


@pytest.mark.parametrize(("text", "subject", "predicate", "thing"), WAYS, ids=[w[0] for w in WAYS])
async def test_ways_to_say_it(text: str, subject: str, predicate: str, thing: str) -> None:
    assert (subject, predicate, thing) in said(await read(text))


async def test_what_was_so_until_then_holds_for_a_while_before_and_ends_then() -> None:
    was, over = (p for p in (await read("Ken Abe lived in Graz until 2023.")).proposals if p.predicate == "lives_in")
    assert (was.polarity, was.valid_from, was.valid_to) == (Polarity.HOLDS, day(2022), day(2023))
    assert (over.polarity, over.valid_from, over.valid_to) == (Polarity.ENDS, day(2023), None)


async def test_what_will_be_so_holds_from_then() -> None:
    (move,) = (p for p in (await read("I will move to Graz in August.")).proposals if p.predicate == "lives_in")
    assert move.valid_from == dt.datetime(2025, 8, 1, tzinfo=UTC)
    (home,) = (await read("Ken Abe moved in with me on Saturday, so he lives in Graz now.")).proposals
    assert home.valid_from == dt.datetime(2025, 3, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("I'm leaving Contoso Foods on 1 August.", "2025-08-01"),
        ("Tom leaves Contoso Foods in July.", "2025-07-01"),
        ("I left Contoso Foods in July.", "2024-07-01"),
        ("I stopped working at Contoso Foods on 1 February.", "2025-02-01"),
    ],
)
async def test_what_is_about_to_end_ends_then(text: str, start: str) -> None:
    (over,) = [p for p in (await read(text)).proposals if p.predicate == "works_at"]
    assert (over.polarity, str(over.valid_from)[:10]) == (Polarity.ENDS, start)


@pytest.mark.parametrize(
    ("told", "question", "answer", "start"),
    [
        ("I've started at Contoso.", "When did you start?", "On 3 March.", "2025-03-03"),
        ("I moved to Graz.", "Oh, when?", "In May 2023.", "2023-05-01"),
        ("I live in Graz.", "Since when?", "Since May 2023.", "2023-05-01"),
        ("I moved to Graz.", "When did you buy the car?", "In May 2023.", None),
        ("I moved to Graz.", "Since when does Tom speak Thai?", "Thai? No idea.", None),
    ],
)
async def test_when_it_began_is_asked(told: str, question: str, answer: str, start: str | None) -> None:
    found = (await talk(("Ana Lima", told), ("Ben", question), ("Ana Lima", answer))).proposals
    assert [str(p.valid_from)[:10] for p in found if p.valid_from] == ([start] if start else [])


async def test_a_marriage_ends_with_whom_it_was_told_of() -> None:
    found = (await read("My husband is Tom. He passed away on 2 March.")).proposals
    over = [p for p in found if p.predicate == "married_to" and p.polarity is Polarity.ENDS]
    assert {(p.subject.text, str(p.valid_from)[:10]) for p in over} == {
        ("Ana Lima", "2025-03-02"),
        ("Tom", "2025-03-02"),
    }


async def test_since_when_asks_for_what_the_turn_before_told() -> None:
    turns = [("Ana Lima", "I live in Graz."), ("Ana Lima", "We saw it all!"), ("Ben", "Since when?")]
    found = (await talk(*turns, ("Ana Lima", "Since May 2023."))).proposals
    assert [p.valid_from for p in found] == [None]


async def test_a_slip_within_a_change_corrects_nothing_earlier() -> None:
    (now,) = (await read("The budget of Contoso is now $180k, sorry, $185k.")).proposals
    assert (now.object, now.mode) == (Literal("$185k", "185000 USD"), Mode.CHANGE)
    (then,) = (await read("Sorry, the budget of Contoso is $185k.")).proposals
    assert then.mode is Mode.CORRECTION


@pytest.mark.parametrize(
    ("text", "predicate", "thing", "polarity"),
    [
        ("I got rid of my old laptop.", "owns", "old laptop", Polarity.ENDS),
        ("We had to put Rex down.", "has_pet", "Rex", Polarity.ENDS),
        ("Rex had to be put to sleep.", "has_pet", "Rex", Polarity.ENDS),
        ("Our cat Miso died in January.", "has_pet", "Miso", Polarity.ENDS),
        ("The eczema cleared up.", "has_condition", "eczema", Polarity.ENDS),
        ("No more migraines since I moved.", "has_condition", "migraines", Polarity.ENDS),
        ("The doctor says it's not asthma after all, it's bronchitis.", "has_condition", "asthma", Polarity.DENIES),
        ("I have rosacea, not lupus.", "has_condition", "lupus", Polarity.DENIES),
        ("I finished the course of antibiotics.", "takes_medication", "antibiotics", Polarity.ENDS),
        ("My wife Ann passed away in 2020.", "married_to", "Ann", Polarity.ENDS),
        ("Ken Abe stepped down as director.", "job_title", "director", Polarity.ENDS),
        ("I'm not at Contoso any more.", "works_at", "Contoso", Polarity.ENDS),
        ("I divorced Tom in 2019 and married Luis in 2021.", "married_to", "Tom", Polarity.ENDS),
        ("No more prednisone since Friday!", "takes_medication", "prednisone", Polarity.ENDS),
        ("Tom's mail hq3@mail.example bounces.", "email", "hq3@mail.example", Polarity.ENDS),
        ("I tore my hamstring, it's healed.", "has_condition", "torn hamstring", Polarity.ENDS),
        ("They changed the warfarin to apixaban.", "takes_medication", "warfarin", Polarity.ENDS),
        ("My doctor stopped the ramipril.", "takes_medication", "ramipril", Polarity.ENDS),
        ("My blood pressure is normal again.", "has_condition", "high blood pressure", Polarity.ENDS),
        ("My boss, Tom, left in November.", "reports_to", "Tom", Polarity.ENDS),
        ("My marriage to Erik is over.", "married_to", "Erik", Polarity.ENDS),
        ("Erik and I parted ways.", "partner_of", "Erik", Polarity.ENDS),
        ("I outgrew my egg allergy.", "allergic_to", "egg", Polarity.ENDS),
    ],
)
async def test_ways_to_say_that_it_is_over(text: str, predicate: str, thing: str, polarity: Polarity) -> None:
    told = [p for p in (await read(text)).proposals if p.predicate == predicate and p.object is not None]
    assert [p.polarity for p in told if p.object is not None and p.object.text.lower() == thing.lower()] == [polarity]


async def test_until_this_month_it_was_so_and_is_no_more() -> None:
    was, over = [
        p for p in (await read("Ken Abe reported to Gita until March.")).proposals if p.predicate == "reports_to"
    ]
    assert (was.polarity, was.valid_to) == (Polarity.HOLDS, dt.datetime(2025, 3, 1, tzinfo=UTC))
    assert (over.polarity, over.valid_from) == (Polarity.ENDS, dt.datetime(2025, 3, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    "text",
    [
        "Ken Abe has left the company.",
        "Ken Abe's last day was yesterday.",
        "Ken Abe got fired.",
        "Ken Abe got laid off.",
    ],
)
async def test_a_job_ends_though_the_firm_is_not_named(text: str) -> None:
    (over,) = (await read(text)).proposals
    assert (over.subject.text, over.predicate, over.object, over.polarity) == (
        "Ken Abe",
        "works_at",
        None,
        Polarity.ENDS,
    )


async def test_who_is_out_of_the_race_is_looked_at_no_more() -> None:
    found = await read("We at Contoso are also looking at Fabrikam.", "Fabrikam is out, they couldn't deliver.")
    told = [(p.subject.text, p.object, p.polarity) for p in found.proposals if p.predicate == "evaluating"]
    fabrikam = Called("Fabrikam", "thing")
    assert told == [("Contoso", fabrikam, Polarity.HOLDS), ("Contoso", fabrikam, Polarity.ENDS)]


async def test_they_are_the_couple_that_was_just_told_of() -> None:
    found = await read("My brother Tom is married to Rosa. They live in Porto.")
    assert said_of(found, "lives_in") == {("Tom", "lives_in", "Porto"), ("Rosa", "lives_in", "Porto")}
    assert said_of(await read("Tom met Rosa. They live in Porto."), "lives_in") == set()
    found = await read("My brother Tom is married to Rosa. She lives in Porto.")
    assert said_of(found, "lives_in") == {("Rosa", "lives_in", "Porto")}


async def test_he_is_whom_a_possessive_named_and_no_town() -> None:
    found = await read(
        "I've been sorting grandpa's papers.", "I always thought Nazareth.", "He studied at Mondego College."
    )
    assert said_of(found, "studied_at") == {("Ana Lima's grandpa", "studied_at", "Mondego College")}


async def test_what_one_uses_is_ones_own() -> None:
    found = await read("I work at Contoso.", "I use Figma.", "We use Odoo.")
    assert said_of(found, "uses") == {("Ana Lima", "uses", "Figma"), ("Contoso", "uses", "Odoo")}


async def test_a_last_day_to_come_is_when_it_ends() -> None:
    (over,) = (await read("My last day at Contoso is Friday.")).proposals
    assert (over.object, over.valid_from) == (Called("Contoso", "organization"), dt.datetime(2025, 3, 14, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("My brother-in-law Kai is a lawyer.", "sibling_of"),
        ("My bike is my brother's now.", "sibling_of"),
        ("We sell pumps.", "owns"),
        ("We signed with Contoso on Friday.", "works_at"),
        ("Tom owns the Search Rewrite.", "subsidiary_of"),
        ("Ken is part of the Larkbox project.", "subsidiary_of"),
        ("The Contoso account belongs to Liv Dahl.", "subsidiary_of"),
        ("Login Revamp went to Ken.", "visited"),
        ("Contoso and Fabrikam are partners.", "partner_of"),
        ("Contoso is a great company.", "industry"),
        ("We adopted Rex.", "uses"),
        ("I ran Contoso for years.", "uses"),
        ("We can't start until Token Audit is done.", "blocked_by"),
        ("I'm passionate about creating a safe, open place.", "likes"),
        ("My mother-in-law Ruth lives in Kent.", "child_of"),
        ("I'm 5 ft 10.", "age"),
        ("You're the perfect mentor and guide, Tom.", "job_title"),
        ("I want my team to win the cup.", "goal"),
        ("I want to pass it on to my kids.", "goal"),
        ("My dreams are comin' true!", "goal"),
        ("We're planning to ski and enjoy the views.", "likes"),
        ("It reminds me to enjoy small things.", "likes"),
        ("I love his humour.", "likes"),
        ("I'm keen on two projects in particular.", "likes"),
        ("I've done an oil painting of the harbour.", "hobby"),
        ("I had a small car accident on Friday.", "owns"),
        ("I'm learning German at the moment.", "speaks"),
        ("I've been studying, attending workshops and reading.", "studies"),
        ('I\'m writing one with my band called "Slow Tide".', "nickname"),
        ("I shared it with some people in my vegan diet group.", "diet"),
        ("My girlfriend, Rex and I are going camping.", "partner_of"),
        ("My furry friend Rex came and lay down.", "friend_of"),
        ("I hope him and Rex become buddies!", "friend_of"),
        ('Just finished "A Feast of Ravens" and it\'s great.', "project_status"),
        ("I played my favorite CS:GO game in a tournament.", "favorite"),
        ("My cholesterol is too high.", "takes_medication"),
        ("I'm doing a part-time master's at KU Leuven.", "works_at"),
        ("My sister is marrying Rob.", "married_to"),
        ("Lia is getting married to Ben.", "married_to"),
        ("Lia had twins, Bo and Fin.", "sibling_of"),
        ("I go to Hillcrest Academy.", "visited"),
        ("Kira owns the billing rewrite.", "owns"),
        ("Atlas shipped on Friday.", "due_on"),
        ("Lena and I got married on Saturday.", "due_on"),
        ("I spoke to Nadia Bos at Contoso.", "attended"),
        ("Holt didn't think we were expensive.", "price_sensitivity"),
        ("Ana is taking over the Holt account from me.", "assigned_to"),
        ("Ana is taking over the Holt account from me.", "manages"),
        ("I'm taking over Atlas from Kim.", "account_owner"),
        ("I've been studying, attending workshops and networking.", "studies"),
        ("Dad's in rehab in Bad Ems. He's tall.", "from_place"),
        ("We're back from Iceland!", "from_place"),
        ("Knee's fine again. She's the coach.", "job_title"),
        ("They hired somebody for Ann's job: Anton Reis.", "job_title"),
        ("Atlas moved into QA.", "lives_in"),
        ("I own the Contoso account here at Ledgerly.", "owns"),
        ("Contoso renews on 1 October 2025.", "deal_stage"),
        ("I went to the Spring Gala.", "visited"),
        ("I'm off to Rome next month.", "visited"),
        ("I picked up some new skills.", "bought"),
        ("When I turned ten, dad signed me up for a league.", "age"),
        ("I hope your injury heals soon.", "has_condition"),
        ("It's something I want to keep in mind for my projects.", "goal"),
        ("I love their design and engineering.", "likes"),
        ("We're on the shortlist, us and Harbor Metrics.", "works_on"),
        ("Sara Lopez is late again.", "project_status"),
        ("Contoso's blocker is the budget freeze.", "takes_medication"),
        ("We gave Pixel to my aunt.", "assigned_to"),
        ("Atlas is nearly done.", "project_status"),
        ("Atlas is out of beta.", "project_status"),
        ("We moved it to Postgres 16.", "version"),
        ("I'm blind to that argument.", "has_condition"),
        ("Sara Klein, head of IT, called.", "works_at"),
        ("Mum still in Graz, the brothers in Bern.", "sibling_of"),
        ("Lives in Leeds.", "lives_in"),
        ("In my last year at school I moved a lot.", "lives_in"),
        ("I'm going to a conference this month.", "attended"),
        ("I went to a fair to show off my studio.", "job_title"),
        ("I used to go to shows.", "attended"),
        ("We went biking last weekend.", "hobby"),
        ("I've played chess before.", "hobby"),
        ("I want to brag, I won!", "goal"),
        ("Bea has it, she'll be done by Wednesday.", "due_on"),
        ("The exam is due on 3 June.", "happened_on"),
        ("I just got back from the coolest Harry Potter party.", "visited"),
        ("Mila might have anemia, we're waiting for the blood test.", "blocked_by"),
        ("I was worried about the cost, but it wasn't too bad.", "price_sensitivity"),
    ],
)
async def test_what_is_meant_otherwise_is_not_read(text: str, predicate: str) -> None:
    assert predicate not in {p.predicate for p in (await read(text)).proposals}


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("How big is Holt?", "About forty people.", ("Holt", "headcount", "40")),
        ("How many people work at Holt?", "Around 120 employees I think.", ("Holt", "headcount", "120")),
    ],
)
async def test_a_number_answers_how_many(question: str, answer: str, told: tuple[str, str, str]) -> None:
    talk = [heard(0, question, "Ken"), heard(1, answer, "Ana Lima")]
    assert told in said(await RuleExtractor().extract(talk, ()))


async def test_whoever_is_spoken_to_is_no_answer() -> None:
    talk = [heard(0, "I'm James. Where do you work?", "James"), heard(1, "Nice place, James!", "Ana Lima")]
    told = await RuleExtractor().extract(talk, ())
    assert ("Ana Lima", "works_at", "James") not in said(told)


async def test_she_is_whom_the_pipeline_takes_for_a_person() -> None:
    """Neither name was told of a person; only the kind of name that the pipeline hints at tells them from a firm."""
    talk = await read("Piet has left; his replacement is Eva Maes.", "You can reach her at eva@holt.example.")
    assert ("Eva Maes", "email", "eva@holt.example") in said_of(talk, "email")


async def test_a_time_belongs_to_the_verb_and_not_to_the_kin() -> None:
    told = {p.predicate: p for p in (await read("My sister Clara moved to Graz in May.")).proposals}
    assert told["sibling_of"].valid_from is None
    assert told["lives_in"].valid_from == dt.datetime(2024, 5, 1, tzinfo=UTC)
    (taken,) = (await read("I started taking sertraline in January.")).proposals
    assert taken.valid_from == dt.datetime(2025, 1, 1, tzinfo=UTC)


def day(year: int) -> dt.datetime:
    return dt.datetime(year, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Do you work at Contoso?",
        "If I work at Contoso I'd be rich.",
        "I wish I lived in Porto.",
        'He said "I work at Contoso" in a funny voice.',
        "Maybe we should get lunch.",
        "I could live in Porto.",
        "I'm thinking about buying a boat.",
        "We decided to buy a boat.",
        "Contoso is close to signing.",
        "Everything is 80% done.",
        "The meeting ended last week.",
        "Live in Porto and be happy!",
        "I might move to Porto next year.",
        "What if I worked at Contoso?",
        "I have to buy a tent.",
        "If prices rise we'd leave, and Contoso would be our supplier.",
        "> I work at Contoso.",
        "",
        "???",
        "Looks like rain.",
        "I almost bought a boat.",
        "I forgot to buy milk.",
        "In the movie, Anna moves to Paris.",
        "She acts like she owns the place.",
        "Leo and I are getting married in June.",
        "My cousin is training to become a pilot.",
        "I want to feel that same sense of freedom.",
        "You're gonna be an amazing parent!",
        "I'm hoping to attend a book conference.",
        "I love your commitment.",
        "I want results fast.",
        "You have become their loving owner!",
        "Crazy thing happened last Saturday.",
        "I liked the lesson it teaches.",
        "Maybe you want to rest first.",
        "We hope to join you soon!",
        "I'm going to Rome next month.",
        "Yesterday I came back from Rome with gifts.",
        "The stage is incredible.",
        "We're having friends over tonight and enjoying some homemade lasagna.",
        "I've been loving getting to know Japanese culture.",
        "Learning another language is tough.",
        "Her first husband Karl died in 2019.",
        "Did you hear the news?",
        "Have you heard from Rosa lately?",
        "Do you know Rosa from the choir?",
        "Samir proposed a new schedule.",
        "Rosa and I were also at the bar.",
    ],
)
async def test_what_is_not_claimed_is_not_read(text: str) -> None:
    assert (await read(text)).proposals == ()


def one(extraction: Extraction, predicate: str) -> Any:
    (found,) = [p for p in extraction.proposals if p.predicate == predicate]
    return found


async def talk(*turns: tuple[str, str]) -> Extraction:
    """A conversation: (speaker, text) each."""
    episodes = [heard(n, text, by, MONDAY + dt.timedelta(minutes=n)) for n, (by, text) in enumerate(turns)]
    return await RuleExtractor().extract(episodes, ())


async def test_hedges_and_pronouns_lower_the_confidence() -> None:
    plain = one(await read("Tom lives in Porto."), "lives_in")
    hedged = one(await read("I think Tom lives in Porto."), "lives_in")
    assert hedged.confidence < plain.confidence == 0.9
    she = one(await read("My sister Inês works at Contoso. She lives in Porto."), "lives_in")
    assert (she.subject.text, she.confidence < 0.9) == ("Inês", True)


async def test_modes_and_ends() -> None:
    joined = one(await read("I joined Contoso last Friday."), "works_at")
    assert (joined.mode, joined.valid_from, joined.precision) == (
        Mode.CHANGE,
        dt.datetime(2025, 3, 7, tzinfo=UTC),
        Precision.DAY,
    )
    assert one(await read("I just quit Contoso."), "works_at").polarity is Polarity.ENDS
    assert one(await read("I no longer work at Contoso."), "works_at").polarity is Polarity.ENDS
    assert one(await read("I stopped taking ibuprofen."), "takes_medication").polarity is Polarity.ENDS
    assert one(await read("I'm not allergic to peanuts."), "allergic_to").polarity is Polarity.DENIES
    assert one(await read("Sorry, the budget of Contoso is $45k."), "budget").mode is Mode.CORRECTION
    leading = one(await read("Since January 2023 I work at Contoso."), "works_at")
    assert (leading.valid_from, leading.precision) == (dt.datetime(2023, 1, 1, tzinfo=UTC), Precision.MONTH)


async def test_history_has_an_end() -> None:
    told = one(await read("In 2019 I worked at Contoso."), "works_at")
    assert (told.valid_from, told.valid_to) == (
        dt.datetime(2019, 1, 1, tzinfo=UTC),
        dt.datetime(2020, 1, 1, tzinfo=UTC),
    )
    over = one(await read("I used to work at Contoso."), "works_at")
    assert (over.polarity, over.valid_from) == (Polarity.ENDS, None)


@pytest.mark.parametrize(
    ("text", "predicate", "thing", "start", "end"),
    [
        ("I'm the CFO of Contoso. Since August 2016.", "job_title", "CFO", "2016-08-01", None),
        ("I have gout. Had it since 2015, comes and goes.", "has_condition", "gout", "2015-01-01", None),
        ("I take allopurinol since May 2024. Before that it was colchicine, from 2015 on.",
         "takes_medication", "colchicine", "2015-01-01", "2024-05-01"),
        ("I moved to Graz in May 2020. Before that I lived in Ghent for two years.",
         "lives_in", "Ghent", "2018-04-21", "2020-05-01"),
        ("I've been at Contoso since 2020. Before that, Fabrikam.", "works_at", "Fabrikam", "2019-01-01", "2020-01-01"),
        ("I joined Contoso in May 2020, before that I was a baker at Fabrikam.",
         "job_title", "baker", "2019-05-01", "2020-05-01"),
        ("I've been at Contoso since 2022. Before that I was at Fabrikam, until 2020.",
         "works_at", "Fabrikam", "2019-01-01", "2020-01-01"),
        ("Tom got engaged to Ida last month.", "partner_of", "Ida", "2025-02-01", None),
        ("I've been at Contoso for five years.", "works_at", "Contoso", "2020-03-01", None),
        ("Tom takes over as CEO on 1 May.", "job_title", "CEO", "2025-05-01", None),
        ("Tom moves to Graz in May.", "lives_in", "Graz", "2025-05-01", None),
        ("The Search Revamp is on hold until June.", "project_status", "on hold", "None", None),
        ("My doctor wants me to try propranolol, so I've been on that since mid-February.",
         "takes_medication", "propranolol", "2025-02-01", None),
    ],
)  # fmt: skip
async def test_since_when_and_until_when_it_is_so(
    text: str, predicate: str, thing: str, start: str, end: str | None
) -> None:
    told = [p for p in (await read(text)).proposals if p.predicate == predicate and p.object and p.object.text == thing]
    times = {(str(p.valid_from)[:10], p.valid_to and str(p.valid_to)[:10]) for p in told if p.polarity == "holds"}
    assert (start, end) in times


@pytest.mark.parametrize(
    ("text", "predicate"),
    [
        ("I stepped down from the ladder.", "job_title"),
        ("I stepped down as chair of the chess club.", "job_title"),
        ("I've been at Mercy Hospital since Monday.", "works_at"),
        ("I've been with Maria since May.", "works_at"),
        ("I gotta take a trip there soon, to Tokyo!", "visited"),
        ("Tom and I were married for nine years.", "married_to"),
        ("Project Atlas is on track.", "works_on"),
        ("Do you want to see the budget?", "budget"),
        ("I've been with Maria for five years.", "works_at"),
        ("Search went live on Thursday, well done.", "job_title"),
        ("We fly to Rome on 11 May.", "visited"),
        ("Yes, but my phone number isn't.", "phone"),
        ("Is it true that Ken left Contoso, did you hear?", "works_at"),
        ("I left my boss a note.", "reports_to"),
        ("I joined Contoso. I've been in Lund for a month.", "located_in"),
        ("We went with Tom to the lake.", "deal_stage"),
        ("I'm moving out at the end of July, Bo and I have a flat.", "lives_in"),
        ("We're two adults and a baby, Jip, born in October.", "works_at"),
    ],
)
async def test_what_only_sounds_like_it_is_not_read(text: str, predicate: str) -> None:
    assert not [p for p in (await read(text)).proposals if p.predicate == predicate]


async def test_before_that_is_a_time_only_where_it_is_told_since_when_the_latter_is_so() -> None:
    told = await read("I work at Contoso. Before that I was at Fabrikam.")
    assert said_of(told, "works_at") == {("Ana Lima", "works_at", "Contoso")}


async def test_what_is_asked_about_still_being_so_may_be_over() -> None:
    told = await talk(("Ben", "Still on the allopurinol?"), ("Ana Lima", "Stopped on 1 March."))
    [over] = [p for p in told.proposals if p.predicate == "takes_medication"]
    assert (over.polarity, str(over.valid_from)[:10]) == (Polarity.ENDS, "2025-03-01")


async def test_a_question_gives_meaning_to_its_answer() -> None:
    found = await talk(("Ben", "Where do you work?"), ("Ana Lima", "Contoso."))
    assert said(found) == {("Ana Lima", "works_at", "Contoso")}
    found = await talk(("Ben", "You live in Porto, right?"), ("Ana Lima", "Right, for years."))
    assert said(found) == {("Ana Lima", "lives_in", "Porto")}
    assert said(await talk(("Ben", "You live in Porto, right?"), ("Ana Lima", "No."))) == set()
    assert said(await talk(("Ben", "Where do you work?"), ("Ana Lima", "Why do you ask?"))) == set()


@pytest.mark.parametrize(
    ("question", "answer", "predicate", "things"),
    [
        ("Which meds are you on?", "Just levothyroxine.", "takes_medication", {"levothyroxine"}),
        ("Do you have any allergies?", "Yes, shellfish.", "allergic_to", {"shellfish"}),
        ("Any allergies?", "Only cats.", "allergic_to", {"cats"}),
        ("What are you allergic to?", "Latex and penicillin.", "allergic_to", {"latex", "penicillin"}),
        ("What's your email?", "ana@example.com", "email", {"ana@example.com"}),
        ("How old are you?", "42.", "age", {"42"}),
        ("What are you working on?", "Atlas.", "works_on", {"Atlas"}),
        ("Who owns the audit?", "Kira.", "assigned_to", {"Kira"}),
        ("When is Juno due?", "End of May.", "due_on", {"2025-05"}),
        ("What's blocking Juno?", "The API migration.", "blocked_by", {"API migration"}),
        ("Do you have to take something for it?", "Atorvastatin, 20 mg.", "takes_medication", {"atorvastatin"}),
        ("Do you have to take something for it?", "Atorvastatin, 20 mg.", "allergic_to", set()),
        ("What are you taking now?", "Naproxen.", "takes_medication", {"naproxen"}),
        ("Any medication?", "Iron, 75 mg, and insulin.", "takes_medication", {"iron", "insulin"}),
        ("Do you have any conditions?", "Yes, epilepsy.", "has_condition", {"epilepsy"}),
        ("Do you have asthma?", "I do, since I was a kid.", "has_condition", {"asthma"}),
        ("Do you live in Porto?", "I do have a flat there, but no.", "lives_in", set()),
        ("What's your budget?", "450k, everything included.", "budget", {"450000"}),
        ("What do you study?", "Law, second year, at Mondego College.", "studies_at", {"Mondego College"}),
        ("Who leads Platform now?", "Still Imre.", "manages", {"Platform"}),
        ("What's your favourite band?", "Used to be Oasis, these days it's Big Thief.", "favorite", {"big thief"}),
        ("Ken's number?", "555-0199", "phone", {"5550199"}),
        ("What do you take?", "The bus.", "takes_medication", set()),
        ("What are you working on?", "Atlas.", "works_at", set()),
        ("Do you have a favorite book?", "For sure!", "favorite", set()),
        ("Phone number, in case?", "020 7946 0991.", "phone", {"02079460991"}),
        ("Can I have your email?", "Sure, owl77@mail.example", "email", {"owl77@mail.example"}),
        ("What's your email?", "red@mail.example. No wait, owl77@mail.example.", "email", {"owl77@mail.example"}),
        ("Is red@mail.example still right?", "No, it's owl77@mail.example now.", "email", {"owl77@mail.example"}),
        ("Is red@mail.example still right?", "Yes.", "email", {"red@mail.example"}),
        ("Who takes Widget Crash?", "I do", "assigned_to", {"Ana Lima"}),
        ("And the docs rewrite?", "That one's mine.", "assigned_to", {"Ana Lima"}),
        ("Docs rewrite?", "Handed it to Ludo.", "assigned_to", {"Ludo"}),
        ("Who takes over the seminar?", "I'll do it.", "assigned_to", {"Ana Lima"}),
        ("Billing export?", "Stuck, I'm waiting for finance.", "project_status", {"stuck"}),
        ("Contoso Foods?", "Proposal sent on Friday.", "deal_stage", {"proposal sent"}),
        ("Billing export?", "Due on 21 March.", "due_on", {"2025-03-21"}),
        ("Are you on anything?", "Just levothyroxine.", "takes_medication", {"levothyroxine"}),
        ("Any allergies?", "Peanuts. And latex.", "allergic_to", {"peanuts", "latex"}),
        ("Any allergies?", "Peanuts. And Tom is fine.", "allergic_to", {"peanuts"}),
        ("Any pets at home?", "A rabbit, Flint.", "has_pet", {"Flint"}),
        ("Any pets at home?", "A rabbit, Flint.", "lives_in", set()),
        ("Languages?", "German and a bit of Spanish.", "speaks", {"german", "spanish"}),
        ("Where are you these days?", "In Lund.", "lives_in", {"Lund"}),
        ("Where do you live now?", "At my mum's in Lund for now.", "lives_in", {"Lund"}),
        ("Are you and Tom still together?", "We got married in 2021!", "married_to", {"Ana Lima", "Tom"}),
        ("Take the rate limiter, please.", "Sure.", "assigned_to", {"Ana Lima"}),
        ("Take the rate limiter, please.", "Due end of March.", "due_on", {"2025-03"}),
        ("Take a seat, please.", "Sure.", "assigned_to", set()),
        ("Are you on medication?", "Levodopa.", "takes_medication", {"levodopa"}),
        ("Is it cataracts?", "Glaucoma.", "has_condition", {"glaucoma"}),
        ("Is it cataracts?", "No idea.", "has_condition", set()),
        ("Budget holder at Contoso Foods?", "Ken Abe.", "decision_maker", set()),
        ("And the kids?", "Ann is nine, Bo is six.", "parent_of", {"Ann", "Bo"}),
        ("And the budget?", "25,000, my parents pay half.", "budget", {"25000"}),
        ("Who's on Widget Crash?", "Me.", "works_on", {"Widget Crash"}),
        ("Are you married?", "Yes, to Tom.", "married_to", {"Ana Lima", "Tom"}),
        ("Are you married?", "I am, to Tom.", "married_to", {"Ana Lima", "Tom"}),
        ("And your brother?", "Karim? He's fine.", "sibling_of", {"Ana Lima", "Karim"}),
        ("Who's allergic to cats?", "Me, sadly.", "allergic_to", {"cats"}),
        ("Who speaks Thai here?", "Ken does.", "speaks", {"thai"}),
        ("Did Contoso's budget change?", "Yes, it's 65k, not 80.", "budget", {"65000"}),
        ("Are you married?", "Divorced.", "married_to", set()),
        ("Who's Tom?", "My husband.", "married_to", {"Tom", "Ana Lima"}),
        ("Is Tom your brother?", "No, my husband.", "married_to", {"Tom", "Ana Lima"}),
        ("Who does Tom report to?", "Sara now.", "reports_to", {"Sara"}),
        ("Do you have a dog?", "Yes, Rex.", "has_pet", {"Rex"}),
        ("How's the dog doing?", "Rex is fine.", "has_pet", set()),
        ("Have you been to Iceland?", "Yes, in 2021.", "visited", {"Iceland"}),
        ("Where is the Spring Gala?", "In Lisbon.", "held_in", {"Lisbon"}),
        ("What about Atlas?", "Cancelled, sadly.", "project_status", {"cancelled"}),
        ("How's Tom?", "done", "project_status", set()),
        ("What's your goal this season?", "To run a marathon.", "goal", {"run a marathon"}),
        ("I'm a nurse, and you?", "Teacher.", "job_title", {"nurse", "teacher"}),
        ("Are you vegetarian?", "Pescatarian.", "diet", {"pescatarian"}),
        ("Which database does Atlas use?", "Postgres.", "uses", {"Postgres"}),
        ("Whom does Contoso Foods compete with?", "Mostly Fabrikam.", "competitor_of", {"Contoso Foods", "Fabrikam"}),
        ("What's the most you would spend?", "420,000 pounds.", "budget", {"420000 GBP"}),
        ("So your budget is 435 now?", "Yes, 435,000 it is.", "budget", {"435000"}),
        ("Any conditions?", "Gout. And mild asthma.", "has_condition", {"gout", "mild asthma"}),
        ("And the onboarding tour?", "Shipped on Friday.", "project_status", {"shipped"}),
        ("Coffee?", "Finished, thanks.", "project_status", set()),
        ("Payments gateway?", "That's me. In progress, out by Friday.", "project_status", {"progress"}),
        ("Search revamp?", "Stuck. We can't start before the index move is through.", "blocked_by", {"index move"}),
        ("Is it done?", "I'm on it.", "takes_medication", set()),
        ("Is there a budget at Contoso?", "Somewhere around 80k a year.", "budget", {"80000"}),
        ("Who signs off at Contoso?", "That would be Ruth Abel, our CFO.", "decision_maker", {"Ruth Abel"}),
        ("Who decides at Contoso?", "Our CFO, Ruth Abel.", "decision_maker", {"Ruth Abel"}),
        ("The renewal is in May. Who else are you looking at?", "Fabrikam.", "evaluating", {"Fabrikam"}),
        ("When does your contract end?", "On 1 June.", "renewal_on", {"2025-06-01"}),
    ],
)
async def test_what_was_asked_says_what_the_answer_is(
    question: str, answer: str, predicate: str, things: set[str]
) -> None:
    told = said_of(await talk(("Ben", question), ("Ana Lima", answer)), predicate)
    assert {thing for _, _, thing in told} == things


async def test_who_answers_is_whoever_was_asked() -> None:
    told = await talk(("Nurse", "Is your son allergic to anything, Mrs. Falk?"), ("Mrs. Falk", "Nuts, all kinds."))
    assert said(told) == {("Mrs. Falk's son", "allergic_to", "nuts")}
    told = await talk(("Ben", "who works on Beacon?"), ("Ana Lima", "Greta and Paolo do."))
    assert said(told) == {("Greta", "works_on", "Beacon"), ("Paolo", "works_on", "Beacon")}
    told = await talk(("Ben", "Is Priyanka in there too?"), ("Ana Lima", "Yes, she's the coach even."))
    assert said(told) == {("Priyanka", "job_title", "coach")}


async def test_what_is_no_longer_so_is_over() -> None:
    (over,) = (await talk(("Ben", "Are you still on naproxen?"), ("Ana Lima", "No, I stopped in May."))).proposals
    assert (over.polarity, over.valid_from) == (Polarity.ENDS, dt.datetime(2024, 5, 1, tzinfo=UTC))
    (over,) = (await read("Mila no longer has asthma, she outgrew it.")).proposals
    assert (over.subject.text, over.polarity) == ("Mila", Polarity.ENDS)
    (over,) = (await read("I'm no longer with Radio Meridian.")).proposals
    assert (over.predicate, over.polarity) == ("works_at", Polarity.ENDS)


async def test_from_a_day_on_is_the_next_one_and_since_a_day_the_last() -> None:
    """Read on Monday 2025-03-10."""
    for text, since in (
        ("From 1 May I work at Contoso.", dt.datetime(2025, 5, 1, tzinfo=UTC)),
        ("As of Thursday I work at Contoso.", dt.datetime(2025, 3, 13, tzinfo=UTC)),
        ("Since Thursday I work at Contoso.", dt.datetime(2025, 3, 6, tzinfo=UTC)),
        ("I work at Contoso from 12 January 2024.", dt.datetime(2024, 1, 12, tzinfo=UTC)),
    ):
        assert one(await read(text), "works_at").valid_from == since


@pytest.mark.parametrize(
    ("texts", "thing", "polarity"),
    [
        (["They ruled out lupus."], "lupus", Polarity.DENIES),
        (["I was diagnosed with lupus.", "The lupus diagnosis was wrong."], "lupus", Polarity.DENIES),
        (["I thought I had asthma but it was just a cold."], "asthma", Polarity.DENIES),
        (["The tendonitis is all better."], "tendonitis", Polarity.ENDS),
        (["I outgrew my asthma."], "asthma", Polarity.ENDS),
        (["My mother has breast cancer.", "Mom is in remission!"], "breast cancer", Polarity.ENDS),
    ],
)
async def test_what_somebody_does_not_suffer_from(texts: list[str], thing: str, polarity: Polarity) -> None:
    last = [p for p in (await read(*texts)).proposals if p.predicate == "has_condition"][-1]
    assert (last.object, last.polarity) == (Literal(thing, thing), polarity)


async def test_mum_and_mother_are_one() -> None:
    found = await read("My mother lives in Porto.", "Mum takes warfarin.")
    assert {(s.a.text, s.b.text) for s in found.same} == {("Ana Lima's mum", "Ana Lima's mother")}


@pytest.mark.parametrize(
    "before",
    [
        "We have a new lead, Vexa.",
        "Vexa is a prospect of ours.",
        "I spoke to the CTO of Vexa.",
        "The Vexa deal looks good.",
        "Tom Reed at Vexa told me a lot.",
    ],
)
async def test_the_words_around_a_name_show_that_it_is_a_firm(before: str) -> None:
    told = (await read(before, "Vexa dropped Zendra.")).proposals
    assert ("uses", "Vexa", Polarity.ENDS) in {(p.predicate, p.subject.text, p.polarity) for p in told}
    assert "lives_in" not in {p.predicate for p in (await read(before, "Vexa moved to Graz.")).proposals}


async def test_a_date_is_no_telephone_number() -> None:
    told = said(await read("Ken's e-mail address is ken@example.com (since 2026-11-22)."))
    assert told == {("Ken", "email", "ken@example.com")}


async def test_a_role_with_a_name_is_not_what_it_is_said_to_be() -> None:
    assert said_of(await read("My pup Toby is German and loves sweaters!"), "has_pet") == {
        ("Ana Lima", "has_pet", "Toby")
    }


@pytest.mark.parametrize("before", ["Ken is the head of our largest customer.", "The folks from Graz were nice."])
async def test_the_words_around_a_name_show_no_firm(before: str) -> None:
    assert "organization" not in {called.kind for _, called in (await read(before)).mentions}


async def test_we_are_no_customer_of_ours() -> None:
    assert said(await read("Our client Vexa is happy.", "We use Odoo.")) == set()
    assert ("Fabrikam", "uses", "Odoo") in said(await read("I work at Fabrikam.", "The Vexa deal.", "We use Odoo."))


async def test_a_role_is_the_person_once_a_name_is_said_before_or_after() -> None:
    before = await read("My sister is Inês.", "My sister lives in Porto.")
    assert one(before, "lives_in").subject.text == "Inês"
    after = await read("My sister lives in Porto.", "My sister is Inês.")
    assert one(after, "lives_in").subject.text == "Ana Lima's sister"
    assert {(s.a.text, s.b.text) for s in after.same} == {("Ana Lima's sister", "Inês")}


async def test_a_value_that_is_put_right_in_the_same_breath() -> None:
    found = await read("The budget of Contoso is $54k, sorry, $45k.")
    assert said(found) == {("Contoso", "budget", "45000 USD")}
    found = await read("The budget of Contoso is $54k.", "Wait, I misread that. It's 45k, not 54k.")
    assert [p.object.value for p in found.proposals] == ["54000 USD", "45000"]
    assert found.proposals[1].mode is Mode.CORRECTION


async def test_facts_are_read_from_the_other_side_too() -> None:
    assert ("Inês", "sibling_of", "Ana Lima") in said(await read("My sister is Inês."))
    assert ("Gita", "manages", "Ana Lima") in said(await read("I report to Gita."))


async def test_batches_do_not_matter_within_a_session() -> None:
    texts = ["My boss is Gita Vale.", "She lives in Porto.", "Where does she work?", "She works at Contoso."]
    whole = await read(*texts)
    episodes = [heard(n, t) for n, t in enumerate(texts)]
    parts: list[Any] = []
    for n, episode in enumerate(episodes):
        parts.extend((await RuleExtractor().extract([episode], episodes[max(0, n - 6) : n])).proposals)
    assert parts == list(whole.proposals)


def test_what_an_email_quotes_is_not_its_senders() -> None:
    text = "I agree.\n> I work at Fabrikam\nBest, Ana\nOn Mon, Mar 3, 2025, Ken wrote:\nI live in Graz."
    assert lines_of(text) == ["I agree.", "Best, Ana"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("I'm on citalopram... no, hang on, I mean sertraline.", "I'm on sertraline."),
        ("It costs 40k, sorry, I mean 45k.", "It costs 45k."),
        ("I live in Graz, no wait, I mean Linz.", "I live in Graz, I mean Linz."),
        ("That was great, I mean it.", "That was great, I mean it."),
        ("We should meet, I mean really.", "We should meet, I mean really."),
    ],
)
def test_a_slip_of_the_tongue_is_what_was_meant(said: str, meant: str) -> None:
    assert lines_of(said) == [meant]


async def test_an_ontology_is_extended_and_its_patterns_are_read() -> None:
    extended = core_ontology().extended(
        {
            "predicates": {
                "drives": {"object": "text", "subject": "person", "verbs": ["S drive O"], "says": "{s} drives {o}"}
            }
        }
    )
    assert said(await RuleExtractor(extended).extract([heard(0, "I drive a tractor.")], ())) == {
        ("Ana Lima", "drives", "tractor")
    }


async def test_speakers_names_and_aliases_are_heard() -> None:
    found = await read("Everyone calls me Ani. We met Ken Abe in the canteen.", "My name is Ana Maria Lima.")
    heard = {called.text for _, called in found.mentions}
    assert {"Ana Lima", "Ken Abe"} <= heard
    assert {(s.a.text, s.b.text) for s in found.same} == {("Ana Lima", "Ani"), ("Ana Lima", "Ana Maria Lima")}


@pytest.mark.parametrize(
    ("text", "how", "start", "end"),
    [
        ("since May 2024", "since", "2024-05-01", "2024-06-01"),
        ("last weekend", "", "2025-03-08", "2025-03-10"),
        ("in the summer of 2019", "in", "2019-06-01", "2019-09-01"),
        ("next quarter", "", "2025-04-01", "2025-07-01"),
        ("in Q3 2025", "in", "2025-07-01", "2025-10-01"),
        ("from March 2021 to November 2022", "range", "2021-03-01", "2022-12-01"),
        ("a couple of weeks ago", "", "2025-02-24", "2025-02-25"),
        ("at the end of 2024", "in", "2024-09-01", "2025-01-01"),
        ("over Easter 2024", "in", "2024-03-31", "2024-04-01"),
        ("until June", "until", "2024-06-01", "2024-07-01"),
        ("in 10 days", "", "2025-03-20", "2025-03-21"),
    ],
)
def test_times_within_a_text(text: str, how: str, start: str, end: str) -> None:
    (found,) = times_in(f"It was so {text}.", MONDAY)
    assert (found.how, found.start.date().isoformat(), found.end.date().isoformat()) == (how, start, end)


@pytest.mark.parametrize("text", ["We may march on.", "I have 2019 stamps.", "$2020 is a lot", "version 2.2021"])
def test_words_and_numbers_are_not_taken_for_times(text: str) -> None:
    assert times_in(text, MONDAY) == ()


@pytest.mark.parametrize(
    ("text", "start", "precision"),
    [
        ("2025-01-31", "2025-01-31", Precision.DAY),
        ("1 May", "2024-05-01", Precision.DAY),
        ("May 1st, 2023", "2023-05-01", Precision.DAY),
        ("May 2023", "2023-05-01", Precision.MONTH),
        ("2019", "2019-01-01", Precision.YEAR),
        ("yesterday", "2025-03-09", Precision.DAY),
        ("last Friday", "2025-03-07", Precision.DAY),
        ("last Monday", "2025-03-03", Precision.DAY),
        ("next Monday", "2025-03-17", Precision.DAY),
        ("last week", "2025-03-03", Precision.DAY),
        ("last month", "2025-02-01", Precision.MONTH),
        ("next year", "2026-01-01", Precision.YEAR),
        ("two weeks ago", "2025-02-24", Precision.DAY),
    ],
)
def test_times_are_read_from_when_they_were_said(text: str, start: str, precision: Precision) -> None:
    span = read_time(text, MONDAY)
    assert span is not None
    assert (span.start.date().isoformat(), span.precision) == (start, precision)
    assert span.start < span.end


@pytest.mark.parametrize("text", ["from 2018 to 2021", "between 2018 and 2021", "Between 2018 and 2021, mostly"])
def test_years_that_bound_a_time(text: str) -> None:
    (span,) = times_in(text, MONDAY)
    assert (span.how, span.start, span.end) == ("range", day(2018), day(2022))


def test_a_day_to_come_is_read_forwards_and_nonsense_not_at_all() -> None:
    span = read_time("1 May", MONDAY, is_future=True)
    assert span is not None
    assert span.iso == "2025-05-01"
    assert read_time("blorp", MONDAY) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$40k", "40000 USD"),
        ("€1.2m", "1200000 EUR"),
        ("1.5 million euros", "1500000 EUR"),
        ("USD 84,500", "84500 USD"),
        ("2,300", "2300"),
        ("180 grand", "180000"),
        ("many", None),
    ],
)
def test_amounts_are_normalised_and_kept_as_said(text: str, value: Any) -> None:
    literal = read_amount(text)
    assert (literal.value if literal else None) == value
    if literal:
        assert literal.text == text


@pytest.mark.parametrize("parts", [2, 3, 4])
def test_the_first_part_is_longer_as_it_needs_no_turns_before_it(parts: int) -> None:
    windows = [[heard(n, "Hi.", "Ana Lima")] for n in range(16)]
    own, *others = shared(windows, parts)
    assert [w for part in (own, *others) for w in part] == windows
    assert len(others) == parts - 1
    assert all(0 < len(part) < len(own) for part in others)


async def test_processes_share_the_reading_and_the_loss_of_one_loses_nothing() -> None:
    texts = [
        f"I live in {place}." if n % 2 else f"My sister Ines speaks {language}."
        for n, (place, language) in enumerate(
            [("Porto", "Thai"), ("Bergen", "Dutch"), ("Ghent", "Welsh"), ("Turku", "Farsi")] * 6
        )
    ]
    episodes = [heard(n, text, "Ana Lima") for n, text in enumerate(texts)]
    alone = await RuleExtractor().extract(episodes, ())
    assert len(alone.proposals) >= len(texts)
    sharing = RuleExtractor(processes=2)
    assert await sharing.extract(episodes, ()) == alone
    (helper,) = sharing._helpers
    assert helper._process is not None
    helper._process.kill()
    helper._process.wait()
    assert await sharing.extract(episodes, ()) == alone
    assert helper._process is None
    assert await sharing.extract(episodes, ()) == alone
