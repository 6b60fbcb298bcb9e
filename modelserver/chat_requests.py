"""The body of a request for a chat, checked: JSON in, what llama.cpp is asked or a refusal out.

llama.cpp takes nearly anything and makes something of it; OpenAI refuses, and names the parameter.
"""

from collections.abc import Callable
from typing import Any

from modelserver.errors import ApiError

ROLES = frozenset({"system", "developer", "user", "assistant"})
MOST_STOPS = 4
MOST_LOGPROBS = 20
# Understood by OpenAI, of no effect on what a small local model answers.
IGNORED = frozenset(
    {"model", "user", "store", "metadata", "service_tier", "safety_identifier", "n"}
    | {"prompt_cache_key", "prompt_cache_retention", "parallel_tool_calls"}
)
_FORMATS = ("text", "json_object", "json_schema")

Check = Callable[[Any], bool]


def upstream_body(body: dict[str, Any]) -> dict[str, Any]:
    """What llama.cpp is asked; raises ``ApiError`` (400) for what cannot be passed on."""
    for name in body.keys() - _CHECKS.keys() - IGNORED:
        raise ApiError(400, f"Unrecognized request argument supplied: {name}", param=name)
    if body.get("n") not in (None, 1):
        raise ApiError(400, "Only one answer can be asked for at a time (n=1).", param="n")
    given = {name: body[name] for name in _CHECKS.keys() & body.keys() if body[name] is not None}
    for name, value in given.items():
        check, wanted = _CHECKS[name]
        if not check(value):
            raise ApiError(400, f"{name} must be {wanted}.", param=name)
    _refuse_pointless(given)
    if "max_completion_tokens" in given:
        given["max_tokens"] = given.pop("max_completion_tokens")
    return given | {"messages": _messages(body.get("messages"))}


def _refuse_pointless(given: dict[str, Any]) -> None:
    """Options that mean something beside another one only, as OpenAI has it."""
    if "top_logprobs" in given and not given.get("logprobs"):
        raise ApiError(400, "top_logprobs needs logprobs to be true.", param="top_logprobs")
    if "stream_options" in given and not given.get("stream"):
        raise ApiError(400, "stream_options needs stream to be true.", param="stream_options")


def _messages(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not value:
        raise ApiError(400, "messages must be a list that is not empty.", param="messages")
    return [_message(number, message) for number, message in enumerate(value)]


def _message(number: int, message: Any) -> dict[str, Any]:
    param = f"messages[{number}]"
    if not isinstance(message, dict) or message.get("role") not in ROLES:
        known = ", ".join(sorted(ROLES))
        raise ApiError(400, f"{param} must have a role of: {known}.", param=f"{param}.role")
    text = _text(message.get("content"))
    if text is None:
        raise ApiError(400, f"The content of {param} must be a text.", param=f"{param}.content")
    role = "system" if message["role"] == "developer" else message["role"]
    return {"role": role, "content": text}


def _text(content: Any) -> str | None:
    """A content as one text: OpenAI takes it in parts, too."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    texts = [
        it["text"] for it in content if isinstance(it, dict) and isinstance(it.get("text"), str)
    ]
    return "\n".join(texts) if len(texts) == len(content) > 0 else None


def _number(lowest: float, highest: float) -> tuple[Check, str]:
    def check(value: Any) -> bool:
        plain = isinstance(value, int | float) and not isinstance(value, bool)
        return plain and lowest <= value <= highest

    return check, f"a number from {lowest:g} to {highest:g}"


def _whole(lowest: int, highest: int = 2**31 - 1) -> tuple[Check, str]:
    def check(value: Any) -> bool:
        plain = isinstance(value, int) and not isinstance(value, bool)
        return plain and lowest <= value <= highest

    return check, f"a whole number from {lowest} to {highest}"


def _is_stop(value: Any) -> bool:
    stops = value if isinstance(value, list) else [value]
    return len(stops) <= MOST_STOPS and all(isinstance(it, str) and it for it in stops)


def _is_format(value: Any) -> bool:
    if not isinstance(value, dict) or value.get("type") not in _FORMATS:
        return False
    if value["type"] != "json_schema":
        return True
    named = value.get("json_schema")
    return (
        isinstance(named, dict)
        and isinstance(named.get("name"), str)
        and isinstance(named.get("schema"), dict)
    )


def _is_bias(value: Any) -> bool:
    inside, _wanted = _number(-100, 100)
    return isinstance(value, dict) and all(
        key.isdecimal() and inside(it) for key, it in value.items()
    )


_FLAG: tuple[Check, str] = (lambda value: isinstance(value, bool), "true or false")
_CHECKS: dict[str, tuple[Check, str]] = {
    "messages": (lambda value: True, "a list"),  # looked at one by one
    "temperature": _number(0, 2),
    "top_p": _number(0, 1),
    "top_k": _whole(0),
    "min_p": _number(0, 1),
    "repeat_penalty": _number(0, 10),
    "frequency_penalty": _number(-2, 2),
    "presence_penalty": _number(-2, 2),
    "max_tokens": _whole(1),
    "max_completion_tokens": _whole(1),
    "seed": _whole(-(2**31)),
    "logprobs": _FLAG,
    "top_logprobs": _whole(0, MOST_LOGPROBS),
    "logit_bias": (_is_bias, "an object of token ids with numbers from -100 to 100"),
    "stop": (_is_stop, f"a text or up to {MOST_STOPS} texts that are not empty"),
    "response_format": (
        _is_format,
        f"of a type of: {', '.join(_FORMATS)}; the last has a name and a schema",
    ),
    "stream": _FLAG,
    "stream_options": (lambda value: isinstance(value, dict), "an object"),
}
