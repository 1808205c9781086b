"""Judgement of starts and promotions (sections 9 and 10 of SPEC.md)."""

from collections import namedtuple

from encoding import canonical, digest, reach
from facts import Facts
from kinds import covers
from ledger import JUDGED, bits, mask_of

Context = namedtuple("Context", "s e g m a second")
START, EVIDENCE = "rollout.started", "evidence.recorded"
ON = ("images", "release", "start", "config")

class Judgement(Facts):
    def policy(self, a, deployment, target):  # LF-141
        return [x["rules"] for x in self.doc(a).get("policies", []) if any(covers(p, deployment) for p in
                x["deployments"]) and any(covers(p, target) for p in x["targets"])]
    def policy_holds(self, i):
        d = self.data(i)
        return all(d["policy"] == digest(canonical(self.policy(a, d["deployment"], d["target"])))
                   for a in bits(self.newest(self.past[i])))
    def rules(self, s, a):
        rules = self.policy(a, self.data(s)["deployment"], self.data(s)["target"])
        return [r.get("rollback", r) for r in rules] if "rollback" in self.data(s) else rules
    def context(self, s, m=None):  # V1 without a set, else V2 in it (LF-151)
        past = self.past[s]
        if m is None:
            own = self.eff(past)
            return Context(s, own, own, own, self.newest(past), False)
        eff = self.eff(m)
        rest = m & ~mask_of([s, *(i for i in bits(m) if self.past[i] >> s & 1)])
        later = self.in_force(rest) & ~self.in_force(past)
        return Context(s, eff, past & eff, rest & eff & ~self.disregarded(m, s), self.newest(past) | later, rest)
    def v1(self, s):
        def make():
            causes = {(code, None) for code, broken in self.breaches(s) if broken} | self.causes(self.context(s))
            return self.verdict(s, causes, "unpermitted"), causes
        return self.memo(("v1", s), make)
    def verdict(self, s, causes, otherwise):
        passable = all(c.startswith(("policy-", "approval-")) or c in
                       ("hold", "denied", "evidence-failed", "no-promotion") for c, _ in causes)
        return "permitted" if not causes else "overridden" if passable and "override" in self.data(s) else otherwise
    def judge(self, s, m):  # LF-165: the verdict of V2 and the causes
        def make():
            first, causes = self.v1(s)
            if first == "unpermitted":
                return first, causes
            later = self.causes(self.context(s, m))
            return (self.verdict(s, later, "raced") if later else first), causes | later
        return self.memo(("judge", s, m), make)
    def is_good(self, s, m):  # LF-166
        if not self.eff(m) >> s & 1 or self.kind(s) not in JUDGED:
            return False
        verdict, causes = self.judge(s, m)
        return verdict == "permitted" or self.is_accepted(s, causes, m)
    def components(self, s):
        d = self.data(s)
        return set(d["components"] if self.kind(s) == START else self.parts(d["release"], d["target"], self.past[s]))

    # Causes
    def causes(self, c):
        out = self.restrictions(c) | self.disputes(c)
        for a in bits(c.a):
            out |= {(code, self.ev[a].id) for code, broken in self.policy_breaches(c, a) if broken}
            if ("policy-approvals", self.ev[a].id) in out:
                out |= {x for n in self.listed(c.s, c.g) if c.g >> n & 1 for x in self.blame(c, n)}
            out |= set() if self.permits(a, c.s) else {("no-right", self.ev[a].id)}
        return out | self.stale(c) | (self.of_starts(c) if self.kind(c.s) == START else set())
    def disputes(self, c):
        if c.second is False:
            return {("dispute", self.ev[a].id) for a in bits(c.a)} if c.a & c.a - 1 else set()
        force = self.in_force(c.second)
        return {("dispute", self.ev[a].id) for a in bits(force & ~self.in_force(self.past[c.s])) for b in bits(force)
                if a != b and set(self.replaces(a)) & set(self.replaces(b))}
    def hits(self, c, kind, code, condition):
        return {(code, self.ev[i].id) for i in self.of(c.m, kind) if condition(i, self.data(i))}
    def suspends(self, k, key, s): return key in self.data(k)["keys"] and self.ev[k].id not in self.lifted_for(s)
    def restrictions(self, c):  # LF-160
        s, d, mine = c.s, self.data(c.s), self.components(c.s)
        place = ("deployment", "target", "release")
        bad = [(r, o) for a in bits(c.a) for x in self.rules(s, a) for r in x.get("evidence", [])
               for o in self.rule_objects(c, r)]
        return (self.hits(c, "hold.placed", "hold", lambda i, h: all(h[f] == d[f] for f in place if f in h)
                and ("until" not in h or self.ev[s].time < self.time(h["until"])) and not self.named_by(i, c.g,
                "hold.lifted", "holds")) | self.hits(c, "approval.denied", "denied", lambda i, n: self.same(i, s,
                *place) and ("components" not in n or mine & set(n["components"])) and not self.named_by(i, c.g,
                "approval.withdrawn", "approvals") and any(self.permits(a, i) for a in bits(c.a))) | self.hits(c,
                "release.withdrawn", "release-withdrawn", lambda i, w: w["release"] == d["release"]) | self.hits(c,
                "key.suspended", "suspended", lambda i, k: self.suspends(i, self.ev[s].key, s)) | self.hits(c, EVIDENCE,
                "evidence-failed", lambda i, e: any(self.matches(r, i, s) and self.is_bad(r, e) and o in self.objects(i)
                and not any(self.supersedes(j, i, o) for j in self.of(c.g, EVIDENCE)) for r, o in bad)))
    def of_starts(self, c):  # LF-163
        s, d, past, out = c.s, self.data(c.s), self.past[c.s], set()
        rollout, starts, promotions = self.rollout(s), list(self.of(c.m, START)), self.refs(s, "promotion")
        if not (any(c.g >> p & 1 and self.is_good(p, past) for p in promotions) or "rollback" in d or any(
                self.same(r, s, "release", "target") for r in self.of(c.g, "release.created"))):
            out = {("no-promotion", self.ev[promotions[0]].id if promotions else None)}
        own = [j for j in starts if self.rollout(j) == rollout]
        out |= {("closed", self.ev[i].id) for i in starts if i not in own and self.same(i, s, "deployment", "target")
                and (not past >> i & 1 or any(not self.past[j] >> i & 1 for j in own))}
        others = [x for x in self.of(c.e, START) if x != s and self.rollout(x) == rollout
                  and set(self.data(x)["components"]) & set(d["components"])]
        out |= self.hits(c, "rollout.finished", "done", lambda f, x: x["outcome"] == "succeeded"
                         and self.start_of(f) in others)
        if c.second is not False and "no_lock" not in d:
            homes = {self.doc(b)["home"] for b in bits(self.newest(past))}
            out |= {("home-moved", self.ev[a].id) for a in bits(self.in_force(c.second) & ~self.in_force(past))
                    if self.doc(a)["home"] not in homes}
        return out
    def stale(self, c):  # LF-148
        limits = [r["max_stale_ms"] for a in bits(c.a) for r in self.rules(c.s, a) if "max_stale_ms" in r]
        return {("policy-stale", self.ev[x].id) for x in bits(c.m & ~self.past[c.s]) if limits and c.second is not False
                and not self.same_principal(x, c.s) and self.ev[x].time - self.ev[c.s].time > min(limits)}

    # Approvals
    def and_resumed(self, s, g):  # s and resumed(s), LF-152
        return reach(s, lambda x: [y for y in self.refs(x, "resumes") if g >> y & 1])
    def listed(self, s, g):
        return {n for x in self.and_resumed(s, g) for n in self.refs(x, "spends") + self.refs(x, "approvals")}
    def blame(self, c, n):  # LF-155
        out = self.hits(c, "approval.withdrawn", "approval-withdrawn", lambda i, w: self.ev[n].id in w["approvals"])
        out |= self.hits(c, "key.suspended", "approval-suspended", lambda i, k: self.suspends(i, self.ev[n].key, c.s))
        if self.kind(c.s) == START:
            own = {self.rollout(x) for x in self.and_resumed(c.s, c.g)}
            out |= self.hits(c, START, "approval-spent", lambda t, _: self.rollout(t) not in own
                             and n in self.listed(t, self.past[t] & c.e))
        return out
    def is_usable(self, c, n, a):  # LF-156
        d, s = self.data(n), self.data(c.s)
        return (c.g >> n & 1 and self.same(n, c.s, "deployment", "release", "target", "policy")
                and ("components" not in d or self.components(c.s) <= set(d["components"]))
                and ("plan" not in d or d["plan"] == s.get("plan")) and self.ev[c.s].time < self.time(d["until"])
                and self.permits(a, n) and not self.blame(c, n))

    # Policies
    def people(self, c, releases, builds):
        who = lambda xs: {p for x in xs for p in (self.who[x], self.data(x).get("on_behalf_of")) if p}
        authors = {p for x in releases + builds for p in self.data(x).get("git", {}).get("authors", [])}
        return {"author": authors, "builder": who(builds), "releaser": who(releases), "deployer": who([c.s])}
    def policy_breaches(self, c, a):  # LF-142 to LF-147
        s, rules, valid = c.s, self.rules(c.s, a), c.g & ~self.disregarded(self.past[c.s])
        time, release = self.ev[s].time, self.data(s)["release"]
        releases = [i for i in self.of(valid, "release.created") if self.data(i)["release"] == release]
        named = {x["build"] for i in releases for x in self.data(i).get("artifacts", {}).values() if "build" in x}
        images = self.release_images(c)
        made = [self.data(i) for i in self.of(valid, "build.recorded") if self.same(i, s, "deployment")
                and self.data(i)["image"]["digest"] in images]
        people = self.people(c, releases, self.among(named, valid, "build.recorded"))
        lists = [x for r in rules for x in r.get("distinct", [])]
        counts = self.counts(c, a, lists, people)
        day, minute = time // 86_400_000, time % 86_400_000 // 60_000
        for r in rules:
            covering = [f for f in (self.covering(c, t) for t in r.get("from", [])) if f]
            yield "policy-approvals", any(counts(x) < x["count"] for x in r.get("approvals", []))
            yield "policy-built", "built" in r and images - {b["image"]["digest"] for b in made if "published" in b}
            yield "policy-clean", "clean" in r and images - {b["image"]["digest"] for b in made
                                                             if "git" in b and "dirty" not in b["git"]}
            yield "policy-evidence", not all(self.evidence_holds(c, x, o) for x in r.get("evidence", [])
                                             for o in self.rule_objects(c, x))
            yield "policy-from", "from" in r and not covering
            yield "policy-soak", covering and all(self.soaked(c, f) < r.get("soak_ms", float("-inf")) for f in covering)
            yield "policy-windows", "windows" in r and not any(
                (day + 3) % 7 + 1 in w["days"] and w["from_min"] <= minute < w["to_min"] for w in r["windows"])
        for parts in (set(x) - {"approver"} for x in lists):
            yield "policy-distinct", "author" in parts and not people["author"]
            yield "policy-distinct", any(people[p] & people[q] for p in parts for q in parts if p < q)
    def counts(self, c, a, lists, people):  # LF-143: how many persons approved, by one entry
        banned = {x for names in lists if "approver" in names for p in names if p != "approver" for x in people[p]}
        behalf = lambda n: {self.who[n], self.data(n).get("on_behalf_of")} - {None}
        usable = [n for n in self.listed(c.s, c.g) if self.is_usable(c, n, a) and not behalf(n) & banned]

        person = lambda n: min(reach(self.who[n], lambda p: {q for x in usable if p in behalf(x) for q in behalf(x)}))
        groups = lambda n: set(self.doc(a)["principals"].get(self.who[n], {}).get("groups", []))
        return lambda entry: len({person(n) for n in usable if groups(n) & set(entry["groups"])
                                  and self.ev[c.s].time - self.ev[n].time <= entry.get("valid_ms", float("inf"))})
    def release_images(self, c):
        return self.images_of(i for i in self.of(c.g, "release.created") if self.same(i, c.s, "release"))
    def rule_objects(self, c, rule):
        found = self.release_images(c) if rule["on"] == "images" else [self.data(c.s)["release"]]
        return [(rule["on"], x) for x in found]
    def objects(self, e):
        d = self.data(e)
        return [("images", x["digest"]) for x in d.get("images", [])] + [(k, d[k]) for k in ON[1:] if k in d]
    def matches(self, rule, e, s):
        d = self.data(e)
        return self.same(e, s, "deployment") and d["type"] == rule["type"] and rule.get("name") in (None, d.get("name"))
    def is_bad(self, rule, d):
        limits, counts = rule.get("limits", {}), d.get("counts", {})
        return d.get("verdict") == "failed" or any(counts.get(k, 0) > limits[k] for k in limits)
    def supersedes(self, j, i, o):
        return (self.past[j] >> i & 1 and o in self.objects(j) and o in self.objects(i)
                and self.same(i, j, "deployment", "type", "name", "component", "target"))
    def newest_for(self, found, o):
        found = [i for i in found if o in self.objects(i)]
        return [i for i in found if not any(self.supersedes(j, i, o) for j in found)]
    def evidence_holds(self, c, rule, o):  # LF-145
        newest = self.newest_for([i for i in self.of(c.g, EVIDENCE) if self.matches(rule, i, c.s)], o)
        silent = "limits" in rule or rule["type"] in ("sbom", "provenance", "signature")
        return bool(newest) and all((self.data(i)["verdict"] == "passed" if "verdict" in self.data(i) else silent)
                and self.ev[c.s].time - self.ev[i].time <= rule.get("max_age_ms", float("inf"))
                and set(rule.get("limits", {})) <= set(self.data(i).get("counts", {})) and not self.is_bad(rule,
                self.data(i)) for i in newest)
    def covering(self, c, target):  # F(t) with its target when t covers (LF-146)
        past, out = self.past[c.s], []
        checks = [i for i in self.of(c.g, EVIDENCE) if self.data(i)["type"] == "check"]
        for f in self.of(c.g, "rollout.finished"):
            x = self.start_of(f)
            if (self.data(f)["outcome"] == "succeeded" and c.g >> x & 1 and self.same(x, c.s, "deployment", "release")
                    and self.data(x)["target"] == target and self.is_good(x, past) and self.outcome(x,
                    past) == "succeeded" and not any(self.data(i).get("verdict") == "failed"
                    for i in self.newest_for(checks, ("start", self.ev[x].id)))):
                out.append(f)
        asked = self.parts(self.data(c.s)["release"], target, past)
        there = {x for f in out for x in self.data(self.start_of(f))["components"]}
        return (target, out) if asked and asked <= there else None
    def soaked(self, c, found):
        target, finishes = found
        ended = [self.ev[y].time for y in self.of(c.g, START) if self.same(y, c.s, "deployment")
                 and self.data(y)["target"] == target and not self.same(y, c.s, "release")
                 and not all(self.past[f] >> y & 1 for f in finishes)]
        return min([self.ev[c.s].time, *ended]) - max(self.ev[f].time for f in finishes)
