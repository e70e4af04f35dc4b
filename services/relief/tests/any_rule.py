"""Rules drawn at random, and what may be known of somebody; both for tests of agreement."""

from __future__ import annotations

from hypothesis import strategies as st

from unionaid.relief.domain.eligibility.attributes import ATTRIBUTES, Coded, Facts, Number, Truth

NUMBERS = sorted(name for name, one in ATTRIBUTES.items() if isinstance(one.type, Number))
TRUTHS = sorted(name for name, one in ATTRIBUTES.items() if isinstance(one.type, Truth))
CODES = {name: sorted(one.type.values) for name, one in ATTRIBUTES.items() if isinstance(one.type, Coded)}
COMPARISONS = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
SAME = st.sampled_from(["==", "!="])

_constant = st.integers(-30, 130).map(str)
_divisor = st.one_of(st.integers(1, 40), st.integers(-40, -1)).map(str) | st.sampled_from(
    ["household.size", "dossier.household_size"]
)


def _wider_number(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner),
        st.builds("({} * {})".format, inner, st.integers(-3, 3)),
        st.builds("({} {} {})".format, inner, st.sampled_from("/%"), _divisor),
        st.builds("-({})".format, inner),
        st.builds("({} >= 12 ? {} : {})".format, inner, inner, inner),
    )


numbers = st.recursive(st.sampled_from(NUMBERS) | _constant, _wider_number, max_leaves=4)


@st.composite
def _coded(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(CODES)))
    if draw(st.booleans()):
        listed = draw(st.lists(st.sampled_from(CODES[name]), min_size=1, max_size=3))
        return f"{name} in [{', '.join(map(repr, listed))}]"
    return f"{name} {draw(SAME)} {draw(st.sampled_from(CODES[name]))!r}"


_simple = st.one_of(
    st.sampled_from([*TRUTHS, "true", "false"]),
    st.sampled_from(sorted(ATTRIBUTES)).map("has({})".format),
    st.builds("{} {} {}".format, numbers, COMPARISONS, numbers),
    st.builds("{} in [{}, {}]".format, numbers, _constant, _constant),
    _coded(),
)


def _wider(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("(({}) ? ({}) : ({}))".format, inner, inner, inner),
        st.builds("(({}) == ({}))".format, inner, inner),
    )


conditions = st.recursive(_simple, _wider, max_leaves=5).filter(lambda text: len(text) <= 1_000)


def _value(name: str) -> st.SearchStrategy[bool | int | str]:
    match ATTRIBUTES[name].type:
        case Truth():
            return st.booleans()
        case Number(low, high):
            return st.one_of(
                st.integers(low, high), st.integers(max(low, 0), min(high, 20)), st.just(low), st.just(high)
            )
        case Coded(values):
            return st.sampled_from(sorted(values))


facts: st.SearchStrategy[Facts] = st.fixed_dictionaries(
    {name: _value(name) if one.always else st.none() | _value(name) for name, one in ATTRIBUTES.items()}
)
