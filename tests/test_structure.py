"""The rooms of the assistant stay few enough to be found by reading the tree."""

from __future__ import annotations

from eval.structure import structure


def test_few_rooms_few_arrows_and_few_modules_at_the_root():
    found = structure()
    assert len(found.rooms) <= 24, sorted(found.rooms)
    assert len(found.modules) <= 12, sorted(found.modules)
    assert len(found.arrows) <= 90, sorted(found.arrows)
