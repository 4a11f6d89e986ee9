"""The start of a server: build the parts, fill what is empty, issue the demo credentials."""

from __future__ import annotations

from assistant.build import build
from assistant.errors import BaguiError
from serve.demo import issue
from serve.furnish import furnish
from serve.house import House


async def open_house(house: House) -> None:
    """Opens everything `house` serves. On failure what was opened is closed again."""
    try:
        house.opened(await build(house.settings))
        bagui = house.bagui
        await furnish(bagui, samples=house.settings.demo, say=house.say)
        house.demo = await issue(bagui.store, house.settings, house.origins)
    except BaguiError as error:
        house.fault = error
        await house.close()
        raise
