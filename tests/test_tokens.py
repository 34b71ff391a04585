"""Every text stands readable on its ground, in both themes: WCAG 2.2 AA, computed from the token table."""

import re
from pathlib import Path

import pytest

TABLE = Path(__file__).resolve().parent.parent / "static" / "css" / "tokens.css"
TEXT = 4.5  # 1.4.3 Contrast (minimum), body text
SHAPE = 3.0  # 1.4.11 Non-text contrast: borders of controls, marks, focus

GROUNDS = ("ground", "surface", "sunken")
STATES = ("p0", "p1", "p2", "p3", "risk", "late", "paused", "met")
PAIRS = [
    *((text, ground, TEXT) for text in ("text", "text-2", "text-3", "accent", "accent-strong") for ground in GROUNDS),
    *((state, ground, TEXT) for state in STATES for ground in (f"{state}-soft", "surface", "ground")),
    *((text, f"{state}-soft", TEXT) for text in ("text", "text-2") for state in STATES),
    *((text, "accent-soft", TEXT) for text in ("text", "text-2", "accent", "accent-strong")),
    *((text, "paper", TEXT) for text in ("text", "text-2", "on-paper")),
    *((text, "paused-hatch", TEXT) for text in ("text", "text-2", "paused")),
    *((text, "code-ground", TEXT) for text in ("text", "text-2", "accent")),
    ("text", "mark", TEXT),
    ("on-accent", "accent", TEXT),
    ("on-accent", "accent-strong", TEXT),
    ("surface", "late", TEXT),
    *((mark, ground, SHAPE) for mark in ("line-strong", "focus") for ground in ("ground", "surface")),
]


def themes() -> dict[str, dict[str, str]]:
    rows = re.findall(
        r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)", TABLE.read_text(encoding="utf-8")
    )
    return {
        "light": {name: light for name, light, _ in rows},
        "dark": {name: dark for name, _, dark in rows},
    }


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2 definition (sRGB)."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground", "least"), PAIRS, ids=lambda value: str(value))
def test_text_is_readable_on_its_ground(theme: str, text: str, ground: str, least: float) -> None:
    table = themes()[theme]
    ratio = contrast(table[text], table[ground])
    assert ratio >= least, f"{text} {table[text]} on {ground} {table[ground]}: {ratio:.2f} < {least}"


def test_the_formula_knows_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_colour_is_written_in_the_table_and_nowhere_else() -> None:
    strays = {
        str(sheet.relative_to(TABLE.parent)): found
        for sheet in TABLE.parent.rglob("*.css")
        if sheet != TABLE and (found := re.findall(r":[^;{}]*#[0-9a-fA-F]{3,8}\b", sheet.read_text(encoding="utf-8")))
    }
    assert strays == {}
