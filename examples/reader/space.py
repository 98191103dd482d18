"""A space: its chain, and the keys of its epochs (spec/space.md)."""

from encoding import (
    Statement,
    a_count,
    a_hash,
    a_head,
    a_signer,
    a_suite,
    a_time,
    an_id,
    an_integer,
    b64,
    context,
    form,
    list_of,
    merkle_root,
    of_bytes,
    one_of,
    require,
    sha256,
    shaped,
    unb64,
)
from seal import hmac_sha256, open_box, open_wrap

DAY = 24 * 3600 * 1000
ROLES = ("reader", "writer", "manager", "owner")
EMPTY_ROOT = b64(sha256())

a_member = shaped(
    {
        "account": an_id,
        "identity": a_hash,
        "head": a_head,
        "role": one_of(*ROLES),
        "offline": one_of(True, False),
    },
    {"until": a_time},
)
some_members = list_of(a_member, 1, 1000)
some_links = shaped({"count": an_integer(1, 1000), "root": a_hash})
two_boxes = {"space": of_bytes(80), "release": of_bytes(80)}
an_epoch = shaped(
    {"n": an_integer(1), "space": a_hash, "release": a_hash, "wraps": a_hash},
    {"back": shaped(two_boxes), "mend": shaped({"of": an_integer(1), **two_boxes})},
)
a_holder = shaped({"account": an_id, "identity": a_hash, "wrap": a_hash})
some_holders = list_of(a_holder, 1, 1000)
an_inbox = shaped({"n": an_integer(1), "key": of_bytes(1216), "holders": some_holders})
COMMON = {
    "suite": a_suite,
    "space": an_id,
    "seq": a_count,
    "at": a_time,
    "by": a_signer,
    "op": one_of("begin", "add", "epoch", "share", "unshare", "inbox", "close"),
}
BEGIN = {**COMMON, "kind": one_of("record", "share"), "members": some_members, "epoch": an_epoch}
FORMS = {
    "record": BEGIN,
    "share": {**BEGIN, "source": shaped({"space": an_id}), "until": a_time, "links": some_links},
    "add": {"member": a_member, "wraps": a_hash},
    "epoch": {
        "epoch": an_epoch,
        "ended": list_of(an_id, 0, 1000),
        "changed": list_of(a_member, 0, 1000),
        "pins": list_of(shaped({"account": an_id, "head": a_head}), 0, 1000),
        "revisions": shaped({"size": a_count, "root": a_hash}),
    },
    "made": {
        "share": an_id,
        "recipient": an_id,
        "until": a_time,
        "links": some_links,
        "begin": a_hash,
    },
    "unshare": {"share": an_id},
    "inbox": {"inbox": an_inbox},
    "close": {},
}


def space_form(fact):
    op = isinstance(fact, dict) and fact.get("op")
    if op == "begin":
        require(fact.get("kind") in ("record", "share"), "space.kind")
        return form(fact, FORMS[fact["kind"]], field="space")
    require(op in ("add", "epoch", "share", "unshare", "inbox", "close"), "space.op")
    # "share" is the form of a share's own beginning, "made" that of what its source says of it.
    name, also = ("made", {"offline": one_of(True)}) if op == "share" else (op, {})
    return form(fact, {**COMMON, "prev": a_hash, **FORMS[name]}, also, "space")


def is_past(member, now):
    return "until" in member and member["until"] <= now


def rank(role):
    return ROLES.index(role)


def holds_release(member):
    return member["role"] != "reader" or member["offline"]


def may_decide(member, role):
    manages = member["role"] == "manager" and rank(role) < rank("manager")
    return member["role"] == "owner" or manages


class Space:
    """`reduceSpace` of the page. `accounts` has the chain of everybody named, by account id."""

    def __init__(self, chain, accounts):
        self.accounts = accounts
        self.hashes, self.epochs, self.additions, self.shares = [], [], [], {}
        # As each statement leaves them.
        self.history = []
        self.members, self.pins = {}, {}
        self.kind = self.space = self.inbox = self.begin = None
        self.closed, self.at = False, 0
        for text in chain:
            self._follow(text)
        require(chain, "space")

    def _follow(self, text):
        statement = Statement("space", text)
        fact, seq = space_form(statement.payload), len(self.hashes)
        require(fact["seq"] == seq and (fact["op"] == "begin") == (seq == 0), "seq")
        if seq == 0:
            self.space, self.kind, self.begin = fact["space"], fact["kind"], fact
            self.members = {each["account"]: each for each in fact["members"]}
            require(len(self.members) == len(fact["members"]), "members")
            self._pin(fact["members"])
        else:
            require(fact["space"] == self.space and fact["prev"] == self.hashes[-1], "prev")
            require(fact["at"] >= self.at - DAY and not self.closed, "at")
            require((self.kind == "share") == (fact["op"] == "close"), "op")
        by = fact["by"]
        signer = self.members.get(by["account"])
        require(signer and not is_past(signer, fact["at"]), "by.account")
        require(by["head"]["seq"] >= self.pins[by["account"]]["seq"], "by.head")
        statement.verify(self._account(by["account"]).device_key(by))
        getattr(self, "_" + fact["op"])(fact, signer)
        owners = [each for each in self.members.values() if each["role"] == "owner"]
        require(any("until" not in each for each in owners), "members")
        require(len(self.members) <= 1000, "members")
        self.hashes.append(statement.hash)
        self.at = max(self.at, fact["at"])
        self.history.append({"members": dict(self.members), "epoch": self.epochs[-1]})

    def _account(self, account):
        require(account in self.accounts and self.accounts[account].account == account, "account")
        return self.accounts[account]

    def _pin(self, heads, backwards=True):
        """Pins only move forward; one that is asked for by name and goes back is refused."""
        for each in heads:
            before, head = self.pins.get(each["account"]), each["head"]
            require(backwards or before is None or head["seq"] >= before["seq"], "pins")
            if before is None or head["seq"] >= before["seq"]:
                self.pins[each["account"]] = head

    def _receive(self, member):
        """At an identity that the account's chain has at that head, and not before the pin."""
        identity = self._account(member["account"]).identity_at(member["head"])
        require(identity == member["identity"], "member.identity")
        before, pin = self.members.get(member["account"]), self.pins.get(member["account"])
        moved = before is None or before["head"] != member["head"]
        require(not moved or pin is None or member["head"]["seq"] >= pin["seq"], "member.head")

    def _turn(self, fact, size=0, root=EMPTY_ROOT):
        epoch, before = fact["epoch"], self.epochs[-1]["epoch"] if self.epochs else None
        require(epoch["n"] == len(self.epochs) + 1, "epoch.n")
        require(before or not ("back" in epoch or "mend" in epoch), "epoch.back")
        require(not before or "back" in epoch or "mend" in epoch, "epoch.back")
        for secret in ("space", "release"):
            require(not before or epoch[secret] != before[secret], "epoch")
        members, pins = list(self.members.values()), dict(self.pins)
        # `from` and `root`: the revision tree when it began; its first revision has that index.
        place = {"by": fact["by"]["account"], "since": fact["seq"], "from": size, "root": root}
        self.epochs.append({**place, "epoch": epoch, "members": members, "pins": pins})
        self.additions = []

    def _begin(self, fact, signer):
        require(signer["role"] == "owner", "by.account")
        for member in fact["members"]:
            self._receive(member)
        if self.kind == "share":
            readers = [each for each in fact["members"] if each["role"] == "reader"]
            require(len(readers) == 1 and len(fact["members"]) == 2, "members")
            require(readers[0].get("until") == fact["until"], "members")
        self._turn(fact)

    def _add(self, fact, signer):
        member = fact["member"]
        before = self.members.get(member["account"])
        require(may_decide(signer, member["role"]), "member.role")
        if before:
            require(may_decide(signer, before["role"]), "member.account")
            require(rank(member["role"]) >= rank(before["role"]), "member")
            require(member["offline"] or not before["offline"], "member")
            require(member["identity"] == before["identity"], "member")
        self._receive(member)
        self.members[member["account"]] = member
        self._pin([member])
        self.additions.append({"member": member, "wraps": fact["wraps"], "seq": fact["seq"]})

    def _epoch(self, fact, signer):
        require(signer["role"] != "reader", "by.account")
        touched = fact["ended"] + [each["account"] for each in fact["changed"]]
        require(len(set(touched)) == len(touched) and set(touched) <= set(self.members), "ended")
        mend = fact["epoch"].get("mend")
        if mend:
            require(mend["of"] <= fact["epoch"]["n"] - 2, "epoch.mend.of")
            passed = self.epochs[mend["of"] :]
            require(all(self._may_mend(signer, each) for each in passed), "epoch.mend.of")
        tree, last = fact["revisions"], self.epochs[-1]
        require(tree["size"] >= last["from"], "revisions.size")
        require(tree["size"] > last["from"] or tree["root"] == last["root"], "revisions.root")
        for account in fact["ended"]:
            member = self.members[account]
            require(is_past(member, fact["at"]) or may_decide(signer, member["role"]), "ended")
        for member in fact["changed"]:
            self._change(member, fact, signer)
        for account in fact["ended"]:
            del self.members[account]
        for pin in fact["pins"]:
            require(pin["account"] in self.members, "pins")
            require(self._account(pin["account"]).has(pin["head"]), "pins")
        self._pin(fact["pins"], backwards=False)
        self._pin(fact["changed"])
        for share in self.shares.values():
            share["ended"] = share["ended"] or share["maker"] in fact["ended"]
        self._turn(fact, tree["size"], tree["root"])

    def _may_mend(self, signer, epoch):
        """Whoever turned it, in the role they had then."""
        turner = self.history[epoch["since"] - 1]["members"].get(epoch["by"])
        return turner is not None and may_decide(signer, turner["role"])

    def _change(self, member, fact, signer):
        before = self.members[member["account"]]
        same = all(before.get(name) == member.get(name) for name in ("role", "offline", "until"))
        require(same or may_decide(signer, before["role"]), "changed")
        require(rank(member["role"]) <= rank(before["role"]), "changed")
        require(before["offline"] or not member["offline"], "changed")
        later = "until" in before and member.get("until", before["until"] + 1) > before["until"]
        require(not later, "changed")
        self._receive(member)
        self.members[member["account"]] = member

    def _share(self, fact, signer):
        require(rank(signer["role"]) >= rank("manager"), "by.account")
        require(fact["share"] not in self.shares, "share")
        self.shares[fact["share"]] = {"maker": signer["account"], "ended": False}

    def _unshare(self, fact, signer):
        require(rank(signer["role"]) >= rank("manager"), "by.account")
        share = self.shares.get(fact["share"], {"ended": True})
        require(not share["ended"], "share")
        share["ended"] = True

    def _inbox(self, fact, signer):
        """Held by exactly the owners and managers of now (spec/deposit.md)."""
        require(rank(signer["role"]) >= rank("manager"), "by.account")
        inbox, before = fact["inbox"], self.inbox or {"n": 0, "key": None}
        require(inbox["n"] == before["n"] + 1 and inbox["key"] != before["key"], "inbox.n")
        holders = sorted(
            (each["account"], each["identity"])
            for each in self.members.values()
            if rank(each["role"]) >= rank("manager") and not is_past(each, fact["at"])
        )
        named = [(each["account"], each["identity"]) for each in inbox["holders"]]
        require(named == holders, "inbox.holders")
        self.inbox = inbox

    def _close(self, fact, signer):
        require(signer["role"] == "owner", "by.account")
        self.closed = True

    def has(self, head):
        return self.hashes[head["seq"] : head["seq"] + 1] == [head["hash"]]


def wraps_root(space, n, wraps):
    def leaf(each):
        hashes = (unb64(each[name], 32) for name in ("identity", "hash"))
        return context("wrap", space, n, each["secret"], each["recipient"], *hashes)

    in_order = sorted(wraps, key=lambda each: (each["secret"], each["recipient"]))
    return b64(merkle_root([leaf(each) for each in in_order]))


def recipients(members, release_key=None):
    """Whom K is wrapped for, and S: whoever holds it and, in an epoch, the server."""
    holders = [each for each in members if holds_release(each)]
    of = [("space", each["account"], each["identity"]) for each in members]
    of += [("release", each["account"], each["identity"]) for each in holders]
    if release_key:
        of.append(("release", "server", b64(context("server key", unb64(release_key, 1216)))))
    return sorted(of)


def named(wraps):
    return sorted((each["secret"], each["recipient"], each["identity"]) for each in wraps)


def check_wraps(space, wraps, release_key):
    """The wraps listed are for exactly the members, under exactly the roots that were signed."""
    current = space.epochs[-1]
    n = current["epoch"]["n"]
    require(named(wraps["list"]) == recipients(current["members"], release_key), "wraps")
    require(wraps_root(space.space, n, wraps["list"]) == current["epoch"]["wraps"], "wraps")
    require(len(wraps["additions"]) == len(space.additions), "wraps")
    for told, stated in zip(wraps["additions"], space.additions):
        require(told["seq"] == stated["seq"], "wraps")
        require(named(told["list"]) == recipients([stated["member"]]), "wraps")
        require(wraps_root(space.space, n, told["list"]) == stated["wraps"], "wraps")


def open_epochs(space, wraps, release_key, account, seeds):
    """K, and S where this account holds it, by epoch: the newest from its wrap, then backwards."""
    check_wraps(space, wraps, release_key)
    n = space.epochs[-1]["epoch"]["n"]
    listed = [each for of in (wraps, *wraps["additions"]) for each in of["list"]]
    keys = {}
    for secret in ("space", "release"):
        if secret == "release" and not holds_release(space.members[account]):
            continue
        mine = [each for each in wraps["mine"] if each["secret"] == secret]
        require(len(mine) == 1 and mine[0]["recipient"] == account, "wraps")
        identity, sealed = mine[0]["identity"], unb64(mine[0]["wrap"], 1168)
        leaf = {name: mine[0][name] for name in ("secret", "recipient", "identity")}
        require({**leaf, "hash": b64(sha256(sealed))} in listed and identity in seeds, "wraps")
        ctx = context(f"wrap {secret} key", space.space, n, account, unb64(identity))
        keys[secret] = step_back(space, secret, open_wrap(seeds[identity], ctx, sealed))
    return keys


def step_back(space, secret, key):
    """From the newest epoch to the first; past those that a `mend` leaves out."""
    keys, n = {}, len(space.epochs)
    while True:
        epoch = space.epochs[n - 1]["epoch"]
        commitment = hmac_sha256(key, context(f"commit {secret} key", space.space, n))
        require(b64(commitment) == epoch[secret], "cannot-open")
        keys[n] = key
        if n == 1:
            return keys
        if "back" in epoch:
            label, of, ctx = "back", n - 1, context(f"back {secret} key", space.space, n)
        else:
            label, of = "mend", epoch["mend"]["of"]
            ctx = context(f"mend {secret} key", space.space, n, of)
        key, n = open_box(key, f"{label} {secret} key", ctx, unb64(epoch[label][secret])), of
