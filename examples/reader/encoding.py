"""How public facts are written down: spec/encoding.md."""

import base64
import hashlib
import json
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

SUITE = "ecrin-1"
SAFE = 2**53 - 1
# The last millisecond of the year 9999.
LATEST = 253402300799999
MAX_STATEMENT = 262_144
MAX_DEPTH = 16


class Refused(Exception):
    """What is not as it must be: the field, and never its value."""


def require(holds, field):
    if not holds:
        raise Refused(field)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Bytes: base64url without padding, in its one strict form.


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text, size=None, field="bytes"):
    require(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), field)
    require(len(text) % 4 != 1, field)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    # Unused low bits are zero: what is encoded again is the same.
    require(b64(data) == text and size in (None, len(data)), field)
    return data


# Canonical JSON: RFC 8785 without null, fractions and lone surrogates.


def canonical(value):
    return _write(value, 0).encode()


def _write(value, depth):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        require(-SAFE <= value <= SAFE, "payload")
        return str(value)
    if isinstance(value, str):
        require(not any("\ud800" <= each <= "\udfff" for each in value), "payload")
        return json.dumps(value, ensure_ascii=False)
    require(isinstance(value, (dict, list)) and depth < MAX_DEPTH, "payload")
    if isinstance(value, list):
        return "[" + ",".join(_write(each, depth + 1) for each in value) + "]"
    # Members stand in the order of UTF-16 code units.
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join(f"{_write(n, 0)}:{_write(value[n], depth + 1)}" for n in names) + "}"


def parse(data, field="payload"):
    """Canonical JSON and nothing else: parsed, written again, compared."""

    def refuse(_):
        raise Refused(field)

    try:
        value = json.loads(data.decode(), parse_float=refuse, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise Refused(field) from error
    require(canonical(value) == data, field)
    return value


# Contexts and trees.


def context(purpose, *parts):
    """Ids and words are str, numbers int, everything else bytes. 32 bytes."""
    texts = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    fields = [SUITE.encode(), purpose.encode(), *texts]
    return sha256(_u32(len(fields)), *(_u32(len(each)) + each for each in fields))


def _u32(n):
    return n.to_bytes(4, "big")


def merkle_root(leaves):
    """RFC 6962 section 2.1."""
    if len(leaves) < 2:
        return sha256(b"\0", leaves[0]) if leaves else sha256()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1", merkle_root(leaves[:half]), merkle_root(leaves[half:]))


# Forms.


def form(value, required, optional=(), field="payload"):
    """Exactly these members: each name with what reads it."""
    require(isinstance(value, dict), field)
    known = {**dict(required), **dict(optional)}
    for name in dict(required):
        require(name in value, f"{field}.{name}")
    for name, member in value.items():
        require(name in known, field)
        known[name](member, f"{field}.{name}")
    return value


def of_bytes(size):
    return lambda value, field: unb64(value, size, field)


a_hash = a_key = of_bytes(32)
an_id = of_bytes(16)
a_sealing_key = of_bytes(1216)
a_signature = of_bytes(64)


def an_integer(least=0, most=SAFE):
    return lambda value, field: require(type(value) is int and least <= value <= most, field)


def one_of(*words):
    # True is no 1.
    typed = [(type(word), word) for word in words]
    return lambda value, field: require((type(value), value) in typed, field)


def list_of(each, least=0, most=SAFE):
    def check(value, field):
        require(isinstance(value, list) and least <= len(value) <= most, field)
        for at, member in enumerate(value):
            each(member, f"{field}.{at}")

    return check


def shaped(required, optional=()):
    return lambda value, field: form(value, required, optional, field)


a_suite = one_of(SUITE)
a_time = an_integer(0, LATEST)
a_count = an_integer()
a_head = shaped({"hash": a_hash, "seq": a_count})
a_signer = shaped({"account": an_id, "device": an_id, "head": a_head})
an_identity = shaped({"sign": a_key, "seal": a_sealing_key})


# Statements.


def verify(key, signature, data):
    try:
        Ed25519PublicKey.from_public_bytes(unb64(key, 32)).verify(signature, data)
    except (InvalidSignature, ValueError) as error:
        raise Refused("signature") from error


class Statement:
    """A compact JWS of one kind. Its payload is believed after `verify`, in its form."""

    def __init__(self, kind, text):
        require(isinstance(text, str) and len(text) <= MAX_STATEMENT, "statement")
        parts = text.split(".")
        require(len(parts) == 3, "statement")
        header, payload, signature = parts
        require(header == b64(canonical({"alg": "Ed25519", "typ": f"{SUITE}.{kind}"})), "header")
        self.signature = unb64(signature, 64, "signature")
        self.payload = parse(unb64(payload, field="payload"))
        self.signed = f"{header}.{payload}".encode()
        self.hash = b64(sha256(self.signed))

    def verify(self, key):
        """With a key that a chain holds, never one of the statement's own."""
        verify(key, self.signature, self.signed)
        return self
