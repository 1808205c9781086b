"""Authority, admission, rights and effect (LF-40 to LF-86, LF-120 to LF-126). Sets of events are bit masks of indices."""

from graphlib import TopologicalSorter

from admission import FIRST, breach_alone, keys_of, proofs_hold
from encoding import milliseconds, reach
from kinds import covers

PROPOSED = "authority.proposed"
AUTHORITY = (FIRST, PROPOSED, "endorsed")
JUDGED = ("rollout.started", "promotion.recorded")
BY_ID = {"approval.withdrawn": "approvals", "claim.ended": "claims", "component.applied": "start", "hold.lifted": "holds",
         "release.withdrawn": "created", "reviewed": "events", "rollout.finished": "start"}
OF_COMPONENTS = ("approval.requested", "approval.granted", "approval.denied", "rollout.started", "observation.recorded")
NOWHERE = (None, None, None)

def bits(mask):
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1
def mask_of(events): return sum(1 << i for i in set(events))
def lists(document, key): return any(f == key for _, f, _ in keys_of(document))

class Ledger:  # All events of S, each with its own past, its principal and the code of its refusal
    time = staticmethod(milliseconds)
    def __init__(self, held, pin):
        self.held, self.id, self.pin = held, held.ledger, (pin or {}).get("authority")
        self.ev, self.at, self.past, self.code, self.who = [], {}, [], [], []
        self.by_kind, self.junk, self._memo = {}, set(held.junk_ids), {}
        self.below = self._below()
        for e in map(held.events.get, TopologicalSorter({
                i: [p for p in e.parents if p in held.events] for i, e in held.events.items()}).static_order()):
            if any(p in self.junk for p in e.parents) or not self._add(e):
                self.junk.add(e.id)
        self.all = (1 << len(self.ev)) - 1
    def memo(self, key, make):
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]
    def _below(self):
        """What the pin's authority builds on; None where the pin has none or not all of it is held (LF-63)."""
        documents = self.held.documents
        below = reach(self.pin, lambda at: documents.get(at, {}).get("replaces", []))
        return below if below <= documents.keys() else None
    def _add(self, e):  # Takes an event in whose parents are no junk, unless it is itself (LF-71)
        parents = [self.at[p] for p in e.parents]
        past = 0
        for p in parents:
            past |= self.past[p] | 1 << p
        if not e.seen or e.kind != FIRST and (e.generation != 1 + max(self.ev[p].generation for p in parents)
                or e.time < max(self.ev[p].time for p in parents)):
            return False
        found = self._principals(e, past)
        if not found:
            return False
        i = self.at[e.id] = len(self.ev)
        self.ev.append(e)
        self.past.append(past)
        self.by_kind[e.kind] = self.by_kind.get(e.kind, 0) | 1 << i
        self.who.append(found.pop() if len(found) == 1 else None)
        self.code.append(None)
        self.code[i] = None if e.kind == FIRST else self.refusal(i)
        return True
    def _principals(self, e, past):  # Whom the key of e may belong to (LF-73)
        of = lambda documents: {p for d in documents for p, f, _ in keys_of(d) if f == e.key}
        if e.kind == FIRST:
            return of([e.document])
        found = of(map(self.doc, bits(self.newest(past))))
        if not found and e.kind == "endorsed":
            found = of(map(self.doc, self.among([e.data["proposal"]], past, PROPOSED)))
        return found

    # Look-ups
    def data(self, i): return self.ev[i].data
    def doc(self, i): return self.ev[i].document
    def kind(self, i): return self.ev[i].kind
    def ids(self, mask): return sorted(self.ev[i].id for i in bits(mask))
    def of(self, mask, *kinds):  # The events of the set of these kinds
        return bits(mask & sum(self.by_kind.get(k, 0) for k in kinds))
    def among(self, ids, mask, *kinds):
        """The events of the set that the ids name (or the one id), of these kinds (any, when none is given)."""
        found = [self.at[x] for x in ([ids] if isinstance(ids, str) else ids) if x in self.at]
        return [i for i in found if mask >> i & 1 and (not kinds or self.kind(i) in kinds)]
    def named(self, i, field, *kinds):  # What an event names in a field of its data, of its own past
        return self.among(self.data(i).get(field, []), self.past[i], *kinds)
    def same_principal(self, a, b): return self.who[a] is not None and self.who[a] == self.who[b]
    def one_writer(self, a, b): return (self.ev[a].key, self.ev[a].run) == (self.ev[b].key, self.ev[b].run)

    # Authority (section 5)
    def replaces(self, i): return self.doc(i).get("replaces", [])
    def documents(self, ids): return self.among(ids, -1, FIRST, PROPOSED)
    def builds_on(self, i):  # anc(a), as ids
        return self.memo(("anc", i), lambda: set(self.replaces(i)).union(
            *(self.builds_on(r) for r in self.among(self.replaces(i), self.past[i], FIRST, PROPOSED))))
    def in_force(self, mask):  # inforce(X), LF-58
        mask &= mask_of(self.of(mask, *AUTHORITY))
        return self.memo(("force", mask), lambda: self._in_force(mask))
    def _in_force(self, mask):
        out = 1
        for p in self.of(mask, PROPOSED):
            base, id = set(self.documents(self.replaces(p))), self.ev[p].id
            kept = self.below is None or id in self.below or self.pin in self.builds_on(p)
            if self.code[p] or not kept or mask_of(base) & ~out:
                continue
            who = {self.who[p]} | {self.who[e] for e in self.of(mask, "endorsed")
                                   if self.data(e)["proposal"] == id and not self.code[e]}
            asked = {p} | base | (self._common(base) if len(base) > 1 else set())
            if all(len(who & self.roots(x)) >= self.doc(x)["roots"]["threshold"] for x in asked):
                out |= 1 << p
        return out
    def _common(self, base):  # bases(R)
        docs = self.documents(set.intersection(*(self.builds_on(r) for r in base)))
        return {c for c in docs if not any(self.ev[c].id in self.builds_on(d) for d in docs)}
    def newest(self, mask):
        force = self.in_force(mask)
        return force & ~mask_of(r for a in bits(force) for r in self.documents(self.replaces(a)))
    def is_forked(self):  # LF-65: without the line of LF-63
        below, self.below, memo, self._memo = self.below, None, self._memo, {}
        forked = self.newest(self.all).bit_count() > 1
        self.below, self._memo = below, memo
        return forked
    def roots(self, i): return set(self.doc(i)["roots"]["principals"])
    def ended(self, i):  # Ended(a): fingerprints and principals, LF-51
        out = set()
        for a in [i, *self.documents(self.builds_on(i))]:
            ended = self.doc(a).get("ended", {})
            names = ended.get("principals", {}).keys()
            out |= ended.get("keys", {}).keys() | names
            out |= {f for r in self.documents(self.replaces(a)) for p, f, _ in keys_of(self.doc(r)) if p in names}
        return out
    def lifted_for(self, s):  # The suspensions that are lifted for an event (LF-89)
        return {k for a in bits(self.newest(self.past[s])) for x in [a, *self.documents(self.builds_on(a))]
                for k in self.doc(x).get("lifted", [])}
    def is_alive(self, key, mask):  # LF-66
        return all(lists(self.doc(a), key) for a in bits(self.newest(mask)))
    def breaches_of_document(self, i):
        """LF-52, in its order. A fingerprint holds a `:`, a name does not: so both share sets."""
        d, base = self.doc(i), self.documents(self.replaces(i))
        old, alone = [self.doc(r) for r in base], breach_alone(d)
        stand = {f: p for p, f, _ in keys_of(d)}
        here, ended = stand.keys() | d["principals"].keys(), d.get("ended", {})
        before = {f for o in old for _, f, _ in keys_of(o)}.union(*(o["principals"] for o in old))
        keys, names = ended.get("keys", {}).keys(), ended.get("principals", {}).keys()
        gone = set().union(*map(self.ended, base))
        yield "document-size", alone == "document-size"
        yield "document-version", d["version"] != 1 + max(o["version"] for o in old)
        yield "document-level", d["level"] < max(o["level"] for o in old)
        yield "document-roots", alone == "document-roots"
        yield "document-key", alone == "document-key"
        yield "document-moved", any(stand.get(f, p) != p for a in self.documents(self.builds_on(i))
                                    for p, f, _ in keys_of(self.doc(a)))
        yield "document-ended", (keys | names) - before or (keys | names) & (here | gone) or gone & here
        yield "document-dropped", before - here - self.ended(i)
        yield "document-excluded", self.among(d.get("excluded", []), self.past[i])
        yield "document-proof", not proofs_hold(d, self.id, [entry for o in old for entry in keys_of(o)])

    # Rights (section 8)
    def direct(self, i):  # The scopes of an event that does not act by Id (LF-124)
        kind, d = self.kind(i), self.data(i)
        place = lambda c: (d.get("deployment", "*"), c, d.get("target", "*"))
        if kind in ("build.recorded", "evidence.recorded"):
            return [place(d.get("component", "*"))]
        if kind == "release.created":
            return [place(c) for c in set(d.get("artifacts", {})).union(*d["components"].values())]
        if kind in ("hold.placed", "promotion.recorded") or kind == "rollout.claimed" and "hold" in d:
            return [place(None)]
        if kind in OF_COMPONENTS or kind == "rollout.claimed" and "resource" not in d:
            return [place(c) for c in d.get("components", ["*"])]
        return [NOWHERE]
    def acted_on(self, i):  # What an event of BY_ID names, with the scopes of each
        for n in self.named(i, BY_ID[self.kind(i)]):
            if self.kind(i) == "component.applied" and self.kind(n) == "rollout.started":
                yield n, [(self.data(n)["deployment"], self.data(i)["component"], self.data(n)["target"])]
            elif self.kind(i) == "reviewed":
                yield n, self.scopes(n)
            elif self.kind(i) != "component.applied" and self.kind(n) not in BY_ID:
                yield n, self.direct(n)
    def scopes(self, i):
        if self.kind(i) in BY_ID and self.kind(i) != "reviewed":
            return [s for _, scopes in self.acted_on(i) for s in scopes]
        return self.direct(i)
    def asks(self, i):  # What an event asks of every document, as (right, scope)
        kind, d = self.kind(i), self.data(i)
        if kind in (*AUTHORITY, "merged", "key.suspended"):
            return []
        if kind in BY_ID:
            return [(self._right_by_id(i, n), s) for n, scopes in self.acted_on(i) for s in scopes
                    if not (kind == "approval.withdrawn" and self.same_principal(n, i))]
        right = {"rollout.claimed": "ledger.sealed" if "resource" in d else "rollout.started",
                 "evidence.recorded": f"evidence.recorded:{d.get('type')}"}.get(kind, kind)
        rights = [right] + (["override"] if kind in JUDGED and "override" in d else [])
        return [(r, s) for r in rights for s in self.direct(i)]
    def _right_by_id(self, i, n):
        if self.kind(i) == "claim.ended" and "takeover" in self.data(i):
            return "takeover"
        if self.kind(i) == "claim.ended" and self.kind(n) == "rollout.claimed" and "resource" in self.data(n):
            return "ledger.sealed"
        starts = ("component.applied", "rollout.finished", "claim.ended")
        return "rollout.started" if self.kind(i) in starts else self.kind(i)
    def gives(self, document, principal, ask):  # LF-122, LF-123
        right, scope = ask
        kind, _, type = right.partition(":")
        may = lambda m: m == right or type and m.startswith(kind + ":") and covers(m[len(kind) + 1:], type)
        return any(any(map(may, g["may"])) and all(x is None or any(covers(p, x) for p in g.get(field, [])) for field,
                x in zip(("deployments", "components", "targets"), scope))
                for g in document["principals"].get(principal, {}).get("rights", []))
    def permits(self, a, i):  # LF-126, of the document of an authority
        document, who, asks = self.doc(a), self.who[i], self.memo(("asks", i), lambda: self.asks(i))
        if self.kind(i) == "key.suspended":
            own = document["principals"].get(who, {}).get("keys", {}).keys()
            asks = [] if who in self.roots(a) or set(self.data(i)["keys"]) <= own else [("key.suspended", NOWHERE)]
        return who is not None and all(self.gives(document, who, x) for x in asks)
    def entitled(self, i, a):
        return (self.who[i] is not None and self.permits(a, i)
                and self.ev[i].key in self.doc(a)["principals"].get(self.who[i], {}).get("keys", {}))
    def alone(self, reviewer, n, a):  # LF-107: nobody else in the document of a could review n
        return not any(q != self.who[reviewer] and x.get("keys") and all(self.gives(self.doc(a), q, ("reviewed", s))
                for s in self.scopes(n)) for q, x in self.doc(a)["principals"].items())

    # Effect (section 6)
    def is_cut(self, i, mask):  # LF-78
        later = self.in_force(mask) & ~self.in_force(self.past[i]) & ~1
        return self.kind(i) not in AUTHORITY and any(not self.past[a] >> i & 1
                and (self.among(self.doc(a).get("excluded", []), self.past[i] | 1 << i) or any(lists(self.doc(r),
                self.ev[i].key) and not lists(self.doc(a), self.ev[i].key) or self.entitled(i, r)
                and not self.entitled(i, a) for r in self.documents(self.replaces(a)))) for a in bits(later))
    def eff(self, mask):  # eff(X)
        return self.memo(("eff", mask), lambda: mask_of(
            i for i in bits(mask) if not self.code[i] and not self.is_cut(i, mask)))
    def created(self, release, mask):
        return [i for i in self.of(self.eff(mask), "release.created") if self.data(i)["release"] == release]
    def parts(self, release, target, mask):
        return set().union(*(self.data(i)["components"].get(target, []) for i in self.created(release, mask)))
    def is_withdrawn(self, release, mask):
        return any(self.data(i)["release"] == release for i in self.of(self.eff(mask), "release.withdrawn"))
