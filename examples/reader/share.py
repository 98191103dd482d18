"""What a share links, as its recipient opens it (spec/share.md, spec/read.md)."""

from account import account_form
from encoding import (
    Statement,
    a_count,
    a_hash,
    a_signer,
    a_suite,
    a_time,
    an_id,
    an_identity,
    an_integer,
    b64,
    canonical,
    context,
    form,
    list_of,
    one_of,
    parse,
    require,
    sha256,
    shaped,
    unb64,
)
from revision import revision_form
from seal import open_box

SECRET = 32
BOX = 48
text = lambda value, field: require(isinstance(value, str), field)
a_link = shaped({"author": an_integer(0, 999), "header": a_hash, "revision": an_id})
LINK_SET = {
    "authors": list_of(shaped({"identity": an_identity, "statement": text}), 1, 1000),
    "links": list_of(a_link, 1, 1000),
    "releases": text,
    "secrets": text,
}
READ = {
    "suite": a_suite,
    "space": an_id,
    "revisions": list_of(shaped({"space": an_id, "item": an_id, "revision": an_id}), 1, 500),
    "reason": one_of("care", "own", "export", "check"),
    "by": a_signer,
    "at": a_time,
}


def list_hash(links):
    return sha256(canonical({name: links[name] for name in ("authors", "links")}))


def links_root(share, links):
    boxes = (unb64(links["secrets"]), unb64(links["releases"]))
    return b64(context("links", share, list_hash(links), *boxes))


def check_links(share, source, links, headers):
    """The headers of what is linked, once everything that its recipient checks of them is right."""
    form(links, LINK_SET, field="links")
    order = list(dict.fromkeys(each["author"] for each in links["links"]))
    require(order == list(range(len(links["authors"]))), "authors")
    require(len({canonical(each) for each in links["authors"]}) == len(order), "authors")
    linked = {each["revision"] for each in links["links"]}
    require(len(linked) == len(links["links"]), "links.revision")
    require(len(headers) == len(links["links"]), "headers")
    for box in ("secrets", "releases"):
        require(len(unb64(links[box])) == BOX + SECRET * len(headers), box)
    authors = [_author(**each) for each in links["authors"]]
    return [
        _linked(source, link, authors[link["author"]], header)
        for link, header in zip(links["links"], headers)
    ]


def _author(identity, statement):
    """The account and device that a statement of an account's chain certifies."""
    certificate = Statement("account", statement).verify(identity["sign"])
    fact = account_form(certificate.payload)
    require(fact["op"] in ("begin", "device"), "author.statement")
    require(fact["op"] == "device" or fact["identity"] == identity, "author.identity")
    return fact["account"], fact["device"]


def _linked(source, link, author, header):
    account, device = author
    statement = Statement("revision", header).verify(device["key"])
    fact = revision_form(statement.payload)
    require(statement.hash == link["header"] and fact["op"] != "delete", "header")
    require((fact["by"]["account"], fact["by"]["device"]) == (account, device["device"]), "header")
    require((fact["space"], fact["revision"]) == (source, link["revision"]), "header")
    return fact


def open_links(share, links, of, key):
    """The secret of each link by K of the share, or its release by S."""
    ctx = context(f"link {of}", share, list_hash(links))
    plain = open_box(key, f"link {of}", ctx, unb64(links[of]))
    return [plain[at : at + SECRET] for at in range(0, len(plain), SECRET)]


def open_about(share, key, box):
    about = parse(open_box(key, "about", context("about", share), box), "about")
    return form(about, {"from": text, "note": text}, field="about")


def read_form(fact):
    also = {
        "journal": shaped({"n": a_count, "hash": a_hash}),
        "nonce": lambda value, field: require(_is_nonce(value), field),
        "declared": one_of(True),
    }
    form(fact, READ, also, "read")
    require(("nonce" in fact) != ("declared" in fact), "read.nonce")
    named = {(each["space"], each["revision"]) for each in fact["revisions"]}
    require(len(named) == len(fact["revisions"]), "revisions")
    return fact


def _is_nonce(value):
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return isinstance(value, str) and 16 <= len(value) <= 128 and set(value) <= set(letters)
