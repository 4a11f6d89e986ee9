"""Train bagui-mini: `python -m finetune.mini.train --data DIR --out DIR --minutes 75`; run again to resume.

The clock decides the schedule, so that a shared machine ends on time: a short warm-up, flat to 40 %, then linear to
zero. Up to 40 % the prompt's tokens count too and law text is mixed in; afterwards only what the assistant writes. From
47 % on the rows come from `focus.jsonl`, where there is one: the assistant's own tools and its own corpus.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch

from finetune.mini.model import MiniModel, Shape
from finetune.mini.rows import Document, Rows, pack, read_dialogues, read_text
from finetune.mini.tokenizer import load_tokenizer

READING = 0.4  # share of the time in which prompt tokens count
FOCUS = 0.47  # share of the time after which only the focus rows are shown
CHOSEN = 1024  # positions whose loss is computed at each step
LENGTHS = ((512, 10), (1152, 4))  # row length and rows a step: short dialogues, and those that do not fit


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=75)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--feed-forward", type=int, default=704)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rate", type=float, default=2e-3, help="AdamW, embeddings and norms")
    parser.add_argument("--muon-rate", type=float, default=0.02)
    parser.add_argument("--save-every", type=float, default=180, help="seconds")
    options = parser.parse_args()
    torch.manual_seed(1)
    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    options.out.mkdir(parents=True, exist_ok=True)

    # Data: short dialogues and long ones in rows of their own, so that attention is not spent on padding.
    tokenizer = load_tokenizer(options.data / "tokenizer.json")
    dialogues = _by_length(list(read_dialogues(options.data / "train.jsonl", tokenizer)))
    focus_file = options.data / "focus.jsonl"
    focus = _by_length(list(read_dialogues(focus_file, tokenizer))) if focus_file.exists() else dialogues
    test = _by_length(list(read_dialogues(options.data / "test.jsonl", tokenizer)))[0]
    text_file = options.data / "text.jsonl"
    text = _by_length(list(read_text(text_file, tokenizer, 8_000)))[0] if text_file.exists() else None
    long_share = len(dialogues[1]) / LENGTHS[1][1] / (len(dialogues[0]) / LENGTHS[0][1] + 1)
    print(f"{[len(rows) for rows in dialogues]} rows of dialogues, {len(test)} of test", flush=True)

    # Model and optimisers: Muon for the matrices of the layers, AdamW for the rest.
    heads = options.width // 64
    shape = Shape(
        vocabulary=tokenizer.get_vocab_size(),
        width=options.width,
        layers=options.layers,
        heads=heads,
        kv_heads=heads,
        feed_forward=options.feed_forward,
    )
    model = MiniModel(shape).to(device)
    matrices = [p for p in model.model.layers.parameters() if p.ndim == 2]
    known = {id(p) for p in matrices}
    rest = [p for p in model.parameters() if id(p) not in known]
    muon = torch.optim.Muon(matrices, lr=options.muon_rate, momentum=0.95, weight_decay=0.02)
    adam = torch.optim.AdamW(rest, lr=options.rate, betas=(0.9, 0.95), weight_decay=0.01)
    step, spent = 0, 0.0
    saved = options.out / "checkpoint.pt"
    if saved.exists():
        state = torch.load(saved, map_location=device, weights_only=True)
        model.load_state_dict(state["model"])
        muon.load_state_dict(state["muon"])
        adam.load_state_dict(state["adam"])
        step, spent = state["step"], state["spent"]
        print(f"resumed at step {step}, {spent / 60:.1f} min", flush=True)
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f}M parameters", flush=True)
    compiled = torch.compile(model, dynamic=False)

    # Steps until the time is spent.
    total, began, last_save, seen = options.minutes * 60, time.monotonic() - spent, time.monotonic(), 0
    began_now, running = time.monotonic(), []
    while (spent := time.monotonic() - began) < total:
        progress = spent / total
        rate = min(1.0, progress / 0.03 + 0.02) * min(1.0, max(0.0, (1 - progress) / 0.6))
        for optimiser, peak in ((muon, options.muon_rate), (adam, options.rate)):
            for group in optimiser.param_groups:
                group["lr"] = peak * rate
        rng = np.random.default_rng(step)
        mixes_text = text is not None and progress < READING and step % 5 == 0
        shown = dialogues if progress < FOCUS else focus
        kind = int(not mixes_text and rng.random() < long_share and len(shown[1]) >= LENGTHS[1][1])
        source = text if mixes_text and text is not None else shown[kind]
        picked = _order(source, step, LENGTHS[kind][1])
        prompt_weight = 0.3 if progress < READING else 0.03
        inputs, weights = _batch(source, picked, rng, 1.0 if mixes_text else prompt_weight, device)
        with torch.autocast(device, dtype=torch.bfloat16):
            losses = compiled(*inputs)
        loss = (losses * weights).sum() / weights.sum()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in (muon, adam):
            optimiser.step()
            optimiser.zero_grad()
        if not mixes_text:
            heavy = weights >= 0.99
            running.append(losses.detach()[heavy].mean().item())
            del running[:-40]
        step += 1
        seen += source.tokens.shape[1] * LENGTHS[kind][1]
        if step % 50 == 0:
            speed = seen / (time.monotonic() - began_now)
            written = float(np.mean(running)) if running else math.nan
            print(f"step {step} {spent / 60:.1f} min loss {written:.3f} {speed:.0f} tok/s", flush=True)
        if time.monotonic() - last_save > options.save_every:
            _save(options.out, model, muon, adam, step, spent, shape)
            print(f"  test loss {_test_loss(model, test, LENGTHS[0][1], device):.3f}", flush=True)
            last_save = time.monotonic()
    _save(options.out, model, muon, adam, step, spent, shape)
    print(f"done: {step} steps, test loss {_test_loss(model, test, LENGTHS[0][1], device):.3f}")


def _by_length(documents: list[Document]) -> list[Rows]:
    short = [document for document in documents if len(document[0]) <= LENGTHS[0][0]]
    long = [document for document in documents if len(document[0]) > LENGTHS[0][0]]
    return [pack(short, LENGTHS[0][0]), pack(long, LENGTHS[1][0])]


def _order(rows: Rows, step: int, count: int) -> np.ndarray:
    """The rows of one step: epochs are permutations fixed by their number, so a resumed run goes on alike."""
    per_epoch = max(1, len(rows) // count)
    epoch, place = divmod(step, per_epoch)
    order = np.random.default_rng(1000 + epoch).permutation(len(rows))
    return order[place * count : place * count + count]


def _batch(
    rows: Rows, picked: np.ndarray, rng: np.random.Generator, prompt_weight: float, device: str
) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Inputs of the model for the picked rows, and the weight of each chosen position.

    All positions before a target are chosen first, then others at random up to `CHOSEN`.
    """
    tokens, documents = rows.tokens[picked].astype(np.int64), rows.documents[picked].astype(np.int64)
    following = np.zeros_like(tokens)
    following[:, :-1] = tokens[:, 1:]
    valid = np.zeros(tokens.shape, bool)
    valid[:, :-1] = (documents[:, 1:] == documents[:, :-1]) & (documents[:, 1:] > 0)
    target = np.zeros(tokens.shape, bool)
    target[:, :-1] = rows.target[picked][:, 1:]
    wanted = np.flatnonzero(valid & target)
    others = np.flatnonzero(valid & ~target)
    wanted = wanted if len(wanted) <= CHOSEN else rng.choice(wanted, CHOSEN, replace=False)
    fill = rng.choice(others, CHOSEN - len(wanted), replace=len(others) < CHOSEN - len(wanted))
    chosen = np.concatenate([wanted, fill])
    weights = np.concatenate([np.ones(len(wanted)), np.full(len(fill), prompt_weight)])
    arrays = (
        tokens,
        rows.positions[picked].astype(np.int64),
        documents,
        chosen,
        following.reshape(-1)[chosen],
    )
    inputs = tuple(torch.from_numpy(array).to(device) for array in arrays)
    return inputs, torch.from_numpy(weights).float().to(device)


@torch.no_grad()
def _test_loss(model: torch.nn.Module, test: Rows, count: int, device: str) -> float:
    """Mean loss of what the assistant writes in up to 80 rows of the test split."""
    values = []
    for start in range(0, min(len(test) - count + 1, 80), count):
        inputs, weights = _batch(test, np.arange(start, start + count), np.random.default_rng(0), 0.0, device)
        with torch.autocast(device, dtype=torch.bfloat16):
            losses = model(*inputs)
        values.append((losses * weights).sum().item() / weights.sum().item())
    return float(np.mean(values)) if values else math.nan


def _save(out: Path, model, muon, adam, step: int, spent: float, shape: Shape) -> None:
    state = {
        "model": model.state_dict(),
        "muon": muon.state_dict(),
        "adam": adam.state_dict(),
        "step": step,
        "spent": spent,
    }
    temporary = out / "checkpoint.tmp"
    torch.save(state, temporary)
    temporary.replace(out / "checkpoint.pt")
    (out / "shape.json").write_text(json.dumps(shape.record()))


if __name__ == "__main__":
    main()
