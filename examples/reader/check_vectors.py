#!/usr/bin/env python3
"""Runs the vectors that concern a reader through this one: what it accepts, what it refuses.

    python3 check_vectors.py FOLDER     FOLDER is vectors/

Prints a line for each file, `accepts N, refuses N`, and one for each case that goes otherwise.
"""

import json
import os
import sys

import account
import deposit
import encoding
import revision
import seal
import share
import space
from encoding import Refused, Statement, b64, context, require, unb64

opened = {}


def same(got, expected):
    if got != expected:
        raise AssertionError("is another")


def accounts_of(shared):
    """The chains that a file's cases share, followed once."""
    chains = shared["accounts"]
    if id(chains) not in opened:
        opened[id(chains)] = {name: account.Account(chain) for name, chain in chains.items()}
    return opened[id(chains)]


def bytes_of(text):
    """Also of text that no UTF-8 has."""
    return text.encode("utf-8", "surrogatepass")


def merkle_case(case, _):
    leaves = [unb64(each) for each in case["leaves"]]
    same(b64(encoding.merkle_root(leaves)), case["root"])


def context_case(case, _):
    def part(given):
        return unb64(given["bytes"]) if "bytes" in given else given.get("text", given.get("number"))

    parts = map(part, case["parts"])
    same(b64(context(case.get("purpose", case["name"]), *parts)), case["context"])


# A journal is nothing to read a record with, but its head is a statement like others.
JOURNAL_HEAD = {
    "suite": encoding.a_suite,
    "subject": encoding.an_id,
    "n": encoding.a_count,
    "hash": encoding.a_hash,
    "at": encoding.a_time,
}
FORMS = {
    "account": account.account_form,
    "space": space.space_form,
    "revision": revision.revision_form,
    "rewrap": revision.rewrap_form,
    "read": share.read_form,
    "deposit": deposit.deposit_form,
    "head": lambda fact: encoding.form(fact, JOURNAL_HEAD),
}


def has_suite(fact):
    require(isinstance(fact, dict) and fact.get("suite") == encoding.SUITE, "suite")


def statement_case(case, shared):
    """Of the kinds that a reader reads; of others only what is the same for all."""
    statement = Statement(case["as"], shared.get(case["statement"], case["statement"]))
    statement.verify(case["key"])
    FORMS.get(case["as"], has_suite)(statement.payload)
    same(statement.payload, case.get("payload", statement.payload))


def account_case(case, shared):
    chain = account.Account([shared[name] for name in case["chain"]])
    state = case.get("state", {})
    devices = [name for name, each in chain.devices.items() if each["until"] is None]
    same(sorted(devices), sorted(state.get("devices", devices)))
    same(chain.identity["sign"], state.get("sign", chain.identity["sign"]))


def space_case(case, shared):
    chain = [shared["statements"][name] for name in case["chain"]]
    followed = space.Space(chain, accounts_of(shared))
    state = case.get("state", {})
    ends = lambda each: f"~{each['until']}" if "until" in each else ""
    members = {
        name: each["role"] + ("+offline" if each["offline"] else "") + ends(each)
        for name, each in followed.members.items()
    }
    same(members, state.get("members", members))
    same(len(followed.epochs), state.get("epoch", len(followed.epochs)))
    same(followed.closed, state.get("closed", followed.closed))


def inbox_case(case, shared):
    space.Space([shared["statements"][name] for name in case["chain"]], accounts_of(shared))


def wraps_case(case, shared):
    everybody = space.recipients(shared["members"])
    everybody.append(("release", "server", shared["serverKey"]))
    require(space.named(case["wraps"]) == sorted(everybody), "wraps")
    same(space.wraps_root(shared["space"], case["n"], case["wraps"]), case["root"])


def epoch_case(case, shared):
    """From the newest epoch backwards, by what statements say of each."""

    class Chain:
        space = shared["space"]
        epochs = [{"epoch": each} for each in case["epochs"]]

    opened_here = {
        secret: space.step_back(Chain, secret, unb64(case["newest"][secret]))
        for secret in ("space", "release")
    }
    keys = [
        {"n": n, **{secret: b64(of[n]) for secret, of in opened_here.items()}}
        for n in opened_here["space"]
    ]
    same(keys, case["keys"])


def revision_case(case, shared):
    if id(shared) not in opened:
        opened[id(shared)] = space.Space(shared["chain"], accounts_of(shared))
    text = shared["statements"]
    rewrap = Statement("rewrap", text[case["rewrap"]]) if "rewrap" in case else None
    statement = Statement("revision", text[case["revision"]])
    place = (case["index"], statement, case["wrapEpoch"], case.get("wrap"), rewrap)
    revision.accept(opened[id(shared)], *place)


def item_case(case, _):
    heads = revision.heads_of(case["steps"])
    same(sorted(heads[case["item"]]), sorted(case["heads"]))


def read_case(case, shared):
    share.read_form(Statement("read", shared["statements"][case["statement"]]).payload)


def deposit_case(case, shared):
    fact = Statement("deposit", shared["statements"][case["statement"]]).payload
    deposit.deposit_form(fact)


def link_set_case(case, shared):
    headers = [shared["statements"][name] for name in case["headers"]]
    share.check_links(shared["share"], shared["source"], case["set"], headers)
    same(share.links_root(shared["share"], case["set"]), case["root"])


def box_case(case, _):
    key, ctx, box = (unb64(case[name]) for name in ("key", "context", "box"))
    plain = seal.open_box(key, case["label"], ctx, box)
    same(b64(plain), case["plaintext"])


def wrap_case(case, _):
    seed, ctx, wrap = (unb64(case[name]) for name in ("seed", "context", "wrap"))
    same(b64(seal.open_wrap(seed, ctx, wrap)), case["secret"])
    same(b64(seal.sealing_key(seed)), case["publicKey"])


def padded_case(case, _):
    same(seal.padded(case["size"], case["floor"]), case["padded"])


def pad_case(case, _):
    if "paddedSize" in case:
        same(seal.padded(8 + case["size"], case["floor"]), case["paddedSize"])
    else:
        same(b64(seal.unpad(unb64(case["padded"]), case["floor"])), case["content"])


def stream_case(case, _):
    names = ("key", "context", "stream", "root")
    key, ctx, wire, root = (unb64(case[name]) for name in names)
    # The list of digests is asked for apart, to read any segment alone.
    require(encoding.sha256(*map(unb64, case["digests"])) == root, "digests")
    plain = seal.open_stream(key, ctx, wire, case["length"], root, case["segment"])
    same(b64(plain), case["plaintext"])


def kit_case(case, _):
    same(b64(account.read_code(case["text"])), case["kit"])


def slot_case(case, _):
    parts = ("exportKey", "secretKey", "kit", "prf")
    factor = b"".join(unb64(case[name]) for name in parts if name in case)
    names = ("identity", "key", "wrap", "mac")
    sealed = (unb64(case[name]) for name in names)
    key = account.open_slot(case["account"], case["slot"], case["kind"], factor, *sealed)
    same(b64(key), case["accountKey"])


def sealed_case(case, _):
    ctx, name = unb64(case["context"]), unb64(case["metadata"])
    metadata = revision.open_sealed_name(unb64(case["metadataKey"]), ctx, name)
    fact = {**case, "by": {"account": case["author"]}}
    fact["commit"] = {"secret": case["commitSecret"], "content": case["commitContent"]}
    same(b64(revision.revision_context(fact)), case["context"])
    release = revision.release_of(fact, unb64(case["releaseKey"]))
    secret = revision.check_secret(fact, unb64(case["secret"]))
    same(b64(release), case["release"])
    same(b64(revision.content_key(fact, secret, release)), case["contentKey"])
    same(b64(encoding.canonical(metadata)), case["json"])


CASES = {
    "protocol/base64url": lambda case, _: same(unb64(case["text"]).hex(), case["hex"]),
    "protocol/canonical": lambda case, _: encoding.parse(bytes_of(case["json"])),
    "protocol/context": context_case,
    "protocol/purpose": context_case,
    "protocol/merkle": merkle_case,
    "protocol/padded": padded_case,
    "protocol/statement": statement_case,
    "protocol/account": account_case,
    "protocol/space": space_case,
    "protocol/inbox": inbox_case,
    "protocol/wraps": wraps_case,
    "protocol/epoch": epoch_case,
    "protocol/revision": revision_case,
    "protocol/item": item_case,
    "protocol/read": read_case,
    "protocol/deposit": deposit_case,
    "protocol/link-set": link_set_case,
    "crypto/kit": kit_case,
    "crypto/box": box_case,
    "crypto/wrap": wrap_case,
    "crypto/pad": pad_case,
    "crypto/stream": stream_case,
    "crypto/slot": slot_case,
    "crypto/revision": sealed_case,
}


def outcome(check, case, shared):
    try:
        check(case, shared)
        return "accepted"
    except Refused:
        return "refused"
    except Exception as error:  # Anything else is neither.
        return f"failed, {type(error).__name__}: {error}"


def main(folder):
    for name, check in CASES.items():
        with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as file:
            vectors = json.load(file)
        shared, told = vectors.get("shared", {}), []
        # The words of a kit are BIP-39's, whose lists Python does not have.
        accept, refuse = (
            [case for case in vectors[name] if "words" not in case]
            for name in ("accept", "refuse")
        )
        for wanted, cases in (("accepted", accept), ("refused", refuse)):
            for case in cases:
                became = outcome(check, case, shared)
                if became != wanted:
                    told.append(f"  {case['name']}: {became}, not {wanted}")
        print(f"{name}: accepts {len(accept)}, refuses {len(refuse)}")
        print("".join(f"{each}\n" for each in told), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
