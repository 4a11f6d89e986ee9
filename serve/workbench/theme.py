"""Colours, type and spacing of the page: paper, ink and one deep green; system fonts only."""

from __future__ import annotations

from gradio.themes import Base, Color, sizes

_INK = Color(
    c50="#f6f8f9", c100="#edf1f3", c200="#dfe6ea", c300="#c7d2d9", c400="#94a5b0", c500="#647784",
    c600="#4a5c69", c700="#374753", c800="#26343e", c900="#1d2b36", c950="#131e27", name="ink",
)  # fmt: skip
_GREEN = Color(
    c50="#eef6f5", c100="#d8eae8", c200="#b3d5d2", c300="#83b8b4", c400="#4b9490", c500="#1f7573",
    c600="#0f5c5c", c700="#0c4a4b", c800="#0b3c3d", c900="#0a3233", c950="#062021", name="green",
)  # fmt: skip
SANS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "system-ui",
    "sans-serif",
)  # fmt: skip
MONO = ("ui-monospace", "Consolas", "Noto Sans Mono CJK SC", "monospace")


def theme() -> Base:
    """Every font is the machine's own: nothing is fetched."""
    made = Base(
        primary_hue=_GREEN,
        secondary_hue=_GREEN,
        neutral_hue=_INK,
        text_size=sizes.text_sm,
        spacing_size=sizes.spacing_sm,
        radius_size=sizes.radius_sm,
        font=SANS,
        font_mono=MONO,
    )
    return made.set(
        body_background_fill="#f3f5f6",
        body_text_color="#1d2b36",
        block_background_fill="#ffffff",
        block_border_width="0px",
        block_shadow="none",
        block_padding="0px",
        input_background_fill="#ffffff",
        input_border_color="#c7d2d9",
        input_border_color_focus="#1f7573",
        button_primary_background_fill="#0f5c5c",
        button_primary_background_fill_hover="#0c4a4b",
        button_primary_text_color="#ffffff",
        button_secondary_background_fill="#ffffff",
        button_secondary_border_color="#c7d2d9",
        button_border_width="1px",
        layout_gap="0px",
    )
