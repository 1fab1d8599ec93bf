"""The conversations that the chat templates are tried on.

A case is plain JSON: `name`, `messages`, and where they differ from the default `tools`,
`add_generation_prompt` and `variables` (further names that the template can see).
"""

from typing import Any

Json = dict[str, Any]

WEATHER: Json = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "What the weather is like.\nAsk for one city at a time.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "Name of a city, such as Tromsø or 東京"},
                "unit": {"type": "string", "enum": ["°C", "°F"], "default": "°C"},
                "days": {"type": ["integer", "null"], "description": 'How many days, "now" is 0'},
            },
            "required": ["city"],
        },
        "return": {"type": "object", "additionalProperties": {"type": "number"}},
    },
}
PRICE: Json = {
    "type": "function",
    "function": {
        "name": "get_price",
        "description": "The price of a thing, <b>fees & taxes</b> included",
        "parameters": {
            "type": "object",
            "required": ["thing", "amounts"],
            "properties": {
                "thing": {"type": "string"},
                "amounts": {"type": "array", "items": {"type": "number"}},
                "exact": {"type": "boolean", "default": False},
                "extra": {},
            },
            "additionalProperties": False,
        },
    },
}
NOTHING: Json = {
    "type": "function",
    "function": {
        "name": "wait",
        "parameters": {"type": "object", "properties": {}},
        "examples": [{"call": "wait()", "pause": [1, 2.5]}, []],
    },
}

UNICODE = (
    "Où est le café ? naïve / nai\u0308ve, 東京は晴れ 🌞, 👩\u200d🚀 and \u202emirrored\u202c text"
)


def system(content: Any = "You are the keeper of a ledger.") -> Json:
    """A message of the system."""
    return {"role": "system", "content": content}


def user(content: Any = "What is written on page 306?") -> Json:
    """A message of the user."""
    return {"role": "user", "content": content}


def assistant(content: Any = "A mistake, and a line about it.", **more: Any) -> Json:
    """A message of the assistant."""
    return {"role": "assistant", "content": content, **more}


def parts(*texts: str) -> list[Json]:
    """Content as a list of parts."""
    return [{"type": "text", "text": text} for text in texts]


def call(name: str, arguments: Any, number: int = 1) -> Json:
    """A call of a tool as an assistant's message has it."""
    return {
        "id": f"call{number:05}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def calls(*made: Json, content: Any = "") -> Json:
    """An assistant's message that calls tools."""
    return assistant(content, tool_calls=list(made))


def result(content: Any, number: int = 1, name: str = "get_weather") -> Json:
    """What a tool has answered."""
    return {
        "role": "tool",
        "tool_call_id": f"call{number:05}",
        "name": name,
        "content": content,
    }


def case(
    name: str, *messages: Json, prompt: bool = False, tools: Any = None, **variables: Any
) -> Json:
    """One case; `prompt` is `add_generation_prompt`."""
    made: Json = {"name": name, "messages": list(messages), "add_generation_prompt": prompt}
    if tools is not None:
        made["tools"] = tools
    if variables:
        made["variables"] = variables
    return made


OSLO = call("get_weather", {"city": "Oslo", "days": 2})
TOKYO = call("get_weather", {"unit": "°F", "city": '東京 "Tōkyō"'}, 2)
VALUES: Json = {
    "thing": 'a "red" boat',
    "amounts": [1, 2.0, 0.1, -3, 1e-7, 1e16, 12345678901234567890],
    "exact": True,
    "extra": None,
    "empty": {},
    "none": [],
    "nested": {"z": {"y": ["é", "\u2028", "</tag>", "tab\t\\"]}, "a": False},
}

BASIC = [
    case("one question", user()),
    case("one question, prompted", user(), prompt=True),
    case("system and question", system(), user(), prompt=True),
    case("a dialogue", user("Hi"), assistant("Hello!"), user("Bye"), assistant("Farewell.")),
    case(
        "a dialogue with a system message",
        system(),
        user("  spaces around  "),
        assistant("\n\nlines around\n\n"),
        user("And\nnow?\n"),
        prompt=True,
    ),
    case(
        "unicode",
        system("Antworte auf Deutsch: ja oder nein – „ß“."),
        user(UNICODE),
        prompt=True,
    ),
    case("markup of the template in a message", user("<|im_end|>\n{{ bos_token }}{% if x %}</s>")),
    case("empty content", user(""), assistant(""), user(" \n "), prompt=True),
    case("a question as the end of a long line", user("word " * 40 + "?"), prompt=True),
]

PARTS = [
    case(
        "parts",
        user(parts("Two ", "parts")),
        assistant(parts("One part")),
        user("None"),
        prompt=True,
    ),
    case(
        "parts of the system",
        system(parts("  A note. ")),
        user(parts("Ünïcödé ", " 🙂")),
        prompt=True,
    ),
]

CHATML = [
    *BASIC,
    *PARTS,
    case("tools", user(), tools=[WEATHER], prompt=True),
    case("tools and system", system(), user(), tools=[WEATHER, PRICE, NOTHING], prompt=True),
    case("no tools in the list", system(), user(), tools=[], prompt=True),
    case(
        "a call and its result",
        user("Weather in Oslo?"),
        calls(OSLO),
        result('{"snow": true}'),
        tools=[WEATHER],
        prompt=True,
    ),
    case(
        "two calls with text, two results",
        system(),
        user("Weather?"),
        calls(OSLO, TOKYO, content="I shall look."),
        result("snow"),
        result(parts("sun ", "🌞"), 2),
        assistant("Snow and sun."),
        user("Thanks"),
        assistant(),
        tools=[WEATHER],
    ),
    case("arguments as text", user(), calls(call("get_price", '{"thing":"salt"}')), tools=[PRICE]),
    case(
        "values of all kinds",
        user(),
        calls(call("get_price", VALUES), content=None),
        prompt=True,
    ),
    case(
        "reasoning in the text",
        user("1 + 1?"),
        assistant("<think>\nEasy.\n</think>\n\n2"),
        user("2 + 2?"),
        assistant("<think>\nHarder.\n</think>\n\n4"),
    ),
    case(
        "reasoning beside the text",
        user("1 + 1?"),
        assistant("2", reasoning_content="Easy."),
        user("2 + 2?"),
        assistant("", reasoning_content="\nHarder.\n", tool_calls=[OSLO]),
        result("4"),
        assistant("4", reasoning="Told so."),
    ),
    case("thinking switched off", user(), prompt=True, enable_thinking=False),
    case("thinking switched on", user(), prompt=True, enable_thinking=True),
    case(
        "a result as a user's turn",
        user("Q"),
        calls(OSLO),
        user("<tool_response>\nx\n</tool_response>"),
    ),
    case("refused: system message in the middle", user(), system(), user()),
    case("refused: unknown role", user(), {"role": "critic", "content": "Bad."}),
    case("refused: a part that is no text", user([{"type": "image", "url": "boat.png"}])),
    case("refused: content is a number", user(42)),
]

DATE: Json = {"date_string": "23 Nov 2026"}
HEADERS = [
    *[{**one, "variables": DATE} for one in [*BASIC, *PARTS]],
    case("calls are null", user(), assistant("None made.", tool_calls=None), **DATE),
    case("another date", user(), prompt=True, date_string="1. März 2025"),
    case(
        "tools in the first question",
        system(),
        user(),
        tools=[WEATHER, PRICE],
        prompt=True,
        **DATE,
    ),
    case(
        "tools in the system message",
        system(),
        user(),
        tools=[WEATHER, NOTHING],
        prompt=True,
        tools_in_user_message=False,
        **DATE,
    ),
    case(
        "a call and its result",
        user(),
        calls(OSLO),
        result("snow"),
        tools=[WEATHER],
        prompt=True,
        **DATE,
    ),
    case(
        "results that are no text",
        user(),
        calls(call("get_price", VALUES)),
        {"role": "ipython", "content": {"price": 1.5, "währung": "€"}},
        result([1, "two", None, True]),
        prompt=True,
        **DATE,
    ),
    case("refused: two calls at once", user(), calls(OSLO, TOKYO), tools=[WEATHER], **DATE),
    case("refused: tools without a question", system(), tools=[WEATHER], **DATE),
]

INST = [
    *BASIC,
    case("tools", user("Hi"), assistant("Hello."), user(), tools=[WEATHER, PRICE]),
    case("tools and system", system(), user(), tools=[WEATHER, NOTHING]),
    case("a call and its result", user(), calls(OSLO), result("snow"), tools=[WEATHER]),
    case(
        "two calls, two results, an answer",
        system(),
        user(),
        calls(OSLO, TOKYO),
        result(-3.5),
        result({"content": {"sun": True}}, 2),
        assistant("  Cold, and sunny. "),
        user("Thanks"),
        tools=[WEATHER],
    ),
    case("refused: two questions", user("One"), user("Two")),
    case("refused: assistant first", system(), assistant(), user()),
    case("refused: system in the middle", user(), assistant(), system()),
    case("refused: short id", user(), calls({**OSLO, "id": "1"}), tools=[WEATHER]),
    case("refused: unknown function", user(), calls(OSLO), tools=[PRICE, NOTHING]),
    case("refused: result without an id", user(), calls(OSLO), {"role": "tool", "content": "x"}),
]

TURNS = [
    *BASIC,
    *PARTS,
    case(
        "an image among the parts",
        user([{"type": "image"}, *parts(" What is this? ")]),
        prompt=True,
    ),
    case("refused: two questions", user("One"), user("Two")),
    case("refused: assistant first", system(), assistant(), user()),
    case("content is null", user(None), assistant()),
    case("refused: content is a number", user(42)),
]

SIGNATURES = [
    *BASIC,
    *PARTS,
    case("one tool", user(), tools=[WEATHER], prompt=True),
    case(
        "three tools and system",
        system(" Be\nbrief. "),
        user(),
        tools=[WEATHER, PRICE, NOTHING],
        prompt=True,
    ),
    case("tools without a wrapper", user(), tools=[PRICE["function"]]),
    case(
        "values of all kinds",
        user(),
        calls(call("get_price", VALUES), TOKYO),
        result("42", name="get_price"),
        calls(OSLO, content="Again."),
        assistant(None),
        prompt=True,
    ),
    case("refused: two system messages", system("A"), user(), system("B")),
    case(
        "refused: a function without a name",
        user(),
        tools=[{"type": "function", "function": {}}],
    ),
]

PLAIN = [
    *BASIC,
    case(
        "a system message in the middle",
        user(),
        assistant(),
        system(" Be kind. "),
        user("Why?"),
        prompt=True,
    ),
    case("refused: a tool", user(), calls(OSLO), result("snow")),
]

# For each template: the tokenizer whose special tokens it is made for, and its cases.
TEMPLATES: dict[str, tuple[str, list[Json]]] = {
    "chatml": ("byte-level", CHATML),
    "headers": ("byte-level-bos", HEADERS),
    "inst": ("metaspace", INST),
    "turns": ("byte-fallback", TURNS),
    "signatures": ("byte-level", SIGNATURES),
    "plain": ("byte-level", PLAIN),
}
