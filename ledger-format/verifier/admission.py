"""From held objects to events: LF-20 to LF-36 and step 1 of LF-70."""

import re
from functools import cached_property

from encoding import DIGEST, FINGERPRINT, canonical, depth, digest, documents_key, milliseconds, need, parse, unbase64
from kinds import KINDS, STR, Seen

BASE, FIRST, PAYLOAD_TYPE = "https://sealog.dev/ledger/", "ledger.created", "application/vnd.in-toto+json"
PROOF_TYPE = "application/vnd.sealog.key-proof.v1+json"
OF_IMAGES = ("build.recorded", "release.created", "approval.granted", "promotion.recorded", "evidence.recorded")

def text_of(v, expression):
    need(isinstance(v, str) and re.fullmatch(expression, v))
    return v

class Event:  # An object whose bundle and statement have the form of LF-70.1 and 2, not yet verified
    def __init__(self, raw):
        need(len(raw) <= 393_216)
        bundle = parse(raw)
        (signature,) = bundle["dsseEnvelope"]["signatures"]
        payload, sig = bundle["dsseEnvelope"]["payload"], signature["sig"]
        self.key = text_of(signature["keyid"], FINGERPRINT)
        need(bundle == {"dsseEnvelope": {"payload": payload, "payloadType": PAYLOAD_TYPE,
                                         "signatures": [{"keyid": self.key, "sig": sig}]},
                        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                        "verificationMaterial": {"publicKey": {"hint": self.key}}})
        need(isinstance(payload, str) and isinstance(sig, str))
        self.signature, self.payload = unbase64(sig), unbase64(payload)
        need(len(self.payload) <= 262_144)
        self.id = digest(self.payload)
        self._statement(parse(self.payload))
    def _statement(self, s):  # LF-30, LF-31
        need(s.keys() == {"_type", "subject", "predicateType", "predicate"} and depth(s) <= 16)
        need(s["_type"] == "https://in-toto.io/Statement/v1")
        self.subject, p = s["subject"], s["predicate"]
        need(isinstance(self.subject, list) and 1 <= len(self.subject) <= 1024)
        for x in self.subject:
            need(x.keys() == {"digest", "name"} and x["digest"].keys() == {"sha256"} and STR(x["name"], None))
            text_of(x["digest"]["sha256"], "[0-9a-f]{64}")
        need(STR(s["predicateType"], None) and s["predicateType"].startswith(BASE))
        kind = s["predicateType"].removeprefix(BASE)
        self.kind = kind[:-3] if kind.endswith("/v1") and kind[:-3] in KINDS else None
        header = {"generation", "parents", "key", "time", "run", "nonce", "data"}
        need(p.keys() == header | (set() if self.kind == FIRST else {"ledger"}))
        self.generation, self.parents, self.data = p["generation"], p["parents"], p["data"]
        need(type(self.generation) is int and isinstance(self.parents, list) and len(self.parents) <= 256)
        need(all(text_of(a, DIGEST) < b for a, b in zip(self.parents, [*self.parents[1:], "t"])))
        self.ledger = self.id if self.kind == FIRST else text_of(p["ledger"], DIGEST)
        need(not self.parents and self.generation == 0 if self.kind == FIRST else self.parents)
        self.run, self.time = text_of(p["run"], "[0-9a-f]{32}"), milliseconds(text_of(p["time"], ".*"))
        need(STR(p["nonce"], None) and p["key"] == self.key)
    @cached_property
    def seen(self):  # The ids and images of the data when it is well formed (LF-16), else None
        seen = Seen()
        return seen if self.kind and KINDS[self.kind](self.data, seen) else None
    @cached_property
    def document(self):
        return self.data["authority"] if self.kind in (FIRST, "authority.proposed") and self.seen else None
    def subjects_hold(self, ledger):  # LF-34
        if not self.seen:
            return True
        if self.kind == FIRST:
            ledger = digest(canonical(self.data))
        images = set()
        if self.kind in OF_IMAGES and not (self.kind == "evidence.recorded" and self.data.get("verdict") == "failed"):
            images = {(i["digest"], i["repository"].encode()) for i in self.seen.images}
        listed = [(d, n.decode()) for d, n in sorted(images)] or [(ledger, "ledger")]
        return self.subject == [{"digest": {"sha256": d[7:]}, "name": n} for d, n in listed]
    def signed_by(self, key): return key.verifies(self.signature, PAYLOAD_TYPE, self.payload)

def keys_of(document):  # (principal, fingerprint, entry) of each key of a document
    return [(p, f, e) for p, x in document["principals"].items() for f, e in x.get("keys", {}).items()]

def breach_alone(document):  # The first rule of LF-52 that a document breaks by itself, but for its proofs
    roots, stand = document["roots"], [f for _, f, _ in keys_of(document)]
    if len(canonical(document)) > 196_608:
        return "document-size"
    if not (set(roots["principals"]) <= document["principals"].keys()
            and 1 <= roots["threshold"] <= len(roots["principals"]) < 2 * roots["threshold"]):
        return "document-roots"
    if len(set(stand)) < len(stand) or not all(documents_key(e, f) for _, f, e in keys_of(document)):
        return "document-key"
    return None

def proofs_hold(document, ledger, known=()):  # LF-53; `known` are the entries that were verified before
    return all(x in known or documents_key(x[2], x[1]).verifies(unbase64(x[2]["proof"]), PROOF_TYPE,
            canonical({"key": x[1], "ledger": ledger, "principal": x[0]})) for x in keys_of(document))

def valid_first(event):
    """LF-80. A proof names the hash of the data without any proof in the place of the ledger (LF-53)."""
    d = event.document
    if d is None or {"ended", "lifted", "excluded"} & d.keys() or d["level"] < 1 or breach_alone(d):
        return False
    bare = parse(canonical(event.data))
    for _, _, entry in keys_of(bare["authority"]):
        del entry["proof"]
    own = [documents_key(e, f) for p, f, e in keys_of(d) if f == event.key and p in d["roots"]["principals"]]
    return (proofs_hold(d, digest(canonical(bare))) and event.subjects_hold(None) and bool(own)
            and event.signed_by(own[0]))

class Held:  # Step 1 of LF-70 over all objects. It `stops` where there is no first event to begin with
    def __init__(self, pieces, pin):
        parsed = []
        for raw in set(pieces):
            try:
                parsed.append(Event(raw))
            except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
                continue
        firsts = {e.id for e in parsed if e.kind == FIRST and valid_first(e)}
        self.ledger = pin["ledger"] if pin else next(iter(firsts)) if len(firsts) == 1 else None
        self.stops = self.ledger not in firsts
        parsed = [e for e in parsed if e.ledger == self.ledger and e.subjects_hold(self.ledger)]
        self.documents = {e.id: e.document for e in parsed if e.document}
        keys = {f: documents_key(x, f) for d in self.documents.values() for _, f, x in keys_of(d) if documents_key(x, f)}
        strangers = [e for e in parsed if e.key not in keys]
        good = [e for e in parsed if e.key in keys and e.signed_by(keys[e.key]) and (e.kind != FIRST or e.id in firsts)]
        self.not_events, self.strangers = len(set(pieces)) - len(strangers) - len(good), len(strangers)
        self.parents = {e.id: e.parents for e in strangers + good}
        lacking, grown = set(), True
        while grown:
            grown = {i for i, parents in self.parents.items() if i not in lacking
                     and any(p in lacking or p not in self.parents for p in parents)}
            lacking |= grown
        self.junk_ids = {e.id for e in strangers}
        self.events = {e.id: e for e in good if e.id not in lacking}
        self.pending = {e.id: e for e in good if e.id in lacking}
