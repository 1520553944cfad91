"""Bar charts as SVG, one group of bars for each scenario; readable on light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

_BAR, _GAP, _HEAD, _LABELS, _WIDTH, _VALUES = 16, 14, 24, 190, 420, 70


@dataclass(frozen=True, slots=True)
class Bar:
    """One median, with the least and the most of its runs."""

    label: str
    value: float
    least: float
    most: float
    colour: str


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    bars: Sequence[Bar]


def chart(title: str, unit: str, groups: Sequence[Group]) -> str:
    """The whole SVG document."""
    top = max((bar.most for group in groups for bar in group.bars), default=1) or 1
    lines, height = [], 2 * _HEAD
    for group in groups:
        lines.append(_text(8, height + 12, group.name, weight="bold"))
        height += _HEAD
        for bar in group.bars:
            lines.append(_bar(bar, height, top))
            height += _BAR + 2
        height += _GAP
    heading = _text(8, 20, f"{title} ({unit}; median, and from least to most)", weight="bold")
    return _document(height, [heading, *lines])


def _bar(bar: Bar, y: int, top: float) -> str:
    scale = _WIDTH / top
    end = _LABELS + bar.value * scale
    middle = y + _BAR / 2
    least, most = _LABELS + bar.least * scale, _LABELS + bar.most * scale
    place = f'x="{_LABELS}" y="{y}" width="{end - _LABELS:.1f}" height="{_BAR}"'
    return "".join(
        [
            _text(_LABELS - 6, y + 12, bar.label, anchor="end"),
            f'<rect {place} fill="{bar.colour}"/>',
            f'<path d="M{least:.1f} {middle}H{most:.1f}" class="range" stroke-width="2"/>',
            _text(int(max(end, most)) + 6, y + 12, _number(bar.value)),
        ]
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 20 else f"{value:.2g}" if value < 1 else f"{value:.1f}"


def _text(x: int, y: int, text: str, *, anchor: str = "start", weight: str = "normal") -> str:
    place = f'x="{x}" y="{y}" text-anchor="{anchor}" font-weight="{weight}"'
    return f"<text {place}>{escape(text)}</text>"


def _document(height: int, content: Sequence[str]) -> str:
    width = _LABELS + _WIDTH + _VALUES
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    background = '<rect class="page" width="100%" height="100%"/>'
    body = "\n".join([_STYLE, background, *content])
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>\n{body}\n</svg>\n'


# Bars keep their colours; they stand out from either page.
_STYLE = """<style>
svg { font: 12px sans-serif; }
.page { fill: #ffffff; } text { fill: #1f2328; } .range { stroke: #6e7781; }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; } text { fill: #e6edf3; } .range { stroke: #c9d1d9; }
}
</style>"""
