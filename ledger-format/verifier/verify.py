#!/usr/bin/env python3
"""Says of the objects of a ledger what section 14 of SPEC.md asks: verify.py <case folder>...; exit 1 where it differs."""

import json, pathlib, sys

from admission import Held, keys_of
from encoding import reach
from ledger import AUTHORITY, JUDGED, bits
from rules import Rules

NAMERS = ("release.created", "approval.granted", "promotion.recorded", "rollout.started")

def findings(l):  # LF-180: (event, code, causes)
    m, eff = l.all, l.eff(l.all)
    for i in bits(m):
        if l.code[i] and not l.is_cut(i, m) and (l.kind(i) not in AUTHORITY or l.is_alive(l.ev[i].key, m)):
            yield i, l.code[i], []
    for i in l.of(eff, *JUDGED):
        verdict, causes = l.judge(i, m)
        if verdict != "permitted":
            yield i, verdict, causes
    for i in l.of(eff, "component.applied"):
        if l.has_end(l.start_of(i), l.past[i]):
            yield i, "applied-after-end", []
    since = {}
    for a in bits(l.in_force(m)):
        for i in tainted(l, a, eff):
            since.setdefault(i, set()).add(("since", l.ev[a].id))
    yield from ((i, "since", causes) for i, causes in since.items())
    seals = list(l.of(eff, "ledger.sealed"))
    for i in seals:
        others = [("seal-fork", l.ev[j].id) for j in seals if i != j and l.same(i, j, "previous")]
        if others:
            yield i, "seal-fork", others

def tainted(l, a, eff):  # LF-183
    out, ended = set(), l.doc(a).get("ended", {})
    old = [(p, f) for r in l.documents(l.replaces(a)) for p, f, _ in keys_of(l.doc(r))]
    ends = [({key}, end) for key, end in ended.get("keys", {}).items()]
    ends += [({f for p, f in old if p == name}, end) for name, end in ended.get("principals", {}).items()]
    for keys, q in [(keys, l.at[end["since"]]) for keys, end in ends if "since" in end]:
        out |= {i for i in bits(eff) if l.ev[i].key in keys and l.kind(i) not in AUTHORITY
                and not (l.past[q] | 1 << q) >> i & 1}
    for i in l.of(eff, *NAMERS):
        out |= {i} if out & set(l.among([x for x, _ in l.ev[i].seen.ids], l.past[i])) else set()
    return out

def report(pieces, pin):
    held = Held(pieces, pin)
    stopped = {"pin": pin, "ledger": held.ledger, "exit": 3}
    if held.stops:
        return stopped
    l = Rules(held, pin)
    m, eff, force = l.all, l.eff(l.all), l.in_force(l.all)
    if any(l.doc(a)["level"] > 1 for a in bits(force)):
        return stopped
    cut = {i for i in bits(m) if l.is_cut(i, m)}
    forked, met = l.is_forked(), l.pin is None or l.pin in l.ids(force)
    found = [(l.ev[i].id, code, l.is_accepted(i, causes, m)) for i, code, causes in findings(l)]
    excluded = {x for a in bits(force) for x in l.doc(a).get("excluded", [])}
    waiting = any(l.is_alive(e.key, m) and not reach(e.id, lambda i: held.parents.get(i, [])) & excluded
                  for e in held.pending.values())
    status = {i: "junk" for i in held.events if i not in l.at} | {i: "pending" for i in held.pending}
    status |= {e.id: "cut" if i in cut else "refused" if l.code[i] else "admitted" for i, e in enumerate(l.ev)}
    runs = {}
    for (deployment, target, component), xs in l.runs(m).items():
        runs.setdefault(f"{deployment}/{target}", {})[component] = sorted(l.ev[x].id for x in xs)
    stuck = waiting or not met or forked and not l.pin
    of_state = lambda state: sorted({(i, code) for i, code, closed in found if closed == state})
    verdicts = {l.ev[i].id: {"v1": l.v1(i)[0], "verdict": l.judge(i, m)[0], "causes": sorted(
        map(list, l.judge(i, m)[1]), key=lambda cause: (cause[0], cause[1] or ""))} for i in l.of(eff, *JUDGED)}
    return stopped | {
        "exit": 3 if stuck else 7 if of_state(False) else 0, "admission": status,
        "reasons": {e.id: l.code[i] for i, e in enumerate(l.ev) if l.code[i] and i not in cut},
        "not_events": held.not_events, "strangers": held.strangers, "in_force": l.ids(force),
        "authority": l.ids(l.newest(m)), "forked": forked, "verdicts": verdicts,
        "findings": {"open": of_state(False), "closed": of_state(True)}, "runs": runs,
        "disputed": sorted(f"{d}/{t}" for d, t in l.disputed(m))}

def main(folders):
    wrong = 0
    for folder in map(pathlib.Path, folders):
        expected = json.loads((folder / "expected.json").read_text())
        pieces = [x for x in (folder / "events.jsonl").read_bytes().split(b"\n") if x]
        found = json.loads(json.dumps(report(pieces, expected["pin"])))
        for name in sorted(expected.keys() | found.keys()):
            if expected.get(name) != found.get(name):
                wrong = 1
                print(f"{folder}: {name}: expected {expected.get(name)}, found {found.get(name)}")
    return wrong

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
