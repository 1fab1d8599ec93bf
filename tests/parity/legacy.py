"""Rewrites configurations of transformers 5 as transformers 4 wrote them."""

from typing import Any

Json = dict[str, Any]
VERSION = "4.51.3"


def common(config: Json) -> Json:
    """What every file of transformers 4 has in common."""
    old = {key: value for key, value in config.items() if key not in ("dtype", "rope_parameters")}
    if "dtype" in config:
        old["torch_dtype"] = config["dtype"]
    old["transformers_version"] = VERSION
    return old


def flat(config: Json) -> Json:
    """One `rope_theta`, and `rope_scaling` or null; no list of layer types."""
    old = common(config)
    if "rope_parameters" in config:
        rope = dict(config["rope_parameters"])
        old["rope_theta"] = rope.pop("rope_theta")
        old["rope_scaling"] = None if rope["rope_type"] == "default" else rope
        old.pop("layer_types", None)
    if old.get("use_sliding_window") is False:
        # Published files have a figure here all the same.
        old["sliding_window"] = 4
    if "num_local_experts" in old:
        old["num_experts"] = old.pop("num_local_experts")
    return dict(sorted(old.items()))


def linear(config: Json) -> Json:
    """As [`flat`], with the first name of the key `rope_type`."""
    old = flat(config)
    if old.get("rope_scaling"):
        old["rope_scaling"] = {
            "type": old["rope_scaling"]["rope_type"],
            "factor": old["rope_scaling"]["factor"],
        }
    return old


def oldest(config: Json) -> Json:
    """As [`flat`], without what came later or is as it is by default."""
    dropped = ["head_dim", "attention_bias", "attention_dropout", "mlp_bias", "rope_scaling"]
    old = flat(config)
    if old.get("rope_theta") == 10000.0:
        dropped.append("rope_theta")
    return {key: value for key, value in old.items() if key not in dropped}


def gemma3(config: Json) -> Json:
    """`rope_theta` for layers without a window, `rope_local_base_freq` for those with one."""
    old = common(config)
    if "rope_parameters" in config:
        rope = dict(config["rope_parameters"]["full_attention"])
        old["rope_theta"] = rope.pop("rope_theta")
        old["rope_scaling"] = None if rope["rope_type"] == "default" else rope
        old["rope_local_base_freq"] = config["rope_parameters"]["sliding_attention"]["rope_theta"]
        old["sliding_window_pattern"] = old.pop("layer_types").index("full_attention") + 1
        old.pop("_sliding_window_pattern", None)
        old["cache_implementation"] = "hybrid"
    return dict(sorted(old.items()))


def tokenizer(config: Json, template: str | None) -> Json:
    """`tokenizer_config.json` with the template inside and special tokens as objects."""
    old = {key: value for key, value in config.items() if key not in ("backend", "is_local")}
    old["tokenizer_class"] = "PreTrainedTokenizerFast"
    old["chat_template"] = template
    for key in ("bos_token", "eos_token", "pad_token", "unk_token"):
        if isinstance(old.get(key), str):
            old[key] = {
                "__type": "AddedToken",
                "content": old[key],
                "lstrip": False,
                "normalized": False,
                "rstrip": False,
                "single_word": False,
            }
    return dict(sorted(old.items()))
