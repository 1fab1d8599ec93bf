"""What transformers computes with a saved model: logits, norms of layers, greedy tokens."""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForCausalLM

# Two prompts, the first one longer than every window.
LENGTHS = (24, 5)
GREEDY = 48
# A step of greedy decoding is decided by at least so much, and so is a choice of experts.
LEAST_MARGIN = 1e-3
LEAST_ROUTER_GAP = 1e-4
# Fewer different tokens than that would be a poor test.
LEAST_DISTINCT = 8


def prompts(vocabulary: int) -> list[list[int]]:
    """The same prompts for every model."""
    draw = random.Random(306)
    return [[draw.randrange(vocabulary) for _ in range(length)] for length in LENGTHS]


@dataclass
class Greedy:
    """Tokens, and by how much the closest of them was chosen."""

    tokens: list[int] = field(default_factory=list)
    margin: float = float("inf")

    def is_clear(self) -> bool:
        """Whether every token would be chosen by another correct engine too."""
        return self.margin >= LEAST_MARGIN and len(set(self.tokens)) >= LEAST_DISTINCT


class Reference:
    """A model as transformers loads it, in f32, eager, on one thread."""

    def __init__(self, folder: Path) -> None:
        """Loads the model and watches its routers, if it has any."""
        self.model = AutoModelForCausalLM.from_pretrained(
            folder,
            dtype=torch.float32,
            attn_implementation="eager",
            experts_implementation="eager",
        ).eval()
        self.router_gap = float("inf")
        for module in self.model.modules():
            if type(module).__name__.endswith("TopKRouter"):
                module.register_forward_hook(self._watch_router)

    def _watch_router(self, module: Any, _inputs: Any, outputs: Any) -> None:
        """Keeps the smallest distance between the last expert chosen and the first one not."""
        ordered = outputs[0].sort(dim=-1, descending=True).values
        gap = ordered[:, module.top_k - 1] - ordered[:, module.top_k]
        self.router_gap = min(self.router_gap, gap.min().item())

    def logits(self, ids: list[int]) -> torch.Tensor:
        """Logits at every position, without a cache."""
        with torch.no_grad():
            return self.model(torch.tensor([ids]), use_cache=False).logits[0]

    def hidden(self, ids: list[int]) -> torch.Tensor:
        """Norms of what goes into the first layer and comes out of each, [layers+1, len]."""
        seen: list[torch.Tensor] = []
        layers = self.model.model.layers
        hooks = [layers[0].register_forward_pre_hook(lambda _m, inputs: seen.append(inputs[0]))]
        for layer in layers:
            hooks.append(layer.register_forward_hook(lambda _m, _i, out: seen.append(out)))
        self.logits(ids)
        for hook in hooks:
            hook.remove()
        return torch.stack([one[0].norm(dim=-1) for one in seen])

    def greedy(self, ids: list[int]) -> Greedy:
        """Highest logit after highest logit, each by a whole pass, up to one that is too close."""
        made = Greedy()
        for _ in range(GREEDY):
            best = self.logits(ids + made.tokens)[-1].topk(2)
            made.margin = min(made.margin, (best.values[0] - best.values[1]).item())
            made.tokens.append(int(best.indices[0]))
            if made.margin < LEAST_MARGIN or self.router_gap < LEAST_ROUTER_GAP:
                break
        return made

    def all_greedy(self) -> list[Greedy] | None:
        """Greedy tokens after every prompt, or nothing if they are not clear."""
        found = []
        for ids in prompts(self.model.config.vocab_size):
            made = self.greedy(ids)
            if not made.is_clear() or self.router_gap < LEAST_ROUTER_GAP:
                return None
            found.append(made)
        return found

    def tensors(self) -> dict[str, torch.Tensor]:
        """What `expected.safetensors` holds."""
        made = {}
        for index, ids in enumerate(prompts(self.model.config.vocab_size)):
            made[f"logits.{index}"] = self.logits(ids).contiguous()
            made[f"hidden.{index}"] = self.hidden(ids).contiguous()
        return made
