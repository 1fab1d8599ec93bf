"""The models of the fixtures: which there are, how their weights are drawn, how they are saved."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import (
    AutoModelForCausalLM,
    Gemma3TextConfig,
    LlamaConfig,
    MistralConfig,
    PreTrainedConfig,
    PreTrainedModel,
    Qwen2Config,
    Qwen3Config,
    Qwen3MoeConfig,
)

import legacy
import templates
import tokenizer
from files import read_json, write_json

Json = dict[str, Any]

TINY: Json = {
    "vocab_size": tokenizer.VOCABULARY,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": tokenizer.CONTEXT,
    "initializer_range": 0.2,
}
LLAMA3_ROPE = {
    "rope_type": "llama3",
    "rope_theta": 500000.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 64,
}
DEFAULT_ROPE = {"rope_type": "default", "rope_theta": 1000000.0}


@dataclass(frozen=True)
class Variant:
    """A model: what is special about it, its configuration, and what lies beside its weights.

    With `legacy` it is another variant's weights under a `config.json` of transformers 4.
    """

    name: str
    covers: str
    config: type[PreTrainedConfig] = LlamaConfig
    options: tuple[tuple[str, Any], ...] = ()
    dtype: torch.dtype = torch.bfloat16
    tokenizer: str = "byte-level"
    template: str | None = None
    shard: str | None = None
    legacy: Callable[[Json], Json] | None = None
    base: str | None = None
    template_inside: bool = False


def variant(name: str, covers: str, config: type[PreTrainedConfig], **given: Any) -> Variant:
    """A variant; what is not a field of [`Variant`] goes into the configuration."""
    fields = {key: given.pop(key) for key in list(given) if key in Variant.__dataclass_fields__}
    return Variant(name, covers, config, tuple({**TINY, **given}.items()), **fields)


def old_style(base: str, covers: str, rewrite: Callable[[Json], Json], **more: Any) -> Variant:
    """The weights of another variant with the `config.json` of transformers 4."""
    return Variant(f"{base}-v4", covers, legacy=rewrite, base=base, **more)


VARIANTS = [
    variant(
        "qwen3",
        "norms of queries and keys, untied, head_dim 16 with 48 columns and 4 heads",
        Qwen3Config,
        hidden_size=48,
        head_dim=16,
        rope_parameters=DEFAULT_ROPE,
        template="chatml",
    ),
    variant(
        "qwen3-tied-sharded",
        "tied, f32, several files with an index",
        Qwen3Config,
        head_dim=16,
        tie_word_embeddings=True,
        rope_parameters=DEFAULT_ROPE,
        dtype=torch.float32,
        shard="70KB",
    ),
    variant(
        "qwen2",
        "biases of queries, keys and values",
        Qwen2Config,
        max_window_layers=1,
        rope_parameters=DEFAULT_ROPE,
        template="signatures",
    ),
    variant(
        "qwen2-window",
        "a window of 8 in layers 1 and 2 of 0 to 2, by max_window_layers",
        Qwen2Config,
        num_hidden_layers=3,
        use_sliding_window=True,
        sliding_window=8,
        max_window_layers=1,
        tie_word_embeddings=True,
    ),
    variant(
        "llama",
        "untied, default rope, head_dim from the columns",
        LlamaConfig,
        template="plain",
    ),
    variant(
        "llama-rope3",
        "tied, rope scaled as for Llama 3, a list of ids that end a text",
        LlamaConfig,
        head_dim=16,
        num_hidden_layers=3,
        tie_word_embeddings=True,
        rope_parameters=LLAMA3_ROPE,
        tokenizer="byte-level-bos",
        template="headers",
        eos_token_id=["<|end_of_text|>", "<|eot_id|>"],
    ),
    variant(
        "llama-bias",
        "biases in attention and MLP, a large epsilon of norms",
        LlamaConfig,
        attention_bias=True,
        mlp_bias=True,
        rms_norm_eps=1e-3,
        tie_word_embeddings=True,
    ),
    variant(
        "llama-linear",
        "rope scaled linearly",
        LlamaConfig,
        head_dim=16,
        tie_word_embeddings=True,
        rope_parameters={"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0},
        tokenizer="metaspace",
    ),
    variant(
        "llama-f16",
        "weights in f16",
        LlamaConfig,
        dtype=torch.float16,
        tie_word_embeddings=True,
    ),
    variant(
        "smollm2",
        "tied, 9 heads that share 3 pairs of keys and values",
        LlamaConfig,
        hidden_size=72,
        num_attention_heads=9,
        num_key_value_heads=3,
        tie_word_embeddings=True,
        rms_norm_eps=1e-5,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
    ),
    variant(
        "mistral-window",
        "a window of 8 in every layer",
        MistralConfig,
        num_hidden_layers=3,
        sliding_window=8,
        tokenizer="metaspace",
        template="inst",
    ),
    variant(
        "mistral",
        "no window, head_dim 16 with 32 columns and 4 heads",
        MistralConfig,
        head_dim=16,
        sliding_window=None,
        rope_parameters=DEFAULT_ROPE,
        tokenizer="metaspace",
    ),
    variant(
        "qwen3-moe",
        "2 of 6 experts, their weights normalised",
        Qwen3MoeConfig,
        head_dim=16,
        num_experts=6,
        num_experts_per_tok=2,
        moe_intermediate_size=24,
        norm_topk_prob=True,
        rope_parameters=DEFAULT_ROPE,
    ),
    variant(
        "qwen3-moe-sparse",
        "experts in layer 3 of 0 to 3 only (decoder_sparse_step, mlp_only_layers), not normalised",
        Qwen3MoeConfig,
        head_dim=16,
        num_hidden_layers=4,
        num_experts=5,
        num_experts_per_tok=3,
        moe_intermediate_size=24,
        norm_topk_prob=False,
        decoder_sparse_step=2,
        mlp_only_layers=[1],
        tie_word_embeddings=True,
    ),
    variant(
        "gemma3",
        "five layers with a window of 8 to one without, two rope thetas, own scale of queries",
        Gemma3TextConfig,
        num_hidden_layers=6,
        head_dim=16,
        sliding_window=8,
        query_pre_attn_scalar=24,
        tokenizer="byte-fallback",
        template="turns",
    ),
    variant(
        "gemma3-linear",
        "rope scaled linearly in layers without a window only",
        Gemma3TextConfig,
        num_hidden_layers=5,
        layer_types=["sliding_attention", "full_attention"] * 2 + ["sliding_attention"],
        head_dim=16,
        sliding_window=8,
        query_pre_attn_scalar=16,
        rms_norm_eps=1e-3,
        rope_parameters={
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
            "full_attention": {"rope_type": "linear", "rope_theta": 1000000.0, "factor": 8.0},
        },
        tokenizer="byte-fallback",
    ),
    old_style(
        "qwen3",
        "no layer_types, template inside tokenizer_config.json",
        legacy.flat,
        template_inside=True,
    ),
    old_style("qwen2", "a window that use_sliding_window switches off", legacy.flat),
    old_style("qwen2-window", "windows from max_window_layers alone", legacy.flat),
    old_style("llama", "nothing but what the oldest files have", legacy.oldest),
    old_style("llama-rope3", "rope_theta and rope_scaling", legacy.flat),
    old_style("llama-linear", "rope_scaling with the key type", legacy.linear),
    old_style("mistral-window", "nothing but what the oldest files have", legacy.oldest),
    old_style("mistral", "sliding_window null", legacy.flat),
    old_style("qwen3-moe-sparse", "num_experts instead of num_local_experts", legacy.flat),
    old_style("gemma3", "rope_local_base_freq and sliding_window_pattern", legacy.gemma3),
    old_style("gemma3-linear", "the same, and rope_scaling", legacy.gemma3),
]


def find(name: str) -> Variant:
    """The variant of that name."""
    return next(one for one in VARIANTS if one.name == name)


def special_ids(one: Variant, options: Json) -> Json:
    """Ids of the tokens that begin, end and fill a text, as the tokenizer has them."""
    made = tokenizer.build(one.tokenizer)
    end = options.get("eos_token_id")
    return {
        "bos_token_id": made.bos_token_id,
        "eos_token_id": made.convert_tokens_to_ids(end) if end else made.eos_token_id,
        "pad_token_id": made.pad_token_id,
    }


def build(one: Variant, seed: int) -> PreTrainedModel:
    """A model of the stock class with weights drawn from `seed`, in the variant's dtype."""
    options = dict(one.options)
    config = one.config(**{**options, **special_ids(one, options)}, dtype=one.dtype)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    draw_weights(model, seed)
    return model.to(one.dtype)


def draw_weights(model: PreTrainedModel, seed: int) -> None:
    """Draws all weights anew, norms and biases too, so that none can be left out unnoticed.

    numpy draws the same on every machine; torch does not promise that.
    """
    draw = np.random.default_rng(seed)
    # Gemma multiplies by one plus the weight of a norm.
    middle = 0.0 if model.config.model_type.startswith("gemma") else 1.0
    for name, parameter in sorted(model.named_parameters()):
        shape = tuple(parameter.shape)
        if name.endswith("norm.weight"):
            values = draw.uniform(middle - 0.5, middle + 0.5, shape)
        else:
            values = draw.standard_normal(shape) * model.config.initializer_range
        with torch.no_grad():
            parameter.copy_(torch.from_numpy(values.astype(np.float32)))


def save(one: Variant, model: PreTrainedModel, folder: Path) -> None:
    """Writes configuration, weights, tokenizer and template as transformers does."""
    model.save_pretrained(folder, **({"max_shard_size": one.shard} if one.shard else {}))
    template = templates.source(one.template) if one.template else None
    tokenizer.save(one.tokenizer, folder, template)


def save_legacy(one: Variant, base: Path, folder: Path) -> None:
    """Copies the base of an old-style variant and rewrites its configuration."""
    if one.legacy is None:
        raise SystemExit(f"error: {one.name} is no variant in the style of transformers 4")
    shutil.copytree(base, folder, ignore=shutil.ignore_patterns("expected.*"))
    for name in ("config.json", "generation_config.json"):
        write_json(folder / name, one.legacy(read_json(base / name)))
    template = folder / "chat_template.jinja"
    if one.template_inside:
        path = folder / "tokenizer_config.json"
        text = template.read_text(encoding="utf-8")
        write_json(path, legacy.tokenizer(read_json(path), text))
        template.unlink()
        if tokenizer.load(folder).chat_template != text:
            raise SystemExit(f"error: transformers does not find the template of {one.name}")
