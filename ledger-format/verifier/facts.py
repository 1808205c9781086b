"""Facts of a set and reviews (LF-170 to LF-179, LF-201). A set of events is a bit mask."""

from ledger import AUTHORITY, Ledger, bits

REFS = {"claim": "rollout.claimed", "spends": "approval.granted", "approvals": "approval.granted",
        "promotion": "promotion.recorded", "from": "rollout.finished", "resumes": "rollout.started",
        "undoes": "rollout.started", "returns_to": "rollout.finished"}

class Facts(Ledger):
    def refs(self, i, field):  # What a judged event names in a field, less what is a bad Id (LF-150)
        return self.among((self.data(i).get("rollback", {}) | self.data(i)).get(field, []), self.past[i], REFS[field])
    def named_by(self, i, m, kind, field): return any(self.ev[i].id in self.data(x)[field] for x in self.of(m, kind))
    def same(self, i, j, *fields): return all(self.data(i).get(f) == self.data(j).get(f) for f in fields)
    def tops(self, events):  # Those that lie in the past of no other one
        return [a for a in events if not any(self.past[b] >> a & 1 for b in events)]
    def on_start(self, x, m, kind):
        return [i for i in self.of(self.eff(m), kind) if self.data(i)["start"] == self.ev[x].id]
    def start_of(self, i): return self.at[self.data(i)["start"]]
    def rollout(self, x):
        d = self.data(x)
        return d["deployment"], d["target"], d["release"], d["rollout"], self.who[x], tuple(d["whole"])
    def starts_of(self, rollout, m):
        return [x for x in self.of(self.eff(m), "rollout.started") if self.rollout(x) == rollout]
    def has_end(self, x, m):  # LF-171
        return bool(self.on_start(x, m, "rollout.finished") or any(self.named_by(c, self.eff(m), "claim.ended",
                "claims") for c in self.refs(x, "claim")) or any(x in self.refs(y, "resumes") and self.one_writer(x, y)
                for y in self.of(self.eff(m), "rollout.started")))
    def outcome(self, x, m):
        found = {self.data(f)["outcome"] for f in self.on_start(x, m, "rollout.finished")}
        return next((o for o in ("failed", "abandoned", "succeeded") if o in found), None)
    def last(self, x, component, m):
        return self.tops([i for i in self.on_start(x, m, "component.applied") if self.data(i)["component"] == component])
    def has_succeeded(self, rollout, m):
        return set(rollout[5]) <= {c for x in self.starts_of(rollout, m) if self.outcome(x, m) == "succeeded"
                                   for c in self.data(x)["components"]}
    def is_closed(self, rollout, m):
        mine = self.starts_of(rollout, m)
        return any(not self.past[j] >> i & 1 for j in mine for i in self.of(self.eff(m), "rollout.started")
                   if i not in mine and self.same(i, j, "deployment", "target"))
    def is_unended(self, c, m):  # LF-201
        starts = [self.start_of(f) for f in self.of(self.eff(m), "rollout.finished")]
        return not self.named_by(c, self.eff(m), "claim.ended", "claims") and not any(
            c in self.refs(x, "claim") and self.one_writer(x, c) for x in starts)
    def runs(self, m):  # (deployment, target, component) -> starts, LF-176
        kept = [x for x in self.of(self.eff(m), "rollout.started")
                if self.outcome(x, m) != "abandoned" or self.on_start(x, m, "component.applied")]
        return {at: self.tops(xs) for at, xs in self.by_place(kept).items()}
    def by_place(self, events):
        out = {}
        for i, c in [(i, c) for i in events for c in self.data(i)["components"]]:
            out.setdefault((self.data(i)["deployment"], self.data(i)["target"], c), []).append(i)
        return out
    def disputed(self, m):  # LF-177
        out, runs, shown = set(), self.runs(m), self.by_place(self.of(self.eff(m), "observation.recorded"))
        for at, xs in runs.items():
            if len(xs) > 1 and not any(all(self.past[o] >> x & 1 for x in xs) for o in shown.get(at, [])):
                out.add(at[:2])
        for at, all_seen in shown.items():
            for o in self.tops(all_seen):
                xs = self.runs(self.past[o]).get(at, [])
                known = set().union(*(self.accounted(x, at[2], self.past[o]) for x in xs))
                seen = set(self.data(o)["components"][at[2]].get("images", []))
                if xs and seen - known and not any(self.past[x] >> o & 1 for x in runs.get(at, [])):
                    out.add(at[:2])
        return out
    def accounted(self, x, component, m):
        return self.images_of(self.created(self.data(x)["release"], m)).union(*(self.data(i).get("images", [])
                for i in self.on_start(x, m, "component.applied") if self.data(i)["component"] == component))
    def images_of(self, created):
        return {a["image"]["digest"] for i in created for a in self.data(i).get("artifacts", {}).values()}

    # Reviews
    def is_fair(self, r, n, m): return not self.same_principal(r, n) or self.is_alone_in(r, n, m)
    def is_alone_in(self, r, n, m):
        later = [a for a in bits(self.in_force(m) & ~self.in_force(self.past[r])) if not self.past[a] >> r & 1]
        return all(self.alone(r, n, a) for a in [*bits(self.newest(self.past[r])), *later])
    def disregarded(self, m, s=None):  # disregarded(X), or disregarded(s, X)
        out = 0
        for r in self.of(self.eff(m), "reviewed"):
            for n in self.among(self.data(r)["events"], self.past[r]):
                if (self.data(r)["verdict"] == "disregard" and self.kind(n) not in (*AUTHORITY, "reviewed")
                        and self.is_fair(r, n, m)
                        and (s is None or not self.same_principal(r, s) or self.is_alone_in(r, n, m))):
                    out |= 1 << n
        return out
    def is_accepted(self, e, causes, m):  # LF-179; `causes` are pairs of a code and an id
        asked = [self.at[c] for _, c in causes if c]
        return any(self.data(r)["verdict"] == "accept" and self.ev[e].id in self.data(r)["events"] and self.is_fair(r,
                e, m) and all(self.past[r] >> c & 1 for c in asked) for r in self.of(self.eff(m), "reviewed"))
