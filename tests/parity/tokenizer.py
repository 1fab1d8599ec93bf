"""Trains the tokenizers of 512 entries and writes down what they do to a list of texts."""

import json
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import (
    AddedToken,
    Regex,
    Tokenizer,
    decoders,
    models,
    normalizers,
    pre_tokenizers,
    processors,
    trainers,
)
from transformers import PreTrainedTokenizerFast

from files import write_json

HERE = Path(__file__).resolve().parent
VOCABULARY = 512
CONTEXT = 512
SIGNS = 110
# Words with a leading space, figures in short groups, runs of signs, white space.
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
# The same, with every figure by itself and marks as a part of their word.
WORDS_AND_MARKS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+|\p{N}"
    r"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer: its names for special tokens, and further tokens that are added."""

    named: dict[str, str]
    special: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()

    def all_special(self) -> list[str]:
        """Special tokens, each once."""
        return list(dict.fromkeys([*self.named.values(), *self.special]))


VOCABULARIES = {
    "byte-level": Vocabulary(
        named={"eos_token": "<|im_end|>", "pad_token": "<|endoftext|>"},
        special=("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
        ordinary=("<tool_call>", "</tool_call>"),
    ),
    "byte-level-bos": Vocabulary(
        named={"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
        special=("<|start_header_id|>", "<|end_header_id|>", "<|end_of_text|>"),
    ),
    "metaspace": Vocabulary(
        named={"unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"},
        special=("[INST]", "[/INST]", "[TOOL_CALLS]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]"),
    ),
    "byte-fallback": Vocabulary(
        named={
            "pad_token": "<pad>",
            "eos_token": "<eos>",
            "bos_token": "<bos>",
            "unk_token": "<unk>",
        },
        special=("<start_of_turn>", "<end_of_turn>"),
    ),
}


def corpus() -> list[str]:
    """The text that all tokenizers are trained on, in paragraphs."""
    return (HERE / "corpus.txt").read_text(encoding="utf-8").split("\n\n")


def byte_level(name: str) -> Tokenizer:
    """Pieces of words as bytes; the special tokens come after all others."""
    vocabulary = VOCABULARIES[name]
    added = [*vocabulary.all_special(), *vocabulary.ordinary]
    made = Tokenizer(models.BPE())
    bos = vocabulary.named.get("bos_token")
    if bos is None:
        made.normalizer = normalizers.NFC()
    words = WORDS_AND_MARKS if bos is None else WORDS
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(words), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - len(added),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(corpus(), trainer)
    made.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in vocabulary.all_special()]
    )
    made.add_tokens([AddedToken(token, normalized=False) for token in vocabulary.ordinary])
    if bos is None:
        made.post_processor = processors.ByteLevel(trim_offsets=False)
    else:
        made.post_processor = begins_with(made, bos)
    return made


def begins_with(made: Tokenizer, bos: str) -> processors.TemplateProcessing:
    """Puts the token that begins a sequence before every text."""
    return processors.TemplateProcessing(
        single=f"{bos} $A", pair=f"{bos} $A {bos} $B", special_tokens=[(bos, made.token_to_id(bos))]
    )


def frequent_signs() -> list[str]:
    """The signs that get an entry of their own.

    Left to itself, the trainer chooses by chance among those that are equally frequent.
    """
    counts = Counter("".join(corpus()).replace(" ", "▁").replace("\n", ""))
    return sorted(sorted(counts, key=lambda sign: (-counts[sign], sign))[:SIGNS])


def train_pieces(count: int) -> tuple[list[str], list[list[str]]]:
    """The most frequent signs of the corpus and the merges that make `count` pieces of them."""
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace()
    alphabet = frequent_signs()
    trainer = trainers.BpeTrainer(
        vocab_size=count,
        initial_alphabet=alphabet,
        limit_alphabet=len(alphabet),
        show_progress=False,
    )
    trained.train_from_iterator(corpus(), trainer)
    model = json.loads(trained.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].get)
    merges = [m if isinstance(m, list) else m.split(" ") for m in model["merges"]]
    return pieces, merges


def sentencepiece_like(name: str) -> Tokenizer:
    """Pieces of text in which spaces are a sign; what has no piece is spelled in bytes."""
    special = VOCABULARIES[name].all_special()
    first = [*special, *(f"<0x{byte:02X}>" for byte in range(256))]
    pieces, merges = train_pieces(VOCABULARY - len(first))
    vocabulary = {piece: index for index, piece in enumerate([*first, *pieces])}
    made = Tokenizer(
        models.BPE(
            vocab=vocabulary,
            merges=[(left, right) for left, right in merges],
            unk_token="<unk>",
            fuse_unk=True,
            byte_fallback=True,
        )
    )
    steps = [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    if name == "metaspace":
        made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
        steps.append(decoders.Strip(" ", 1, 0))
    else:
        made.normalizer = normalizers.Replace(" ", "▁")
        made.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    made.decoder = decoders.Sequence(steps)
    made.add_special_tokens(
        [AddedToken(token, special=True, normalized=False) for token in special]
    )
    made.post_processor = begins_with(made, VOCABULARIES[name].named["bos_token"])
    return made


def build(name: str) -> PreTrainedTokenizerFast:
    """Trains a tokenizer and wraps it as transformers does."""
    made = byte_level(name) if name.startswith("byte-level") else sentencepiece_like(name)
    size = made.get_vocab_size()
    if size != VOCABULARY:
        raise SystemExit(f"error: tokenizer {name} has {size} entries and should have {VOCABULARY}")
    vocabulary = VOCABULARIES[name]
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
        **vocabulary.named,
    )


def save(name: str, folder: Path, template: str | None = None) -> PreTrainedTokenizerFast:
    """Writes `tokenizer.json` and its companions into a folder, and reads them back."""
    made = build(name)
    made.chat_template = template
    made.save_pretrained(folder)
    path = folder / "tokenizer.json"
    write_json(path, json.loads(path.read_text(encoding="utf-8")), compact=True)
    return load(folder)


def load(folder: Path) -> PreTrainedTokenizerFast:
    """Reads a tokenizer, and makes sure that transformers did not change what is in the file."""
    loaded = PreTrainedTokenizerFast.from_pretrained(folder)
    plain = Tokenizer.from_file(str(folder / "tokenizer.json"))
    text = "It is 12 o'clock,  <|im_end|> nai\u0308ve </s>"
    if loaded.encode(text) != plain.encode(text).ids:
        raise SystemExit(f"error: transformers reads {folder.name}/tokenizer.json differently")
    return loaded


TEXTS = [
    "",
    " ",
    "Hello, world!",
    " leading space",
    "trailing space ",
    "  two  spaces   three",
    "one\ntwo\n\nthree\r\nfour\tfive",
    "1234567890 and 3.14",
    "naïve café, nai\u0308ve cafe\u0301",
    "q\u0323\u0308 z\u0337\u031b",
    "ein Fluß, \ufb01ne, \u212b",
    "船夫数着船。",
    "カタカナ ひらがな",
    "아침 강",
    "🙂🚀",
    "👩\u200d🚀 👨\u200d👩\u200d👧\u200d👦",
    "🇯🇵 ❤\ufe0f 👍🏽",
    "في الصباح שקט",
    "\ufffd is a sign of its own \ufffd",
    "nul \x00 and bom \ufeff",
    "𝔘𝔫𝔦 \U0010ffff",
    "def f(x):\n    return x * 2\n",
    "<|im_start|>user\nhi<|im_end|>\n",
    "<|im_start <tool_call>{}</tool_call>",
    "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>",
    "<s>[INST] hi [/INST] there</s>",
    "<bos><start_of_turn>user\nhi<end_of_turn>\n",
    "<0x41> ▁ Ġ <unk>",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
]


def decoded(tokenizer: PreTrainedTokenizerFast, ids: list[int]) -> dict[str, Any]:
    """What becomes of ids: the text, without special tokens, and after each token."""
    return {
        "decoded": tokenizer.decode(ids),
        "decoded_without_special": tokenizer.decode(ids, skip_special_tokens=True),
        "cumulative": [tokenizer.decode(ids[:end]) for end in range(1, len(ids) + 1)],
    }


def expected(name: str, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    """Texts and sequences of ids with all that a tokenizer makes of them."""
    texts = []
    for text in TEXTS:
        ids = tokenizer.encode(text, add_special_tokens=False)
        with_special = tokenizer.encode(text, add_special_tokens=True)
        entry = {"text": text, "ids": ids, "ids_with_special": with_special}
        texts.append({**entry, **decoded(tokenizer, ids)})
    draw = random.Random(name)
    sequences = []
    for _ in range(6):
        ids = [draw.randrange(VOCABULARY) for _ in range(16)]
        sequences.append({"ids": ids, **decoded(tokenizer, ids)})
    special = VOCABULARIES[name].all_special()
    return {
        "tokenizer": name,
        "vocabulary": VOCABULARY,
        "special_tokens": {token: tokenizer.convert_tokens_to_ids(token) for token in special},
        "special_tokens_map": tokenizer.special_tokens_map,
        "texts": texts,
        "sequences": sequences,
    }


def generate(name: str, folder: Path) -> None:
    """Makes the fixture of one tokenizer."""
    write_json(folder / "expected.json", expected(name, save(name, folder)))
