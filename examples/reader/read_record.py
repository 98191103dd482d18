#!/usr/bin/env python3
"""Opens a whole record, from its kit to the plaintext, by the steps of spec/reading.md.

    python3 read_record.py FILE             prints what is inside, as JSON
    python3 read_record.py FILE --refusals  says at which step each of its changes is refused

FILE is vectors/record/whole-record.json. It needs Python 3.9 and its library `cryptography` with
ML-KEM, as 48 has it. It shares no code with Ecrin: all that it does stands in spec/.
"""

import json
import sys

import deposit as deposits
import revision as revisions_of
import share as shares
from account import Account, open_account_key, open_keyring, read_kit, sealing_seeds
from encoding import Refused, Statement, b64, require, sha256, unb64
from space import Space, open_epochs


STEPS = ("account", "space", "epochs", "revisions", "contents", "inbox", "share")


class Reader:
    """One record, opened step by step. `step` is the last that was begun."""

    def __init__(self, handed_out):
        self.file = handed_out
        self.inside = {}
        self.step = None

    def read(self):
        for self.step in STEPS:
            getattr(self, self.step)()
        return self.inside

    def account(self):
        """From the kit to the keyring."""
        given = self.file["account"]
        account, code = read_kit(self.file["kit"])
        self.own = Account(given["chain"])
        require(account == self.own.account == given["account"], "account")
        key = open_account_key(self.own, given["slots"], "kit", code)
        keyring = open_keyring(self.own, key, **given["keyring"])
        require(keyring["log"]["key"] == self.file["server"]["logKey"], "server.logKey")
        self.keyring, self.seeds = keyring, sealing_seeds(self.own, keyring)
        self.inside |= {"kitCode": b64(code), "accountKey": b64(key), "keyring": keyring}

    def space(self):
        """The chains of everybody named, then the space's own, no older than it was seen before."""
        chains = {name: Account(chain) for name, chain in self.file["accounts"].items()}
        self.accounts = {**chains, self.own.account: self.own}
        given, heads = self.file["record"], dict(self.keyring["heads"])
        self.record = Space(given["statements"], self.accounts)
        require(self.record.space == given["space"] == self.keyring["record"], "space")
        require(self.record.has(given["head"]), "head")
        require(self.record.at <= self.file["now"] + 600_000, "at")
        require(self.record.has(heads[given["space"]]), "rollback")
        require(self.own.has(heads[self.own.account]), "rollback")

    def epochs(self):
        wraps, release_key = self.file["record"]["wraps"], self.file["server"]["releaseKey"]
        self.keys = open_epochs(self.record, wraps, release_key, self.own.account, self.seeds)
        self.inside["epochs"] = [
            {name: b64(self.keys[name][n]) for name in ("space", "release")}
            for n in range(1, len(self.record.epochs) + 1)
        ]

    def revisions(self):
        """Each accepted, its name opened; then what all of them come to."""
        self.listed, hashes = [], []
        for at, row in enumerate(self.file["record"]["revisions"]):
            require(row["index"] == at, "index")
            statement = Statement("revision", row["statement"])
            rewrap = Statement("rewrap", row["rewrap"]) if "rewrap" in row else None
            wrap = unb64(row["wrap"], 80) if "wrap" in row else None
            wrap_hash = wrap and b64(sha256(wrap))
            place = (at, statement, row["wrapEpoch"], wrap_hash, rewrap)
            fact = revisions_of.accept(self.record, *place)
            hashes.append(statement.hash)
            opened = {"revision": fact["revision"]}
            if fact["op"] != "delete":
                key = self.keys["space"][row["wrapEpoch"]]
                secret = revisions_of.open_secret(fact, row["wrapEpoch"], key, wrap)
                metadata = revisions_of.open_metadata(fact, secret, unb64(row["metadata"]))
                opened |= {"secret": b64(secret), "metadata": metadata}
            self.listed.append((fact, opened))
        tree, seen = self.file["record"]["tree"], dict(self.keyring["heads"])
        revisions_of.check_tree(self.record, hashes, **tree)
        at_least = seen[f"{self.record.space}.tree"]["seq"]
        require(tree["size"] >= at_least, "rollback")
        self.inside["revisions"] = [opened for _, opened in self.listed]
        self.inside["heads"] = revisions_of.heads_of([fact for fact, _ in self.listed])

    def contents(self):
        for fact, opened in self.listed:
            if fact["op"] == "delete":
                continue
            release = revisions_of.release_of(fact, self.keys["release"][fact["epoch"]])
            self._open(fact, opened, release, self.file["record"]["contents"])

    def _open(self, fact, opened, release, contents):
        key = revisions_of.content_key(fact, unb64(opened["secret"]), release)
        wire = unb64(contents[fact["revision"]])
        resource, data = revisions_of.open_content(fact, opened["metadata"], key, wire)
        opened |= {"release": b64(release), "contentKey": b64(key), "bytes": b64(data)}
        if resource:
            opened["resource"] = resource.decode()

    def inbox(self):
        """What others gave to whoever decides about the record."""
        given = self.file["inbox"]
        holder = (self.own.account, self.seeds, given["seeds"])
        seed, name = deposits.open_inbox(self.record, *holder)
        opened = []
        for each in given["deposits"]:
            fact = deposits.check_deposit(self.record, Statement("deposit", each["statement"]))
            secret, release = deposits.open_deposit(fact, each, seed, name)
            keys = deposits.deposit_keys(fact, secret, release)
            sealed = (unb64(each["metadata"]), unb64(given["contents"][fact["deposit"]]))
            metadata, _, data = deposits.open_contents(fact, *keys, *sealed)
            opened.append(
                {
                    "deposit": fact["deposit"],
                    "author": fact["by"]["account"],
                    "secret": b64(secret),
                    "metadata": metadata,
                    "release": b64(release),
                    "contentKey": b64(keys[2]),
                    "bytes": b64(data),
                }
            )
        self.inside["inbox"] = {"seed": b64(seed), "deposits": opened}

    def share(self):
        """What somebody shares with this account: links in the place of a tree and wraps."""
        given = self.file["share"]
        space = Space(given["statements"], self.accounts)
        require(space.space == given["share"] and space.kind == "share", "share")
        stated = space.begin
        maker = space.members[stated["by"]["account"]]
        known = {each["account"]: each["identity"] for each in self.keyring["contacts"]}
        require(known.get(maker["account"]) == maker["identity"], "contact")
        release_key = self.file["server"]["releaseKey"]
        keys = open_epochs(space, given["wraps"], release_key, self.own.account, self.seeds)
        key, links = keys["space"][1], given["links"]
        require(len(links["links"]) == stated["links"]["count"], "links")
        require(shares.links_root(space.space, links) == stated["links"]["root"], "links")
        facts = shares.check_links(space.space, stated["source"]["space"], links, given["headers"])
        secrets = shares.open_links(space.space, links, "secrets", key)
        # The server answers this with a release for each revision named (spec/read.md).
        read = Statement("read", given["read"])
        by = shares.read_form(read.payload)["by"]
        read.verify(self.own.device_key(by))
        asked = [each["revision"] for each in read.payload["revisions"]]
        require(asked == [each["revision"] for each in facts], "read")
        items = []
        names, releases = given["metadata"], given["releases"]
        for fact, secret, name, release in zip(facts, secrets, names, releases):
            revisions_of.check_secret(fact, secret)
            metadata = revisions_of.open_metadata(fact, secret, unb64(name))
            opened = {"revision": fact["revision"], "secret": b64(secret), "metadata": metadata}
            self._open(fact, opened, unb64(release, 32), given["contents"])
            items.append(opened)
        about = shares.open_about(space.space, key, unb64(given["about"]))
        self.inside["share"] = {"space": b64(key), "about": about, "revisions": items}


def changed(file, at, value=None):
    """The file, with something else in one place, or nothing."""
    copy = json.loads(json.dumps(file))
    node = copy
    for step in at[:-1]:
        node = node[step]
    if value is None:
        del node[at[-1]]
    else:
        node[at[-1]] = value
    return copy


def main(path, *options):
    with open(path, encoding="utf-8") as opened:
        file = json.load(opened)
    if "--refusals" not in options:
        print(json.dumps(Reader(file).read(), ensure_ascii=False))
        return
    for case in file["refuse"]:
        reader = Reader(changed(file, case["at"], case.get("value")))
        try:
            reader.read()
            print(f"{case['name']}: opened")
        except Refused:
            print(f"{case['name']}: {reader.step}")


if __name__ == "__main__":
    main(*sys.argv[1:])
