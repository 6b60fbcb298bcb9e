"""What ``/v1/local`` tells of a package, and keeps beside it as ``package.json``."""

from typing import Literal

from openai import BaseModel
from openai.types.fine_tuning.fine_tuning_job import Error

from modelserver.validation import Messages


class PackageFile(BaseModel):
    """A file of a package."""

    name: str
    bytes: int
    sha256: str


class CheckedPrompt(BaseModel):
    """One prompt; what the trained model answers, what is served here, what the merged file says.

    ``equal``: the merged file says what was expected, word for word.
    """

    messages: Messages
    expected: str
    served: str
    packaged: str
    equal: bool


class Check(BaseModel):
    """Whether the merged file gives the answers of the trained model, word for word."""

    equal: bool
    max_tokens: int
    prompts: list[CheckedPrompt]


class Package(BaseModel):
    """A tuned model as files for other programs.

    ``status`` is ``building``, then ``ready`` when the check found every answer equal,
    ``different`` when it did not, or ``failed`` with an ``error``. ``type`` says how the changed
    tensors are packed; ``demonstration`` is that of the model.
    """

    object: Literal["local.package"] = "local.package"
    model: str
    base: str
    demonstration: bool
    status: Literal["building", "ready", "different", "failed"]
    type: str
    created_at: int
    finished_at: int | None = None
    error: Error | None = None
    files: list[PackageFile] = []
    checked: Check | None = None
