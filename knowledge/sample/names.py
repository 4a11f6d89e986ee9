"""Names and credit codes that no real enterprise can carry.

A name is two made-up syllables, a word of the trade, the word 示例 ("example"), a legal form and （虚构）.
A unified social credit code (GB 32100-2015) has a right check character, and the six digits of its registering
region are 459999: Guangxi is 45, its prefecture cities are 4501 to 4514, and a prefecture 99 does not exist, so
no registrar can issue such a code. Codes rise with the ordinal, so an ordered list keeps the sample's order.
"""

from __future__ import annotations

import numpy as np

CITIES = (
    "南宁市", "柳州市", "桂林市", "梧州市", "北海市", "防城港市", "钦州市",
    "贵港市", "玉林市", "百色市", "贺州市", "河池市", "来宾市", "崇左市",
)  # fmt: skip
CITY_WEIGHTS = (5, 3, 2.2, 0.9, 1.1, 1.1, 1.2, 0.9, 1.2, 0.8, 0.6, 0.6, 0.6, 0.8)
FICTION = "（虚构）"
UNISSUED_REGION = "459999"

_FIRST = "澍翊泠珩栩沅霁岑骁漪琰昉溯黛筠湑璟缙翮霖"
_SECOND = "岚澜禾笙珞桦霏棠峤泽朔杳砚蔚皓淳芷徵榆汀"
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = tuple(3**place % 31 for place in range(17))
_BODY_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def short_stems(rng: np.random.Generator, count: int) -> tuple[str, ...]:
    """`count` different two-syllable stems in a seeded order; at most 400, beyond that a third syllable."""
    pairs = [first + second for first in _FIRST for second in _SECOND]
    stems = [pairs[i] for i in rng.permutation(len(pairs))]
    while len(stems) < count:
        stems += [pair + extra for pair in pairs for extra in _SECOND if extra not in pair][
            : count - len(stems)
        ]
    return tuple(stems[:count])


def short_name(stem: str, word: str) -> str:
    """What people call the firm: `璟笙视觉`."""
    return stem + word


def full_name(city: str, short: str, suffix: str) -> str:
    """`南宁璟笙视觉示例科技有限公司（虚构）`."""
    return f"{city.removesuffix('市')}{short}示例{suffix}{FICTION}"


def credit_code(ordinal: int) -> str:
    """The 18 characters of the ordinal-th fictional enterprise; `ordinal` in 0 .. 9,999,999."""
    if not 0 <= ordinal < 10_000_000:
        raise ValueError("ordinal must lie between 0 and 9999999")
    body = f"9{ordinal:07d}"
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(body, _BODY_WEIGHTS, strict=True)) % 11
    head = f"91{UNISSUED_REGION}{body}{'0X'[rest == 10] if rest >= 10 else rest}"
    total = sum(_ALPHABET.index(char) * weight for char, weight in zip(head, _WEIGHTS, strict=True))
    return head + _ALPHABET[(31 - total % 31) % 31]


def person_id(ordinal: int) -> str:
    """A person as the sample knows one: a number, never a name."""
    return f"自然人-{ordinal:05d}（虚构）"
