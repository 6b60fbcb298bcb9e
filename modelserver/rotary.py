"""The order of rotary pairs. Pure: a matrix in, a matrix out."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def interleave(rows: NDArray[Any], heads: int) -> NDArray[Any]:
    """Reorder the rows of a query or key matrix from Hugging Face's order to llama.cpp's.

    Within each head Hugging Face holds the first halves of all rotary pairs, then the second
    halves; llama.cpp wants the two of a pair next to each other.
    """
    count, width = rows.shape
    halves = rows.reshape(heads, 2, count // heads // 2, width)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(count, width))
