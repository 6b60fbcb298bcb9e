import numpy as np

from modelserver.rotary import interleave


def test_the_two_halves_of_each_head_become_pairs():
    rows = np.arange(8).reshape(8, 1)  # two heads of four rows
    assert interleave(rows, 2).ravel().tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


def test_rotating_pairs_equals_rotating_halves():
    """Both conventions give the same attention scores: the reason for the reordering."""
    random = np.random.default_rng(1)
    query, key = random.normal(size=(2, 8, 5))
    token, other = random.normal(size=(2, 5))
    theirs = rotate_halves(query @ token, 3) @ rotate_halves(key @ other, 7)
    query, key = interleave(query, 1), interleave(key, 1)
    ours = rotate_pairs(query @ token, 3) @ rotate_pairs(key @ other, 7)
    assert np.isclose(theirs, ours)


def angles(position):
    return position * 10.0 ** -np.arange(4)


def rotate_halves(vector, position):
    cos, sin = np.cos(angles(position)), np.sin(angles(position))
    first, second = vector[:4], vector[4:]
    return np.concatenate([first * cos - second * sin, second * cos + first * sin])


def rotate_pairs(vector, position):
    cos, sin = np.cos(angles(position)), np.sin(angles(position))
    first, second = vector[0::2], vector[1::2]
    return np.stack([first * cos - second * sin, second * cos + first * sin], axis=1).ravel()
