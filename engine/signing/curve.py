"""Points of Ed25519, as far as it takes to refuse the bad ones.

The library that verifies takes small-order keys, for which signatures can be made without any private key. So a key
has to be a canonical point of the prime-order group, and a signature has a canonical R of large order and S below L.
"""

from __future__ import annotations

from functools import lru_cache

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
"""Order of the group that keys are drawn from; the curve has eight times as many points."""
_D = -121665 * pow(121666, -1, P) % P
_ROOT = pow(2, (P - 1) // 4, P)

_Point = tuple[int, int, int, int]
"""Extended coordinates: x = X/Z, y = Y/Z, T = XY/Z."""
_NEUTRAL: _Point = (0, 1, 1, 0)


def canonical(raw: bytes) -> bool:
    """Whether 32 bytes are the only encoding of what they encode: y below P, and no sign on x = 0."""
    if len(raw) != 32:
        return False
    number = int.from_bytes(raw, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    return y < P and not (sign and y in (1, P - 1))


@lru_cache(maxsize=512)
def sound_key(raw: bytes) -> bool:
    """Whether 32 bytes are a public key that only its private key can sign for. About 3 ms, then remembered."""
    point = _decompress(raw)
    if point is None or _is_neutral(_times(8, point)):
        return False
    return _is_neutral(_times(L, point))


def sound_signature(raw: bytes) -> bool:
    """Whether 64 bytes have the one form that a signature has; says nothing of whose it is."""
    if len(raw) != 64 or not canonical(raw[:32]) or raw[:32] in small_order():
        return False
    return int.from_bytes(raw[32:], "little") < L


@lru_cache(maxsize=1)
def small_order() -> frozenset[bytes]:
    """The canonical encodings of the eight points whose order divides eight."""
    torsion = _NEUTRAL
    y = 2
    while _is_neutral(_times(4, torsion)):
        found = _decompress(y.to_bytes(32, "little"))
        torsion = _NEUTRAL if found is None else _times(L, found)
        y += 1
    return frozenset(_encode(_times(n, torsion)) for n in range(8))


def _decompress(raw: bytes) -> _Point | None:
    """The point of a canonical encoding, or None where there is none."""
    if not canonical(raw):
        return None
    number = int.from_bytes(raw, "little")
    y, sign = number & ((1 << 255) - 1), number >> 255
    above, below = (y * y - 1) % P, (_D * y * y + 1) % P
    x = above * pow(below, 3, P) * pow(above * pow(below, 7, P), (P - 5) // 8, P) % P
    if below * x * x % P == -above % P:
        x = x * _ROOT % P
    if below * x * x % P != above:
        return None
    if x & 1 != sign:
        x = -x % P
    return x, y, 1, x * y % P


def _encode(point: _Point) -> bytes:
    shrink = pow(point[2], -1, P)
    x, y = point[0] * shrink % P, point[1] * shrink % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _add(one: _Point, other: _Point) -> _Point:
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c = 2 * one[3] * other[3] * _D % P
    d = 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(count: int, point: _Point) -> _Point:
    total = _NEUTRAL
    while count:
        if count & 1:
            total = _add(total, point)
        point = _add(point, point)
        count >>= 1
    return total


def _is_neutral(point: _Point) -> bool:
    return point[0] % P == 0 and (point[1] - point[2]) % P == 0
