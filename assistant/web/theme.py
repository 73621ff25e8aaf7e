"""How the wizard looks: colours with enough contrast in light and dark, and fonts that need no download."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from assistant.web.typed_words import FIELD

_HERE = Path(__file__).parent
STYLE = "".join((_HERE / name).read_text("utf-8") for name in ("style.css", "plot.css", "frame.css"))
_SCRIPTS = ("navigation.js", "words.js", "pointing.js")
HEAD = "".join(f"<script>{(_HERE / name).read_text('utf-8')}</script>" for name in _SCRIPTS).replace(
    "__FIELD__", json.dumps(FIELD)
)


def theme() -> gr.themes.Base:
    """Return the theme."""
    blue = gr.themes.Color(
        "#eef4fb",
        "#dce8f6",
        "#bdd4ed",
        "#8fb5de",
        "#5a8fc8",
        "#2f6cab",
        "#1f5791",
        "#1a4878",
        "#163b62",
        "#122f4f",
        "#0c2038",
    )
    return gr.themes.Base(
        primary_hue=blue,
        neutral_hue=gr.themes.colors.slate,
        font=["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"],
        font_mono=["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"],
        radius_size=gr.themes.sizes.radius_md,
    ).set(
        body_background_fill="#f6f8fb",
        body_background_fill_dark="#0f1620",
        body_text_color_subdued="#4a5668",
        body_text_color_subdued_dark="#b4c0d0",
        block_info_text_color="#4a5668",
        block_info_text_color_dark="#b4c0d0",
        block_label_text_color="#33415c",
        block_label_text_color_dark="#c9d3e0",
        block_title_text_color="#1c2737",
        block_title_text_color_dark="#e6ecf4",
        block_background_fill="#ffffff",
        block_background_fill_dark="#17202c",
        block_border_color="#d5dce6",
        block_border_color_dark="#2c394b",
        block_border_width="1px",
        block_shadow="0 1px 2px rgba(16, 32, 56, 0.06)",
        input_border_width="1px",
        input_shadow="none",
        checkbox_border_width="1px",
        checkbox_border_color="#647084",
        checkbox_border_color_dark="#93a1b5",
        button_border_width="1px",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#1d2838",
        button_secondary_background_fill_hover="#eef4fb",
        button_secondary_border_color="#8592a6",
        button_secondary_border_color_dark="#5c6c84",
        button_secondary_text_color="#1c2737",
        button_secondary_text_color_dark="#e6ecf4",
        input_background_fill="#ffffff",
        input_background_fill_dark="#101924",
        input_border_color="#8592a6",
        input_border_color_dark="#5c6c84",
        input_placeholder_color="#647084",
        input_placeholder_color_dark="#93a1b5",
        button_primary_background_fill="#1f5791",
        button_primary_background_fill_hover="#1a4878",
        button_primary_background_fill_dark="#2a66a5",
        button_primary_background_fill_hover_dark="#1f5791",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        link_text_color="#1a4f8a",
        link_text_color_dark="#8fbdf0",
    )
