"""Writes vectors/anchor/ots.json with python3-opentimestamps, which shares no code with ours:

    /usr/bin/python3 tools/peers/ots_vectors.py > vectors/anchor/ots.json
"""

import hashlib
import json

from opentimestamps.core.notary import (
    BitcoinBlockHeaderAttestation,
    PendingAttestation,
    UnknownAttestation,
)
from opentimestamps.core.op import OpAppend, OpPrepend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile, Timestamp

ALICE = "https://alice.calendar.example"
BOB = "https://bob.calendar.example:14788"


def serialized(proof):
    context = BytesSerializationContext()
    proof.serialize(context)
    return context.getbytes()


def detached(text, build):
    digest = hashlib.sha256(text.encode()).digest()
    stamp = Timestamp(digest)
    build(stamp)
    return DetachedTimestampFile(OpSHA256(), stamp)


def pending(stamp):
    stamp.ops.add(OpAppend(b"\x01" * 16)).ops.add(OpSHA256()).attestations.add(PendingAttestation(ALICE))


def two_calendars(stamp):
    pending(stamp)
    to_bob = stamp.ops.add(OpPrepend(b"\x02" * 200)).ops.add(OpSHA256())
    to_bob.attestations.add(PendingAttestation(BOB))


def confirmed(stamp):
    two_calendars(stamp)
    at_alice = stamp.ops.add(OpAppend(b"\x01" * 16)).ops.add(OpSHA256())
    sibling = at_alice.ops.add(OpPrepend(b"\x03" * 32)).ops.add(OpSHA256()).ops.add(OpSHA256())
    sibling.attestations.add(BitcoinBlockHeaderAttestation(900000))
    sibling.attestations.add(BitcoinBlockHeaderAttestation(127))
    sibling.attestations.add(BitcoinBlockHeaderAttestation(128))


def crowded(stamp):
    confirmed(stamp)
    for uri in (BOB, ALICE, "https://carol.calendar.example"):
        stamp.attestations.add(PendingAttestation(uri))
    stamp.attestations.add(UnknownAttestation(b"unknown!", b"kept as it is"))
    for i in range(5):
        stamp.ops.add(OpAppend(bytes([9 - i]) * (i + 1))).attestations.add(PendingAttestation(ALICE))


def attested(proof):
    found = []
    for message, attestation in proof.timestamp.all_attestations():
        if isinstance(attestation, PendingAttestation):
            found.append([message.hex(), "pending", attestation.uri])
        elif isinstance(attestation, BitcoinBlockHeaderAttestation):
            found.append([message.hex(), "bitcoin", attestation.height])
        else:
            found.append([message.hex(), "unknown", (attestation.TAG + attestation.payload).hex()])
    return sorted(found, key=str)


accept = []
for name, build in (
    ("pending at one calendar", pending),
    ("pending at two calendars", two_calendars),
    ("confirmed by one, pending at the other", confirmed),
    ("many attestations, one of them unknown", crowded),
):
    proof = detached(name, build)
    accept.append({"name": name, "proof": serialized(proof).hex(), "attested": attested(proof)})

whole = bytes.fromhex(accept[0]["proof"])
magic = 31
step = magic + 2 + 32
refuse = [
    ("empty", b""),
    ("another magic", b"\x01" + whole[1:]),
    ("another version", whole[:magic] + b"\x02" + whole[magic + 1 :]),
    ("a digest of SHA-1", whole[: magic + 1] + b"\x02" + whole[magic + 2 :]),
    ("a step that is not known", whole[:step] + b"\xf3" + whole[step + 1 :]),
    ("bytes after the end", whole + b"\x00"),
    ("cut short", whole[:-1]),
    ("an empty argument", whole[: step + 1] + b"\x00" + whole[step + 18 :]),
    ("a number written longer than it is", whole[: step + 1] + b"\x90\x00" + whole[step + 2 :]),
    ("nothing attested", whole[:step]),
    ("a calendar with a query", whole.replace(b"calendar.example", b"calendar?example")),
    ("a proof deeper than 256 steps", whole[:step] + b"\x08" * 300 + whole[step + 19 :]),
]
two = bytes.fromhex(accept[1]["proof"])
# The second branch first: true, and in another form.
at = step + 1
first_end = two.index(b"\xf1", at)
branches = two[at:first_end], two[first_end:]
refuse.append(("branches in another order", two[:step] + b"\xff" + branches[1] + branches[0]))

print(
    json.dumps(
        {"accept": accept, "refuse": [{"name": n, "proof": p.hex()} for n, p in refuse]}, indent=1
    )
)
