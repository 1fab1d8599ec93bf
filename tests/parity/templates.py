"""Renders the conversations with every chat template and writes down what comes out."""

from pathlib import Path
from typing import Any

import jinja2
import transformers
from transformers import PreTrainedTokenizerFast

import tokenizer
from conversations import TEMPLATES, Json
from files import write_json

HERE = Path(__file__).resolve().parent


def source(name: str) -> str:
    """The text of a template."""
    return (HERE / "templates" / f"{name}.jinja").read_text(encoding="utf-8")


def render(with_tokenizer: PreTrainedTokenizerFast, case: Json) -> dict[str, Any]:
    """A case together with its text and tokens, or with what the template raises."""
    options = {
        "tools": case.get("tools"),
        "add_generation_prompt": case["add_generation_prompt"],
        **case.get("variables", {}),
    }
    refused = case["name"].startswith("refused: ")
    try:
        text = with_tokenizer.apply_chat_template(case["messages"], tokenize=False, **options)
    except jinja2.exceptions.TemplateError as raised:
        if not refused:
            raise SystemExit(f"error: {case['name']!r} should not raise: {raised}") from raised
        return {**case, "error": str(raised)}
    if refused:
        raise SystemExit(f"error: {case['name']!r} should raise, and gives {text!r}")
    tokens = with_tokenizer.apply_chat_template(
        case["messages"], tokenize=True, return_dict=False, **options
    )
    return {**case, "text": text, "tokens": tokens}


def generate(name: str, folder: Path) -> None:
    """Makes the fixture of one template."""
    tokenizer_name, cases = TEMPLATES[name]
    names = [case["name"] for case in cases]
    if len(set(names)) != len(names):
        raise SystemExit(f"error: two cases of template {name} have the same name")
    made = tokenizer.build(tokenizer_name)
    made.chat_template = source(name)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "chat_template.jinja").write_text(source(name), encoding="utf-8")
    expected = {
        "template": name,
        "tokenizer": tokenizer_name,
        "transformers": transformers.__version__,
        "jinja2": jinja2.__version__,
        "special_tokens_map": made.special_tokens_map,
        "cases": [render(made, case) for case in cases],
    }
    write_json(folder / "expected.json", expected)
