"""What is drawn once for each fictional enterprise: trade, size, age and the path its business takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np

from assistant.tools.enterprise_data.calendar import month_index
from knowledge.sample.sectors import BY_KEY, SECTORS, Sector

Path = Literal["steady", "growth", "volatile", "decline", "distress", "startup"]
PATHS: tuple[Path, ...] = ("steady", "growth", "volatile", "decline", "distress", "startup")
_PATH_WEIGHTS = (0.40, 0.24, 0.12, 0.08, 0.07, 0.09)


@dataclass(frozen=True, slots=True)
class Profile:
    """`months` observations end in the month of the anchor. `revenue` is annual, 万元, at the anchor's level.

    `drift` is monthly log growth; from `break_at` months before the end a distressed firm shrinks by `fall` a
    month while its purchases, `squeeze` times what they should be, do not.
    """

    ordinal: int
    sector: Sector
    path: Path
    founded: date
    months: int
    revenue: float
    gross: float
    payroll: float
    receivable_days: float
    inventory_days: float
    payable_days: float
    drift: float
    noise: float
    break_at: int
    fall: float
    squeeze: float
    exports: float
    prudence: float


# The first enterprises of every sample are fixed in kind, so that a demonstration always finds them.
SHOWCASE: tuple[tuple[str, Path, int], ...] = (
    ("ai", "growth", 40),
    ("machinery", "steady", 60),
    ("electronics", "growth", 60),
    ("machinery", "distress", 54),
    ("ai", "startup", 8),
    ("newenergy", "steady", 48),
    ("trade", "steady", 60),
    ("food", "steady", 60),
    ("software", "volatile", 42),
    ("agri", "steady", 48),
    ("ai", "startup", 19),
    ("biomed", "growth", 48),
)


def _founded(rng: np.random.Generator, anchor: date, months: int) -> date:
    """A founding day so that the anchor's month is the `months`-th of business, or years earlier."""
    index = month_index(anchor) - months + 1
    return date(index // 12, index % 12 + 1, 1) + timedelta(days=int(rng.integers(0, 25)))


def draw_profile(rng: np.random.Generator, ordinal: int, anchor: date, *, showcase: bool = True) -> Profile:
    """One enterprise. With `showcase` the first dozen ordinals follow `SHOWCASE`."""
    weights = np.array([sector.weight for sector in SECTORS])
    sector = SECTORS[int(rng.choice(len(SECTORS), p=weights / weights.sum()))]
    path = PATHS[int(rng.choice(len(PATHS), p=_PATH_WEIGHTS))]
    months = int(rng.integers(36, 61))
    if path == "startup":
        months = int(rng.integers(4, 24))
        if sector.key not in ("ai", "software", "newenergy", "biomed", "trade", "retail"):
            sector = BY_KEY["software"]
    if showcase and ordinal < len(SHOWCASE):
        key, path, months = SHOWCASE[ordinal]
        sector = BY_KEY[key]
    older = 0 if path == "startup" else int(rng.integers(0, 96)) * (months >= 48)
    profile = Profile(
        ordinal=ordinal,
        sector=sector,
        path=path,
        founded=_founded(rng, anchor, months + older),
        months=months,
        revenue=float(np.clip(sector.revenue * np.exp(rng.normal(0, 0.75)), 80, 60_000)),
        gross=float(sector.gross * rng.uniform(0.85, 1.18)),
        payroll=float(sector.payroll * rng.uniform(0.8, 1.2)),
        receivable_days=float(sector.receivable_days * rng.uniform(0.7, 1.35)),
        inventory_days=float(sector.inventory_days * rng.uniform(0.75, 1.3)),
        payable_days=float(sector.payable_days * rng.uniform(0.75, 1.3)),
        drift=float(rng.normal(0.004, 0.003)),
        noise=float(sector.noise * rng.uniform(0.75, 1.3)),
        break_at=0,
        fall=0.0,
        squeeze=1.0,
        exports=float(np.clip(sector.exports * rng.uniform(0.5, 1.5), 0, 0.95)) * (rng.random() < 0.85),
        prudence=float(rng.uniform(0.6, 1.6)),
    )
    return _shape_path(rng, profile)


def _shape_path(rng: np.random.Generator, profile: Profile) -> Profile:
    """Growth, decline, distress and start-up as changes of the plain profile."""
    if profile.path == "growth":
        return replace(profile, drift=float(rng.normal(0.018, 0.005)))
    if profile.path == "volatile":
        return replace(profile, noise=profile.noise * 1.9)
    if profile.path == "decline":
        return replace(profile, drift=float(rng.normal(-0.011, 0.004)), gross=profile.gross * 0.94)
    if profile.path == "distress":
        return replace(
            profile,
            break_at=int(rng.integers(10, 19)),
            fall=float(rng.uniform(0.035, 0.07)),
            squeeze=float(rng.uniform(1.2, 1.45)),
            prudence=0.6,
        )
    if profile.path == "startup":
        return replace(
            profile,
            drift=float(rng.normal(0.05, 0.02)),
            revenue=float(np.clip(profile.revenue * 0.35, 60, 2_500)),
            noise=profile.noise * 1.3,
            prudence=1.5,
        )
    return profile
