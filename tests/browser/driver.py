"""What a person does on the page and sees there, in a test's words."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from playwright.sync_api import CDPSession, Locator, Page, Request, expect

from tests.browser.site import MIB

PATIENCE_MS = 120_000  # of a machine that has other things to do
_CHUNK = re.compile(r"/upload/([0-9a-f-]{36})/chunks/(\d+)$")


@dataclass(frozen=True, slots=True)
class Person:
    page: Page
    cdp: CDPSession

    @classmethod
    def at(cls, page: Page, address: str) -> Self:
        page.goto(address)
        return cls(page, page.context.new_cdp_session(page))

    def choose(self, *paths: Path) -> None:
        self.page.get_by_label("Choose files").set_input_files(list(paths))

    def drops(self, *paths: Path) -> None:
        """By the mouse, onto the place for it; folders too."""
        box = self.page.locator("#drop").bounding_box()
        assert box
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.cdp.send("Input.dispatchDragEvent", {"type": kind, **point, "data": data})

    def begins(self, path: Path) -> "SentChunks":
        """A large file, and a quarter of it is there."""
        sent = SentChunks(self.page)
        self.has_network(mib_per_second=40)
        self.choose(path)
        self.waits_for_share(path.name, 0.25)
        return sent

    def row(self, name: str) -> Locator:
        """Of the list of uploads."""
        return self.page.locator("#uploads > li").filter(has_text=name)

    def file(self, name: str) -> Locator:
        """Of the list of files."""
        return self.page.locator("#file-list > li").filter(has_text=name)

    def presses(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def sees_state(self, name: str, state: str) -> None:
        expect(self.row(name)).to_have_class(f"row {state}")

    def sees(self, name: str, status: str) -> None:
        expect(self.row(name).locator(".status")).to_contain_text(status)

    def waits_for_share(self, name: str, share: float) -> None:
        """Until so much of the file is there."""
        self.page.wait_for_function(
            "([name, share]) => [...document.querySelectorAll('#uploads progress')]"
            ".some((bar) => bar.ariaLabel === name && bar.value >= share)",
            arg=[name, share],
        )

    def has_network(self, mib_per_second: float | None = None) -> None:
        """A slow one gives an upload a middle."""
        self._network(offline=False, upload=mib_per_second * MIB if mib_per_second else -1)

    def has_no_network(self) -> None:
        self._network(offline=True, upload=-1)

    def _network(self, *, offline: bool, upload: float) -> None:
        conditions = {"offline": offline, "latency": 0, "downloadThroughput": -1}
        self.cdp.send(
            "Network.emulateNetworkConditions", {**conditions, "uploadThroughput": upload}
        )


class SentChunks:
    """Which chunks the page has sent, by their numbers, and what the upload was called."""

    def __init__(self, page: Page) -> None:
        self.indices: list[int] = []
        self.upload_ids: set[str] = set()
        self.without_digest = 0
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        match = _CHUNK.search(request.url)
        if match and request.method == "PUT":
            self.upload_ids.add(match[1])
            self.indices.append(int(match[2]))
            self.without_digest += "content-digest" not in request.headers
