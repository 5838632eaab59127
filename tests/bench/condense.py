"""How well articles are condensed: ROUGE against people's summaries, beside what others would post, and what it costs.

    python tests/bench/condense.py                 everything (about a quarter of an hour)
    python tests/bench/condense.py --first 60      the first 60 articles of each kind
    python tests/bench/condense.py --shipped       with the shipped weights, which have seen these articles
    python tests/bench/condense.py --sample 30     prints 30 posts instead, at 140 and 300, for eyes

Each article is judged with weights trained on the other half of the data only.  ROUGE is rouge-score's F1 with its
stemmer, of the reference met best by ROUGE-1; blind to the publisher's description, which is the reference of some
kinds.  Words that don't end as a sentence does count as nothing ("complete" tells how many did), except for the cuts
of the lead, which are shown for comparison.  Differences to Lead-1: paired bootstrap, 95 %.  "best" is the sentence of
the article that meets the reference best, which only who knows the reference can choose: sets differ by up to three
points in what can be reached at all, so compare figures of different sets by their share of it.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

import numpy as np
from condense_data import Sample, samples
from rouge import best_rouge
from rouge_score.rouge_scorer import RougeScorer
from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
from sumy.nlp.stemmers import Stemmer
from sumy.summarizers.lex_rank import LexRankSummarizer
from sumy.summarizers.luhn import LuhnSummarizer
from sumy.summarizers.text_rank import TextRankSummarizer
from train_condense import cross_fitted, with_weights

from bot.core.compose import fit, say
from bot.core.condense import condense
from bot.core.gate import gate, source_of
from bot.core.reading import read
from bot.core.stopwords import STOP_WORDS
from bot.core.terms import words
from bot.core.text import cut, measure
from bot.model import Account, Article, Candidate, Limits

ROOMS: tuple[int | None, ...] = (None, 140, 200)
CHARACTERS = Limits(max_length=10_000)
SCORER = RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
ROUNDS = 1_000
PAPERS = "science_tldr"  # the kind of sample that is a paper's abstract

Triple = tuple[float, float, float]
System = Callable[[Article, int | None], str]


class _Words:
    """What sumy asks of a tokenizer; its own needs data from the network."""

    def to_words(self, text: str) -> tuple[str, ...]:
        """Split a sentence."""
        return tuple(words(text))


def lead(article: Article, room: int | None) -> str:
    """The first sentence, cut with "…" where it is too long: what previews show."""
    first = read(article).sentences[:1]
    return "" if not first else first[0].text if room is None else cut(first[0].text, room, CHARACTERS)


def beginning(article: Article, room: int | None) -> str:
    """The first characters, cut between words: a fragment, no post."""
    return lead(article, None) if room is None else cut(" ".join(article.text.split()), room, CHARACTERS)


def title(article: Article, room: int | None) -> str:
    """The title alone: what most feed bots post."""
    return article.title if room is None else cut(article.title, room, CHARACTERS)


def ours(article: Article, room: int | None) -> str:
    """What we say, blind to the publisher's description."""
    return condense(article, budget=room, unit=CHARACTERS, use_description=False).text


def sumy(kind: Callable[[object], Callable[[object, int], Iterable[object]]]) -> System:
    """A summarizer of sumy: its best sentences, whole, as many as fit; the first one cut where none does."""

    def system(article: Article, room: int | None) -> str:
        found = [sentence.text for sentence in read(article).sentences][:60]
        document = ObjectDocumentModel([Paragraph([Sentence(text, _Words()) for text in found])])
        summarizer = kind(Stemmer("english"))
        summarizer.stop_words = STOP_WORDS["en"]  # type: ignore[attr-defined]
        if room is None:
            return " ".join(map(str, summarizer(document, 1)))
        for count in (3, 2, 1):
            text = " ".join(map(str, summarizer(document, count)))
            if len(text) <= room:
                return text
        return cut(" ".join(map(str, summarizer(document, 1))), room, CHARACTERS)

    return system


SYSTEMS: dict[str, System] = {
    "title only": title,
    "lead, cut": lead,
    "beginning": beginning,
    "LexRank": sumy(LexRankSummarizer),
    "TextRank": sumy(TextRankSummarizer),
    "Luhn": sumy(LuhnSummarizer),
    "ours": ours,
}


def best(sample: Sample, room: int | None) -> str:
    """The sentence that would score highest, of those that fit; chosen knowing the reference."""
    found = [sentence.text for sentence in read(sample.article).sentences[:60]]
    fitting = [text for text in found if room is None or len(text) <= room]
    return max(fitting, key=lambda text: best_rouge(text, sample.references)[0], default="")


def rouge(text: str, references: tuple[str, ...]) -> Triple:
    """Score a text against the reference that it meets best by ROUGE-1."""
    scored = (SCORER.score(reference, text) for reference in references)
    best = max(scored, key=lambda scores: scores["rouge1"].fmeasure)
    return best["rouge1"].fmeasure, best["rouge2"].fmeasure, best["rougeL"].fmeasure


def difference(ours: list[Triple], theirs: list[Triple]) -> str:
    """Tell the mean difference in ROUGE-1 with its bootstrap interval."""
    gaps = np.array([one[0] - other[0] for one, other in zip(ours, theirs, strict=True)])
    draws = np.random.default_rng(1).choice(gaps, (ROUNDS, len(gaps))).mean(1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return f"{100 * gaps.mean():+5.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


def compare(every: list[Sample], weights: dict[int, dict[str, float]]) -> None:
    """Print ROUGE of every system on every kind within every room."""
    results: dict[tuple[str, int | None, str], list[Triple]] = defaultdict(list)
    complete: dict[tuple[str, int | None, str], list[bool]] = defaultdict(list)
    pooled: dict[str, list[Triple]] = defaultdict(list)
    for sample in every:
        if weights:
            with_weights(weights[sample.half])
        for room in ROOMS:
            said = {name: system(sample.article, room) for name, system in SYSTEMS.items()}
            for name, text in (said | {"best": best(sample, room)}).items():
                whole = bool(text) and not text.endswith("…")
                scores = rouge(text, sample.references) if whole or name != "ours" else (0.0, 0.0, 0.0)
                results[sample.kind, room, name].append(scores)
                complete[sample.kind, room, name].append(whole)
                if room is None:
                    pooled[name].append(scores)
    for kind in dict.fromkeys(sample.kind for sample in every):
        for room in ROOMS:
            print(
                f"\n{kind}, {len(results[kind, room, 'ours'])} articles, {f'{room} characters' if room else 'one sentence'}"
            )
            for name in (*SYSTEMS, "best"):
                every_score = results[kind, room, name]
                r1, r2, rl = 100 * np.mean(every_score, axis=0)
                share = 100 * statistics.mean(complete[kind, room, name])
                gap = "" if name == "lead, cut" else difference(every_score, results[kind, room, "lead, cut"])
                print(f"  {name:12} {r1:5.1f} {r2:5.1f} {rl:5.1f}   complete {share:5.1f} %   to Lead-1 {gap}")
    print(f"\nall kinds pooled, one sentence, to Lead-1: {difference(pooled['ours'], pooled['lead, cut'])}")


def candidate_of(article: Article) -> Candidate:
    """The candidate that would have brought this article."""
    return Candidate(
        id=1, feed="", feed_title=article.site or "Example", key="", link=article.url, canonical=article.url, title=article.title,
        first_seen=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def gates(every: list[Sample]) -> None:
    """Print how many articles give a post that passes the value gate, a link costing 23; pages and feeds, and papers.

    Of papers there are abstracts alone, whose sentences are mostly too long for a short post.
    """
    account = Account(name="bench", platform="local")
    titled = [sample for sample in every if sample.article.title]
    for name, papers in (("real pages and feeds", False), ("papers", True)):
        articles = [sample.article for sample in titled if (sample.kind == PAPERS) is papers]
        for room in (140, 280, 300, 500) if articles else ():
            limits = Limits(max_length=room, link_cost=23)
            drafts = [say(article, candidate_of(article), account, limits) for article in articles]
            passed = sum(draft.adds_value for draft in drafts)
            sound = sum(
                gate(draft.text.replace("\u2060", ""), source_of(article, read(article))).point != "faithful"
                for draft, article in zip(drafts, articles, strict=True)
            )
            print(
                f"gate at {room}, {name}: {100 * passed / len(articles):.1f} % of {len(articles)} pass; "
                f"every word and number in the article: {100 * sound / len(articles):.1f} %"
            )


def costs(every: list[Sample]) -> None:
    """Print CPU time per article, for articles of about 30 sentences and for one of 300."""
    usual = [sample.article for sample in every if 25 <= len(read(sample.article).sentences) <= 35][:100]
    long = [
        Article(url="", text="\n".join(article.text for article in usual[at : at + 10]))
        for at in range(0, len(usual) - 10, 10)
    ]
    for name, articles in (("30 sentences", usual), ("300 sentences", long)):
        for system in ("ours", "TextRank", "LexRank"):
            spent = []
            for article in articles:
                start = time.process_time()
                SYSTEMS[system](article, 200)
                spent.append(1_000 * (time.process_time() - start))
            if spent:
                print(
                    f"CPU, {name}, {system}: median {statistics.median(spent):.1f} ms, 95 % {np.percentile(spent, 95):.1f} ms"
                )


def sample_posts(every: list[Sample], count: int) -> None:
    """Print posts as they would be sent, for eyes."""
    account = Account(name="bench", platform="local")
    for sample in random.Random(1).sample([sample for sample in every if sample.article.title], count):
        print(f"\n## {sample.article.title}")
        for limits in (Limits(max_length=140, link_cost=23), Limits(max_length=300, unit="graphemes")):
            said = say(sample.article, candidate_of(sample.article), account, limits)
            text = fit(said, limits, account="bench", dedupe_key="").text
            print(
                f"[{measure(text, limits)}/{limits.max_length}{'' if said.adds_value else ': ' + said.reason}]\n{text}"
            )


def main() -> None:
    """Run what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, help="only so many articles of each kind")
    parser.add_argument("--shipped", action="store_true", help="use the shipped weights")
    parser.add_argument("--sample", type=int, help="print so many posts instead")
    options = parser.parse_args()
    every = samples()
    if options.sample:
        sample_posts(every, options.sample)
        return
    weights = {} if options.shipped else cross_fitted(every)
    if options.first:
        seen: dict[str, int] = defaultdict(int)
        kept = []
        for sample in every:
            seen[sample.kind] += 1
            kept += [sample] if seen[sample.kind] <= options.first else []
        every = kept
    compare(every, weights)
    gates(every)
    costs(every)


if __name__ == "__main__":
    main()
