"""Makes the fixtures that the inference engine is compared with, from stock transformers.

Everything is made from scratch: weights from a seed, tokenizers from corpus.txt, templates and
conversations from this folder. Nothing is downloaded.
"""

import os

# Before the libraries are imported, which read them once.
os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", OMP_NUM_THREADS="1")

import argparse
import importlib.metadata
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import AutoConfig

import models
import templates
import tokenizer
from conversations import TEMPLATES, Json
from files import differences, kilobytes, read_json, same_bytes, write_json
from models import Variant
from reference import Greedy, Reference, prompts

HERE = Path(__file__).resolve().parent
FIXTURES = HERE / "fixtures"
SEEDS = 200


def check_versions() -> None:
    """Refuses other versions than those that made the committed fixtures."""
    for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        name, _, wanted = line.partition("==")
        found = importlib.metadata.version(name)
        if found.partition("+")[0] != wanted:
            raise SystemExit(
                f"error: {name} {found} is installed, the fixtures are made with {wanted}; "
                "run: pip install -r requirements.txt"
            )


def expected(one: Variant, seed: int, used: Reference, greedy: list[Greedy]) -> Json:
    """What `expected.json` says about a model, apart from its tensors."""
    config = used.model.config
    ids = prompts(config.vocab_size)
    return {
        "name": one.name,
        "covers": one.covers,
        "architecture": config.architectures[0],
        "model_type": config.model_type,
        "dtype": str(one.dtype).removeprefix("torch."),
        "transformers": transformers.__version__,
        "torch": torch.__version__.partition("+")[0],
        "seed": seed,
        "prompts": ids,
        "greedy": [made.tokens for made in greedy],
        "margins": [round(made.margin, 6) for made in greedy],
        "largest_logit": [round(used.logits(p).abs().max().item(), 4) for p in ids],
        "router_gap": round(used.router_gap, 6) if used.router_gap < float("inf") else None,
    }


def generate_model(one: Variant, folder: Path) -> None:
    """Looks for a seed whose greedy tokens are clear, and writes its model and its results."""
    for seed in range(SEEDS):
        shutil.rmtree(folder, ignore_errors=True)
        models.save(one, models.build(one, seed), folder)
        used = Reference(folder)
        greedy = used.all_greedy()
        if greedy is not None:
            save_file(used.tensors(), folder / "expected.safetensors")
            return write_json(folder / "expected.json", expected(one, seed, used, greedy))
    raise SystemExit(f"error: none of {SEEDS} seeds gives {one.name} clear greedy tokens")


def generate_legacy(one: Variant, folder: Path) -> None:
    """Writes an old-style variant and proves that transformers takes it for the same model.

    Files that are the same as those of the other variant are named, and not kept twice.
    """
    new = models.find(str(one.base))
    base = folder.parent / new.name
    if not (base / "expected.json").is_file():
        generate_model(new, base)
    models.save_legacy(one, base, folder)
    compare_configs(base, folder)
    used, same = Reference(folder), Reference(base)
    for name, tensor in same.tensors().items():
        if not torch.equal(used.tensors()[name], tensor):
            raise SystemExit(f"error: {one.name} does not compute the {name} of {new.name}")
    greedy = used.all_greedy()
    told = read_json(base / "expected.json")
    if greedy is None or [made.tokens for made in greedy] != told["greedy"]:
        raise SystemExit(f"error: greedy tokens of {one.name} are not those of {new.name}")
    borrowed = [path for path in sorted(folder.iterdir()) if same_bytes(path, base / path.name)]
    for path in borrowed:
        path.unlink()
    files = ["expected.safetensors", *(path.name for path in borrowed)]
    made = expected(replace(one, dtype=new.dtype), told["seed"], used, greedy)
    write_json(folder / "expected.json", {**made, "borrows": {"from": new.name, "files": files}})


def compare_configs(base: Path, folder: Path) -> None:
    """Fails if transformers reads two configurations as different models."""
    ignored = {"transformers_version", "_name_or_path", "cache_implementation"}
    ignored |= {"sliding_window_pattern", "_sliding_window_pattern"}
    old, new = (AutoConfig.from_pretrained(f).to_dict() for f in (folder, base))
    # transformers keeps the first name of `rope_type` beside the new one.
    old["rope_parameters"].pop("type", None)
    differing = [k for k in sorted((old.keys() | new.keys()) - ignored) if old.get(k) != new.get(k)]
    if differing:
        raise SystemExit(f"error: {folder.name} differs from {base.name} in {', '.join(differing)}")


def tasks() -> dict[str, Callable[[Path], None]]:
    """What can be made: the path of each fixture below the root, and how."""
    made: dict[str, Callable[[Path], None]] = {}
    for name in tokenizer.VOCABULARIES:
        made[f"tokenizers/{name}"] = partial(tokenizer.generate, name)
    for name in TEMPLATES:
        made[f"templates/{name}"] = partial(templates.generate, name)
    for one in models.VARIANTS:
        made[one.name] = partial(generate_legacy if one.legacy else generate_model, one)
    return made


def generate(root: Path, names: list[str]) -> None:
    """Makes fixtures below a folder and says how long each took."""
    known = tasks()
    for name in names:
        begun = time.monotonic()
        shutil.rmtree(root / name, ignore_errors=True)
        known[name](root / name)
        for path in (root / name).iterdir():
            path.chmod(0o644)
        size = kilobytes(root / name)
        print(f"{name:<28}{size:>5} kB {time.monotonic() - begun:6.1f} s", flush=True)


def check(names: list[str]) -> int:
    """Makes fixtures elsewhere and compares them with those that are committed."""
    with tempfile.TemporaryDirectory() as temporary:
        made = Path(temporary)
        generate(made, names)
        found = [f"{n}/{line}" for n in names for line in differences(FIXTURES / n, made / n)]
    for line in found:
        print(f"error: {line}", file=sys.stderr)
    print(f"{len(names)} fixtures, {len(found)} files that differ")
    return 1 if found else 0


def chosen(only: list[str]) -> list[str]:
    """The fixtures that are asked for; everything by default."""
    known = list(tasks())
    unknown = [name for name in only if name not in known]
    if unknown:
        raise SystemExit(f"error: no fixture {', '.join(unknown)}; there are: {', '.join(known)}")
    return [name for name in known if not only or name in only]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="NAME", action="append", default=[], help="one fixture")
    parser.add_argument("--check", action="store_true", help="compare with what is committed")
    parser.add_argument("--list", action="store_true", help="say what there is")
    options = parser.parse_args()
    if options.list:
        print("\n".join(tasks()))
        return 0
    check_versions()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    names = chosen(options.only)
    if options.check:
        return check(names)
    generate(FIXTURES, names)
    return 0


if __name__ == "__main__":
    sys.exit(main())
