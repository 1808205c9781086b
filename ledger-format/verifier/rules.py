"""The rules of the kinds (section 7 of SPEC.md): why an event is refused, and what V1 finds in a start.
Each `check_` yields the codes of its rules in their order, each with whether the event breaks it."""

from encoding import canonical, digest
from judgement import Judgement
from ledger import FIRST, JUDGED, PROPOSED, bits, mask_of

class Rules(Judgement):
    def refusal(self, i):  # LF-74: the code of the first rule that an event breaks
        kind, past = self.kind(i), self.past[i]
        if self.who[i] is None:
            return "principal-disputed"
        if kind in (PROPOSED, "endorsed"):
            if not self.is_placed(i, past):
                return "not-root"
        elif not all(self.permits(a, i) for a in bits(self.newest(past))):
            return "no-right"
        if kind in JUDGED:
            return None
        if self.has_bad_reference(i):
            return "bad-reference"
        check = getattr(self, "check_" + kind.replace(".", "_"), lambda *_: ())
        return next((code for code, broken in check(i, self.data(i), past) if broken), None)
    def is_placed(self, i, past):  # LF-54, LF-56
        proposals = [i] if self.kind(i) == PROPOSED else self.named(i, "proposal", PROPOSED)
        replaced = {x for p in proposals for x in self.replaces(p)}
        rooted = [self.who[i] in self.roots(x) for x in self.among(replaced, past, FIRST, PROPOSED)]
        if self.kind(i) == PROPOSED:
            return len(rooted) == len(replaced) and all(rooted)
        return any(rooted) or any(self.who[i] in self.roots(p) for p in proposals)
    def has_bad_reference(self, i):
        return any(not self.among(x, self.past[i], *kinds) for x, kinds in self.ev[i].seen.ids)
    def release_breaches(self, i):  # LF-84
        d, past = self.data(i), self.past[i]
        yield "no-release", not any(self.same(r, i, "deployment") and d["target"] in self.data(r)["components"]
                                    for r in self.created(d["release"], past))
        yield "no-component", set(d.get("components", [])) - self.parts(d["release"], d["target"], past)
    def check_authority_proposed(self, i, d, past):
        yield "stale-base", set(self.replaces(i)) != set(self.ids(self.newest(past)))
        yield from self.breaches_of_document(i)
    def check_endorsed(self, i, d, past):
        p = self.at[d["proposal"]]
        yield "stale-base", set(self.ids(self.newest(past & ~(1 << p)))) != set(self.replaces(p))
    def check_release_created(self, i, d, past):
        artifacts = d.get("artifacts", {})
        bound = {"artifacts": {c: x["image"]["digest"] for c, x in artifacts.items()}, "components": d["components"],
                 "config": {t: b["digest"] for t, b in d["config"].items()}, "deployment": d["deployment"]}
        builds = [(c, x["image"]["digest"], self.data(self.at[x["build"]])) for c, x in artifacts.items() if "build" in x]
        yield "release-target", d["config"].keys() != d["components"].keys()
        yield "release-digest", d["release"] != digest(canonical(bound))
        yield "release-build", any((b["deployment"], b["component"], b["image"]["digest"]) != (d["deployment"], c, image)
                                   for c, image, b in builds)
        yield "alias-taken", "alias" in d and any(self.same(i, r, "deployment", "alias") and not self.same(i, r,
                "release") and not self.disregarded(past) >> r & 1 and not self.is_withdrawn(self.data(r)["release"],
                past) for r in self.of(self.eff(past), "release.created"))
        yield "release-withdrawn", self.is_withdrawn(d["release"], past)
    def check_release_withdrawn(self, i, d, past):
        yield "withdrawn-other", any(not self.same(r, i, "release") for r in self.named(i, "created"))
    def check_approval_requested(self, i, d, past):
        yield from self.release_breaches(i)
        yield "approval-policy", not self.policy_holds(i)
    def check_approval_granted(self, i, d, past):
        pairs = lambda images: {(x["digest"], x["repository"]) for x in images}
        yield "approval-past", self.time(d["until"]) <= self.ev[i].time
        yield "approval-images", "components" in d and "images" in d
        yield from self.check_approval_requested(i, d, past)
        yield "approval-images", "components" not in d and not any(pairs(d.get("images", [])) == pairs(x["image"]
                for x in self.data(r).get("artifacts", {}).values()) for r in self.created(d["release"], past))
    def check_approval_denied(self, i, d, past): return self.release_breaches(i)
    def check_approval_withdrawn(self, i, d, past):
        yield "denial-of-another", any(not self.same_principal(n, i) for n in self.named(i, "approvals", "approval.denied"))
    def check_rollout_claimed(self, i, d, past):
        yield "claim-store", any(self.doc(a)["home"] != d["store"] for a in bits(self.newest(past)))
        yield from () if "resource" in d else self.release_breaches(i)
    def check_component_applied(self, i, d, past):
        yield "not-own", not self.one_writer(i, self.start_of(i))
        yield "not-of-start", d["component"] not in self.data(self.start_of(i))["components"]
    def check_rollout_finished(self, i, d, past):
        x = self.start_of(i)
        lasts = [{self.data(k)["outcome"] for k in self.last(x, c, past)} for c in self.data(x)["components"]]
        yield "not-own", not self.one_writer(i, x)
        yield "finished-twice", self.on_start(x, past, "rollout.finished")
        yield "outcome", d["outcome"] == "abandoned" and self.on_start(x, past, "component.applied")
        yield "outcome", d["outcome"] == "succeeded" and not all(l and "failed" not in l for l in lasts)
    def check_claim_ended(self, i, d, past):
        yield "not-own", "takeover" not in d and not all(self.one_writer(c, i) for c in self.named(i, "claims"))
    def check_reviewed(self, i, d, past):
        yield "self-review", any(self.same_principal(n, i) and not self.alone(i, n, a)
                                 for n in self.named(i, "events") for a in bits(self.newest(past)))
    def check_merged(self, i, d, past): yield "merge-of-one", len(self.ev[i].parents) < 2
    def check_ledger_sealed(self, i, d, past):
        ends = [0] + [s["first"] + s["count"] for s in d["segments"]]
        under = lambda x: mask_of(k for h in self.named(x, "heads") for k in bits(self.past[h] | 1 << h))
        heads = self.named(i, "heads")
        yield "seal-segments", [s["first"] for s in d["segments"]] != ends[:-1] or ends[-1] != d["size"]
        yield "seal-claim", not any("resource" in self.data(c) and self.one_writer(c, i) and self.is_unended(c, past)
                                    for c in self.of(self.eff(past), "rollout.claimed"))
        yield "seal-heads", (any(self.code[h] for h in heads) or len(self.tops(heads)) < len(heads)
                             or any(under(p) & ~under(i) for p in self.named(i, "previous")))
        yield "seal-size", under(i).bit_count() != d["size"]

    # The rules of the judged kinds: causes of V1
    def breaches(self, s):
        d, past = self.data(s), self.past[s]
        yield "rule-bad-reference", self.has_bad_reference(s)
        yield "rule-release", dict(self.release_breaches(s))["no-release"]
        yield "rule-policy-digest", not self.policy_holds(s)
        if self.kind(s) != "rollout.started":
            yield "rule-promotion", not self.promotion_holds(s, d, past)
            return
        stands = lambda x: self.eff(past) >> x & 1
        yield "rule-whole", not set(d["components"]) <= set(d["whole"]) <= self.parts(d["release"], d["target"], past)
        yield "rule-claim", not self.claim_holds(s, d, past)
        yield "rule-promotion", not all(stands(p) and self.same(p, s, "deployment", "release", "target")
                                        for p in self.refs(s, "promotion"))
        yield "rule-rollback", "rollback" in d and not self.rollback_holds(s, d, past)
        yield "rule-resumes", not all(stands(x) and self.resumes_holds(s, x, past) for x in self.refs(s, "resumes"))
    def claim_holds(self, s, d, past):
        claims = self.refs(s, "claim")
        if not claims or "no_lock" in d:
            return bool(claims) != ("no_lock" in d)
        (claim,) = claims
        c = self.data(claim)
        return ("resource" not in c and "hold" not in c and self.eff(past) >> claim & 1 and self.one_writer(claim, s)
                and self.same(claim, s, "deployment", "target", "release", "rollout")
                and set(d["components"]) <= set(c.get("components", d["components"])) and self.is_unended(claim, past))
    def promotion_holds(self, s, d, past):
        given = {c: x["image"]["digest"] for r in self.created(d["release"], past)
                 for c, x in self.data(r).get("artifacts", {}).items()}
        return all(given.get(x["component"]) == x["image"]["digest"] for x in d.get("images", [])) and all(
            self.eff(past) >> f & 1 and self.same(self.start_of(f), s, "deployment", "release")
            and not self.same(self.start_of(f), s, "target") for f in self.refs(s, "from"))
    def rollback_holds(self, s, d, past):
        here = {x for at, xs in self.runs(past).items() if at[:2] == (d["deployment"], d["target"]) for x in xs}
        back = [f for f in self.refs(s, "returns_to") if self.eff(past) >> f & 1]
        if not set(self.refs(s, "undoes")) <= here or not back:
            return False
        x = self.start_of(back[0])
        undone = {u for y in self.of(self.eff(past), "rollout.started") for u in self.refs(y, "undoes")
                  if self.is_good(y, past)}
        return (self.data(back[0])["outcome"] == "succeeded" and self.same(x, s, "deployment", "target", "release")
                and self.has_succeeded(self.rollout(x), past) and set(d["components"]) <= set(self.data(x)["whole"])
                and all(self.is_good(y, past) and y not in undone for y in self.starts_of(self.rollout(x), past)))
    def resumes_holds(self, s, x, past):
        return (self.same(x, s, "deployment", "target", "release") and self.outcome(x, past) != "succeeded"
                and not self.is_closed(self.rollout(x), past) and not any(self.rollout(y) != self.rollout(s)
                and x in self.refs(y, "resumes") for y in self.of(self.eff(past), "rollout.started"))
                and (self.has_end(x, past) or self.one_writer(x, s)))
