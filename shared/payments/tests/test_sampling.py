"""The sample: committed to before, drawn the same by everybody, and nobody is likelier than another."""

from __future__ import annotations

import hashlib
import hmac
import subprocess
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unionaid.payments import commitment, draw, is_of

SEED = bytes(range(32))
IDS = [f"application-{n}" for n in range(1, 11)]
seeds = st.binary(min_size=32, max_size=32)
lists = st.lists(st.text(max_size=20), unique=True, max_size=30)


def test_the_vectors() -> None:
    assert commitment(SEED) == "630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd"
    assert draw(SEED, IDS, 4) == ["application-7", "application-8", "application-4", "application-3"]
    assert draw(bytes(32), IDS, 2) == ["application-2", "application-1"]


@settings(deadline=None)
@given(seeds, lists, st.integers(0, 40))
def test_whoever_draws_draws_the_same(seed: bytes, ids: list[str], n: int) -> None:
    drawn = draw(seed, ids, n)
    assert len(drawn) == min(n, len(ids))
    assert set(drawn) <= set(ids)
    assert draw(seed, sorted(ids, reverse=True), n) == drawn
    by_hand = sorted((hmac.new(seed, i.encode(), hashlib.sha256).hexdigest(), i) for i in ids)
    assert drawn == [i for _, i in by_hand][:n]


@settings(deadline=None)
@given(seeds, lists, st.integers(0, 10), st.integers(0, 10))
def test_a_larger_sample_holds_the_smaller(seed: bytes, ids: list[str], n: int, more: int) -> None:
    assert draw(seed, ids, n + more)[:n] == draw(seed, ids, n)


@settings(deadline=None)
@given(seeds, lists, st.text(max_size=20))
def test_who_joins_the_list_moves_nobody_among_the_others(seed: bytes, ids: list[str], other: str) -> None:
    everybody = [i for i in ids if i != other]
    with_other = draw(seed, [*everybody, other], len(everybody) + 1)
    assert [i for i in with_other if i != other] == draw(seed, everybody, len(everybody))


def test_everybody_is_drawn_about_equally_often() -> None:
    turns, n = 4_000, 3
    times = Counter(i for turn in range(turns) for i in draw(hashlib.sha256(b"%d" % turn).digest(), IDS, n))
    expected = turns * n / len(IDS)
    # chi-square with 9 degrees of freedom is above 27.9 in one of a thousand; the seeds are fixed, so is the result
    assert sum((times[i] - expected) ** 2 / expected for i in IDS) < 27.9
    pairs = Counter(frozenset(draw(hashlib.sha256(b"%d" % turn).digest(), IDS, 2)) for turn in range(turns))
    assert len(pairs) == 45
    # 44 degrees of freedom: 78.7
    assert sum((times - turns / 45) ** 2 / (turns / 45) for times in pairs.values()) < 78.7


@settings(deadline=None)
@given(seeds, seeds)
def test_only_the_seed_itself_fits_its_commitment(seed: bytes, other: bytes) -> None:
    assert is_of(seed, commitment(seed))
    assert is_of(other, commitment(seed)) == (other == seed)
    assert not is_of(seed[:-1], commitment(seed))


def test_what_cannot_be_drawn_is_refused() -> None:
    for seed, ids, n in ((b"short", IDS, 1), (SEED, ["a", "a"], 1), (SEED, IDS, -1)):
        with pytest.raises(ValueError, match="needed"):
            draw(seed, ids, n)
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(b"short")


@pytest.mark.needs("openssl")
def test_other_tools_give_the_same_numbers() -> None:
    def number(one: str) -> str:
        command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{SEED.hex()}"]
        done = subprocess.run(command, input=one.encode(), capture_output=True, check=True)
        return done.stdout.decode().split()[-1]

    assert sorted(IDS, key=number) == draw(SEED, IDS, len(IDS))
