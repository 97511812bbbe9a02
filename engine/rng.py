"""Counter-based randomness: a draw is a pure function of its name, so nothing has to be replayed to reach it.

A draw is named by (seed, stream, subject, period, counter). The subject is a stable hash of a symbol and not
its position, hence adding an instrument changes nobody else's draws. Only integer arithmetic is used, so the
same name gives the same bits on every processor. The generator is SplitMix64 (Steele, Lea, Flood 2014): the
key is hashed from the name and word i of a key is mix64(key + i * GOLDEN).
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint64]

MASK = (1 << 64) - 1
GOLDEN = 0x9E3779B97F4A7C15
_M1, _M2 = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_G, _A1, _A2 = np.uint64(GOLDEN), np.uint64(_M1), np.uint64(_M2)
_S30, _S27, _S31 = np.uint64(30), np.uint64(27), np.uint64(31)
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def stable_hash(text: str) -> int:
    """A 64-bit number for a text, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


def mix64(z: int) -> int:
    """The SplitMix64 finaliser on one integer."""
    z &= MASK
    z = ((z ^ (z >> 30)) * _M1) & MASK
    z = ((z ^ (z >> 27)) * _M2) & MASK
    return z ^ (z >> 31)


def stream_key(seed: int, stream: str) -> int:
    """Key of a named stream of a seed."""
    return mix64(mix64(seed) ^ stable_hash(stream))


def mix_array(z: Words) -> Words:
    """`mix64` of every element, in place; returns the same array."""
    t = z >> _S30
    z ^= t
    z *= _A1
    np.right_shift(z, _S27, out=t)
    z ^= t
    z *= _A2
    np.right_shift(z, _S31, out=t)
    z ^= t
    return z


def keys(stream: int, subjects: Words, periods: NDArray[np.int64]) -> Words:
    """Keys of (stream, subject, period), broadcast over `subjects` and `periods`."""
    subject = mix_array(subjects ^ np.uint64(stream))
    return mix_array(subject + periods.astype(np.uint64) * _G)


def words(key: Words, start: int, count: int) -> Words:
    """Words start .. start+count-1 of every key: shape (count, *key.shape)."""
    steps = np.arange(start + 1, start + count + 1, dtype=np.uint64) * _G
    return mix_array(steps.reshape((count,) + (1,) * key.ndim) + key)


def words_at(key: Words, counters: NDArray[np.int64]) -> Words:
    """The word at `counters` of every key, broadcast."""
    return mix_array(key + (counters + 1).astype(np.uint64) * _G)


def halves(word: Words) -> NDArray[np.uint16]:
    """Four 16-bit numbers of every word: shape (*word.shape, 4), least significant first."""
    parts = np.ascontiguousarray(word).astype("<u8", copy=False).view("<u2")
    return parts.reshape(*word.shape, 4)


def octets(word: Words) -> NDArray[np.uint8]:
    """Eight bytes of every word: shape (*word.shape, 8), least significant first."""
    parts = np.ascontiguousarray(word).astype("<u8", copy=False).view(np.uint8)
    return parts.reshape(*word.shape, 8)


class Stream:
    """Scalar draws of one named stream, for whoever needs one number and not an array."""

    __slots__ = ("_key",)

    def __init__(self, seed: int, name: str) -> None:
        self._key = stream_key(seed, name)

    def word(self, counter: int) -> int:
        """64 random bits at `counter` (0, 1, 2 ...)."""
        return mix64(self._key + (counter + 1) * GOLDEN)

    def below(self, counter: int, bound: int) -> int:
        """An integer in [0, bound) at `counter`; the bias is below bound / 2**64."""
        return (self.word(counter) * bound) >> 64

    def token(self, counter: int, length: int = 12) -> str:
        """Lower-case text without look-alike letters, `length` <= 12 characters of 5 bits each."""
        bits = self.word(counter)
        return "".join(_ALPHABET[(bits >> (5 * place)) & 31] for place in range(min(length, 12)))
