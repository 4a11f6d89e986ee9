"""An enterprise as the chooser shows it: stage, place, and a colour for what the public register says."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from assistant.store.enterprises import Enterprise
from serve.texts import Texts

Warning = Literal["red", "amber", "none"]
_RED_LABELS = {"经营异常": "label_abnormal"}
_RED_STAGES = {"困境期": "stage_distress"}
_AMBER_LABELS = {"成立不足12个月": "label_young"}
_AMBER_STAGES = {"转型期": "stage_turning"}


@dataclass(frozen=True, slots=True)
class EnterpriseCard:
    """`warning` comes from public marks alone; `reasons` are keys of the text catalogue that say which."""

    code: str
    name: str
    short_name: str
    city: str
    industry: str
    stage: str
    size: str
    labels: tuple[str, ...]
    fictional: bool
    warning: Warning
    reasons: tuple[str, ...]


def card_of(enterprise: Enterprise) -> EnterpriseCard:
    red = [key for label, key in _RED_LABELS.items() if label in enterprise.labels]
    red += [key for stage, key in _RED_STAGES.items() if stage == enterprise.stage]
    amber = [key for label, key in _AMBER_LABELS.items() if label in enterprise.labels]
    amber += [key for stage, key in _AMBER_STAGES.items() if stage == enterprise.stage]
    return EnterpriseCard(
        code=enterprise.code,
        name=enterprise.name,
        short_name=enterprise.short_name,
        city=enterprise.city,
        industry=enterprise.industry,
        stage=enterprise.stage,
        size=enterprise.size,
        labels=enterprise.labels,
        fictional=enterprise.fictional,
        warning="red" if red else "amber" if amber else "none",
        reasons=(*red, *amber),
    )


def matching(cards: Iterable[EnterpriseCard], query: str, texts: Texts) -> tuple[EnterpriseCard, ...]:
    """Those in which every word of the query occurs: in name, code, place, industry, stage or a label.

    A fixed word is found by its Chinese and as the reader sees it.
    """
    words = _plain(query).split()
    return tuple(card for card in cards if all(word in _searched(card, texts) for word in words))


def _searched(card: EnterpriseCard, texts: Texts) -> str:
    fixed = (card.city, card.industry, card.stage, card.size, *card.labels)
    return _plain(" ".join((card.name, card.code, *fixed, *(texts.word(word) for word in fixed))))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
