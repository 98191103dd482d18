"""What is sealed, and how it opens: spec/keys.md (Slots, HPKE), spec/revision.md."""

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand

from encoding import Refused, require, sha256

SEGMENT = 1_048_576
CONTENT_FLOOR, METADATA_FLOOR = 4096, 512


def hmac_sha256(key, data):
    return hmac.digest(key, data, "sha256")


def hkdf(key, info, salt=b""):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(key)


def open_gcm(key, nonce, sealed, aad=b""):
    try:
        return AESGCM(key).decrypt(nonce, sealed, aad)
    except (InvalidTag, ValueError) as error:
        raise Refused("cannot-open") from error


def open_box(key, label, ctx, box):
    require(len(box) >= 48, "cannot-open")
    subkey = hkdf(key, b"ecrin-1 " + label.encode() + ctx, salt=box[:32])
    return open_gcm(subkey, bytes(12), box[32:], ctx)


def signing_key(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


# X-Wing (draft-connolly-cfrg-xwing-kem), and HPKE in base mode over it (RFC 9180).


def _xwing(seed):
    expanded = hashlib.shake_256(seed).digest(96)
    lattice = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
    return lattice, X25519PrivateKey.from_private_bytes(expanded[64:])


def sealing_key(seed):
    return b"".join(each.public_key().public_bytes_raw() for each in _xwing(seed))


def _decapsulate(seed, encapsulated):
    lattice, curve = _xwing(seed)
    to_lattice, to_curve = encapsulated[:1088], encapsulated[1088:]
    secrets = lattice.decapsulate(to_lattice)
    secrets += curve.exchange(X25519PublicKey.from_public_bytes(to_curve))
    own = curve.public_key().public_bytes_raw()
    return hashlib.sha3_256(secrets + to_curve + own + bytes.fromhex("5c2e2f2f5e5c")).digest()


_HPKE = b"HPKE-v1" + b"HPKE" + bytes.fromhex("647a00010002")


def _extract(salt, label, key):
    return hmac_sha256(salt or bytes(32), _HPKE + label + key)


def _expand(key, label, info, size):
    info = size.to_bytes(2, "big") + _HPKE + label + info
    return HKDFExpand(hashes.SHA256(), size, info).derive(key)


def open_wrap(seed, ctx, sealed):
    """HPKE: the context is the info. The encapsulation is 1,120 bytes, the ciphertext follows."""
    require(len(sealed) >= 1136, "cannot-open")
    try:
        shared = _decapsulate(seed, sealed[:1120])
    except ValueError as error:
        raise Refused("cannot-open") from error
    schedule = b"\0" + _extract(b"", b"psk_id_hash", b"") + _extract(b"", b"info_hash", ctx)
    secret = _extract(shared, b"secret", b"")
    key = _expand(secret, b"key", schedule, 32)
    return open_gcm(key, _expand(secret, b"base_nonce", schedule, 12), sealed[1120:])


# Padding.


def padded(n, floor):
    if n <= floor:
        return floor
    if n <= 65536:
        return 1 << (n - 1).bit_length()
    exponent = n.bit_length() - 1
    step = 1 << exponent - exponent.bit_length()
    return -(-n // step) * step


def unpad(data, floor):
    require(len(data) >= 8, "padding")
    end = 8 + int.from_bytes(data[:8], "big")
    require(end <= len(data) == padded(end, floor) and not any(data[end:]), "padding")
    return data[8:end]


# Content stream.


def open_stream(key, ctx, wire, length, root, segment=SEGMENT):
    """All of a stream, once each segment's digest and tag are right. `wire` is as it is stored."""
    require(len(wire) == length > 55 and wire[0] == 40, "content")
    parts = [wire[at : at + segment] for at in range(0, length, segment)]
    # Only an empty stream has a segment without plaintext.
    require(len(parts) == 1 or len(parts[-1]) > 16, "content")
    require(sha256(*map(sha256, parts)) == root, "content")
    aes_key, prefix = hkdf(key, ctx, salt=wire[1:33]), wire[33:40]
    parts[0] = parts[0][40:]
    last = len(parts) - 1
    return b"".join(
        open_gcm(aes_key, prefix + at.to_bytes(4, "big") + bytes([at == last]), part)
        for at, part in enumerate(parts)
    )
