"""JSON as the fixtures have it, and the comparison of two folders of fixtures."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file

# Figures of `expected.json` that are measured: another processor may differ in the last digits.
MEASURED = ("margins", "largest_logit", "router_gap")
# How far a logit may be from the committed one, as a share of the largest.
TOLERANCE = 1e-6


def write_json(path: Path, value: Any, compact: bool = False) -> None:
    """Writes JSON without anything that an editor could change unseen."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if compact:
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
    else:
        text = json.dumps(value, indent=1, ensure_ascii=True)
        text = join_numbers(text)
    path.write_text(text + "\n", encoding="utf-8")


def join_numbers(text: str) -> str:
    """Puts lists of whole numbers on one line."""
    lines: list[str] = []
    joining = False
    for line in text.split("\n"):
        content = line.strip()
        number = content.rstrip(",").lstrip("-").isdigit()
        if number and (joining or lines[-1].endswith("[")):
            lines[-1] += content if lines[-1].endswith("[") else f" {content}"
            joining = True
        elif joining:
            lines[-1] += content
            joining = False
        else:
            lines.append(line)
    return "\n".join(lines)


def read_json(path: Path) -> Any:
    """Reads JSON and names the file if it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise SystemExit(f"error: cannot read {path}: {problem}") from problem


def listed(folder: Path) -> set[str]:
    """All files below a folder."""
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def same_bytes(one: Path, other: Path) -> bool:
    """Whether two files exist and are the same."""
    return one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()


def differences(committed: Path, made: Path) -> list[str]:
    """What differs between two folders of fixtures, a line for each file."""
    old, new = listed(committed), listed(made)
    found = [f"{name}: is not made any more" for name in sorted(old - new)]
    found += [f"{name}: is not committed" for name in sorted(new - old)]
    for name in sorted(old & new):
        problem = difference(committed / name, made / name)
        if problem:
            found.append(f"{name}: {problem}")
    return found


def difference(old: Path, new: Path) -> str | None:
    """What differs between two files, or nothing."""
    if same_bytes(old, new):
        return None
    if old.name == "expected.safetensors":
        return differing_tensors(load_file(old), load_file(new))
    if old.name == "expected.json":
        return differing_values(read_json(old), read_json(new))
    return "the bytes differ"


def differing_tensors(old: dict[str, np.ndarray], new: dict[str, np.ndarray]) -> str | None:
    """The first tensor that is further away than the tolerance."""
    if old.keys() != new.keys():
        return f"has tensors {sorted(new)} and had {sorted(old)}"
    for name in sorted(old):
        if old[name].shape != new[name].shape:
            return f"{name} has shape {new[name].shape} and had {old[name].shape}"
        distance = float(np.abs(old[name] - new[name]).max()) / float(np.abs(old[name]).max())
        if not distance <= TOLERANCE:
            return f"{name} is off by {distance:.1e} of its largest value (limit {TOLERANCE:.0e})"
    return None


def differing_values(old: Any, new: Any) -> str | None:
    """The first key with another value; measured figures may be a little off."""
    if not isinstance(old, dict) or not isinstance(new, dict) or old.keys() != new.keys():
        return "has other keys"
    for key in old:
        if key in MEASURED:
            same = np.allclose(old[key] or 0, new[key] or 0, rtol=1e-2, atol=1e-6)
        else:
            same = old[key] == new[key]
        if not same:
            return f"{key} differs"
    return None


def kilobytes(folder: Path) -> int:
    """Size of all files in a folder, rounded up."""
    return math.ceil(sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1000)
