"""The lists beside the conversation: who is signed in, enterprises, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from urllib.parse import quote

from assistant.conversation import other_locale
from assistant.today import SHANGHAI
from serve.desk.desk import Thread
from serve.desk.enterprise_card import EnterpriseCard
from serve.texts import Texts

SHOWN = 30
_WARNING_TEXTS = {"red": "warning_red", "amber": "warning_amber", "none": "warning_none"}


def header(user: str, texts: Texts) -> str:
    other = other_locale(texts.language)
    return (
        '<div class="brand"><span class="mark" aria-hidden="true">桂</span>'
        f"<div><b>{escape(texts('brand'))}</b><small>{escape(texts('brand_sub'))}</small></div></div>"
        f'<div class="label">{escape(texts("ai_notice"))}</div>'
        f'<nav><a href="/workbench/language?to={other}">{escape(texts("language"))}</a>'
        f'<span class="who">{escape(user)}</span>'
        '<form method="post" action="/workbench/sign-out">'
        f'<button type="submit">{escape(texts("sign_out"))}</button></form></nav>'
    )


def tabs(texts: Texts) -> str:
    """On a narrow screen one of the three columns shows; these choose which."""
    links = "".join(
        f'<a href="#do/view/{side}" class="{side}" aria-current="{str(side == "middle").lower()}">{escape(texts(f"tab_{side}"))}</a>'
        for side in ("left", "middle", "right")
    )
    return f'<nav aria-label="{escape(texts("brand_sub"))}">{links}</nav>'


def enterprises(cards: Sequence[EnterpriseCard], chosen: str | None, texts: Texts) -> str:
    if not cards:
        return f'<div class="nothing">{escape(texts("enterprise_none"))}</div>'
    rows = "".join(_enterprise(card, card.code == chosen, texts) for card in cards[:SHOWN])
    more = "enterprise_more" if len(cards) > SHOWN else "enterprise_count"
    total = escape(texts(more, count=len(cards), shown=SHOWN))
    fictional = escape(texts("fictional_notice")) if any(card.fictional for card in cards) else ""
    return (
        f'<div class="list firms">{rows}</div><p class="quiet">{total}</p>'
        f'<p class="quiet">{escape(texts("warning_note"))}{fictional}</p>'
    )


def _enterprise(card: EnterpriseCard, chosen: bool, texts: Texts) -> str:
    why = _why(card, texts) or texts(_WARNING_TEXTS[card.warning])
    place = " · ".join(texts.word(part) for part in (card.city, card.industry, card.size) if part)
    return (
        f'<a class="item firm{" on" if chosen else ""}" href="#do/choose/{quote(card.code, safe="")}"'
        f' title="{escape(card.name)}&#10;{escape(why)}">'
        f'<span class="dot {card.warning}" role="img" aria-label="{escape(why)}"></span>'
        f"<span><b>{escape(card.short_name or card.name)}</b><small>{escape(place)}</small></span>"
        f'<span class="stage {card.warning}">{escape(texts.word(card.stage))}</span></a>'
    )


def chosen_enterprise(card: EnterpriseCard | None, texts: Texts) -> str:
    """The enterprise that questions are about, in full, above the conversation."""
    if card is None:
        return f'<div class="chosen nothing">{escape(texts("no_enterprise"))}</div>'
    why = _why(card, texts)
    warning = f'<span class="why {card.warning}">{escape(why)}</span>' if why else ""
    shown = [
        label for label in card.labels if not (card.fictional and "虚构" in label and "虚构" in card.name)
    ]
    labels = "".join(f'<span class="chip">{escape(texts.word(label))}</span>' for label in shown[:2])
    return (
        f'<div class="chosen"><span class="dot {card.warning}"></span><b>{escape(card.name)}</b>'
        f'<span class="stage {card.warning}">{escape(texts.word(card.stage))}</span>{warning}'
        f'<a class="act" href="#do/choose/">{escape(texts("enterprise_clear"))}</a>'
        f"<code>{escape(card.code)}</code>{labels}</div>"
    )


def _why(card: EnterpriseCard, texts: Texts) -> str:
    """The public marks that gave the colour."""
    return texts("clause_mark").join(texts(reason) for reason in card.reasons)


def history(threads: Sequence[Thread], opened: str | None, texts: Texts) -> str:
    if not threads:
        return f'<div class="nothing">{escape(texts("history_empty"))}</div>'
    rows = "".join(
        f'<a class="item thread{" on" if thread.id == opened else ""}" href="#do/open/{quote(thread.id, safe="")}">'
        f"<span><b>{escape(thread.title)}</b><small>{_moment(thread.updated_at)}</small></span></a>"
        for thread in threads
    )
    return f'<div class="list">{rows}</div>'


def conversation_acts(conversation: str | None, texts: Texts) -> str:
    if conversation is None:
        return ""
    act = f"#do/export/conversation/{quote(conversation, safe='')}"
    return f'<a class="act" href="{act}">{escape(texts("export_conversation"))}</a>'


def welcome(texts: Texts) -> str:
    """What an empty conversation shows; its examples are questions to click."""
    examples = "".join(
        f'<a class="example" href="#do/example/{number}">{escape(texts(f"example_{number}"))}</a>'
        for number in (1, 2, 3, 4)
    )
    return (
        f'<div class="welcome"><h2>{escape(texts("welcome_title"))}</h2>'
        f"<p>{escape(texts('welcome_lead'))}</p><div>{examples}</div></div>"
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).strftime("%m-%d %H:%M")
