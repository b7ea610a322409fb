"""Nobody reads a message of a thread they were never in, nor one sent while they were not in it.

Whatever people join, leave, lose by a judge's decision, get back, hide and show again: what each reads
and finds is compared, after each step, with a model that knows sets of names and nothing of ours.
`SOCLE_SEQUENCES` is how many lives are drawn (15 by default, always the same; `make soak` draws others).
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tenants.schoollife.messages import access, operations, queries
from tenants.schoollife.messages.models import Hiding, Message
from tests.factories.canteen import make_family
from tests.factories.school_messages import (
    AT,
    CLERK,
    MINUTE,
    account,
    draft,
    end_link,
    part,
    restore_link,
)

COLLEGE, MOTHER, FATHER, PUPIL, STRANGER, CLASSMATE = (
    "college", "mother", "father", "pupil", "stranger", "classmate",
)  # fmt: skip
PARENTS = (MOTHER, FATHER)
FAMILY = (*PARENTS, PUPIL)
EVERYBODY = (*FAMILY, STRANGER, CLASSMATE)
WORD = "dentiste"
any_thread = st.integers(min_value=0, max_value=9)
any_message = st.integers(min_value=0, max_value=9)


@dataclasses.dataclass
class Sent:
    """What the model keeps of a message: who was there, who wrote it, whether it is hidden."""

    author: str
    readers: frozenset[str]
    is_hidden: bool = False


@dataclasses.dataclass
class Talk:
    """A thread of the model: who is in it, who ever was, and what was said."""

    first: Message
    members: set[str]
    ever: set[str]
    sent: list[Sent] = dataclasses.field(default_factory=list)

    def say(self, author: str) -> None:
        self.sent.append(Sent(author, frozenset(self.members | {COLLEGE})))

    def keep(self, linked: set[str]) -> None:
        """Parents who have no link any more are out."""
        self.members -= set(PARENTS) - linked


class Threads(RuleBasedStateMachine):
    """A family, its collège, and another family of the same one."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone._from_testcase = True  # type: ignore[attr-defined]  lets durable blocks nest
        self.undone.__enter__()
        family = make_family(guardians=2)
        other = make_family(college=family.college)
        self.college = family.college
        self.people: dict[str, Any] = {
            COLLEGE: family.college,
            MOTHER: family.guardians[0],
            FATHER: family.guardians[1],
            PUPIL: family.pupil,
            STRANGER: other.guardians[0],
            CLASSMATE: other.pupil,
        }
        self.linked = set(PARENTS)
        self.talks: list[Talk] = []
        self.at: datetime.datetime = AT

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    def now(self) -> datetime.datetime:
        self.at += MINUTE
        return self.at

    def talk(self, number: int) -> Talk:
        return self.talks[number % len(self.talks)]

    def said(self) -> str:
        return f"{WORD} {sum(len(talk.sent) for talk in self.talks)}"

    @rule(writer=st.sampled_from(EVERYBODY), together=st.booleans())
    def somebody_of_a_family_begins(self, writer: str, together: bool) -> None:
        try:
            first = operations.write_to_college(
                writer=self.people[writer],
                college=self.college,
                pupil=self.people[PUPIL],
                draft=draft(self.said()),
                with_other_guardians=together,
                actor=CLERK,
                at=self.now(),
            )
        except operations.MayNotWrite:
            assert writer not in {*self.linked, PUPIL}
            return
        assert writer in {*self.linked, PUPIL}
        members = {writer} | (self.linked if together and writer in PARENTS else set())
        self._begin(first, writer, members)

    @rule(recipients=st.sets(st.sampled_from(EVERYBODY), min_size=1))
    def the_college_begins(self, recipients: set[str]) -> None:
        try:
            first = operations.write_to_family(
                college=self.college,
                pupil=self.people[PUPIL],
                recipients=[self.people[one] for one in sorted(recipients)],
                draft=draft(self.said()),
                actor=CLERK,
                at=self.now(),
            )
        except operations.NobodyToWriteTo:
            assert recipients - {*self.linked, PUPIL}
            return
        assert not recipients - {*self.linked, PUPIL}
        self._begin(first, COLLEGE, recipients)

    def _begin(self, first: Message, author: str, members: set[str]) -> None:
        talk = Talk(first, set(members), set(members))
        talk.say(author)
        self.talks.append(talk)

    @precondition(lambda self: self.talks)
    @rule(number=any_thread, who=st.sampled_from((COLLEGE, COLLEGE, *FAMILY)))
    def somebody_answers(self, number: int, who: str) -> None:
        talk = self.talk(number)
        if who not in talk.ever | {COLLEGE}:
            return
        try:
            operations.reply(
                participant=part(talk.first, self.people[who]),
                text=self.said(),
                actor=CLERK,
                at=self.now(),
            )
        except operations.OutOfThread:
            talk_now = dataclasses.replace(talk, members=set(talk.members))
            talk_now.keep(self.linked)
            assert who not in talk_now.members
            return
        talk.keep(self.linked)
        assert who in talk.members | {COLLEGE}
        talk.say(who)

    @precondition(lambda self: self.talks)
    @rule(number=any_thread, who=st.sampled_from(FAMILY))
    def somebody_leaves(self, number: int, who: str) -> None:
        talk = self.talk(number)
        if who in talk.ever:
            operations.leave_thread(
                participant=part(talk.first, self.people[who]), actor=CLERK, at=self.now()
            )
            talk.members.discard(who)

    @precondition(lambda self: self.talks)
    @rule(number=any_thread, who=st.sampled_from((*PARENTS, STRANGER)))
    def somebody_is_added(self, number: int, who: str) -> None:
        talk = self.talk(number)
        try:
            operations.add_guardian(
                thread=talk.first.thread, guardian=self.people[who], actor=CLERK, at=self.now()
            )
        except operations.MayNotWrite:
            assert who not in self.linked
            return
        assert who in self.linked
        talk.keep(self.linked)
        talk.members.add(who)
        talk.ever.add(who)

    @rule(who=st.sampled_from(PARENTS))
    def a_judge_decides(self, who: str) -> None:
        if who in self.linked:
            end_link(self.people[who], self.people[PUPIL], on=self.at.date())
            self.linked.discard(who)
        else:
            restore_link(self.people[who], self.people[PUPIL], on=self.at.date())
            self.linked.add(who)

    @rule()
    def the_clock_passes(self) -> None:
        operations.let_go(at=self.now())
        for talk in self.talks:
            talk.keep(self.linked)

    @precondition(lambda self: self.talks)
    @rule(number=any_thread, rank=any_message)
    def a_message_is_hidden_or_shown_again(self, number: int, rank: int) -> None:
        talk = self.talk(number)
        place = rank % len(talk.sent)
        message = Message.objects.get(thread=talk.first.thread, number=place + 1)
        if not talk.sent[place].is_hidden:
            operations.hide(message=message, reason="Raison.", actor=CLERK, at=self.now())
        else:
            hiding = Hiding.objects.get(message=message, lifted_at__isnull=True)
            if hiding.appealed_at is None:
                operations.appeal(
                    hiding=hiding,
                    participant=message.participant,
                    words="Si.",
                    actor=CLERK,
                    at=self.at,
                )
            operations.answer_appeal(
                hiding=hiding, is_lifted=True, answer="Oui.", actor=CLERK, at=self.now()
            )
        talk.sent[place].is_hidden = not talk.sent[place].is_hidden

    @invariant()
    def each_reads_what_was_sent_while_they_were_there(self) -> None:
        for name in EVERYBODY:
            own = access.own_participations(account(self.people[name]))
            parts = {one.thread_id: one for one in own}
            expected: set[tuple[int, int]] = set()
            assert parts.keys() == {t.first.thread_id for t in self.talks if name in t.ever}
            for talk in self.talks:
                if name not in talk.ever:
                    continue
                shown = list(queries.everything_of(parts[talk.first.thread_id]))
                readable = {
                    rank: not sent.is_hidden or sent.author == name
                    for rank, sent in enumerate(talk.sent, start=1)
                    if name in sent.readers
                }
                assert {one.message.number: bool(one.text) for one in shown} == readable
                expected |= {
                    (talk.first.thread_id, rank) for rank, is_open in readable.items() if is_open
                }
            found = queries.search(own, WORD)
            assert {(one.thread_id, one.number) for one in found} == expected


def test_nobody_reads_what_was_sent_while_they_were_not_there(tenant_db):
    run_state_machine_as_test(
        Threads,
        settings=settings(
            max_examples=int(os.environ.get("SOCLE_SEQUENCES", "15")),
            derandomize="SOCLE_SEQUENCES" not in os.environ,  # a guard's absence is always seen
            stateful_step_count=14,
            deadline=None,
            # A failure is shown as it came: making it shorter takes longer than a guard may.
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
