"""What somebody gave to those who decide about a record (spec/deposit.md)."""

from encoding import (
    Statement,
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
    require,
    sha256,
    shaped,
    unb64,
)
from revision import open_sealed_content, open_sealed_name
from seal import SEGMENT, hkdf, hmac_sha256, open_wrap, sealing_key
from space import is_past

INBOX = "inbox"


def a_recipient(value, field):
    if value != INBOX:
        an_id(value, field)


FORM = {
    "suite": a_suite,
    "space": an_id,
    "deposit": an_id,
    "spaceHead": a_head,
    "to": list_of(shaped({"recipient": a_recipient, "identity": a_hash, "wrap": a_hash}), 1, 1000),
    "commit": shaped({"secret": a_hash, "content": a_hash}),
    "metadata": a_hash,
    "content": shaped({"length": an_integer(1, SEGMENT), "root": a_hash}),
    "by": a_signer,
    "at": a_time,
}


def deposit_form(fact):
    form(fact, FORM, field="deposit")
    named = [each["recipient"] for each in fact["to"]]
    require(named == sorted(set(named)), "to")
    return fact


def check_deposit(space, statement):
    """Who gave it was a member at the space head named, and signed on a device in force."""
    fact = deposit_form(statement.payload)
    by, head = fact["by"], fact["spaceHead"]
    require(fact["space"] == space.space and space.has(head), "spaceHead")
    member = space.history[head["seq"]]["members"].get(by["account"])
    require(member and not is_past(member, fact["at"]), "by.account")
    require(by["head"]["seq"] >= member["head"]["seq"], "by.head")
    statement.verify(space.accounts[by["account"]].device_key(by))
    return fact


def open_inbox(space, account, seeds, wraps):
    """Seed and name of the inbox that the chain names, from the wrap for one of its holders."""
    inbox = space.inbox
    n, key = inbox["n"], unb64(inbox["key"])
    given = next((each for each in wraps if each["n"] == n), None)
    holder = next((each for each in inbox["holders"] if each["account"] == account), None)
    require(given and holder and given["identity"] == holder["identity"], "inbox")
    sealed = unb64(given["wrap"], 1168)
    require(b64(sha256(sealed)) == holder["wrap"], "inbox")
    ctx = context("wrap inbox key", space.space, n, account, unb64(holder["identity"]))
    seed = open_wrap(seeds[holder["identity"]], ctx, sealed)
    require(sealing_key(seed) == key, "cannot-open")
    return seed, b64(context("inbox key", space.space, n, key))


def open_deposit(fact, given, seed, name):
    """R and h, by the seed of the inbox that it is wrapped to."""
    named = {"recipient": INBOX, "identity": name, "wrap": b64(sha256(unb64(given["wrap"], 1200)))}
    require(given["recipient"] == INBOX and named in fact["to"], "to")
    ctx = context("wrap deposit", fact["space"], fact["deposit"], INBOX, unb64(name))
    plain = open_wrap(seed, ctx, unb64(given["wrap"]))
    require(len(plain) == 64, "cannot-open")
    return plain[:32], plain[32:]


def deposit_keys(fact, secret, release):
    """Context, metadata key and content key, once both commitments are right."""
    place = (fact["space"], fact["deposit"])
    ctx = context("deposit", *place, fact["by"]["account"])
    content_key = hkdf(secret + release, b"ecrin-1 content" + ctx)
    for of, key in (("secret", secret), ("content", content_key)):
        commitment = hmac_sha256(key, context(f"commit deposit {of}", *place))
        require(b64(commitment) == fact["commit"][of], "cannot-open")
    return ctx, hkdf(secret, b"ecrin-1 metadata" + ctx), content_key


def open_contents(fact, ctx, metadata_key, content_key, name, wire):
    """The name, the resource's bytes, if any, and the attachment's or the raw bytes."""
    require(b64(sha256(name)) == fact["metadata"], "metadata")
    metadata = open_sealed_name(metadata_key, ctx, name)
    return metadata, *open_sealed_content(fact, metadata, content_key, ctx, wire)
