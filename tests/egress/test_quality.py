"""Figures of reviewing, held against sums in plain Python; told to the authority's officers alone."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.egress import quality
from sandbox.egress.checks import CHECKS
from sandbox.egress.quality import Quality
from sandbox.kernel.findings import FileJudgement, Judgement, Verdict
from sandbox.kernel.review_records import Capacity, FileVote, Review, Standing, Submission, SubmittedFile

VOTERS, DIGESTS = ("a", "b", "c", "d"), ("1", "2", "3")
ANSWERS = st.dictionaries(st.sampled_from(DIGESTS), st.booleans())


@st.composite
def reviews(draw: st.DrawFn) -> list[Review]:
    """Votes of some people in some rounds, each person once a round."""
    places = draw(st.lists(st.tuples(st.sampled_from(VOTERS), st.integers(1, 3)), unique=True, max_size=8))
    return [
        Review(
            id=f"review-{number}", state="cast", organisation="o", environment="e", submission="s",
            voter=who, person=who, capacity=Capacity.AUTHORITY, round=round_,
            votes=tuple(FileVote(digest=one, approve=yes) for one, yes in draw(ANSWERS).items()),
            standing=draw(st.sampled_from(list(Standing))),
        )
        for number, (who, round_) in enumerate(places)
    ]  # fmt: skip


@given(reviews())
@settings(deadline=None)
def test_agreement_is_of_blind_votes_of_the_same_round_on_the_same_file(votes: list[Review]) -> None:
    found = Quality()
    quality._agreement(found, votes)
    pairs = dict.fromkeys(VOTERS, 0)
    alike = dict.fromkeys(VOTERS, 0)
    for one, other in combinations(votes, 2):
        if one.round == other.round and {one.standing, other.standing} == {Standing.BLIND}:
            for digest in DIGESTS:
                first = [vote.approve for vote in one.votes if vote.digest == digest]
                second = [vote.approve for vote in other.votes if vote.digest == digest]
                if first and second:
                    for who in (one.voter, other.voter):
                        pairs[who] += 1
                        alike[who] += first == second
    for who in VOTERS:
        reader = found.readers.get(who, quality.Reader(who))
        assert (reader.pairs, reader.alike) == (pairs[who], alike[who])
        assert reader.votes == sum(one.voter == who for one in votes)
        assert reader.agreement == (alike[who] / pairs[who] if pairs[who] else None)


@st.composite
def samples(draw: st.DrawFn) -> tuple[Submission, list[Review], frozenset[str]]:
    """A sample in some state, with votes of one round and who sent it back."""
    state = draw(st.sampled_from(["in-review", "returned", "exposed"]))
    made = Submission(
        id="s", state=state, organisation="o", environment="e", agreement="g", seat="t", author="x",
        title="t", files=(), snapshots=(), sample="small-group",
    )  # fmt: skip
    votes = {one.voter: one for one in draw(reviews()) if one.round == 1}
    return made, list(votes.values()), draw(st.frozensets(st.sampled_from(VOTERS), max_size=2))


@given(st.lists(samples(), max_size=6))
@settings(deadline=None)
def test_miss_rates_are_shares_of_the_samples_whose_votes_are_in(
    planted: list[tuple[Submission, list[Review], frozenset[str]]],
) -> None:
    found = Quality()
    for one in planted:
        quality._sample(found, *one)
    shown = [one for one in planted if one[0].state == "exposed"]
    assert (found.planted, found.exposed) == (len(planted), len(shown))
    for who in VOTERS:
        let = [
            any(vote.approve for vote in review.votes)
            for _, votes, _ in shown
            for review in votes
            if review.voter == who
        ]
        saw = sum(who in back and who not in {one.voter for one in votes} for _, votes, back in shown)
        reader = found.readers.get(who, quality.Reader(who))
        assert (reader.samples, reader.missed) == (len(let) + saw, sum(let))
        rate = reader.miss_rate
        assert rate is None if not let and not saw else rate == sum(let) / (len(let) + saw)
    caught = sum(not any(vote.approve for review in votes for vote in review.votes) for _, votes, _ in shown)
    assert found.caught == caught


NAMES, CODES = ("a.csv", "b.csv"), [one for one in CHECKS if not one.across][:4]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(NAMES),
            st.tuples(
                st.sampled_from([None, True, False]),
                st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(list(Verdict))), max_size=4),
            ),
        ),
        max_size=5,
    )
)
@settings(deadline=None)
def test_false_alarms_are_what_a_rule_sent_to_people_and_people_let_leave(story) -> None:
    found, sent, let = Quality(), {}, {}
    original = quality.judgements.load
    try:
        for files in story:
            told = Judgement(
                tuple(
                    FileJudgement(
                        name, "d", Verdict.REVIEW, tuple(code.finding(verdict=how) for code, how in given_)
                    )
                    for name, (_, given_) in files.items()
                )
            )
            made = Submission(
                id="s", state="approved", organisation="o", environment="e", agreement="g", seat="t",
                author="x", title="t", snapshots=(), judgement="j",
                files=tuple(
                    SubmittedFile(name=name, digest="d", size=1, approved=yes)
                    for name, (yes, _) in files.items()
                ),
            )  # fmt: skip
            quality.judgements.load = lambda _, __, told=told: told
            quality._rules(None, found, made)  # type: ignore[arg-type]
            for yes, given_ in files.values():
                for rule in {code.code for code, how in given_ if how is Verdict.REVIEW}:
                    if yes is not None:
                        sent[rule] = sent.get(rule, 0) + 1
                        let[rule] = let.get(rule, 0) + yes
    finally:
        quality.judgements.load = original
    assert {rule: (one.sent, one.approved) for rule, one in found.rules.items()} == {
        rule: (sent[rule], let[rule]) for rule in sent
    }
    for rule, one in found.rules.items():
        assert one.false_alarms == let[rule] / sent[rule]
