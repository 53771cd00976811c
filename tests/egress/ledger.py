"""What a review should come to, told again in plain Python: nothing here is taken from the rules themselves.

People are names, files are their bytes, votes are lists. It knows who may judge what, when votes carry a
file, and so what may leave; the machine of `test_orders` holds the platform against it after every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

AUTHORITY, PROVIDER, THIRD = "authority", "provider", "third"
JUDGES = {
    "zhou.minxing": ("bigdata", AUTHORITY),
    "wu.siqi": ("bigdata", AUTHORITY),
    "yang.lizhi": ("market", PROVIDER),
    "gao.heng": ("hengzhun", THIRD),
}
"""Who may judge a product of the demonstration's seat at all, for whom and as what."""
OTHERS = (
    "lin.xiaoyu",  # the author
    "xu.zhizhong",  # of his firm
    "song.keyi",  # of another firm
    "zhang.kai",  # of the operator
    "chen.guanglan",  # the authority's officer
    "shen.zhiyuan",  # reviewers of departments whose data it is not
    "linghu.ping",
    "xie.mingjian",  # a supervisor
)
EVERYBODY = (*JUDGES, *OTHERS)
RELEASERS = frozenset({"zhou.minxing", "wu.siqi", "chen.guanglan"})
GOOD, RECORDS = b"good", b"records"


@dataclass
class Vote:
    """One person's answers by file name; `late` when it was cast after the votes lay open."""

    who: str
    answers: dict[str, bool]
    late: bool = False


@dataclass
class Case:
    """One submission as it should stand."""

    files: dict[str, bytes]
    supporting: frozenset[str] = frozenset()
    state: str = "frozen"
    round: int = 1
    open: str = "blind"  # blind, open, closed
    votes: list[Vote] = field(default_factory=list)
    commissioned: bool = False
    assessed: bool = False
    asked: bool = False
    answered: bool = False
    held: dict[str, tuple[str, float]] = field(default_factory=dict)
    approved: frozenset[str] = frozenset()
    sample: bool = False
    policy: int = 0

    def votable(self) -> list[str]:
        """Return the files that may be voted on: good ones that are products."""
        good = (one for one, data in self.files.items() if data.startswith(GOOD))
        return sorted(one for one in good if one not in self.supporting)

    def may_vote(self, who: str) -> bool:
        """Return whether the person may judge this case at all, whatever has been said so far."""
        return who in JUDGES and (JUDGES[who][1] != THIRD or self.commissioned)

    def voted(self, who: str) -> Vote | None:
        """Return the person's vote of this round."""
        return next((one for one in self.votes if one.who == who), None)

    def complete(self) -> bool:
        """Return whether everybody who must has voted, whatever they said."""
        kinds = {JUDGES[one.who][1] for one in self.votes}
        return {AUTHORITY, PROVIDER} <= kinds or (THIRD in kinds and len(kinds) > 1)

    def said(self, vote: Vote, data: bytes) -> bool:
        """Return whether a vote is for these bytes: a no to any file that holds them is a no."""
        return all(vote.answers[one] for one in self.votable() if self.files[one] == data)

    def carries(self, name: str) -> bool:
        """Return whether the votes let a file leave."""
        yes = [one for one in self.votes if self.said(one, self.files[name])]
        no = [one for one in self.votes if one not in yes]
        if no:
            backed = {JUDGES[one.who][0] for one in yes}
            against = {JUDGES[one.who][0] for one in no}
            third_voter = any(one.late for one in yes)
            if self.open == "blind" or not third_voter or len(yes) <= len(no) or not against <= backed:
                return False
        kinds = {JUDGES[one.who][1] for one in yes}
        return len(yes) >= 2 and ({AUTHORITY, PROVIDER} <= kinds or (THIRD in kinds and len(kinds) > 1))

    def differ(self) -> bool:
        """Return whether the voters disagree on any file and no third one has spoken."""
        if any(one.late for one in self.votes):
            return False
        return any(
            len({self.said(one, self.files[name]) for one in self.votes}) == 2 for name in self.votable()
        )

    def settle(self) -> None:
        """Let the votes take their effect."""
        if self.state != "in-review" or not self.complete():
            return
        if self.sample:
            self.state = "exposed"
            return
        if self.differ() and self.open != "closed":
            self.open = "open"
            return
        self.approved = frozenset(one for one in self.votable() if self.carries(one))
        self.state = "approved" if self.approved else "rejected"

    def holder(self, body: str, now: float) -> str | None:
        """Return who of a body has the round in hand."""
        who, until = self.held.get(body, ("", 0.0))
        return who if until > now else None

    def anew(self, files: dict[str, bytes], supporting: frozenset[str]) -> None:
        """Begin the next round: no vote, no custody, nothing said."""
        self.files, self.supporting, self.state, self.open = files, supporting, "frozen", "blind"
        self.round, self.votes, self.held, self.approved = self.round + 1, [], {}, frozenset()
        self.asked = self.answered = False
