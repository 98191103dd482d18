"""An account: its chain, its slots, its keyring (spec/keys.md)."""

from encoding import (
    Refused,
    Statement,
    a_count,
    a_hash,
    a_key,
    a_sealing_key,
    a_signature,
    a_suite,
    a_time,
    an_id,
    an_identity,
    b64,
    context,
    form,
    list_of,
    of_bytes,
    one_of,
    parse,
    require,
    sha256,
    shaped,
    unb64,
    verify,
)
from seal import hkdf, hmac_sha256, open_box, open_wrap, sealing_key, signing_key

DAY = 24 * 3600 * 1000
MAX_DEVICES = 32

a_device = shaped({"device": an_id, "key": a_key})
a_kind = one_of("password", "kit", "passkey")
LISTED = {"slot": an_id, "kind": a_kind, "key": a_sealing_key}
some_slots = list_of(shaped(LISTED), 1, 8)
COMMON = {"suite": a_suite, "account": an_id, "seq": a_count, "at": a_time, "op": lambda *_: None}
FORMS = {
    "begin": {"identity": an_identity, "device": a_device, "slots": list_of(shaped(LISTED), 0, 8)},
    "device": {"device": a_device},
    "sign-out": {"device": an_id},
    "slots": {"slots": some_slots},
    "rotate": {"identity": an_identity, "slots": some_slots, "proof": a_signature},
}


def identity_hash(account, identity):
    return b64(context("identity", account, unb64(identity["sign"]), unb64(identity["seal"])))


def account_form(fact):
    op = isinstance(fact, dict) and fact.get("op")
    require(op in FORMS, "account.op")
    first = op == "begin"
    before, also = ({}, {"until": a_time}) if first else ({"prev": a_hash}, {})
    form(fact, {**COMMON, **before, **FORMS[op]}, also, "account")
    require(not first or bool(fact["slots"]) != ("until" in fact), "account.slots")
    return fact


class Account:
    """What a chain says, statement by statement. A guest's has one."""

    def __init__(self, chain):
        self.hashes, self.identities, self.devices, self.slots = [], [], {}, []
        self.account = self.until = None
        for text in chain:
            self._follow(text)
        require(chain, "account")

    def _follow(self, text):
        statement = Statement("account", text)
        fact, seq = account_form(statement.payload), len(self.hashes)
        require(fact["seq"] == seq and (fact["op"] == "begin") == (seq == 0), "seq")
        if seq == 0:
            self.account, self.until = fact["account"], fact.get("until")
            require(self.until is None or 0 < self.until - fact["at"] <= DAY, "until")
        require(fact["account"] == self.account, "account")
        require(seq == 0 or (self.until is None and fact["prev"] == self.hashes[-1]), "prev")
        # The identity in force before signs; at first the one that is stated.
        statement.verify(fact["identity"]["sign"] if seq == 0 else self.identity["sign"])
        if fact["op"] == "rotate":
            self._check_proof(fact)
        if "identity" in fact:
            name = identity_hash(self.account, fact["identity"])
            require(all(name != known for _, known, _ in self.identities), "identity")
            self.identities.append((seq, name, fact["identity"]))
        if "slots" in fact:
            self.slots = fact["slots"]
            require(len({each["slot"] for each in self.slots}) == len(self.slots), "slots")
        if fact["op"] in ("begin", "device"):
            self._enrol(seq, **fact["device"])
        if fact["op"] == "sign-out":
            device = self.devices.get(fact["device"])
            require(device and device["until"] is None, "device")
            device["until"] = seq
        self.hashes.append(statement.hash)

    def _check_proof(self, fact):
        sign, seal = (unb64(fact["identity"][name]) for name in ("sign", "seal"))
        # `prev` is text here, and nowhere else.
        proven = context("rotate", self.account, fact["seq"], fact["prev"], sign, seal)
        verify(fact["identity"]["sign"], unb64(fact["proof"]), proven)

    def _enrol(self, seq, device, key):
        require(device not in self.devices, "device")
        self.devices[device] = {"key": key, "since": seq, "until": None}
        in_force = [each for each in self.devices.values() if each["until"] is None]
        require(len(in_force) <= MAX_DEVICES, "device")

    @property
    def identity(self):
        return self.identities[-1][2]

    def has(self, head):
        return self.hashes[head["seq"] : head["seq"] + 1] == [head["hash"]]

    def identity_at(self, head):
        """The hash of the identity in force at a head of this chain."""
        require(self.has(head), "head")
        return [name for since, name, _ in self.identities if since <= head["seq"]][-1]

    def device_key(self, by):
        """The key of the device that signed, in force at the head it names."""
        require(by["account"] == self.account and self.has(by["head"]), "by.head")
        device, seq = self.devices.get(by["device"]), by["head"]["seq"]
        require(device and device["since"] <= seq, "by.device")
        require(device["until"] is None or seq < device["until"], "by.device")
        return device["key"]

    def signed_out(self, device, seq):
        until = self.devices[device]["until"] if device in self.devices else None
        return until is not None and until <= seq


CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def read_kit(text):
    """Account and code of a kit's text."""
    suite, word, account, code = (text.split(":") + [""] * 4)[:4]
    require((suite, word) == ("ecrin-1", "kit"), "kit")
    an_id(account, "kit")
    return account, read_code(code)


def read_code(text):
    """The 32 bytes of 56 characters, in any case, with or without the hyphens."""
    code = text.upper().replace("-", "").translate(str.maketrans("ILO", "110"))
    require(len(code) == 56 and set(code) <= set(CROCKFORD), "kit")
    number = 0
    for each in code:
        number = number * 32 + CROCKFORD.index(each)
    whole = number.to_bytes(35, "big")
    require(whole[32:] == context("kit text", whole[:32])[:3], "kit")
    return whole[:32]


def slot_secrets(kind, factor):
    """X-Wing seed and MAC key of a factor."""
    return [hkdf(factor, f"ecrin-1 slot {what} {kind}".encode()) for what in ("seed", "mac")]


def open_slot(account, slot, kind, factor, identity, key, wrap, mac):
    """The account key. The MAC comes first: anybody can wrap to a public key."""
    seed, mac_key = slot_secrets(kind, factor)
    bound = context("slot mac", account, slot, kind, key, identity, sha256(wrap))
    require(hmac_sha256(mac_key, bound) == mac, "cannot-open")
    return open_wrap(seed, context("slot", account, slot, kind), wrap)


SEALED = {**LISTED, "wrap": of_bytes(1168), "mac": a_hash, "identity": an_identity}


def open_account_key(chain, slots, kind, factor):
    """The account key of the slot that a factor opens, where the chain knows identity and slot."""
    for slot in slots:
        form(slot, SEALED, field="slot")
        identity = identity_hash(chain.account, slot["identity"])
        sealed = [unb64(text) for text in (identity, slot["key"], slot["wrap"], slot["mac"])]
        try:
            key = open_slot(chain.account, slot["slot"], kind, factor, *sealed)
        except Refused:
            continue
        require(any(identity == known for _, known, _ in chain.identities), "cannot-open")
        require({name: slot[name] for name in LISTED} in chain.slots, "cannot-open")
        return key
    raise Refused("cannot-open")


def open_keyring(chain, account_key, version, box):
    """The keyring, if its seeds are those of the identity in force."""
    ctx = context("keyring", chain.account, version)
    keyring = parse(open_box(account_key, "keyring", ctx, unb64(box)), "keyring")
    seeds = {name: unb64(keyring["identity"][name], 32) for name in ("sign", "seal")}
    own = {"sign": b64(signing_key(seeds["sign"])), "seal": b64(sealing_key(seeds["seal"]))}
    require(own == chain.identity, "cannot-open")
    return keyring


def sealing_seeds(chain, keyring):
    """By identity hash: of the identity in force, and of those before."""
    now = identity_hash(chain.account, chain.identity)
    before = {each["identity"]: unb64(each["seal"], 32) for each in keyring.get("earlier", [])}
    return {**before, now: unb64(keyring["identity"]["seal"], 32)}
