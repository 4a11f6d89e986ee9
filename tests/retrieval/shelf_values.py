"""Days and enterprises that tests of the search speak of."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from assistant.document import DocumentVersion, DraftPassage

TODAY = date(2026, 11, 23)
CODE, OTHER = "91450100MA5K000001", "91450200MA5K000002"
Put = Callable[[DocumentVersion, Sequence[DraftPassage]], Awaitable[None]]
