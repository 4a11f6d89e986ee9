"""What every journey through the workbench begins with."""

from __future__ import annotations

from typing import Any


def sign_in(page: Any, site: Any) -> None:
    """Signed in as the demo user, at an empty conversation."""
    page.goto(f"{site.url}/workbench")
    page.fill("#name", site.demo["workbench"]["user"])
    page.fill("#password", site.demo["workbench"]["password"])
    page.click("button[type=submit]")
    page.wait_for_selector(".firm", state="attached", timeout=100_000)
    # The history is what arrives last: the page has found the place where its user left off.
    page.wait_for_selector("#history .thread, #history .nothing", state="attached")
    if not page.locator("#new").is_visible():
        page.click("#tabs .left")
    page.click("#new")
    page.wait_for_selector(".welcome")


def ask(page: Any, question: str) -> None:
    page.fill("#question textarea", question)
    page.click("#ask")


def ended(page: Any, count: int = 1) -> None:
    """Until so many answers stand there with their status."""
    page.wait_for_function(
        "n => document.querySelectorAll('#chat .foot .acts a').length >= n && "
        "document.querySelector('#ask') !== null",
        arg=count,
    )
