"""Does a review go from a draft to a sealed one by two people with names, and in no other way?"""

from dataclasses import replace
from datetime import date

import pytest
from pydantic import ValidationError

from scoring.access import Role, User
from scoring.errors import BookscoreError
from scoring.review import (
    Commented,
    Decided,
    Declined,
    Disputed,
    Kind,
    Made,
    Outcome,
    Part,
    Person,
    Published,
    Rebased,
    Reopened,
    Review,
    Sealed,
    Shared,
    Signed,
    Started,
    State,
    What,
    allowed,
    begin,
    follow,
    person,
    possible,
    seal,
)
from scoring.review.possible import why_not_they
from scoring.review.refusals import NoReviewError, NotOnRunError, RefusedMoveError, StaleReviewError
from scoring.review.words import by, signatures, standing, told

OLD, NEW = Published("a" * 64, "1" * 64), Published("b" * 64, "2" * 64)
FAY = Person(name="Fay Finance", part=Part.REVIEWER)
GUS = Person(name="Gus Director", part=Part.REVIEWER)
ZOE = Person(name="Zoë Kern", part=Part.MANAGER)
PDF = Made("card.pdf", b"%PDF", "typst").document
SHARED = Shared(answer_by=date(2026, 7, 8))
FIRST, LATER = "2026-07-01T12:00:00.000000+00:00", "2026-07-09T00:00:00.000000+00:00"


def draft(published: Published = OLD) -> Review:
    return begin("2026-Q2", "m1", "Zoë Kern", FAY, FIRST, published)


def after(
    *moves: tuple[What, Person], at: str = FIRST, published: Published = OLD, review: Review | None = None
) -> Review:
    """A review once all that happened; complete ones are sealed, as the store does it."""
    made = review or draft()
    for what, who in moves:
        made = follow(made, what, who, at, published)
        if made.current.is_complete:
            made = seal(made, [PDF])
    return made


def refused(review: Review, what: What, who: Person, at: str = FIRST, published: Published = OLD) -> str:
    with pytest.raises(RefusedMoveError) as caught:
        follow(review, what, who, at, published)
    return str(caught.value)


SEALED = after((SHARED, FAY), (Signed(), FAY), (Signed(), ZOE))
ASKED = after((SHARED, FAY), (Disputed(text="Birch was never mine", accounts=("B",), rows=("contracts.csv:3",)), ZOE))


def test_review_goes_from_a_draft_over_dispute_and_decision_to_two_signatures() -> None:
    assert draft().state is State.DRAFT
    assert after((SHARED, FAY)).state is State.SHARED
    assert after((SHARED, FAY), (Commented(text="Thank you"), ZOE)).state is State.ANSWERED
    assert ASKED.state is State.DISPUTED
    decided = after((Decided(dispute=1, outcome=Outcome.REJECTED, reason="It was from May"), FAY), review=ASKED)
    assert decided.state is State.ANSWERED
    signed = after((Signed(), ZOE), review=decided)
    assert signed.state is State.SIGNED_BY_MANAGER
    done = after((Signed(), GUS), review=signed)
    assert done.state is State.SEALED
    assert [e.kind for e in done.events[-2:]] == [Kind.SIGNED, Kind.SEALED]
    assert done.current.sealed == Sealed(is_without_manager=False, documents=(PDF,))


@pytest.mark.parametrize("order", [(FAY, ZOE), (ZOE, FAY)])
def test_either_may_sign_first(order: tuple[Person, Person]) -> None:
    assert after((SHARED, FAY), *((Signed(), who) for who in order)).state is State.SEALED


# ---- who ----


def test_nobody_reviews_themselves_and_nobody_else_is_the_manager() -> None:
    shared = after((SHARED, FAY))
    assert "nobody reviews themselves" in refused(shared, Signed(), ZOE.model_copy(update={"part": Part.REVIEWER}))
    for name in ("zoe  KERN", "Zo\u200bë Kern"):  # the same to any eye
        assert "nobody reviews themselves" in refused(shared, Signed(), Person(name=name, part=Part.REVIEWER))
    assert "only Zoë Kern acts as the manager" in refused(
        shared, Signed(), FAY.model_copy(update={"part": Part.MANAGER})
    )


def test_own_user_acts_as_the_manager_whatever_they_are_called_and_a_namesake_may_review() -> None:
    own = User("u1", "zoe@example.com", "Z. Kern", Role.MANAGER, "m1")
    namesake = User("u2", "zk@example.com", "Zoë Kern", Role.LEADER)
    shared = after((SHARED, FAY), (Signed(), person(own, "m1")))
    assert shared.current.signature(Part.MANAGER) is not None
    assert after((Signed(), person(namesake, "m1")), review=shared).state is State.SEALED
    pretends = Person(name="Zoë Kern", part=Part.MANAGER, user_id="u2", manager_id=None)
    assert "only Zoë Kern acts" in refused(after((SHARED, FAY)), Signed(), pretends)


def test_one_person_cannot_sign_in_both_parts() -> None:
    own = Person(name="Z. Kern", part=Part.MANAGER, user_id="u1", manager_id="m1")
    half = after((SHARED, FAY), (Signed(), own))
    typed = Person(name="z. kern", part=Part.REVIEWER)
    assert "the same person cannot sign in both parts" in refused(half, Signed(), typed)


def test_manager_begins_no_review_of_their_own() -> None:
    with pytest.raises(RefusedMoveError, match="that is for a reviewer to do"):
        begin("2026-Q2", "m1", "Zoë Kern", ZOE, FIRST, OLD)


def test_review_of_who_has_no_card_is_not_begun() -> None:
    with pytest.raises(NotOnRunError, match="has no card of Zoë Kern"):
        draft(Published("a" * 64, None))
    with pytest.raises(NotOnRunError, match=r"no run of 2026-Q2 is stored"):
        draft(Published(None, None))


# ---- what is refused, and what is possible instead ----


def test_refusal_says_what_is_possible_and_who_may_do_it() -> None:
    said = refused(ASKED, Signed(), FAY)
    assert said == (
        "Fay Finance (reviewer) cannot sign the review of Zoë Kern for 2026-Q2: dispute 1 waits for a decision; "
        "possible now: comment (a reviewer or Zoë Kern), dispute (Zoë Kern), decide (a reviewer)"
    )


@pytest.mark.parametrize("what", [Signed(), Disputed(text="No"), Commented(text="Hm")])
def test_draft_is_nothing_that_the_manager_can_answer(what: What) -> None:
    assert "not shared with Zoë Kern yet" in refused(draft(), what, ZOE)


@pytest.mark.parametrize("what", [SHARED, Commented(text="x"), Signed(), Rebased(), Declined(reason="x", witness="W")])
def test_sealed_version_takes_nothing_more(what: What) -> None:
    assert "version 1 is sealed, and stays as it is" in refused(SEALED, what, FAY)


def test_nobody_seals_starts_or_shares_twice() -> None:
    shared = after((SHARED, FAY))
    assert "follows from what others do" in refused(shared, Sealed(is_without_manager=False, documents=()), FAY)
    assert "it was begun" in refused(shared, Started(), FAY)
    assert "it is shared already" in refused(shared, SHARED, FAY)
    with pytest.raises(RefusedMoveError, match="not signed by both"):
        seal(after((SHARED, FAY), (Signed(), FAY)), [PDF])
    with pytest.raises(RefusedMoveError, match="not signed by both"):
        seal(SEALED, [PDF])


def test_what_is_possible_is_what_is_not_refused() -> None:
    """Every move, from every state, in every part: `possible` and `follow` say the same."""
    moves: list[What] = [SHARED, Commented(text="x"), Disputed(text="x"), Signed(), Reopened(reason="x"), Rebased(),
                         Declined(reason="x", witness="Will"),
                         Decided(dispute=1, outcome=Outcome.NOTED, reason="x")]  # fmt: skip
    reviews = [draft(), after((SHARED, FAY)), ASKED, after((SHARED, FAY), (Signed(), FAY)), SEALED,
               after((SHARED, FAY), (Signed(), ZOE)), after((SHARED, FAY), (Commented(text="x"), ZOE))]  # fmt: skip
    for review in reviews:
        for published in (OLD, NEW):
            may = {(each.kind, part) for each in possible(review, published, date(2026, 7, 1)) for part in each.parts}
            for what in moves:
                for who in (FAY, ZOE):
                    try:
                        follow(review, what, who, FIRST, published)
                        is_done = True
                    except RefusedMoveError:
                        is_done = False
                    assert ((what.kind, who.part) in may) == is_done, (review.state, what.kind, who.part)
                    assert (what.kind in allowed(review, who, published, date(2026, 7, 1))) == is_done


# ---- disputes ----


def test_upheld_dispute_says_what_will_be_done() -> None:
    bare = Decided(dispute=1, outcome=Outcome.UPHELD, reason="So it was")
    assert "say what will be done" in refused(ASKED, bare, FAY)
    done = after((bare.model_copy(update={"will_do": "An exclusion, and a new run"}), FAY), review=ASKED)
    (dispute,) = done.current.disputes
    assert dispute.decided is not None
    assert dispute.decided.will_do == "An exclusion, and a new run"
    assert (dispute.said.accounts, dispute.said.rows) == (("B",), ("contracts.csv:3",))


def test_each_dispute_gets_its_own_decision_once() -> None:
    noted = Decided(dispute=2, outcome=Outcome.NOTED, reason="Seen")
    assert "no dispute 2 waits for a decision, only 1" in refused(ASKED, noted, FAY)
    two = after((Disputed(text="And Cedar"), ZOE), (noted, FAY), review=ASKED)
    assert [d.number for d in two.current.open_disputes] == [1]
    assert "no dispute 2 waits" in refused(two, noted, FAY)
    assert "that is for a reviewer to do" in refused(two, noted, ZOE)


@pytest.mark.parametrize(("what", "who"), [(Commented(text="But"), ZOE), (Commented(text="But"), FAY),
                                           (Disputed(text="But"), ZOE)])  # fmt: skip
def test_word_after_a_signature_asks_for_it_again(what: What, who: Person) -> None:
    half = after((SHARED, FAY), (Signed(), FAY), (what, who))
    assert half.current.signature(Part.REVIEWER) is None
    assert half.state in (State.ANSWERED, State.DISPUTED, State.SHARED)
    assert "signed as the reviewer, and nothing was said since" in refused(
        after((SHARED, FAY), (Signed(), FAY)), Signed(), GUS
    )


# ---- a manager who does not sign ----


def test_refusal_to_sign_needs_a_witness_and_ends_without_a_signature_in_words() -> None:
    shared = after((SHARED, FAY))
    declined = Declined(reason="On leave, no answer to two letters", witness="Will Witness")
    assert "has time until 2026-07-08 is over" in refused(shared, declined, FAY, "2026-07-08T23:59:59+00:00")
    recorded = after((declined, FAY), review=shared, at=LATER)
    assert recorded.state is State.DECLINED
    done = after((Signed(), FAY), review=recorded, at=LATER)
    assert done.state is State.SEALED_WITHOUT_MANAGER
    assert standing(done.current, date(2026, 7, 9)) == "sealed without the manager's signature"
    assert signatures(done.current, "Zoë Kern")[1] == (
        "Zoë Kern did not sign: On leave, no answer to two letters (recorded by Fay Finance, witnessed by Will "
        "Witness, 2026-07-09 UTC)"
    )


@pytest.mark.parametrize("witness", ["fay finance", "Zoe Kern"])
def test_witness_is_a_second_person(witness: str) -> None:
    answered = after((SHARED, FAY), (Commented(text="I will not sign"), ZOE))
    assert "the witness must be a second person" in refused(answered, Declined(reason="x", witness=witness), FAY)
    assert after((Declined(reason="x", witness="Will"), FAY), review=answered).state is State.DECLINED


def test_manager_may_still_sign_after_a_refusal_was_recorded() -> None:
    recorded = after((SHARED, FAY), (Commented(text="No"), ZOE), (Declined(reason="x", witness="Will"), FAY))
    assert after((Signed(), ZOE), (Signed(), FAY), review=recorded).state is State.SEALED
    assert "is recorded" in refused(recorded, Declined(reason="x", witness="Will"), FAY)


def test_shared_review_that_nobody_answered_says_so() -> None:
    shared = after((SHARED, FAY)).current
    assert standing(shared, date(2026, 7, 8)) == "shared, to be answered by 2026-07-08"
    assert standing(shared, date(2026, 7, 9)) == "shared, no answer by 2026-07-08"


# ---- another run, another version ----


@pytest.mark.parametrize("what", [SHARED, Signed(), Declined(reason="x", witness="Will")])
def test_card_that_does_not_hold_any_more_is_neither_shared_nor_signed(what: What) -> None:
    review = draft() if what is SHARED else after((SHARED, FAY), (Commented(text="x"), ZOE))
    with pytest.raises(StaleReviewError) as caught:
        follow(review, what, FAY, FIRST, NEW)
    for part in ("run aaaaaaaaaaaa (card 111111111111)", "run bbbbbbbbbbbb (card 222222222222)", "rebase"):
        assert part in str(caught.value)


def test_same_run_with_another_card_is_another_card() -> None:
    with pytest.raises(StaleReviewError):
        follow(draft(), SHARED, FAY, FIRST, replace(OLD, card_sha256="9" * 64))


def test_rebased_review_is_a_draft_on_the_new_run_and_the_old_version_stays() -> None:
    assert "it is of the run that is published" in refused(ASKED, Rebased(), FAY)
    made = follow(ASKED, Rebased(), GUS, LATER, NEW)
    assert [v.state for v in made.versions] == [State.REPLACED, State.DRAFT]
    assert made.versions[0].events == ASKED.events
    assert (made.current.number, made.current.run_id, made.current.card_sha256) == (2, "b" * 64, "2" * 64)
    assert made.current.disputes == ()
    with pytest.raises(NotOnRunError):
        follow(ASKED, Rebased(), GUS, LATER, Published("b" * 64, None))


def test_reopened_review_is_version_2_and_version_1_stays() -> None:
    assert "it is not sealed" in refused(ASKED, Reopened(reason="x"), FAY)
    made = follow(SEALED, Reopened(reason="Cedar was counted twice"), GUS, LATER, NEW)
    assert [v.state for v in made.versions] == [State.SEALED, State.DRAFT]
    assert made.versions[0].events == SEALED.events
    assert made.as_signed(1).events == SEALED.events[:-1]
    assert made.as_signed(1).current.is_complete
    with pytest.raises(NoReviewError, match="no version 3 of the review of Zoë Kern"):
        made.version(3)


def test_mark_of_a_signature_covers_all_that_was_said_before() -> None:
    other = after((Shared(answer_by=date(2026, 7, 9)), FAY), (Signed(), FAY), (Signed(), ZOE))
    assert SEALED.mark(SEALED.events[0]) == other.mark(other.events[0])
    assert SEALED.mark(SEALED.events[2]) != other.mark(other.events[2])


# ---- what people say ----


@pytest.mark.parametrize("text", ["", "  ", "x\0y", "x" * 10_001, "\ud800"])
def test_text_that_no_database_keeps_or_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Commented(text=text)


def test_every_event_is_told_in_a_sentence() -> None:
    made = after((Decided(dispute=1, outcome=Outcome.UPHELD, reason="Right.", will_do="A new run."), FAY), review=ASKED)
    assert [f"{by(e)} {told(e, made)}" for e in made.events] == [
        "Fay Finance (by name) began the review, on run aaaaaaaaaaaa, card 111111111111",
        "Fay Finance (by name) shared it with Zoë Kern, to be answered by 2026-07-08",
        "Zoë Kern (by name) disputed: Birch was never mine (accounts: B; rows: contracts.csv:3)",
        "Fay Finance (by name) decided on dispute 1: upheld. Right. What will be done: A new run.",
    ]


@pytest.mark.parametrize(("reason", "then"), [("true", "true. "), ("true.", "true. "), ("Why not?", "Why not? ")])
def test_what_will_be_done_is_a_sentence_of_its_own(reason: str, then: str) -> None:
    upheld = Decided(dispute=1, outcome=Outcome.UPHELD, reason=reason, will_do="A new run")
    made = after((upheld, FAY), review=ASKED)
    assert told(made.events[-1], made) == f"decided on dispute 1: upheld. {then}What will be done: A new run"


def test_refusals_are_sentences_and_no_tracebacks() -> None:
    assert issubclass(RefusedMoveError, BookscoreError)
    assert "\n" not in refused(ASKED, Signed(), FAY)


def test_namesakes_act_by_the_name_that_they_share() -> None:
    """Behind it stands the id, and without the id it is theirs as well: nobody reviews themselves by leaving it out."""
    review = Review("2026-Q2", "m1", "Zoë Kern (m1)", ())
    for name in ("zoe kern", "Zoë Kern (m1)"):
        assert why_not_they(review, Person(name=name, part=Part.MANAGER)) is None
        assert why_not_they(review, Person(name=name, part=Part.REVIEWER)) == "nobody reviews themselves"
    assert why_not_they(review, Person(name="Zoë Kern (m2)", part=Part.MANAGER)) is not None
