"""Invented enterprises, and the noise of real typing: greetings, dropped punctuation, slips."""

from __future__ import annotations

import random

from finetune.mini.data.values import Filled, shifted, words

_PLACES = words(
    "南宁 柳州 桂林 北海 钦州 防城港 玉林 贵港 百色 河池 来宾 崇左 梧州 贺州 邕宁 武鸣 象州 平果 凭祥 东兴"
)
_NAMES = words(
    "恒源 云帆 智桂 瑞丰 联创 海誉 山川 青禾 启明 中泰 科远 金榜 百川 德鑫 飞越 新宇 天成 佳美 众合 宏图 博雅 盛达 锦程 华谊 明远"
)
_TRADES = words(
    "科技 智能 机械 新材料 生物 食品 物流 电子 软件 环保 能源 药业 纺织 建材 农业 水产 贸易 光电 汽配 信息"
)
_BEFORE = (
    "请问",
    "麻烦",
    "你好，",
    "想问下",
    "老师，",
    "急！",
    "那个，",
    "请教一下，",
    "咨询下：",
    "经理让我问，",
)
_AFTER = ("？", "？", "？", "。", "", "", "呢？", "啊", "谢谢", "，谢谢", "吗？", "?", "，急用", "，帮忙看看")


def enterprise(rng: random.Random) -> tuple[str, str, str]:
    """Name, short name and a code-like identity of an invented enterprise."""
    short = f"{rng.choice(_NAMES)}{rng.choice(_TRADES)}"
    name = f"{rng.choice(_PLACES)}{short}{rng.choice(('有限公司', '股份有限公司', '有限责任公司'))}"
    return name, short, f"CODE{rng.randrange(10**9):09}"


def noisy(filled: Filled, rng: random.Random) -> Filled:
    """The question as someone in a hurry types it."""
    before = rng.choice(_BEFORE) if rng.random() < 0.25 else ""
    after = rng.choice(_AFTER)
    return shifted(filled, before, after)


def slip(text: str, rng: random.Random) -> str:
    """One character of a question without slots doubled, dropped or swapped."""
    if len(text) < 6:
        return text
    place = rng.randrange(1, len(text) - 2)
    style = rng.randrange(3)
    if style == 0:
        return text[:place] + text[place + 1 :]
    if style == 1:
        return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    return text[:place] + text[place] + text[place:]
