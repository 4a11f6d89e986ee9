"""The months of one fictional enterprise: sales, receipts, payments, projects, loans and the cash balance.

Order of cause: sales follow trend, season and noise; receipts follow sales after the receivable days; payments
follow purchases, wages, tax months and projects; a loan is drawn when a project starts or the balance falls
below half a month's payments; loans are paid back on their schedule. All amounts 万元, tax included where cash.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from assistant.tools.enterprise_data.calendar import QUARTER_TAX_MONTHS, bonus_month, festival_share
from knowledge.sample.profile import Profile
from knowledge.sample.sectors import PURPOSES

PAD = 6  # months simulated on both sides and then cut off
BUFFER_MONTHS = 0.5


@dataclass(frozen=True, slots=True)
class DrawnLoan:
    """`drawn` counts months from the first observation; repaid at once at maturity or in equal quarters."""

    drawn: int
    amount: float
    months: int
    purpose: str
    rate_pct: float
    quarterly: bool

    def repayments(self) -> list[tuple[int, float]]:
        """(month, principal) pairs."""
        if not self.quarterly:
            return [(self.drawn + self.months, self.amount)]
        parts = self.months // 3
        return [(self.drawn + 3 * (k + 1), self.amount / parts) for k in range(parts)]


@dataclass(frozen=True, slots=True)
class Months:
    """Arrays of one value a month, first observation first; `first` is the month index of that observation."""

    first: int
    sales: np.ndarray
    inflow: np.ndarray
    outflow: np.ndarray
    drawn: np.ndarray
    repaid: np.ndarray
    paid_out: np.ndarray
    balance: np.ndarray
    vat: np.ndarray
    income_tax: np.ndarray
    research: np.ndarray
    wages: np.ndarray
    overdue_days: np.ndarray
    loans: tuple[DrawnLoan, ...]

    @property
    def net(self) -> np.ndarray:
        """Operating net flow: before loans, repayments and dividends."""
        return self.inflow - self.outflow


def _sales(
    rng: np.random.Generator, profile: Profile, months: np.ndarray, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """Monthly sales without VAT and their smooth level; `months` are month indices, `end` the last observed."""
    since = months - end
    trend = np.exp(profile.drift * since)
    if profile.break_at:
        trend *= np.exp(-profile.fall * np.clip(since + profile.break_at, 0, None)) * np.exp(
            profile.fall * profile.break_at * 0.5
        )
    level = profile.revenue / 12 * trend
    season = np.array([profile.sector.months[m % 12] for m in months])
    season = season / np.mean(profile.sector.months)
    festival = 1 - profile.sector.idle * np.array([festival_share(int(m)) for m in months])
    shocks = rng.normal(0, profile.noise, len(months))
    log_noise = np.empty(len(months))
    state = 0.0
    for i, shock in enumerate(shocks):
        state = 0.45 * state + shock
        log_noise[i] = state
    return level * season * festival * np.exp(log_noise), level


def _lagged(values: np.ndarray, days: float) -> np.ndarray:
    """Values moved `days` later (earlier if negative), spread over two neighbouring months."""
    lag = days / 30
    whole, part = int(np.floor(lag)), lag - np.floor(lag)
    place = np.arange(len(values))
    first = values[np.clip(place - whole, 0, len(values) - 1)]
    second = values[np.clip(place - whole - 1, 0, len(values) - 1)]
    return (1 - part) * first + part * second


def _projects(
    rng: np.random.Generator, profile: Profile, level: np.ndarray, growth: np.ndarray
) -> list[tuple[int, float, int, str]]:
    """(start, amount, months of spending, purpose); firms that grow start more of them."""
    found: list[tuple[int, float, int, str]] = []
    quiet_until = 0
    for t in range(len(level)):
        rate = profile.sector.project_rate / 12 * float(np.clip(0.35 + 3.5 * growth[t], 0.1, 2.2))
        if t < quiet_until or rng.random() > rate or profile.path == "distress":
            continue
        weights = np.array(profile.sector.project) + np.array([0.0, 0.0, 0.6 * max(0.0, float(growth[t]))])
        purpose = PURPOSES[1 + int(rng.choice(3, p=weights / weights.sum()))]
        amount = float(level[t] * 12 * rng.uniform(0.05, 0.2))
        found.append((t, amount, int(rng.integers(2, 6)), purpose))
        quiet_until = t + int(rng.integers(8, 16))
    return found


def simulate(rng: np.random.Generator, profile: Profile, end: int) -> Months:
    """All months of one enterprise up to month index `end`."""
    grid = np.arange(end - profile.months + 1 - PAD, end + 1 + PAD)
    sales, level = _sales(rng, profile, grid, end)
    vat = profile.sector.vat_pct / 100
    longer = np.where(grid > end - profile.break_at, 30.0, 0.0) if profile.break_at else np.zeros(len(grid))
    collected = _lagged(sales, profile.receivable_days)
    if profile.break_at:
        late = _lagged(sales, profile.receivable_days + 30)
        collected = np.where(longer > 0, 0.8 * late + 0.06 * collected, collected)
    inflow = collected * (1 + vat) * np.exp(rng.normal(0, 0.05, len(grid)))
    expected = np.convolve(sales, np.ones(3) / 3, mode="same")
    purchases = _lagged(expected * (1 - profile.gross), profile.payable_days - profile.inventory_days)
    if profile.break_at:
        # Stock piles up and prices give way: purchases fall later and less than sales.
        purchases = purchases * np.where(longer > 0, profile.squeeze, 1.0)
    bonus = np.array([1.8 if bonus_month(int(m)) else 1.0 for m in grid])
    staffed = np.maximum(level, np.concatenate([level[:10], level[:-10]])) if profile.break_at else level
    wages = staffed * profile.payroll * bonus
    research = level * profile.sector.research * rng.uniform(0.6, 1.4, len(grid))
    overhead = staffed * profile.gross * 0.18
    value_added = np.roll(sales * profile.gross * vat, 1)
    profit = sales * profile.gross - wages - research - overhead
    quarterly = np.array([QUARTER_TAX_MONTHS.__contains__(int(m) % 12 + 1) for m in grid])
    past_quarter = np.roll(np.convolve(profit, np.ones(3), mode="full")[: len(grid)], 1)
    rate = 0.15 if profile.sector.research >= 0.05 else 0.25
    income_tax = np.where(quarterly, np.clip(past_quarter, 0, None) * rate, 0.0)
    outflow = purchases * (1 + vat) + wages + research + overhead + value_added + income_tax

    cut = slice(PAD, PAD + profile.months)
    observed = level[cut]
    six = np.convolve(sales[cut], np.ones(6) / 6, mode="full")[: profile.months]
    before = np.concatenate([six[:6], six[:-6]]) if profile.months > 6 else six
    growth = np.clip(six / np.maximum(before, 1e-6) - 1, -0.5, 1.0)
    growth[: min(12, profile.months)] = profile.drift * 6
    projects = _projects(rng, profile, observed, growth)
    return _run_cash(
        rng, profile, end - profile.months + 1, projects,
        sales=sales[cut], inflow=inflow[cut], outflow=outflow[cut], vat=value_added[cut],
        income_tax=income_tax[cut], research=research[cut], wages=wages[cut],
    )  # fmt: skip


def _run_cash(
    rng: np.random.Generator,
    profile: Profile,
    first: int,
    projects: list[tuple[int, float, int, str]],
    **series: np.ndarray,
) -> Months:
    """Walk the months: pay projects and repayments, draw loans, pay dividends; balances never fall below zero."""
    count = profile.months
    inflow, outflow = series["inflow"], series["outflow"].copy()
    for start, amount, spread, _ in projects:
        outflow[start : start + spread] += amount / spread
    due, drawn, repaid = np.zeros(count + 48), np.zeros(count), np.zeros(count)
    paid_out, balance, overdue = np.zeros(count), np.zeros(count), np.zeros(count)
    starts = {start: (amount, purpose) for start, amount, _, purpose in projects}
    loans: list[DrawnLoan] = []
    cash = float(outflow[: min(6, count)].mean()) * profile.prudence
    outstanding, bad = 0.0, 0
    rate_pct = round(float(rng.uniform(3.2, 5.6)), 2)
    for t in range(count):
        if t in starts and profile.path != "distress":
            amount, purpose = starts[t]
            loan = _project_loan(rng, t, amount * rng.uniform(0.55, 0.85), purpose, rate_pct)
            loans.append(loan)
            drawn[t] += loan.amount
            for when, part in loan.repayments():
                due[when] += part
        monthly = float(outflow[max(0, t - 11) : t + 1].mean())
        if profile.break_at and t == count - profile.break_at:
            loan = DrawnLoan(t, _round_up(1.2 * monthly), 24, "流动资金", rate_pct, quarterly=True)
            loans.append(loan)
            drawn[t] += loan.amount
            for when, part in loan.repayments():
                due[when] += part
        cash += float(inflow[t] - outflow[t]) + drawn[t] - due[t] - outstanding * rate_pct / 1200
        outstanding += drawn[t] - due[t]
        repaid[t] = due[t]
        if cash < BUFFER_MONTHS * monthly:
            refused = profile.break_at and t > count - profile.break_at + 3
            gap = BUFFER_MONTHS * monthly * (1 + 0.8 * profile.prudence) - cash
            if not refused:
                loan = _working_loan(
                    rng, first + t, t, gap, rate_pct, float(inflow[max(0, t - 11) : t + 1].mean())
                )
                loans.append(loan)
                drawn[t] += loan.amount
                outstanding += loan.amount
                cash += loan.amount
                for when, part in loan.repayments():
                    due[when] += part
            elif cash < 0.05 * monthly:
                # Bills and repayments slip to the next month: the balance stays just above zero, days overdue rise.
                slip = 0.05 * monthly - cash
                bad += 1
                overdue[t] = 10 + 25 * bad if outstanding > 0 else 0
                moved = min(slip, repaid[t])
                repaid[t] -= moved
                due[t + 1] += moved
                outstanding += moved
                cut = min(slip - moved, 0.6 * outflow[t])
                outflow[t] -= cut
                cash += moved + cut
        if cash > 3.0 * monthly and not (profile.break_at and t > count - profile.break_at):
            paid_out[t] = 0.5 * (cash - 3.0 * monthly)
            cash -= paid_out[t]
        balance[t] = cash
    return Months(
        first=first, sales=series["sales"], inflow=inflow, outflow=outflow, drawn=drawn, repaid=repaid,
        paid_out=paid_out, balance=balance, vat=series["vat"], income_tax=series["income_tax"],
        research=series["research"], wages=series["wages"], overdue_days=overdue, loans=tuple(loans),
    )  # fmt: skip


def _round_up(amount: float) -> float:
    step = 5 if amount < 100 else 10 if amount < 1000 else 50
    return float(np.ceil(max(amount, 5) / step) * step)


def _project_loan(rng: np.random.Generator, t: int, amount: float, purpose: str, rate: float) -> DrawnLoan:
    chances = {
        "设备购置": (0.0, 0.1, 0.45, 0.45),
        "研发投入": (0.0, 0.35, 0.45, 0.2),
        "市场拓展": (0.25, 0.6, 0.15, 0.0),
    }
    months = (6, 12, 24, 36)[int(rng.choice(4, p=chances[purpose]))]
    return DrawnLoan(t, _round_up(amount), months, purpose, rate, quarterly=months > 12)


def _working_loan(
    rng: np.random.Generator, month: int, t: int, gap: float, rate: float, inflow: float
) -> DrawnLoan:
    """Small gaps before the festival are bridged for six months, larger ones for a year or two."""
    bridging = month % 12 in (10, 11, 0, 1)
    chances = (0.65, 0.35, 0.0, 0.0) if bridging and gap < inflow else (0.2, 0.7, 0.1, 0.0)
    months = (6, 12, 24, 36)[int(rng.choice(4, p=chances))]
    return DrawnLoan(t, _round_up(gap), months, "流动资金", rate, quarterly=months > 12)
