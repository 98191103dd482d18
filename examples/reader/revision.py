"""Items and their revisions: from a signed header to the plaintext (spec/revision.md)."""

from encoding import (
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
    one_of,
    parse,
    require,
    sha256,
    shaped,
    unb64,
)
from seal import (
    CONTENT_FLOOR,
    METADATA_FLOOR,
    hkdf,
    hmac_sha256,
    open_box,
    open_gcm,
    open_stream,
    unpad,
)
from space import is_past

COMMON = {
    "suite": a_suite,
    "space": an_id,
    "by": a_signer,
    "at": a_time,
    "spaceHead": a_head,
    "epoch": an_integer(1),
}
HEADER = {**COMMON, "item": an_id, "revision": an_id, "op": one_of("create", "correct", "delete")}
SEALED = {
    "commit": shaped({"secret": a_hash, "content": a_hash}),
    "metadata": a_hash,
    "content": shaped({"length": an_integer(1, 11 * 2**30), "root": a_hash}),
    "held": one_of("server", "application"),
}
REWRAP = {**COMMON, "revision": a_hash, "wrap": a_hash}


def at_most(most, least=0):
    """A text of so many UTF-16 code units."""

    def check(value, field):
        require(isinstance(value, str), field)
        require(least <= len(value.encode("utf-16-le")) // 2 <= most, field)

    return check


METADATA = {
    "v": an_integer(1, 1),
    "kind": one_of("fhir", "raw"),
    "title": at_most(500),
    "type": at_most(100, 1),
    "mediaType": at_most(200),
    "size": a_count,
}


def revision_form(fact):
    op = isinstance(fact, dict) and fact.get("op")
    parents = list_of(an_id, 0, 0) if op == "create" else list_of(an_id, 1, 16)
    # What version 0.2.0 sealed has no `wrap`.
    sealed, also = ({}, {}) if op == "delete" else (SEALED, {"wrap": a_hash})
    return form(fact, {**HEADER, "parents": parents, **sealed}, also, "revision")


def rewrap_form(fact):
    return form(fact, REWRAP, field="rewrap")


def _check_writer(space, statement):
    """Rules 1 and 2: who signed may write at the space head named, from a device in force."""
    fact = statement.payload
    by, head = fact["by"], fact["spaceHead"]
    require(fact["space"] == space.space, "space")
    require(space.has(head), "spaceHead")
    then = space.history[head["seq"]]
    member = then["members"].get(by["account"])
    require(member and member["role"] != "reader" and not is_past(member, fact["at"]), "by.account")
    pin = then["epoch"]["pins"].get(by["account"], {"seq": 0})
    require(by["head"]["seq"] >= max(pin["seq"], member["head"]["seq"]), "by.head")
    require(fact["epoch"] == then["epoch"]["epoch"]["n"], "epoch")
    statement.verify(space.accounts[by["account"]].device_key(by))


def accept(space, index, statement, wrap_epoch, wrap_hash, rewrap=None):
    """Rules 1 to 4 of a revision in a space. `wrap_hash` is None for a deletion."""
    fact = revision_form(statement.payload)
    _check_writer(space, statement)
    require(1 <= wrap_epoch <= len(space.epochs), "wrapEpoch")
    starts = [each["from"] for each in space.epochs] + [index + 1]
    require(starts[wrap_epoch - 1] <= index < starts[wrap_epoch], "index")
    if rewrap is None:
        require(fact["epoch"] == wrap_epoch, "wrapEpoch")
        require(fact.get("wrap", wrap_hash) == wrap_hash, "wrap")
        return fact
    carried = rewrap_form(rewrap.payload)
    require(carried["revision"] == statement.hash, "rewrap.revision")
    require(carried["by"]["account"] == fact["by"]["account"], "rewrap.by")
    require(carried["epoch"] == wrap_epoch, "rewrap.epoch")
    require(fact["op"] == "delete" or carried["wrap"] == wrap_hash, "rewrap.wrap")
    _check_writer(space, rewrap)
    # What a stolen device has sealed is carried into no later epoch.
    author = space.accounts[fact["by"]["account"]]
    require(not author.signed_out(fact["by"]["device"], carried["by"]["head"]["seq"]), "by.device")
    return fact


def check_tree(space, hashes, size, root):
    """The tree, and what each epoch's statement signed of it."""
    leaves = [unb64(each) for each in hashes]
    require(len(leaves) == size and b64(merkle_root(leaves)) == root, "tree")
    for epoch in space.epochs:
        require(epoch["from"] <= size, "tree")
        require(b64(merkle_root(leaves[: epoch["from"]])) == epoch["root"], "tree")


def heads_of(facts):
    """Rule 5, and by item the revisions that no other names as parent."""
    items, heads = {}, {}
    for fact in facts:
        item, revision = fact["item"], fact["revision"]
        require(revision not in items, "revision")
        require((fact["op"] == "create") == (item not in heads), "item")
        require(all(items.get(parent) == item for parent in fact["parents"]), "parents")
        items[revision] = item
        left = [each for each in heads.get(item, []) if each not in fact["parents"]]
        heads[item] = [*left, revision]
    return heads


# Secrets.


def _place(fact):
    return fact["space"], fact["item"], fact["revision"]


def revision_context(fact):
    return context("revision", *_place(fact), fact["by"]["account"], *fact["parents"])


def check_secret(fact, secret):
    commitment = hmac_sha256(secret, context("commit revision secret", *_place(fact)))
    require(b64(commitment) == fact["commit"]["secret"], "cannot-open")
    return secret


def open_secret(fact, epoch, key, wrap):
    """R, by K of the epoch that wraps it."""
    ctx = context("revision secret", *_place(fact), epoch)
    return check_secret(fact, open_box(key, "revision secret", ctx, wrap))


def release_of(fact, key):
    """h, by S of the epoch of the header."""
    return hmac_sha256(key, context("release", *_place(fact)))


def content_key(fact, secret, release):
    key = hkdf(secret + release, b"ecrin-1 content" + revision_context(fact))
    commitment = hmac_sha256(key, context("commit content key", *_place(fact)))
    require(b64(commitment) == fact["commit"]["content"], "cannot-open")
    return key


def open_sealed_name(key, ctx, sealed):
    plain = unpad(open_gcm(key, bytes(12), sealed, ctx), METADATA_FLOOR)
    return form(parse(plain), METADATA, {"date": at_most(40), "resource": a_count}, "metadata")


def open_metadata(fact, secret, sealed):
    require(b64(sha256(sealed)) == fact["metadata"], "metadata")
    ctx = revision_context(fact)
    return open_sealed_name(hkdf(secret, b"ecrin-1 metadata" + ctx), ctx, sealed)


def open_content(fact, metadata, key, wire):
    return open_sealed_content(fact, metadata, key, revision_context(fact), wire)


def open_sealed_content(fact, metadata, key, ctx, wire):
    """The FHIR resource's bytes, if any, and the attachment's or the raw bytes."""
    length, root = fact["content"]["length"], unb64(fact["content"]["root"])
    plain = unpad(open_stream(key, ctx, wire, length, root), CONTENT_FLOOR)
    start = metadata.get("resource", 0)
    require(start + metadata["size"] == len(plain), "metadata.size")
    return plain[:start], plain[start:]
