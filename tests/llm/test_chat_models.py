from __future__ import annotations

from assistant.llm.chat_models import ChatModels, CircuitBreaker
from assistant.settings import LlmSettings


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_breaker_opens_after_failures_in_a_row_and_tries_again_later() -> None:
    clock = Clock()
    breaker = CircuitBreaker(failures=2, reset_s=10, clock=clock)
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert breaker.open
    assert not breaker.allows()
    clock.now = 10
    assert breaker.allows()
    assert not breaker.allows()  # one trial at a time
    breaker.succeeded()
    assert breaker.allows()
    assert not breaker.open


def test_a_success_between_failures_starts_the_count_again() -> None:
    breaker = CircuitBreaker(failures=2, reset_s=10, clock=Clock())
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    assert not breaker.open


def test_a_server_with_an_open_breaker_is_not_a_candidate_and_is_degraded() -> None:
    models = ChatModels(LlmSettings(base_url="http://127.0.0.1:9/v1", breaker_failures=1), None)
    assert [candidate.served for candidate in models.candidates()] == [True]
    models.breaker.failed()
    assert models.candidates() == []
    assert models.degraded == ("llm",)


def test_no_server_configured_is_not_degraded() -> None:
    models = ChatModels(LlmSettings(), None)
    assert models.candidates() == []
    assert models.degraded == ()
