"""Authority, admission and effect (LF-40 to LF-86, LF-120 to LF-126). Sets of events are bit masks of their indices."""

from functools import lru_cache

from admission import FIRST, breach_alone, keys_of, proofs_hold
from encoding import milliseconds
from kinds import covers

AUTHORITY = (FIRST, "authority.proposed", "endorsed")
JUDGED = ("rollout.started", "promotion.recorded")
BY_ID = {"approval.withdrawn": "approvals", "claim.ended": "claims", "component.applied": "start",
         "hold.lifted": "holds", "release.withdrawn": "created", "rollout.finished": "start"}
NOWHERE = (None, None, None)

def bits(mask):
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low

def topological(events):
    """The events with each after its parents."""
    out, done = [], set()
    todo = sorted(events)
    while todo:
        at = todo[-1]
        missing = [p for p in events[at].parents if p in events and p not in done]
        if at in done or not missing:
            todo.pop()
            if at not in done:
                done.add(at)
                out.append(events[at])
        else:
            todo += missing
    return out

class Ledger:
    """All events of S, each with its own past, its principal and the code of its refusal."""

    def __init__(self, held, pin):
        self.held, self.id = held, held.ledger
        self.ev, self.at, self.past, self.code, self.who = [], {}, [], [], []
        self.by_kind, self.junk = {}, set(held.junk_ids)
        self._memo = {}
        self.pinned = self._pinned(pin)
        for e in topological(held.events):
            if any(p in self.junk for p in e.parents) or self._is_junk(e):
                self.junk.add(e.id)
            else:
                self._add(e)
        self.all = (1 << len(self.ev)) - 1

    def memo(self, key, make):
        if key not in self._memo:
            self._memo[key] = make()
        return self._memo[key]

    def _pinned(self, pin):
        """The pin's authority with what it builds on, or None (LF-63)."""
        wanted = (pin or {}).get("authority")
        if wanted is None:
            return None
        out, todo = set(), [wanted]
        while todo:
            at = todo.pop()
            if at not in self.held.documents:
                return None
            if at not in out:
                out.add(at)
                todo += self.held.documents[at].get("replaces", [])
        return wanted, out

    def _past_of(self, e):
        mask = 0
        for p in e.parents:
            mask |= self.past[self.at[p]] | 1 << self.at[p]
        return mask

    def _is_junk(self, e):
        """LF-71, its parents being no junk."""
        if e.kind is None or e.seen is None:
            return True
        if e.kind == FIRST:
            return False
        parents = [self.ev[self.at[p]] for p in e.parents]
        if e.generation != 1 + max(p.generation for p in parents) or e.time < max(p.time for p in parents):
            return True
        past = self._past_of(e)
        return not self._principals(e, past)

    def _principals(self, e, past):
        """Whom the key of e may belong to (LF-73)."""
        found = {p for a in bits(self.newest(past)) for p, f, _ in keys_of(self.doc(a)) if f == e.key}
        if not found and e.kind == "endorsed":
            for p in self.among([e.data["proposal"]], past, "authority.proposed"):
                found = {q for q, f, _ in keys_of(self.doc(p)) if f == e.key}
        return found

    def _add(self, e):
        i = len(self.ev)
        past = self._past_of(e)
        found = self._principals(e, past) if e.kind != FIRST else {
            p for p, f, _ in keys_of(e.document) if f == e.key}
        self.ev.append(e)
        self.at[e.id] = i
        self.past.append(past)
        self.by_kind[e.kind] = self.by_kind.get(e.kind, 0) | 1 << i
        self.who.append(found.pop() if len(found) == 1 else None)
        self.code.append(None)
        self.code[i] = None if e.kind == FIRST else self.refusal(i)

    # Look-ups

    time = staticmethod(milliseconds)

    def union(self, masks):
        out = 0
        for x in masks:
            out |= x if isinstance(x, int) else sum(1 << i for i in x)
        return bits(out)

    def data(self, i):
        return self.ev[i].data

    def doc(self, i):
        return self.ev[i].document

    def kind(self, i):
        return self.ev[i].kind

    def ids(self, mask):
        return sorted(self.ev[i].id for i in bits(mask))

    def of(self, mask, *kinds):
        """The events of the set of these kinds."""
        return bits(mask & sum(self.by_kind.get(k, 0) for k in kinds))

    def among(self, ids, mask, *kinds):
        """The events of the set that the ids name, of these kinds (any, when none is given)."""
        found = [self.at[x] for x in ids if x in self.at]
        return [i for i in found if mask >> i & 1 and (not kinds or self.kind(i) in kinds)]

    def same_principal(self, a, b):
        return self.who[a] is not None and self.who[a] == self.who[b]

    def one_writer(self, a, b):
        return (self.ev[a].key, self.ev[a].run) == (self.ev[b].key, self.ev[b].run)

    # Authority (section 5)

    def replaces(self, i):
        return self.doc(i).get("replaces", [])

    def builds_on(self, i):
        """anc(a), as ids."""
        def make():
            out = set()
            for x in self.replaces(i):
                out.add(x)
                for r in self.among([x], self.past[i], FIRST, "authority.proposed"):
                    out |= self.builds_on(r)
            return out
        return self.memo(("anc", i), make)

    def documents(self, ids):
        return self.among(ids, -1, FIRST, "authority.proposed")

    def in_force(self, mask):
        """inforce(X), LF-58."""
        mask &= sum(self.by_kind.get(k, 0) for k in AUTHORITY)
        return self.memo(("force", mask), lambda: self._in_force(mask))

    def _in_force(self, mask):
        out = 1
        for p in self.of(mask, "authority.proposed"):
            if self.code[p] is not None or not self._pin_allows(p):
                continue
            base = self.documents(self.replaces(p))
            if not all(out >> r & 1 for r in base):
                continue
            who = {self.who[p]} | {self.who[e] for e in self.of(mask, "endorsed")
                                   if self.data(e)["proposal"] == self.ev[p].id and self.code[e] is None}
            asked = {p, *base} | (self._common(base) if len(base) > 1 else set())
            if all(len(who & set(self.doc(x)["roots"]["principals"])) >= self.doc(x)["roots"]["threshold"]
                   for x in asked):
                out |= 1 << p
        return out

    def is_forked(self):
        """LF-65: without the line of LF-63."""
        pinned, self.pinned, memo, self._memo = self.pinned, None, self._memo, {}
        forked = self.newest(self.all).bit_count() > 1
        self.pinned, self._memo = pinned, memo
        return forked

    def _pin_allows(self, p):
        if self.pinned is None:
            return True
        wanted, below = self.pinned
        return self.ev[p].id in below or wanted in self.builds_on(p)

    def _common(self, base):
        """bases(R)."""
        common = set.intersection(*(self.builds_on(r) for r in base))
        docs = self.documents(common)
        return {c for c in docs if not any(self.ev[c].id in self.builds_on(d) for d in docs)}

    def newest(self, mask):
        force = self.in_force(mask)
        for a in bits(force):
            for r in self.documents(self.replaces(a)):
                force &= ~(1 << r)
        return force

    def roots(self, i):
        return self.doc(i)["roots"]["principals"]

    def ended(self, i):
        """Ended(a) as (keys, principals), LF-51."""
        def make():
            keys, principals = set(), set()
            for a in [i, *self.documents(self.builds_on(i))]:
                ended = self.doc(a).get("ended", {})
                keys |= ended.get("keys", {}).keys()
                principals |= ended.get("principals", {}).keys()
                keys |= {f for r in self.documents(self.replaces(a)) for p, f, _ in keys_of(self.doc(r))
                         if p in ended.get("principals", {})}
            return keys, principals
        return self.memo(("ended", i), make)

    def lifted_for(self, s):
        """The suspensions that are lifted for an event (LF-89)."""
        def make():
            out = set()
            for a in bits(self.newest(self.past[s])):
                for x in [a, *self.documents(self.builds_on(a))]:
                    out |= set(self.doc(x).get("lifted", []))
            return out
        return self.memo(("lifted", s), make)

    def is_alive(self, key, mask):
        """LF-66."""
        return all(any(f == key for _, f, _ in keys_of(self.doc(a))) for a in bits(self.newest(mask)))

    def breach(self, i):
        """The first rule of LF-52 that a proposal breaks."""
        d, base = self.doc(i), self.documents(self.replaces(i))
        old = [self.doc(r) for r in base]
        alone = breach_alone(d)
        stand, names = {f: p for p, f, _ in keys_of(d)}, d["principals"].keys()
        before = {f for o in old for _, f, _ in keys_of(o)}
        keys, principals = d.get("ended", {}).get("keys", {}).keys(), d.get("ended", {}).get("principals", {}).keys()
        gone = [self.ended(r) for r in base]
        gone_keys, gone_names = set().union(*(k for k, _ in gone)), set().union(*(p for _, p in gone))
        now_keys, now_names = self.ended(i)
        ending_ok = (keys <= before and principals <= {p for o in old for p in o["principals"]}
                     and not keys & stand.keys() and not principals & names
                     and not keys & gone_keys and not principals & gone_names
                     and not gone_keys & stand.keys() and not gone_names & names)
        kept = (all(p in names or p in now_names for o in old for p in o["principals"])
                and all(f in stand or f in now_keys for f in before))
        moved = any(stand.get(f, p) != p for a in self.documents(self.builds_on(i)) for p, f, _ in keys_of(self.doc(a)))
        checks = [
            ("document-size", alone != "document-size"),
            ("document-version", d["version"] == 1 + max(o["version"] for o in old)),
            ("document-level", d["level"] >= max(o["level"] for o in old)),
            ("document-roots", alone != "document-roots"),
            ("document-key", alone != "document-key"),
            ("document-moved", not moved), ("document-ended", ending_ok), ("document-dropped", kept),
            ("document-excluded", not self.among(d.get("excluded", []), self.past[i])),
        ]
        for code, holds in checks:
            if not holds:
                return code
        known = [entry for o in old for entry in keys_of(o)]
        return None if proofs_hold(d, self.id, known) else "document-proof"

    # Rights (section 8)

    def direct(self, i):
        """The scopes of an event that does not act by Id (LF-124)."""
        e, d = self.ev[i], self.data(i)
        place = lambda c: (d.get("deployment", "*"), c, d.get("target", "*"))
        if e.kind in ("build.recorded", "evidence.recorded"):
            return [place(d.get("component", "*"))]
        if e.kind in ("approval.requested", "approval.granted", "approval.denied", "rollout.started"):
            return [place(c) for c in d.get("components", ["*"])]
        if e.kind == "release.created":
            both = set(d.get("artifacts", {})).union(*d["components"].values())
            return [place(c) for c in sorted(both)]
        if e.kind == "rollout.claimed" and "resource" not in d:
            return [place(c) for c in ([None] if "hold" in d else d.get("components", ["*"]))]
        if e.kind in ("hold.placed", "promotion.recorded"):
            return [place(None)]
        if e.kind == "observation.recorded":
            return [place(c) for c in d["components"]]
        return [NOWHERE]

    def named(self, i):
        """What an event that acts by Id names, in its own past."""
        ids = self.data(i)[BY_ID[self.kind(i)]]
        return self.among([ids] if isinstance(ids, str) else ids, self.past[i])

    def scopes(self, i):
        kind = self.kind(i)
        if kind not in BY_ID:
            return self.direct(i)
        out = [(n, s) for n in self.named(i) if self.kind(n) not in BY_ID and self.kind(n) != "reviewed"
               for s in self.direct(n)]
        if kind == "component.applied":
            component = self.data(i)["component"]
            return list({(d, component, t) for n, (d, _, t) in out if self.kind(n) == "rollout.started"})
        return [s for _, s in out]

    def asks(self, i):
        """What an event asks of every document, as (right, scope)."""
        return self.memo(("asks", i), lambda: self._asks(i))

    def _asks(self, i):
        kind, d = self.kind(i), self.data(i)
        if kind in ("authority.proposed", "endorsed", FIRST, "merged", "key.suspended"):
            return []
        if kind == "reviewed":
            return [(kind, s) for n in self.among(d["events"], self.past[i]) for s in self.scopes(n)]
        if kind in BY_ID:
            out = []
            for n in self.named(i):
                if kind == "approval.withdrawn" and self.same_principal(n, i):
                    continue
                right = {"component.applied": "rollout.started", "rollout.finished": "rollout.started",
                         "claim.ended": "takeover" if "takeover" in d else "ledger.sealed" if self.kind(n) ==
                         "rollout.claimed" and "resource" in self.data(n) else "rollout.started"}.get(kind, kind)
                if kind != "component.applied" and self.kind(n) not in BY_ID and self.kind(n) != "reviewed":
                    out += [(right, s) for s in self.direct(n)]
            return out if kind != "component.applied" else [("rollout.started", s) for s in self.scopes(i)]
        right = {"rollout.claimed": "ledger.sealed" if "resource" in d else "rollout.started",
                 "evidence.recorded": f"evidence.recorded:{d.get('type')}"}.get(kind, kind)
        rights = [right] + (["override"] if kind in JUDGED and "override" in d else [])
        return [(r, s) for r in rights for s in self.direct(i)]

    def gives(self, document, principal, ask):
        """LF-122, LF-123."""
        right, scope = ask
        grants = document["principals"].get(principal, {}).get("rights", [])
        return any(_grants_right(g["may"], right) and all(
            x is None or any(covers(p, x) for p in g.get(field, []))
            for field, x in zip(("deployments", "components", "targets"), scope)) for g in grants)

    def permits(self, a, i):
        """LF-126, of the document of an authority."""
        document, who = self.doc(a), self.who[i]
        if who is None:
            return False
        if self.kind(i) == "key.suspended":
            own = document["principals"].get(who, {}).get("keys", {})
            if who in document["roots"]["principals"] or set(self.data(i)["keys"]) <= own.keys():
                return True
            return self.gives(document, who, ("key.suspended", NOWHERE))
        return all(self.gives(document, who, x) for x in self.asks(i))

    def entitled(self, i, a):
        listed = self.who[i] and self.ev[i].key in self.doc(a)["principals"].get(self.who[i], {}).get("keys", {})
        return bool(listed) and self.permits(a, i)

    def alone(self, reviewer, n, a):
        """LF-107: nobody else in the document of a could review n."""
        return not any(q != self.who[reviewer] and x.get("keys")
                       and all(self.gives(self.doc(a), q, ("reviewed", s)) for s in self.scopes(n))
                       for q, x in self.doc(a)["principals"].items())

    # Effect (section 6)

    def is_cut(self, i, mask):
        if self.kind(i) in AUTHORITY:
            return False
        for a in bits(self.in_force(mask) & ~self.in_force(self.past[i]) & ~1):
            if self.past[a] >> i & 1:
                continue
            for r in self.documents(self.replaces(a)):
                lists = lambda d: any(f == self.ev[i].key for _, f, _ in keys_of(self.doc(d)))
                if lists(r) and not lists(a) or self.entitled(i, r) and not self.entitled(i, a):
                    return True
            if self.among(self.doc(a).get("excluded", []), self.past[i] | 1 << i):
                return True
        return False

    def eff(self, mask):
        """eff(X)."""
        return self.memo(("eff", mask), lambda: sum(
            1 << i for i in bits(mask) if self.code[i] is None and not self.is_cut(i, mask)))

    def created(self, release, mask):
        return [i for i in self.of(self.eff(mask), "release.created") if self.data(i)["release"] == release]

    def parts(self, release, target, mask):
        return set().union(*(self.data(i)["components"].get(target, []) for i in self.created(release, mask)))

    def is_withdrawn(self, release, mask):
        return any(self.data(i)["release"] == release for i in self.of(self.eff(mask), "release.withdrawn"))

def _grants_right(may, right):
    if right.startswith("evidence.recorded:"):
        return any(m.startswith("evidence.recorded:") and covers(m[18:], right[18:]) for m in may)
    return right in may
