#!/usr/bin/env python3
"""Checks an export of an Ecrin journal. Needs Python 3.8 and nothing else.

    python3 verify.py EXPORT.zip [--log-key KEY] [--root FILE.pem]... [--earlier FILE.zip]
                                 [--witnesses FILE] [--demonstration]

--root is a certificate, PEM or DER, of an authority whose time stamps count: those of others are
told, and count for nothing. Without it the roots in the export are taken: compare them.
--earlier is an export from before, which must hold too, and which this one must go on from.
--witnesses counts the witnesses in FILE, in the form of log/witnesses.json, in place of those that
the operator of the log names.

It shares no code with Ecrin: SHA-256, HMAC and ZIP are Python's, Ed25519 (RFC 8032) is below.
Time stamps (RFC 3161) are checked by the `openssl` command; where there is none they are called
not checked. Nothing is fetched.
"""

import base64
import contextlib
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
import zlib

SUITE = "ecrin-1"
LEAST_WORK = 2**75
# The last millisecond of the year 9999.
LATEST = 253402300799999


class Wrong(Exception):
    """The first thing that is wrong, and where."""


def need(condition, place, what):
    if not condition:
        raise Wrong("%s: %s" % (place, what))


def plain(text):
    """A text that stood in the file, as a terminal may show it: nothing in it moves the cursor."""
    return "".join(each if each.isprintable() else "?" for each in str(text))


# --- Ed25519, RFC 8032 section 5.1, strict: cofactorless, canonical encodings ---------------

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def add(a, b):
    x = (a[1] - a[0]) * (b[1] - b[0]) % P
    y = (a[1] + a[0]) * (b[1] + b[0]) % P
    z = 2 * a[3] * b[3] * D % P
    t = 2 * a[2] * b[2] % P
    e, f, g, h = y - x, t - z, t + z, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P


def double(a):
    x, y = a[0] * a[0] % P, a[1] * a[1] % P
    z = 2 * a[2] * a[2] % P
    h = x + y
    e = h - (a[0] + a[1]) ** 2
    g = x - y
    f = z + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def decompress(text):
    y = int.from_bytes(text, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def table(point):
    """point, 2 point, ... 15 point."""
    rows = [(0, 1, 1, 0), point]
    for _ in range(14):
        rows.append(add(rows[-1], point))
    return rows


BASE = table(decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")))
TABLES = {}


def two_products(s, h, rows):
    """s B + h A, four bits at a time."""
    total = (0, 1, 1, 0)
    for shift in range(252, -4, -4):
        total = double(double(double(double(total))))
        total = add(total, BASE[s >> shift & 15])
        total = add(total, rows[h >> shift & 15])
    return total


def ed25519(key, signature, message):
    if len(key) != 32 or len(signature) != 64:
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= Q:
        return False
    rows = TABLES.get(key)
    if rows is None:
        point = decompress(key)
        if point is None:
            return False
        x, y, z, t = point
        # The neutral element and other points of small order sign nothing.
        if (two_products(0, 8, table(point))[0]) % P == 0:
            return False
        rows = TABLES[key] = table((-x % P, y, z, -t % P))
    h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % Q
    x, y, z, _ = two_products(s, h, rows)
    inverse = pow(z, P - 2, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- Encodings (spec/encoding.md) ---------------------------------------------------------


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text, place):
    need(isinstance(text, str) and re.match(r"^[A-Za-z0-9_-]*$", text), place, "is not base64url")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise Wrong("%s: is not base64url" % place)
    need(b64url(data) == text, place, "is not in its one form")
    return data


def hash32(text, place):
    data = unb64url(text, place)
    need(len(data) == 32, place, "is not 32 bytes")
    return data


def check_id(text, place):
    need(len(unb64url(text, place)) == 16, place, "names somebody by what is no id")


def unb64(text, place):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("%s: is not base64" % place)
    need(base64.b64encode(data).decode() == text, place, "is not in its one form")
    return data


def lp(data):
    return len(data).to_bytes(4, "big") + data


def context(purpose, *parts):
    fields = [SUITE.encode(), purpose.encode()]
    for part in parts:
        fields.append(part if isinstance(part, bytes) else str(part).encode())
    return sha256(len(fields).to_bytes(4, "big"), *[lp(field) for field in fields])


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def parse(text, place):
    try:
        value = json.loads(text)
    except ValueError:
        raise Wrong("%s: is not JSON" % place)
    need(canonical(value) == text, place, "is not canonical JSON")
    return value


def members(value, place, required, optional=()):
    need(isinstance(value, dict), place, "is not an object")
    for name in required:
        need(name in value, place, "lacks %s" % name)
    for name in value:
        need(name in required or name in optional, place, "has %s, which is not known" % name)


class Statement:
    """A compact JWS, taken apart (spec/encoding.md, Statement)."""

    def __init__(self, kind, text, place):
        need(isinstance(text, str) and text.count(".") == 2, place, "is not a statement")
        header, payload, signature = text.split(".")
        expected = b64url(('{"alg":"Ed25519","typ":"%s.%s"}' % (SUITE, kind)).encode())
        need(header == expected, place, "is not a statement of kind %s" % kind)
        self.signed = ("%s.%s" % (header, payload)).encode()
        self.hash = b64url(sha256(self.signed))
        self.signature = unb64url(signature, place)
        try:
            decoded = unb64url(payload, place).decode()
        except UnicodeDecodeError:
            raise Wrong("%s: is not UTF-8" % place)
        self.fact = parse(decoded, place)
        need(self.fact.get("suite") == SUITE, place, "is of another suite")
        self.place = place

    def check(self, key):
        held = ed25519(hash32(key, self.place), self.signature, self.signed)
        need(held, self.place, "its signature does not hold")


# --- The log (spec/log.md) ----------------------------------------------------------------


class LogKeys:
    def __init__(self, value, place):
        members(value, place, ("first", "keys"))
        self.log = b64url(context("log", hash32(value["first"], place))[:16])
        self.first = value["first"]
        self.origin = "ecrin.log/" + self.log
        self.lives = [{"key": self.first, "size": 0, "at": 0}]
        prev = None
        for i, text in enumerate(value["keys"]):
            turn = Statement("log-key", text, place)
            turn.check(self.lives[-1]["key"])
            fact = turn.fact
            need(fact["log"] == self.log and fact["seq"] == i + 1, place, "is another log's")
            need(fact.get("prev") == prev, place, "has a key that does not follow")
            last = self.lives[-1]
            need(fact["size"] >= last["size"] and fact["at"] >= last["at"], place, "goes back")
            need(all(life["key"] != fact["key"] for life in self.lives), place, "repeats a key")
            last["until"] = (fact["size"], fact["at"])
            self.lives.append({"key": fact["key"], "size": fact["size"], "at": fact["at"]})
            prev = turn.hash

    def check(self, statement, at):
        for life in self.lives:
            if at < life["at"] or ("until" in life and at > life["until"][1]):
                continue
            if ed25519(hash32(life["key"], ""), statement.signature, statement.signed):
                return
        raise Wrong("%s: is not signed by a key of the log" % statement.place)


class EndedLog:
    """A log that ended with entries lost, and names the one that follows (spec/succession.md)."""

    def __init__(self, value, following, place):
        members(value, place, ("first", "keys", "statement", "checkpoint"), ("entry", "place"))
        self.place = place
        self.keys = LogKeys({"first": value["first"], "keys": value["keys"]}, place)
        statement = Statement("succession", value["statement"], place)
        last = self.keys.lives[-1]
        statement.check(last["key"])
        fact = statement.fact
        members(fact, place, ("suite", "log", "size", "root", "kept", "next", "at"))
        members(fact["kept"], place, ("size", "root"))
        need(fact["log"] == self.keys.log, place, "is another log's end")
        need(fact["next"] == following, place, "names another log than follows")
        need(all(life["key"] != following for life in self.keys.lives), place, "is followed by itself")
        need(fact["at"] >= last["at"], place, "ended before its last key")
        self.size, self.kept, self.at = fact["size"], fact["kept"]["size"], fact["at"]
        need(0 <= self.kept < self.size, place, "has lost nothing")
        self.kept_root = hash32(fact["kept"]["root"], place)
        need(self.kept or self.kept_root == sha256(), place, "has another root of nothing")
        checkpoint = Checkpoint(value["checkpoint"], self.keys, place)
        same = checkpoint.size == self.size and b64url(checkpoint.root) == fact["root"]
        need(same, place, "ended at another checkpoint")
        self.leaf, self.path = None, value.get("place")
        if "entry" in value:
            told = value["entry"]
            members(told, place, ("n", "index", "salt", "entry", "before", "tag"))
            entry = parse(told["entry"], place)
            about = {"statement": statement.hash, "count": self.size - self.kept,
                     "from": self.kept, "root": fact["root"]}
            next_log = b64url(context("log", hash32(following, place))[:16])
            at = entry.get("at") if isinstance(entry, dict) else None
            need(type(at) is int and 0 <= at <= LATEST, place, "its entry was written at no moment")
            first = {"v": 1, "subject": next_log, "n": 0, "at": at,
                     "kind": "succession", "actor": {}, "about": about}
            right = entry == first and told["index"] == self.kept and told["n"] == 0
            need(right, place, "its entry says something else")
            commitment = context("entry", hash32(told["salt"], place), told["entry"].encode())
            self.leaf = sha256(b"\x00", commitment)

    def check_entry(self, size, root):
        """The entry stands in the log that follows, where the lost ones began."""
        need((self.leaf is None) == (self.path is None), self.place, "has an entry without a place")
        if self.leaf is None:
            return
        path = [hash32(each, self.place) for each in self.path]
        need(self.kept < size, self.place, "has an entry beyond the log")
        need(included(self.leaf, self.kept, size, path) == root, self.place, "its entry is not in the log that follows")


def included(leaf, index, size, path):
    """The root that an inclusion proof leads to (RFC 9162 section 2.1.3.2); None for one of another length."""
    last, place = size - 1, index
    for sibling in path:
        if last == 0:
            return None
        if place % 2 or place == last:
            leaf = node(sibling, leaf)
            while place and not place % 2:
                place, last = place >> 1, last >> 1
        else:
            leaf = node(leaf, sibling)
        place, last = place >> 1, last >> 1
    return leaf if last == 0 else None


def key_id(name, kind, key):
    return sha256(name.encode(), b"\n", bytes([kind]), key)[:4]


class Checkpoint:
    def __init__(self, note, keys, place):
        text, found, lines = note.rpartition("\n\n")
        need(found and note.endswith("\n"), place, "is not a signed note")
        self.text = text + "\n"
        self.signatures = []
        for line in lines[:-1].split("\n"):
            match = re.match("^\u2014 ([^ +]+) ([A-Za-z0-9+/]+=*)$", line)
            need(match, place, "has a line that is no signature")
            data = unb64(match.group(2), place)
            self.signatures.append((match.group(1), data[:4], data[4:]))
        parts = self.text.split("\n")
        need(len(parts) == 4 and parts[3] == "", place, "has not three lines")
        need(parts[0] == keys.origin, place, "is another log's")
        need(re.match("^(0|[1-9][0-9]{0,15})$", parts[1]), place, "has no size")
        self.size, self.root, self.place = int(parts[1]), unb64(parts[2], place), place
        need(len(self.root) == 32, place, "has no root")
        for life in keys.lives:
            least = life["size"] + 1 if life["size"] else 0
            if self.size < least or ("until" in life and self.size > life["until"][0]):
                continue
            key = hash32(life["key"], place)
            signed = [s for n, i, s in self.signatures if n == keys.origin and i == key_id(n, 1, key)]
            for signature in signed:
                need(ed25519(key, signature, self.text.encode()), place, "its signature does not hold")
            if signed:
                return
        raise Wrong("%s: is not signed by the log" % place)

    def cosigned(self, witness):
        """Whether the witness cosigned; every line in its name must hold."""
        key = hash32(witness["key"], self.place)
        found = False
        for name, identifier, data in self.signatures:
            if name == witness["name"] and identifier == key_id(name, 4, key):
                seconds = int.from_bytes(data[:8], "big")
                need(len(data) == 72 and 0 < seconds <= 9007199254740, self.place, "has a cosignature that is none")
                head = "cosignature/v1\ntime %d\n" % seconds
                held = ed25519(key, data[8:], (head + self.text).encode())
                need(held, self.place, "a cosignature does not hold")
                found = True
        return found


class Stop:
    """A tree that the journal's must be at some size on its way."""

    def __init__(self, size, root, place):
        self.size, self.root, self.place = size, root, place


def node(left, right):
    return sha256(b"\x01", left, right)


def subtrees(start, end):
    """The heights of the perfect subtrees from start to end."""
    while start < end:
        height = 0
        while start % 2 ** (height + 1) == 0 and start + 2 ** (height + 1) <= end:
            height += 1
        yield height
        start += 2**height


class Tree:
    """Grown from the left by whole subtrees (RFC 6962 section 2.1)."""

    def __init__(self):
        self.size, self.edge = 0, []

    def append(self, height, root):
        self.size += 2**height
        while self.edge and self.edge[-1][0] == height:
            root = node(self.edge.pop()[1], root)
            height += 1
        self.edge.append((height, root))

    def root(self):
        if not self.edge:
            return sha256()
        total = self.edge[-1][1]
        for _, left in reversed(self.edge[:-1]):
            total = node(left, total)
        return total


# --- Accounts (spec/keys.md) --------------------------------------------------------------


class Account:
    def __init__(self, account, chain, place):
        check_id(account, place)
        self.hashes, self.devices, identity = [], {}, None
        for seq, text in enumerate(chain):
            statement = Statement("account", text, place)
            fact = statement.fact
            need(fact["account"] == account and fact["seq"] == seq, place, "is another chain")
            need((fact["op"] == "begin") == (seq == 0), place, "begins twice or never")
            if seq == 0:
                identity = fact["identity"]
            else:
                need(fact.get("prev") == self.hashes[-1], place, "does not follow")
            statement.check(identity["sign"])
            if fact["op"] in ("begin", "device"):
                device = fact["device"]
                need(device["device"] not in self.devices, place, "has a device twice")
                self.devices[device["device"]] = {"key": device["key"], "since": seq}
            elif fact["op"] == "sign-out":
                life = self.devices.get(fact["device"])
                need(life and "until" not in life, place, "signs out who was not there")
                life["until"] = seq
            elif fact["op"] == "rotate":
                new = fact["identity"]
                proof = context(
                    "rotate", account, seq, fact["prev"],
                    unb64url(new["sign"], place), unb64url(new["seal"], place),
                )
                held = ed25519(hash32(new["sign"], place), unb64url(fact["proof"], place), proof)
                need(held, place, "a new key is not proven")
                identity = new
            self.hashes.append(statement.hash)
        need(self.hashes, place, "has an empty chain")
        self.name = b64url(
            context("identity", account, unb64url(identity["sign"], place), unb64url(identity["seal"], place))
        )

    def key_at(self, device, head, place):
        seq = head["seq"]
        known = isinstance(seq, int) and 0 <= seq < len(self.hashes)
        need(known and self.hashes[seq] == head["hash"], place, "names a head that is not there")
        life = self.devices.get(device)
        good = life and life["since"] <= seq and ("until" not in life or seq < life["until"])
        need(good, place, "is by a device that was not signed in")
        return life["key"]


# --- OpenTimestamps -----------------------------------------------------------------------

MAGIC = b"\x00OpenTimestamps\x00\x00Proof\x00\xbf\x89\xe2\xe8\x84\xe8\x92\x94"
PENDING = bytes.fromhex("83dfe30d2ef90c8e")
BITCOIN = bytes.fromhex("0588960d73d71901")


class Ots:
    def __init__(self, data, place):
        self.data, self.at, self.place, self.attested = data, 0, place, []
        need(self.take(len(MAGIC)) == MAGIC, place, "is no OpenTimestamps proof")
        need(self.take(2) == b"\x01\x08", place, "is of another version or digest")
        self.digest = self.take(32)
        self.stamp(self.digest, 0)
        need(self.at == len(data), place, "goes on after its end")

    def take(self, length):
        need(self.at + length <= len(self.data), self.place, "ends too early")
        self.at += length
        return self.data[self.at - length : self.at]

    def number(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
            need(shift < 64, self.place, "has a number that is too large")

    def stamp(self, message, depth):
        need(depth < 256 and len(message) <= 4096, self.place, "is too deep")
        more = True
        while more:
            tag = self.take(1)[0]
            more = tag == 0xFF
            if more:
                tag = self.take(1)[0]
            if tag == 0x00:
                kind, payload = self.take(8), self.take(self.number())
                self.attested.append((message, kind, payload))
            elif tag == 0x08:
                self.stamp(sha256(message), depth + 1)
            elif tag in (0xF0, 0xF1):
                data = self.take(self.number())
                self.stamp(message + data if tag == 0xF0 else data + message, depth + 1)
            else:
                raise Wrong("%s: has a step that is not known" % self.place)


def varuint(data):
    value = 0
    for i, byte in enumerate(data):
        value |= (byte & 127) << 7 * i
    return value


def check_header(data, place):
    need(len(data) == 80, place, "is no block header")
    bits = int.from_bytes(data[72:76], "little")
    target = (bits & 0x7FFFFF) << 8 * ((bits >> 24) - 3)
    number = int.from_bytes(sha256(sha256(data)), "little")
    need(0 < target and number <= target, place, "has not the work it claims")
    return data[36:68], "%064x" % number, 2**256 // (target + 1)


# --- The export (spec/export.md) ----------------------------------------------------------

FIXED = ("VERIFY.md", "verify.py", "log/keys.json", "log/checkpoint", "log/since", "log/ended.json",
         "log/epochs.json", "log/witnesses.json", "accounts.json", "journal.json", "report.pdf")
OTHERS = re.compile(
    r"^(roots/\d{1,3}\.der|anchors/(0|[1-9]\d{0,15})/"
    r"(checkpoint|stamp-\d{1,3}\.tst|stamp-\d{1,3}-\d{1,2}\.crl|proof\.ots|block-\d{1,9}\.header))\Z"
)


def zip_names(path):
    """The names in the archive, once all that stands around the contents is in its one form."""
    archive = zipfile.ZipFile(path)
    infos = archive.infolist()
    with open(path, "rb") as file:
        at, central = 0, b""
        for info in infos:
            name = info.filename.encode()
            place = info.filename
            local = b"PK\x03\x04\x14\x00" + b"\x08\x08" + bytes(4) + b"\x21\x00" + bytes(12)
            local += len(name).to_bytes(2, "little") + b"\x00\x00" + name
            file.seek(at)
            need(file.read(len(local)) == local, place, "begins in another form")
            crc, length = 0, info.file_size
            left = length
            while left:
                piece = file.read(min(left, 1 << 20))
                need(piece, place, "ends too early")
                crc, left = zlib.crc32(piece, crc), left - len(piece)
            sizes = crc.to_bytes(4, "little") + length.to_bytes(4, "little") * 2
            need(file.read(16) == b"PK\x07\x08" + sizes, place, "is not what its checksum says")
            central += b"PK\x01\x02\x14\x00\x14\x00\x08\x08" + bytes(4) + b"\x21\x00" + sizes
            central += len(name).to_bytes(2, "little") + bytes(12) + at.to_bytes(4, "little") + name
            at += len(local) + length + 16
        count = len(infos).to_bytes(2, "little")
        end = b"PK\x05\x06" + bytes(4) + count + count
        end += len(central).to_bytes(4, "little") + at.to_bytes(4, "little") + b"\x00\x00"
        file.seek(at)
        need(file.read() == central + end, "archive", "has a directory in another form")
    return archive, [info.filename for info in infos]


def witnesses_in(value, place):
    members(value, place, ("witnesses",))
    known = value["witnesses"]
    need(len(known) <= 15, place, "has too many witnesses")
    for each in known:
        members(each, place, ("name", "key", "operator"))
        hash32(each["key"], place)
        need(re.match(r"^[^\s+]{1,200}\Z", each["name"]), place, "has a witness without a name")
        need(0 < len(each["operator"]) <= 80, place, "has a witness of nobody")
    for part in ("name", "key"):
        need(len({each[part] for each in known}) == len(known), place, "has a witness twice")
    return known


def pem(der):
    body = base64.encodebytes(der).decode()
    return "-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % body


class Export:
    def __init__(self, path, log_key, roots, least_work, witnesses):
        self.roots, self.least_work, self.witnesses = roots, least_work, witnesses
        self.archive, names = zip_names(path)
        text = self.text("manifest.json", False)
        detached = self.text("manifest.jws", False)
        header, _, signature = (detached.split(".") + ["", ""])[:3]
        need(detached == "%s..%s" % (header, signature), "manifest.jws", "is not detached")
        parse(text, "manifest.json")
        whole = "%s.%s.%s" % (header, b64url(text.encode()), signature)
        manifest = Statement("export", whole, "manifest.jws")
        self.manifest = manifest.fact
        members(
            self.manifest, "manifest.json",
            ("suite", "subject", "log", "size", "entries", "at", "files"),
            ("head", "since", "demonstration"),
        )
        check_id(self.manifest["subject"], "manifest.json")
        self.digests = {each["name"]: each for each in self.manifest["files"]}
        listed = [each["name"] for each in self.manifest["files"]]
        need(names == listed + ["manifest.json", "manifest.jws"], "manifest.json", "lists other files")
        for name in listed:
            need(name in FIXED or OTHERS.match(name), "manifest.json", "lists %s" % name)
        self.names = listed
        for name in listed:
            self.check_digest(name)
        self.keys = LogKeys(parse(self.text("log/keys.json"), "log/keys.json"), "log/keys.json")
        self.ended = self.open_ended()
        firsts = [each.keys.first for each in self.ended] + [self.keys.first]
        need(log_key is None or log_key in firsts, "log/keys.json", "is another log than the one given")
        need(self.keys.log == self.manifest["log"], "log/keys.json", "is another log's")
        self.keys.check(manifest, self.manifest["at"])

    def open_ended(self):
        place = "log/ended.json"
        if place not in self.names:
            return []
        value = parse(self.text(place), place)
        members(value, place, ("ended",))
        told = value["ended"]
        need(0 < len(told) <= 64, place, "names no log, or too many")
        firsts = [each["first"] for each in told] + [self.keys.first]
        need(len(set(firsts)) == len(firsts), place, "names a log twice")
        ended = [EndedLog(each, firsts[i + 1], place) for i, each in enumerate(told)]
        for i, each in enumerate(ended):
            each.left = min(later.kept for later in ended[i:])
            lost = any(later.kept <= each.kept for later in ended[i + 1:])
            need(lost == (each.leaf is None), place, "lacks an entry, or has one that was lost")
        return ended

    def text(self, name, listed=True):
        try:
            return self.archive.read(name).decode()
        except KeyError:
            raise Wrong("%s: is missing" % name)
        except UnicodeDecodeError:
            raise Wrong("%s: is not UTF-8" % name)

    def check_digest(self, name):
        digest = hashlib.sha256()
        with self.archive.open(name) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
        need(b64url(digest.digest()) == self.digests[name]["sha256"], name, "is not what the manifest says")
        length = self.archive.getinfo(name).file_size
        need(length == self.digests[name]["length"], name, "is not as long as the manifest says")

    def checkpoint(self, name):
        """Of the log, or of one that ended where it has no more leaves than are left of it."""
        text = self.text(name)
        for each in self.ended:
            if text.split("\n")[0] == each.keys.origin:
                checkpoint = Checkpoint(text, each.keys, name)
                need(checkpoint.size <= each.left, name, "is of leaves that were lost")
                return checkpoint
        checkpoint = Checkpoint(text, self.keys, name)
        need(not self.ended or checkpoint.size > self.ended[-1].kept, name, "is from before the log began")
        return checkpoint

    def verify(self, earlier=None):
        """Prints what is found; `earlier` is an export that was verified before."""
        manifest = self.manifest
        last = Checkpoint(self.text("log/checkpoint"), self.keys, "log/checkpoint")
        need(last.size == manifest["size"], "log/checkpoint", "is of another size")
        stops = [last]
        for each in self.ended:
            each.check_entry(last.size, last.root)
            if 0 < each.kept <= each.left:
                stops.append(Stop(each.kept, each.kept_root, each.place))
        if "since" in manifest:
            stops.append(self.checkpoint("log/since"))
            need(stops[-1].size == manifest["since"], "log/since", "is of another size")
        else:
            need("log/since" not in self.names, "log/since", "is not in the manifest")
        if earlier is not None:
            self.check_earlier(earlier.last, stops)
        self.last = last
        self.say_quorum(last)
        self.anchored = 0
        for size in sorted({int(name.split("/")[1]) for name in self.names if name.startswith("anchors/")}):
            place = "anchors/%d/checkpoint" % size
            stop = self.checkpoint(place)
            need(stop.size == size, place, "is of another size")
            stops.append(stop)
            self.check_anchors(stop)
        stops.sort(key=lambda stop: stop.size)
        need(stops[-1].size == last.size, "log/checkpoint", "is older than another one")
        accounts = parse(self.text("accounts.json"), "accounts.json")
        members(accounts, "accounts.json", ("accounts",))
        self.accounts = {
            account: Account(account, chain, "accounts.json: %s" % account)
            for account, chain in accounts["accounts"].items()
        }
        self.check_journal(stops)

    def check_earlier(self, before, stops):
        """The checkpoint of the export before is one that this one proves to go on from."""
        same = [stop for stop in stops if stop.size == before.size]
        lost = any(each.left < before.size <= each.size for each in self.ended)
        need(same or not lost, "log/ended.json", "the entries of the export before were lost")
        need(same, "log/since", "is not the export's before this one")
        need(same[0].root == before.root, same[0].place, "is of another log than the export before")

    def say_quorum(self, checkpoint):
        place = "log/witnesses.json"
        named = witnesses_in(parse(self.text(place), place), place)
        known = self.witnesses if self.witnesses is not None else named
        operators = {each["operator"] for each in known if checkpoint.cosigned(each)}
        # Three, and more than half of those counted on: two quorums then share an operator.
        needed = max(3, len({each["operator"] for each in known}) // 2 + 1)
        good = len(operators) >= needed
        print("quorum %s (%d operators cosigned, %d are needed)" % ("reached" if good else "none", len(operators), needed))
        if known and self.witnesses is None:
            print("    the witnesses are those that the operator of the log names: --witnesses FILE counts yours")

    def check_anchors(self, checkpoint):
        folder = "anchors/%d/" % checkpoint.size
        text = checkpoint.text.encode()
        for name in self.names:
            if name.startswith(folder) and name.endswith(".tst"):
                self.check_stamp(name, text, checkpoint.size)
        if folder + "proof.ots" not in self.names:
            return
        proof = Ots(self.archive.read(folder + "proof.ots"), folder + "proof.ots")
        need(proof.digest == sha256(text), proof.place, "is over something else")
        for message, kind, payload in proof.attested:
            if kind == PENDING:
                print("%d leaves: pending at %s (proves nothing yet)" % (checkpoint.size, plain(payload[1:].decode("ascii", "replace"))))
            if kind != BITCOIN:
                continue
            height = varuint(payload)
            name = "%sblock-%d.header" % (folder, height)
            if name not in self.names:
                continue
            root, block, work = check_header(self.archive.read(name), name)
            if work < self.least_work:
                easy = self.manifest.get("demonstration")
                need(not easy, name, "is a block of a demonstration: --demonstration lets those count")
                raise Wrong("%s: has too little work for a block of the public chain" % name)
            need(message == root, proof.place, "does not lead to the block at %d" % height)
            self.anchored = max(self.anchored, checkpoint.size)
            print("%d leaves: confirmed at block %d" % (checkpoint.size, height))
            print("    ask any Bitcoin node whether that block is %s" % block)

    def check_stamp(self, name, text, size):
        if not shutil.which("openssl"):
            print("%d leaves: time stamp not checked (no openssl here)" % size)
            return
        with tempfile.TemporaryDirectory() as folder:
            with open(folder + "/text", "wb") as file:
                file.write(text)
            with open(folder + "/token", "wb") as file:
                file.write(self.archive.read(name))
            held = bool(self.roots) and self.stamp_holds(folder, self.roots)
            counts = held or not self.roots
            # Under none of the roots given: it may be another authority's, or nobody's.
            held = held or self.stamp_holds(folder, self.roots_exported())
            need(held, name, "does not hold under the roots")
            shown = subprocess.run(
                ["openssl", "ts", "-reply", "-text", "-in", folder + "/token", "-token_in"],
                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True,
            ).stdout
        when = re.search("Time stamp: (.*)", shown)
        when = plain(when.group(1)) if when else "?"
        if not counts:
            print("%d leaves: a time stamp of %s, not counted: it is under none of the roots given" % (size, when))
            return
        self.anchored = max(self.anchored, size)
        whose = "the roots given" if self.roots else "roots in the export: compare them"
        print("%d leaves: time-stamped at %s (under %s)" % (size, when, whose))

    def roots_exported(self):
        return "".join(pem(self.archive.read(each)) for each in self.names if each.startswith("roots/"))

    def stamp_holds(self, folder, roots):
        with open(folder + "/roots.pem", "w") as file:
            file.write(roots)
        asked = subprocess.run(
            ["openssl", "ts", "-verify", "-data", folder + "/text", "-CAfile", folder + "/roots.pem",
             "-in", folder + "/token", "-token_in"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
        )
        return asked.returncode == 0 and "Verification: OK" in asked.stdout

    def check_journal(self, stops):
        tree, position, last = Tree(), {"n": 0, "hash": None}, None
        epochs = parse(self.text("log/epochs.json"), "log/epochs.json")["epochs"]
        found = dict.fromkeys(("entries", "reads", "tags", "undisclosed", "erased"), 0)
        reads, gaps, erasures, pending = set(), [], [], list(stops)
        announced, ended, number = True, False, 0

        def grow(size, path, place):
            used = 0
            while True:
                to = min(pending[0].size, size) if pending else size
                for height in subtrees(tree.size, to):
                    need(used < len(path), place, "its path is too short")
                    tree.append(height, hash32(path[used], place))
                    used += 1
                if pending and pending[0].size == tree.size:
                    stop = pending.pop(0)
                    need(tree.root() == stop.root, place, "the entries do not lead to %s" % stop.place)
                elif tree.size == size:
                    break
            need(used == len(path), place, "its path is too long")

        with self.archive.open("journal.json") as file:
            for number, raw in enumerate(file, 1):
                place = "journal.json line %d" % number
                need(raw.endswith(b"\n"), place, "does not end")
                try:
                    line = raw[:-1].decode()
                except UnicodeDecodeError:
                    raise Wrong("%s: is not UTF-8" % place)
                if number == 1:
                    need(line == '{"entries":[', place, "does not begin a journal")
                    continue
                need(not ended, place, "comes after the end")
                if line.startswith('],"path":') and line.endswith("}"):
                    need(number == 2 or not announced, place, "an entry before it announces another")
                    grow(self.manifest["size"], parse(line[9:-1], place), place)
                    ended = True
                    continue
                need(announced, place, "the entry before it announces no other")
                announced = line.endswith(",")
                value = parse(line[:-1] if announced else line, place)
                members(value, place, ("before", "entry", "index", "n", "salt", "tag"), ("path", "statement"))
                entry = parse(value["entry"], place)
                need(entry["v"] == 1 and entry["subject"] == self.manifest["subject"], place, "is another subject's")
                need(entry["n"] == value["n"], place, "has two numbers")
                if entry["n"] > position["n"]:
                    gaps.append((position["n"], entry["n"]))
                    position = {"n": entry["n"], "hash": entry.get("prev")}
                need(entry["n"] == position["n"], place, "has another number than is next")
                need(entry.get("prev") == position["hash"], place, "does not follow the entry before it")
                commitment = context("entry", hash32(value["salt"], place), value["entry"].encode())
                position = {"n": entry["n"] + 1, "hash": b64url(commitment)}
                if entry["kind"] == "erasure":
                    first = entry["about"]["from"]
                    # Only of what stood before it: one that says more allows nothing of what came later.
                    erasures.append((first, min(first + entry["about"]["count"], entry["n"])))
                need(value["index"] >= tree.size, place, "goes backwards")
                grow(value["index"], value.get("path", []), place)
                leaf = sha256(b"\x00", commitment)
                tree.append(0, leaf)
                grow(value["index"] + 1, [], place)
                if last and value["index"] == last[0] + 1:
                    need(value["before"] == last[1], place, "its tag does not follow the one before")
                key = None
                for epoch in epochs:
                    if epoch["from"] <= value["index"] and value["index"] < epoch.get("to", 2**53):
                        key = epoch.get("key")
                if key is None:
                    found["undisclosed"] += 1
                else:
                    made = hmac.new(hash32(key, place), hash32(value["before"], place) + leaf, "sha256")
                    need(b64url(made.digest()) == value["tag"], place, "its tag is not of the disclosed key")
                    found["tags"] += 1
                last = (value["index"], value["tag"])
                self.check_statement(entry, value.get("statement"), reads, found, place)
                found["entries"] += 1
                if found["entries"] % 1000 == 0:
                    print("%d entries" % found["entries"], file=sys.stderr)
        need(ended, "journal.json", "is not complete")
        need(found["entries"] == self.manifest["entries"], "journal.json", "has another number of entries")
        if "head" in self.manifest:
            head = Statement("head", self.manifest["head"], "manifest.json: head")
            self.keys.check(head, head.fact["at"])
            same = head.fact["subject"] == self.manifest["subject"]
            arrived = head.fact["n"] + 1 == position["n"] and head.fact["hash"] == position["hash"]
            need(same and arrived, "journal.json", "its entries do not lead to the signed head")
        else:
            need(position["n"] == 0, "journal.json", "has no signed head")
        for start, end in gaps:
            while start < end:
                reach = [to for first, to in erasures if first <= start < to]
                need(reach, "journal.json", "entry %d lacks and no erasure accounts for it" % start)
                found["erased"] += min(end, max(reach)) - start
                start = min(end, max(reach))
        self.found = found

    def check_statement(self, entry, text, reads, found, place):
        about = entry["about"]
        if entry["kind"] not in ("opening", "export"):
            if text is not None:
                name = b64url(sha256(text.rpartition(".")[0].encode()))
                need(name == about.get("statement"), place, "carries another statement than it names")
            return
        need(text is not None, place, "is a read that nobody signed")
        read = Statement("read", text, place)
        fact, by = read.fact, read.fact["by"]
        need(read.hash == about["statement"] and read.hash not in reads, place, "its read is another's")
        reads.add(read.hash)
        actor = entry["actor"]
        need(by["account"] == actor.get("account") and by["device"] == actor.get("device"), place, "its reader is another")
        asked = [each for each in fact["revisions"] if each["space"] == entry["subject"]]
        named = [dict(each, space=entry["subject"]) for each in about["revisions"]]
        need(asked == named, place, "its reader asked for something else")
        kind = "export" if fact["reason"] == "export" else "opening"
        via = None if fact["space"] == entry["subject"] else fact["space"]
        need(entry["kind"] == kind and about.get("via") == via, place, "its reader asked in another way")
        need(("nonce" in fact) != ("declared" in fact), place, "its reader neither asked nor declared it")
        need(about.get("declared") == fact.get("declared"), place, "its reader asked in another way")
        need(by["account"] in self.accounts, place, "its reader's chain is missing")
        read.check(self.accounts[by["account"]].key_at(by["device"], by["head"], place))
        found["reads"] += 1


class Unread(Exception):
    """What was given beside the export cannot be read: nothing was checked then."""


def roots_in(paths):
    """The certificates in files, PEM or DER, as one PEM."""
    texts = []
    for path in paths:
        with open(path, "rb") as file:
            data = file.read()
        text = data.decode("latin-1") if b"-----BEGIN" in data else pem(data)
        found = re.findall(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----", text)
        if not found or len(found) != text.count("-----BEGIN CERTIFICATE-----"):
            raise Unread("%s holds no certificate, or one that is not in its form" % path)
        for each in found:
            # A sequence (X.690) that is as long as it says, and nothing behind it.
            try:
                der = base64.b64decode("".join(each.split()), validate=True)
            except ValueError:
                raise Unread("%s holds a certificate that is not in its form" % path)
            wide = der[1] & 0x7F if len(der) > 1 and der[1] & 0x80 else 0
            length = int.from_bytes(der[2:2 + wide], "big") if wide else (der[1] if len(der) > 1 else 0)
            if der[:1] != b"\x30" or len(der) != 2 + wide + length:
                raise Unread("%s holds no certificate" % path)
        texts.append(text)
    return "\n".join(texts)


def witnesses_given(path):
    try:
        with open(path, encoding="utf-8") as given:
            return witnesses_in(json.load(given), path)
    except Exception:  # Whatever is not in the form of the list is none.
        raise Unread("%s is no list of witnesses" % path)


def verified_before(path, *known):
    """The export from before, once it holds; what it says of itself is not said again."""
    if path is None:
        return None
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            earlier = Export(path, *known)
            earlier.verify()
        return earlier
    except Wrong as wrong:
        raise Wrong("%s: %s" % (path, wrong))
    except Exception as error:
        raise Wrong("%s: not in the form of an export: %r" % (path, error))


def main(arguments):
    path, log_key, roots, least_work, file, before = None, None, [], LEAST_WORK, None, None
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--log-key" and rest:
            log_key = rest.pop(0)
        elif word == "--root" and rest:
            roots.append(rest.pop(0))
        elif word == "--witnesses" and rest:
            file = rest.pop(0)
        elif word == "--earlier" and rest:
            before = rest.pop(0)
        elif word == "--demonstration":
            least_work = 1
        elif path is None and not word.startswith("-"):
            path = word
        else:
            print(__doc__)
            return 2
    if path is None:
        print(__doc__)
        return 2
    whole = " An export is checked whole, as the ZIP it came in."
    # Nothing is said of an export that was not read: nothing was checked then.
    for each in [path] + [given for given in (file, before) if given is not None] + roots:
        if not os.path.isfile(each):
            print("NOT CHECKED. %s is no file.%s" % (plain(each), whole if each == path else ""))
            return 2
    try:
        witnesses = None if file is None else witnesses_given(file)
        known = (log_key, roots_in(roots), least_work, witnesses)
        earlier = verified_before(before, *known)
        export = Export(path, *known)
        export.verify(earlier)
    except Unread as unread:
        print("NOT CHECKED. %s." % plain(unread))
        return 2
    except Wrong as wrong:
        print("REFUSED. %s" % plain(wrong))
        return 1
    except Exception as error:  # Whatever stumbles over the archive refuses it: zipfile alone has a dozen ways.
        print("REFUSED. Not in the form of an export: %s" % plain(repr(error)))
        return 1
    found, manifest = export.found, export.manifest
    if not export.anchored:
        print("not anchored")
    print("%d entries of %s, under a checkpoint of %d leaves" % (found["entries"], manifest["subject"], manifest["size"]))
    print("%d reads, each signed by its reader's device" % found["reads"])
    print("%d tags agree with disclosed keys, %d keys are not disclosed" % (found["tags"], found["undisclosed"]))
    if found["erased"]:
        print("%d entries were erased, and say so" % found["erased"])
    for each in export.ended:
        print("LOST: the log %s ended at %d entries, and those from place %d on are lost, %d of them" % (
            each.keys.log, each.size, each.kept, each.size - each.kept))
        print("    whether any of them were of this journal, only receipts and earlier exports can tell")
    for account, state in export.accounts.items():
        print("reader %s has the code %s" % (account, state.name))
    whose = "as given" if log_key else "taken from the export: compare it with the one you know"
    print("log key %s (%s)" % (export.keys.first, whose))
    if earlier is not None:
        print("It goes on from the export before, of %d leaves." % earlier.last.size)
    if manifest.get("demonstration"):
        print("The anchors are those of a demonstration and prove nothing to anybody.")
    print("VERIFIED")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
