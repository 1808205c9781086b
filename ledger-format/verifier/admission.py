"""From held objects to events: LF-20 to LF-36 and step 1 of LF-70."""

import re
from functools import cached_property

from encoding import (BUNDLE_TYPE, DIGEST, FINGERPRINT, PAYLOAD_TYPE, PROOF_TYPE, Malformed, canonical, depth, digest,
                      documents_key, milliseconds, need, parse, unbase64)
from kinds import KINDS, STR, Seen

BASE = "https://sealog.dev/ledger/"
FIRST = "ledger.created"

class Event:
    """An object whose bundle and statement have the form of LF-70.1, not yet verified."""

    def __init__(self, raw):
        need(len(raw) <= 393_216)
        bundle = parse(raw)
        try:
            (signature,) = bundle["dsseEnvelope"]["signatures"]
            keyid, sig, payload = signature["keyid"], signature["sig"], bundle["dsseEnvelope"]["payload"]
            self.hint = bundle["verificationMaterial"]["publicKey"]["hint"]
        except (KeyError, TypeError, ValueError) as error:
            raise Malformed() from error
        need(bundle == {"dsseEnvelope": {"payload": payload, "payloadType": PAYLOAD_TYPE,
                                         "signatures": [{"keyid": keyid, "sig": sig}]},
                        "mediaType": BUNDLE_TYPE, "verificationMaterial": {"publicKey": {"hint": self.hint}}})
        need(all(isinstance(x, str) for x in (keyid, sig, payload, self.hint)))
        self.signature, self.payload = unbase64(sig), unbase64(payload)
        need(len(self.payload) <= 262_144)
        self.id = digest(self.payload)
        self._statement(parse(self.payload))
        need(keyid == self.hint == self.key)

    def _statement(self, s):
        """LF-30, LF-31."""
        need(isinstance(s, dict) and depth(s) <= 16)
        need(s.keys() == {"_type", "subject", "predicateType", "predicate"})
        need(s["_type"] == "https://in-toto.io/Statement/v1")
        self.subject, kind, p = s["subject"], s["predicateType"], s["predicate"]
        need(isinstance(self.subject, list) and 1 <= len(self.subject) <= 1024)
        for x in self.subject:
            need(isinstance(x, dict) and x.keys() == {"digest", "name"} and STR(x["name"], None))
            need(isinstance(x["digest"], dict) and x["digest"].keys() == {"sha256"})
            need(isinstance(x["digest"]["sha256"], str) and re.fullmatch(r"[0-9a-f]{64}", x["digest"]["sha256"]))
        need(STR(kind, None) and kind.startswith(BASE))
        kind = kind.removeprefix(BASE)
        self.kind = kind[:-3] if kind.endswith("/v1") and kind[:-3] in KINDS else None
        header = {"generation", "parents", "key", "time", "run", "nonce", "data"}
        need(isinstance(p, dict) and p.keys() == header | (set() if self.kind == FIRST else {"ledger"}))
        self.generation, self.parents, self.data = p["generation"], p["parents"], p["data"]
        need(type(self.generation) is int and isinstance(self.parents, list))
        need(all(isinstance(x, str) and DIGEST.fullmatch(x) for x in self.parents))
        if self.kind == FIRST:
            self.ledger = self.id
            need(self.generation == 0 and self.parents == [])
        else:
            self.ledger = p["ledger"]
            need(isinstance(self.ledger, str) and DIGEST.fullmatch(self.ledger))
            need(1 <= len(self.parents) <= 256 and all(a < b for a, b in zip(self.parents, self.parents[1:])))
        self.key, self.run = p["key"], p["run"]
        need(isinstance(self.key, str) and FINGERPRINT.fullmatch(self.key))
        need(isinstance(p["time"], str) and isinstance(self.run, str) and re.fullmatch(r"[0-9a-f]{32}", self.run))
        self.time = milliseconds(p["time"])
        need(STR(p["nonce"], None))

    @cached_property
    def seen(self):
        """The ids and images of the data when it is well formed (LF-16), else None."""
        seen = Seen()
        return seen if self.kind and KINDS[self.kind](self.data, seen) else None

    @cached_property
    def document(self):
        return self.data["authority"] if self.kind in (FIRST, "authority.proposed") and self.seen else None

    def subjects_hold(self, ledger):
        """LF-34."""
        if not self.seen:
            return True
        if self.kind == FIRST:
            ledger = digest(canonical(self.data))
        images = set()
        kind = self.kind
        if kind in ("build.recorded", "release.created", "approval.granted", "promotion.recorded") or (
                kind == "evidence.recorded" and self.data.get("verdict") != "failed"):
            images = {(i["digest"], i["repository"].encode()) for i in self.seen.images}
        listed = [(d, n.decode()) for d, n in sorted(images)] or [(ledger, "ledger")]
        return self.subject == [{"digest": {"sha256": d[7:]}, "name": n} for d, n in listed]

    def signed_by(self, key):
        return key.verifies(self.signature, PAYLOAD_TYPE, self.payload)

def keys_of(document):
    """(principal, fingerprint, entry) of each key of a document."""
    return [(p, f, e) for p, x in document["principals"].items() for f, e in x.get("keys", {}).items()]

def proof_ledger(event):
    """LF-53: what a proof in a first event names in the place of the ledger."""
    data = dict(event.data)
    principals = {
        p: {k: {f: {m: y for m, y in e.items() if m != "proof"} for f, e in v.items()} if k == "keys" else v
            for k, v in x.items()} for p, x in event.document["principals"].items()}
    data["authority"] = dict(event.document, principals=principals)
    return digest(canonical(data))

def breach_alone(document):
    """The first rule of LF-52 that a document breaks by itself, up to `document-key`; (code, rank)."""
    roots, stand = document["roots"], [f for _, f, _ in keys_of(document)]
    if len(canonical(document)) > 196_608:
        return "document-size"
    if not (set(roots["principals"]) <= document["principals"].keys()
            and 1 <= roots["threshold"] <= len(roots["principals"]) < 2 * roots["threshold"]):
        return "document-roots"
    if len(set(stand)) < len(stand) or not all(documents_key(e, f) for _, f, e in keys_of(document)):
        return "document-key"
    return None

def proofs_hold(document, ledger, known=()):
    """LF-53; `known` are the entries that were verified before."""
    for principal, fingerprint, entry in keys_of(document):
        body = canonical({"key": fingerprint, "ledger": ledger, "principal": principal})
        key = documents_key(entry, fingerprint)
        if (principal, fingerprint, entry) not in known and not key.verifies(unbase64(entry["proof"]), PROOF_TYPE, body):
            return False
    return True

def valid_first(event):
    """LF-80."""
    d = event.document
    if d is None or {"ended", "lifted", "excluded"} & d.keys() or d["level"] < 1 or breach_alone(d):
        return False
    if not proofs_hold(d, proof_ledger(event)) or not event.subjects_hold(None):
        return False
    own = [documents_key(e, f) for p, f, e in keys_of(d) if f == event.key and p in d["roots"]["principals"]]
    return bool(own) and event.signed_by(own[0])

class Held:
    """Step 1 of LF-70 over all objects. `ledger` is None where the reader stops for want of one."""

    def __init__(self, pieces, pin):
        parsed = []
        for raw in set(pieces):
            try:
                parsed.append(Event(raw))
            except Malformed:
                continue
        firsts = {e.id for e in parsed if e.kind == FIRST and valid_first(e)}
        self.ledger = pin["ledger"] if pin else firsts.pop() if len(firsts) == 1 else None
        self.stops = self.ledger is None or (pin is not None and self.ledger not in firsts)
        parsed = [e for e in parsed if e.ledger == self.ledger and e.subjects_hold(self.ledger)]
        self.documents = {e.id: e.document for e in parsed if e.document}
        keys = {f: documents_key(x, f) for e in parsed if e.document for _, f, x in keys_of(e.document)
                if documents_key(x, f)}
        strangers = [e for e in parsed if e.key not in keys]
        good = [e for e in parsed if e.key in keys and e.signed_by(keys[e.key])
                and (e.kind != FIRST or valid_first(e))]
        self.not_events = len(set(pieces)) - len(strangers) - len(good)
        self.strangers = len(strangers)
        self.parents = {e.id: e.parents for e in strangers + good}
        complete = self._complete()
        self.junk_ids = {e.id for e in strangers}
        self.events = {e.id: e for e in good if e.id in complete}
        self.pending = {e.id: e for e in good if e.id not in complete}

    def _complete(self):
        """The ids with each ancestor held."""
        lacking = {i for i, parents in self.parents.items() if not set(parents) <= self.parents.keys()}
        grown = True
        while grown:
            grown = {i for i, parents in self.parents.items() if i not in lacking and lacking & set(parents)}
            lacking |= grown
        return self.parents.keys() - lacking

    def reached(self, start):
        """`start` and the ids that it reaches through the parents of held objects."""
        out, todo = set(), [start]
        while todo:
            at = todo.pop()
            if at not in out:
                out.add(at)
                todo += self.parents.get(at, [])
        return out
