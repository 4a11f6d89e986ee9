"""Weights for use: a q8_0 GGUF for the assistant, and a bf16 Hugging Face folder for vLLM and further training.

`python -m finetune.mini.export gguf --run DIR --out DIR` writes the GGUF from a training run;
`python -m finetune.mini.export huggingface --gguf FILE --tokenizer FILE --out DIR` makes the folder from the GGUF.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import torch
from safetensors.torch import save_file

from finetune.mini.model import Shape
from finetune.mini.tokenizer import CONTROL, END_OF_TEXT, IM_END, load_tokenizer

NAME = "bagui-mini"
TEMPLATE = Path(__file__).with_name("chat_template.jinja")
_LAYER = {
    "input_layernorm": "attn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "self_attn.q_norm": "attn_q_norm",
    "self_attn.k_norm": "attn_k_norm",
    "post_attention_layernorm": "ffn_norm",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_names(layers: int) -> dict[str, str]:
    """GGUF name of each parameter of Qwen3ForCausalLM; the output matrix is the embedding."""
    names = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight"}
    for layer in range(layers):
        for ours, theirs in _LAYER.items():
            names[f"model.layers.{layer}.{ours}.weight"] = f"blk.{layer}.{theirs}.weight"
    return names


def write_gguf(state: dict[str, torch.Tensor], shape: Shape, tokenizer_file: Path, out: Path) -> None:
    """Matrices as q8_0, vectors as f32, and the tokenizer."""
    writer = gguf.GGUFWriter(str(out), "qwen3")
    writer.add_name(NAME)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.kv_heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_rope_freq_base(shape.rope_theta)
    writer.add_layer_norm_rms_eps(shape.eps)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    _write_tokenizer(writer, tokenizer_file)
    names = gguf_names(shape.layers)
    for ours, theirs in names.items():
        values = state[ours].float().cpu().numpy()
        if values.ndim == 2:
            packed = gguf.quants.quantize(values, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(theirs, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(theirs, values.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_tokenizer(writer: gguf.GGUFWriter, tokenizer_file: Path) -> None:
    state = json.loads(tokenizer_file.read_text(encoding="utf-8"))
    vocabulary = {identity: text for text, identity in state["model"]["vocab"].items()}
    added = {token["id"]: token["content"] for token in state["added_tokens"]}
    tokens = [added.get(i, vocabulary.get(i, "")) for i in range(len({**vocabulary, **added}))]
    kinds = [
        gguf.TokenType.CONTROL
        if text in CONTROL
        else (gguf.TokenType.USER_DEFINED if i in added else gguf.TokenType.NORMAL)
        for i, text in enumerate(tokens)
    ]
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in state["model"]["merges"]]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(kinds)
    writer.add_token_merges(merges)
    writer.add_eos_token_id(tokens.index(IM_END))
    writer.add_pad_token_id(tokens.index(END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE.read_text(encoding="utf-8"))


def read_gguf(path: Path) -> tuple[dict[str, torch.Tensor], Shape]:
    """Parameters, dequantised to f32, under their Qwen3ForCausalLM names, and the model's sizes."""
    reader = gguf.GGUFReader(str(path))

    def number(key: str) -> Any:
        return reader.fields[f"qwen3.{key}"].contents()

    tensors = {tensor.name: tensor for tensor in reader.tensors}
    embedding = tensors["token_embd.weight"]
    shape = Shape(
        vocabulary=int(embedding.shape[1]),
        width=int(number("embedding_length")),
        layers=int(number("block_count")),
        heads=int(number("attention.head_count")),
        kv_heads=int(number("attention.head_count_kv")),
        head_width=int(number("attention.key_length")),
        feed_forward=int(number("feed_forward_length")),
        context=int(number("context_length")),
        rope_theta=float(number("rope.freq_base")),
    )
    state = {}
    for ours, theirs in gguf_names(shape.layers).items():
        tensor = tensors[theirs]
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        state[ours] = torch.from_numpy(np.ascontiguousarray(values)).reshape(*reversed(tensor.shape.tolist()))
    return state, shape


def write_huggingface(state: dict[str, torch.Tensor], shape: Shape, tokenizer_file: Path, out: Path) -> None:
    """A folder that `transformers` and vLLM load: bf16 weights, tokenizer, chat template."""
    out.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: tensor.to(torch.bfloat16).contiguous() for name, tensor in state.items()},
        str(out / "model.safetensors"),
        metadata={"format": "pt"},
    )
    tokenizer = load_tokenizer(tokenizer_file)
    shutil.copyfile(tokenizer_file, out / "tokenizer.json")
    end, padding = tokenizer.token_to_id(IM_END), tokenizer.token_to_id(END_OF_TEXT)
    config = {**shape.huggingface(), "eos_token_id": end, "pad_token_id": padding}
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "eos_token": IM_END,
        "pad_token": END_OF_TEXT,
        "model_max_length": shape.context,
        "clean_up_tokenization_spaces": False,
        "chat_template": TEMPLATE.read_text(encoding="utf-8"),
    }
    generation = {"do_sample": False, "eos_token_id": end, "pad_token_id": padding}
    for name, content in (
        ("config.json", config),
        ("tokenizer_config.json", settings),
        ("generation_config.json", generation),
    ):
        (out / name).write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("form", choices=("gguf", "huggingface"))
    parser.add_argument("--run", type=Path, help="training run with checkpoint.pt and shape.json")
    parser.add_argument("--gguf", type=Path)
    parser.add_argument("--tokenizer", type=Path, required=True)
    parser.add_argument("--version", default="1")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    if options.form == "gguf":
        shape = Shape(**json.loads((options.run / "shape.json").read_text()))
        state = torch.load(options.run / "checkpoint.pt", map_location="cpu", weights_only=True)["model"]
        options.out.mkdir(parents=True, exist_ok=True)
        write_gguf(state, shape, options.tokenizer, options.out / "model.gguf")
        shutil.copyfile(options.tokenizer, options.out / "tokenizer.json")
        card = {"name": NAME, "version": options.version, **shape.record()}
        (options.out / "model.json").write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")
    else:
        write_huggingface(*read_gguf(options.gguf), options.tokenizer, options.out)


if __name__ == "__main__":
    main()
