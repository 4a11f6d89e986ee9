"""The shipped weights in openvino-genai: one pipeline, one stepping thread, many requests at once."""

from __future__ import annotations

import itertools
import json
import queue
import threading
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from tokenizers import Tokenizer

from assistant.errors import ConfigurationError, UpstreamError
from assistant.llm.embedded_prompt import IM_END

if TYPE_CHECKING:
    import openvino_genai

_log = structlog.get_logger(__name__)
SHIPPED = Path(__file__).parents[1] / "models" / "mini"
BLOCK_TOKENS = 32
STEP_TOKENS = 64
"""Tokens of one step of the model. The runtime keeps about a megabyte and a half for every number of tokens it has ever
seen in a step. With steps as long as the longest prompt 142 prompts took 210 MB and more with each; with these all there
are take 90 MB, and prompts then none. Eight at once cost up to a third more time."""
GRAMMARS_KEPT = 64
"""The runtime keeps every grammar it has compiled, about a megabyte each, for as long as the pipeline lives."""
_CACHE_BYTES = 2  # bytes of one cached number


@dataclass(frozen=True, slots=True)
class Generated:
    """`text` without the end mark; `logprobs[i]` is the model's own log probability of `tokens[i]`, grammar aside."""

    text: str
    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    prompt_tokens: int
    complete: bool


@dataclass(slots=True)
class _Request:
    ids: list[int]
    grammar: str | None
    config: Any
    done: Future[Generated]
    handle: Any = None


class EmbeddedEngine:
    """Loads `model.gguf`, `tokenizer.json` and `model.json` of a folder; owns a thread until `close`.

    Requests may be submitted from any thread. Those under way share each step of the model and the cached
    beginnings of their prompts. After `GRAMMARS_KEPT` grammars the pipeline is loaded anew between two
    requests, which takes about a second, so that its memory stays bounded. While nothing is asked the pipeline meets every
    length of a step, so that its memory stands where it will stay before the questions come.
    """

    def __init__(self, folder: Path, *, kv_cache_gb: float, threads: int) -> None:
        self.card = _json(folder / "model.json")
        self.tokenizer = Tokenizer.from_str(json.dumps(_json(folder / "tokenizer.json")))
        end = self.tokenizer.token_to_id(IM_END)
        if end is None:
            raise ConfigurationError(f"embedded model: {folder} is not a model of this assistant")
        self.end: int = end
        self.context = int(self.card["context"])
        self._load = partial(self._loaded, folder, kv_cache_gb, threads)
        self._pipeline = self._load()
        self._compiled: set[str] = set()
        self._unmet = _lengths()
        self._numbers = itertools.count()
        self._waiting: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="embedded-model", daemon=True)
        self._thread.start()

    def _loaded(
        self, folder: Path, kv_cache_gb: float, threads: int
    ) -> openvino_genai.ContinuousBatchingPipeline:
        import openvino_genai

        numbers = 2 * self.card["layers"] * self.card["kv_heads"] * self.card["head_width"]
        scheduler = openvino_genai.SchedulerConfig()
        scheduler.num_kv_blocks = max(64, int(kv_cache_gb * 2**30 / (numbers * _CACHE_BYTES * BLOCK_TOKENS)))
        scheduler.enable_prefix_caching = True
        scheduler.max_num_batched_tokens = STEP_TOKENS
        weights = folder / "model.gguf"
        if not weights.exists():
            raise ConfigurationError(f"embedded model has no weights at {weights}")
        try:
            return openvino_genai.ContinuousBatchingPipeline(
                str(weights), scheduler, "CPU", {"INFERENCE_NUM_THREADS": threads}
            )
        except RuntimeError as error:
            raise ConfigurationError(f"embedded model at {weights} cannot be loaded: {error}") from error

    @property
    def name(self) -> str:
        return str(self.card["name"])

    def count(self, text: str) -> int:
        return len(self.tokenizer.encode(text, add_special_tokens=False).ids)

    def submit(self, prompt: str, grammar: str | None, max_tokens: int) -> Future[Generated]:
        """Queue a prompt; the future's result is what was generated, its failure an `UpstreamError`.

        Cancelling the future frees the request, whether or not it has begun.
        """
        import openvino_genai

        done: Future[Generated] = Future()
        ids = self.tokenizer.encode(prompt, add_special_tokens=False).ids
        if self._closed or len(ids) + max_tokens > self.context:
            reason = "已关闭" if self._closed else f"提示过长（{len(ids)}个词元）"
            done.set_exception(UpstreamError(f"内置模型不能应答：{reason}", code="embedded_model_failed"))
            return done
        config = openvino_genai.GenerationConfig()
        config.max_new_tokens = max_tokens
        config.do_sample = False
        config.logprobs = 1
        config.eos_token_id = self.end
        config.stop_token_ids = {self.end}
        if grammar is not None:
            config.structured_output_config = openvino_genai.StructuredOutputConfig(grammar=grammar)
        self._waiting.put(_Request(ids, grammar, config, done))
        return done

    def close(self) -> None:
        """Stop the thread; requests still under way fail."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            self._thread.join(timeout=10)

    def _run(self) -> None:
        active: list[_Request] = []
        while not self._closed:
            worn = len(self._compiled) >= GRAMMARS_KEPT
            if worn and not active:
                self._renew()
            for request in [] if worn and active else self._arrivals(block=not active and not self._unmet):
                if self._begin(request):
                    active.append(request)
            if not active and self._unmet:
                self._meet(self._unmet.pop())
            if active and not self._step():
                for request in active:
                    _fail(request, "推理出错")
                active = []
            active = [request for request in active if not self._settle(request)]
        for request in active:
            request.handle.cancel()
            _fail(request, "已关闭")

    def _arrivals(self, *, block: bool) -> list[_Request]:
        found: list[_Request] = []
        try:
            while True:
                request = self._waiting.get(block=block and not found)
                if request is None:
                    return found
                found.append(request)
        except queue.Empty:
            return found

    def _renew(self) -> None:
        """A fresh pipeline; where the weights can no longer be read, the old one goes on."""
        self._compiled.clear()
        try:
            self._pipeline = self._load()
            self._unmet = _lengths()
        except ConfigurationError as error:
            _log.warning("embedded_model.kept_its_pipeline", reason=str(error))

    def _meet(self, length: int) -> None:
        """One step of `length` tokens, some 20 ms; no prompt begins like it, so that none finds it in the cache."""
        import openvino_genai

        config = openvino_genai.GenerationConfig()
        config.max_new_tokens = 1
        with suppress(
            RuntimeError
        ):  # a length not met now is met in a prompt, and only the memory comes later
            handle = self._add([length] * length, config)
            self._step()
            handle.cancel()

    def _add(self, ids: list[int], config: Any) -> Any:
        import numpy as np
        import openvino

        tensor = openvino.Tensor(np.asarray([ids], dtype=np.int64))
        return self._pipeline.add_request(next(self._numbers), tensor, config)

    def _begin(self, request: _Request) -> bool:
        if request.done.cancelled():
            return False
        try:
            request.handle = self._add(request.ids, request.config)
        except RuntimeError as error:
            _fail(request, str(error).splitlines()[0])
            return False
        if request.grammar is not None:
            self._compiled.add(request.grammar)
        return True

    def _step(self) -> bool:
        try:
            if self._pipeline.has_non_finished_requests():
                self._pipeline.step()
        except RuntimeError:
            return False
        return True

    def _settle(self, request: _Request) -> bool:
        """Whether the request is over; its result is then set."""
        import openvino_genai

        if request.done.cancelled():
            request.handle.cancel()
            return True
        status = request.handle.get_status()
        if status == openvino_genai.GenerationStatus.RUNNING:
            return False
        if status != openvino_genai.GenerationStatus.FINISHED:
            _fail(request, "请求被中断")
            return True
        output = request.handle.read_all()[0]
        tokens = [int(token) for token in output.generated_ids]
        complete = bool(tokens) and tokens[-1] == self.end
        if complete:
            tokens = tokens[:-1]
        result = Generated(
            text=self.tokenizer.decode(tokens, skip_special_tokens=False),
            tokens=tuple(tokens),
            logprobs=tuple(float(value) for value in output.generated_log_probs[: len(tokens)]),
            prompt_tokens=len(request.ids),
            complete=complete,
        )
        with suppress(InvalidStateError):  # cancelled in this very moment
            request.done.set_result(result)
        return True


def _lengths() -> list[int]:
    """Every number of tokens a step can have, the shortest last."""
    return list(range(STEP_TOKENS, 0, -1))


def _json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"embedded model: {path} cannot be read: {error}") from error


def _fail(request: _Request, reason: str) -> None:
    with suppress(InvalidStateError):
        request.done.set_exception(UpstreamError(f"内置模型不能应答：{reason}", code="embedded_model_failed"))
