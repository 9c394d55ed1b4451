# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures of what the tests of screens show; setup/screenshots has them taken."""

import os

from harness import paths
from PIL import Image
from playwright.sync_api import Page, expect

DOCS = paths.ROOT / "docs" / "screenshots"
#: those of the addon's own readme
README = paths.ROOT / "connector_shopify" / "static" / "description"
LARGEST = 150_000  # bytes of a picture


def picture(page: Page, name: str, readme: bool = False) -> None:
    """Keep what the page shows, when pictures are wanted."""
    if not os.environ.get("HUB_SCREENSHOTS"):
        return
    page.mouse.move(0, 0)
    busy = page.locator(".fa-spin:visible, .fa-circle-o-notch:visible")
    expect(busy).to_have_count(0)
    target = paths.folder(README if readme else DOCS) / f"{name}.png"
    page.screenshot(path=target, animations="disabled")
    # screens have few colours; as they are taken they would be twice as large
    with Image.open(target) as image:
        reduced = image.convert("RGB").quantize(256)
    reduced.save(target, optimize=True)
    assert target.stat().st_size < LARGEST
