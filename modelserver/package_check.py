"""Five prompts, answered by a packaged model and by the trained model it was made of.

The prompts are the first ones of the files the model was trained and measured with: what it is for,
and the same ones each time. The likeliest word is taken at each step, so nothing is left to chance.

The trained model answers in its own library (``reference_process``), the merged file in llama.cpp
without its short cuts (``LlamaTask.exact``), so that the file is measured and not the engine. What
base and adapter answer as they are served here is told beside it: with the short cuts, a model that
is not sure of itself may say something else.
"""

from collections.abc import Sequence

import httpx2

from modelserver.errors import ApiError
from modelserver.package_records import Check, CheckedPrompt
from modelserver.serving import Pool, Served
from modelserver.validation import Messages

PROMPTS = 5
MOST_TOKENS = 48
_GREEDY = {"temperature": 0, "seed": 1, "max_tokens": MOST_TOKENS, "cache_prompt": False}


async def answers(pool: Pool, served: Served, prompts: Sequence[Messages]) -> list[str]:
    """A model's answer to each prompt; raises ``ApiError``. Others may ask in between."""
    found = []
    for messages in prompts:
        async with pool.turn(served) as client:
            found.append(await _answer(client, messages))
    return found


def compare(
    prompts: Sequence[Messages],
    *,
    expected: Sequence[str],
    served: Sequence[str],
    packaged: Sequence[str],
) -> Check:
    """The answers of the packaged model, beside those that were expected and those served here."""
    rows = [
        CheckedPrompt(messages=asked, expected=it, served=here, packaged=there, equal=it == there)
        for asked, it, here, there in zip(prompts, expected, served, packaged, strict=True)
    ]
    return Check(equal=all(it.equal for it in rows), max_tokens=MOST_TOKENS, prompts=rows)


async def _answer(client: httpx2.AsyncClient, messages: Messages) -> str:
    try:
        response = await client.post("/v1/chat/completions", json=_GREEDY | {"messages": messages})
        response.raise_for_status()
    except httpx2.HTTPError as error:
        raise ApiError(503, f"The model could not be checked: {error!r}.") from error
    return str(response.json()["choices"][0]["message"]["content"])
