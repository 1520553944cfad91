"""The page in a state, in its two looks: light and wide, dark and narrow.

Each look is audited by axe-core, and a picture of it is left in `.local/page` for human eyes.
"""

from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

PICTURES = Path(__file__).parents[2] / ".local/page"
_LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 320))
_HEIGHT = 800
# Those of WCAG 2.2 on the levels A and AA, and what axe-core calls good practice.
_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def faults_of(page: Page, state: str) -> list[str]:
    """What axe-core has against a look of it, and what is wider than the screen."""
    faults: list[str] = []
    for scheme, width in _LOOKS:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.set_viewport_size({"width": width, "height": _HEIGHT})
        page.screenshot(path=PICTURES / f"{state}, {scheme}.png", full_page=True)
        faults += [f"{state}, {scheme}: {fault}" for fault in _audited(page)]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            faults.append(f"{state}, {scheme}: is wider than the screen")
    return faults


def _audited(page: Page) -> list[str]:
    found = Axe().run(page, options=_RULES).response["violations"]
    return [f"{each['id']}: {node['html']}" for each in found for node in each["nodes"]]
