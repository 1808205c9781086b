"""The rules of the kinds (section 7 of SPEC.md): why an event is refused, and what V1 finds in a start."""

from encoding import canonical, digest
from judgement import Judgement
from ledger import JUDGED, bits

class Rules(Judgement):
    def refusal(self, i):
        """LF-74: the code of the first rule that an event breaks."""
        kind, past = self.kind(i), self.past[i]
        if self.who[i] is None:
            return "principal-disputed"
        if kind in ("authority.proposed", "endorsed"):
            proposal = [i] if kind == "authority.proposed" else self.refs_of(i, "proposal", "authority.proposed")
            named = {x for p in proposal for x in self.replaces(p)}
            docs = self.among(named, past, "ledger.created", "authority.proposed")
            rooted = [self.who[i] in self.roots(x) for x in docs]
            if kind == "authority.proposed" and not (len(docs) == len(named) and all(rooted)):
                return "not-root"
            if kind == "endorsed" and not any(rooted + [self.who[i] in self.roots(p) for p in proposal]):
                return "not-root"
        elif not all(self.permits(a, i) for a in bits(self.newest(past))):
            return "no-right"
        if kind in JUDGED:
            return None
        if self.has_bad_reference(i):
            return "bad-reference"
        check = getattr(self, "check_" + kind.replace(".", "_"), None)
        return next(iter(check(i, self.data(i), past)), None) if check else None

    def refs_of(self, i, field, *kinds):
        v = self.data(i).get(field, [])
        return self.among([v] if isinstance(v, str) else v, self.past[i], *kinds)

    def has_bad_reference(self, i):
        return any(not self.among([x], self.past[i], *kinds) for x, kinds in self.ev[i].seen.ids)

    def release_breaches(self, i):
        """`no-release` and `no-component` of LF-84."""
        d, past = self.data(i), self.past[i]
        created = self.created(d["release"], past)
        if not any(self.data(r)["deployment"] == d["deployment"] and d["target"] in self.data(r)["components"]
                   for r in created):
            yield "no-release"
        if not set(d.get("components", [])) <= self.parts(d["release"], d["target"], past):
            yield "no-component"

    def check_authority_proposed(self, i, d, past):
        if set(self.replaces(i)) != set(self.ids(self.newest(past))):
            yield "stale-base"
        else:
            yield self.breach(i)

    def check_endorsed(self, i, d, past):
        p = self.at[d["proposal"]]
        if set(self.ids(self.newest(past & ~(1 << p)))) != set(self.replaces(p)):
            yield "stale-base"

    def check_release_created(self, i, d, past):
        if d["config"].keys() != d["components"].keys():
            yield "release-target"
        bound = {"artifacts": {c: x["image"]["digest"] for c, x in d.get("artifacts", {}).items()},
                 "components": d["components"], "config": {t: b["digest"] for t, b in d["config"].items()},
                 "deployment": d["deployment"]}
        if d["release"] != digest(canonical(bound)):
            yield "release-digest"
        for c, x in d.get("artifacts", {}).items():
            b = self.data(self.at[x["build"]]) if "build" in x else None
            if b and (b["deployment"], b["component"], b["image"]["digest"]) != (
                    d["deployment"], c, x["image"]["digest"]):
                yield "release-build"
        if "alias" in d and any(
                self.same(i, r, "deployment", "alias") and not self.same(i, r, "release")
                and not self.disregarded(past) >> r & 1 and not self.is_withdrawn(self.data(r)["release"], past)
                for r in self.of(self.eff(past), "release.created")):
            yield "alias-taken"
        if self.is_withdrawn(d["release"], past):
            yield "release-withdrawn"

    def check_release_withdrawn(self, i, d, past):
        if any(not self.same(r, i, "release") for r in self.refs_of(i, "created")):
            yield "withdrawn-other"

    def check_approval_requested(self, i, d, past):
        yield from self.release_breaches(i)
        if not self.policy_holds(i):
            yield "approval-policy"

    def check_approval_granted(self, i, d, past):
        pairs = lambda images: {(x["digest"], x["repository"]) for x in images}
        if self.time(d["until"]) <= self.ev[i].time:
            yield "approval-past"
        if "components" in d and "images" in d:
            yield "approval-images"
        yield from self.release_breaches(i)
        if not self.policy_holds(i):
            yield "approval-policy"
        if "components" not in d and not any(
                pairs(d.get("images", [])) == pairs(x["image"] for x in self.data(r).get("artifacts", {}).values())
                for r in self.created(d["release"], past)):
            yield "approval-images"

    def check_approval_denied(self, i, d, past):
        yield from self.release_breaches(i)

    def check_approval_withdrawn(self, i, d, past):
        if any(not self.same_principal(n, i) for n in self.refs_of(i, "approvals", "approval.denied")):
            yield "denial-of-another"

    def check_rollout_claimed(self, i, d, past):
        if any(self.doc(a)["home"] != d["store"] for a in bits(self.newest(past))):
            yield "claim-store"
        if "resource" not in d:
            yield from self.release_breaches(i)

    def check_component_applied(self, i, d, past):
        if not self.one_writer(i, self.start_of(i)):
            yield "not-own"
        if d["component"] not in self.data(self.start_of(i))["components"]:
            yield "not-of-start"

    def check_rollout_finished(self, i, d, past):
        x = self.start_of(i)
        if not self.one_writer(i, x):
            yield "not-own"
        if self.on_start(x, past, "rollout.finished"):
            yield "finished-twice"
        lasts = [self.last(x, c, past) for c in self.data(x)["components"]]
        if (d["outcome"] == "abandoned" and self.on_start(x, past, "component.applied") or d["outcome"] == "succeeded"
                and not all(l and all(self.data(k)["outcome"] != "failed" for k in l) for l in lasts)):
            yield "outcome"

    def check_claim_ended(self, i, d, past):
        if "takeover" not in d and not all(self.one_writer(c, i) for c in self.refs_of(i, "claims")):
            yield "not-own"

    def check_reviewed(self, i, d, past):
        if any(self.same_principal(n, i) and not all(self.alone(i, n, a) for a in bits(self.newest(past)))
               for n in self.refs_of(i, "events")):
            yield "self-review"

    def check_merged(self, i, d, past):
        if len(self.ev[i].parents) < 2:
            yield "merge-of-one"

    def check_ledger_sealed(self, i, d, past):
        at = 0
        for s in d["segments"]:
            if s["first"] != at:
                yield "seal-segments"
            at += s["count"]
        if at != d["size"]:
            yield "seal-segments"
        if not any("resource" in self.data(c) and self.one_writer(c, i) and self.is_unended(c, past)
                   for c in self.of(self.eff(past), "rollout.claimed")):
            yield "seal-claim"
        under = lambda x: sum(1 << k for k in self.union(self.past[h] | 1 << h for h in self.refs_of(x, "heads")))
        heads = self.refs_of(i, "heads")
        if (any(self.code[h] for h in heads) or len(self.tops(heads)) < len(heads)
                or any(under(p) & ~under(i) for p in self.refs_of(i, "previous"))):
            yield "seal-heads"
        if under(i).bit_count() != d["size"]:
            yield "seal-size"

    # The rules of the judged kinds: causes of V1

    def breaches(self, s):
        d, past = self.data(s), self.past[s]
        eff, start = self.eff(past), self.kind(s) == "rollout.started"
        if self.has_bad_reference(s):
            yield "rule-bad-reference"
        if "no-release" in self.release_breaches(s):
            yield "rule-release"
        if start:
            if not set(d["components"]) <= set(d["whole"]) <= self.parts(d["release"], d["target"], past):
                yield "rule-whole"
            if not self.claim_holds(s, d, past):
                yield "rule-claim"
        if not self.policy_holds(s):
            yield "rule-policy-digest"
        if not (all(eff >> p & 1 and self.same(p, s, "deployment", "release", "target")
                    for p in self.refs(s, "promotion")) if start else self.promotion_holds(s, d, past)):
            yield "rule-promotion"
        if start and "rollback" in d and not self.rollback_holds(s, d, past):
            yield "rule-rollback"
        if start and not all(eff >> x & 1 and self.resumes_holds(s, x, past) for x in self.refs(s, "resumes")):
            yield "rule-resumes"

    def claim_holds(self, s, d, past):
        claims = self.refs(s, "claim")
        if not claims or "no_lock" in d:
            return bool(claims) != ("no_lock" in d)
        c = self.data(claims[0])
        return ("resource" not in c and "hold" not in c and self.eff(past) >> claims[0] & 1
                and self.one_writer(claims[0], s) and self.same(claims[0], s, "deployment", "target", "release", "rollout")
                and set(d["components"]) <= set(c.get("components", d["components"])) and self.is_unended(claims[0], past))

    def promotion_holds(self, s, d, past):
        given = {c: x["image"]["digest"] for r in self.created(d["release"], past)
                 for c, x in self.data(r).get("artifacts", {}).items()}
        return all(given.get(x["component"]) == x["image"]["digest"] for x in d.get("images", [])) and all(
            self.eff(past) >> f & 1 and self.same(self.start_of(f), s, "deployment", "release")
            and not self.same(self.start_of(f), s, "target") for f in self.refs(s, "from"))

    def rollback_holds(self, s, d, past):
        here = {x for at, xs in self.runs(past).items() if at[:2] == (d["deployment"], d["target"]) for x in xs}
        back = self.refs(s, "returns_to")
        if not set(self.refs(s, "undoes")) <= here or not back:
            return False
        x = self.start_of(back[0])
        undone = {u for y in self.of(self.eff(past), "rollout.started") for u in self.refs(y, "undoes")
                  if self.is_good(y, past)}
        return (self.eff(past) >> back[0] & 1 and self.data(back[0])["outcome"] == "succeeded"
                and self.same(x, s, "deployment", "target", "release") and self.has_succeeded(self.rollout(x), past)
                and all(self.is_good(y, past) and y not in undone for y in self.starts_of(self.rollout(x), past))
                and set(d["components"]) <= set(self.data(x)["whole"]))

    def resumes_holds(self, s, x, past):
        return (self.same(x, s, "deployment", "target", "release") and self.outcome(x, past) != "succeeded"
                and not self.is_closed(self.rollout(x), past)
                and not any(self.rollout(y) != self.rollout(s) and x in self.refs(y, "resumes")
                            for y in self.of(self.eff(past), "rollout.started"))
                and (self.has_end(x, past) or self.one_writer(x, s)))
