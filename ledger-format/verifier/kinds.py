"""The form of the data of each kind (LF-13 to LF-16, LF-50, LF-120, LF-140 and section 7)."""

import re

from encoding import DIGEST, FINGERPRINT, MAX_INT, Malformed, canonical, milliseconds, unbase64

NAME_RE = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9_])?")
PREFIX_RE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}")
CONTROL_RE = re.compile(r"[\x00-\x1f\x7f-\x9f]")

class Seen:
    """What the forms meet on their way: the ids and images of the data."""

    def __init__(self):
        self.ids, self.images = [], []

def matching(expression):
    return lambda v, _: isinstance(v, str) and re.fullmatch(expression, v) is not None

def one_of(*values):
    return lambda v, _: isinstance(v, str) and v in values

def number(low=0, high=MAX_INT):
    return lambda v, _: type(v) is int and low <= v <= high

def NAME(v, _=None):
    return isinstance(v, str) and bool(NAME_RE.fullmatch(v)) and ".." not in v and "//" not in v

def COMPONENT(v, _=None):
    return NAME(v) and "/" in v

def PATTERN(v, _=None):
    if NAME(v) or v == "*":
        return True
    return (isinstance(v, str) and v.endswith("*") and bool(PREFIX_RE.fullmatch(v[:-1]))
            and ".." not in v and "//" not in v)

def text(longest, control=CONTROL_RE):
    return lambda v, _: (isinstance(v, str) and 1 <= len(v.encode()) <= longest
                         and not (control and set(control.findall(v)) - ({"\t", "\n"} if longest > 256 else set())))

def TIME(v, _):
    try:
        return isinstance(v, str) and milliseconds(v) is not None
    except Malformed:
        return False

def BASE64(v, _):
    try:
        return isinstance(v, str) and len(unbase64(v)) > 0
    except Malformed:
        return False

def TRUE(v, _):
    return v is True

def anything(_v, _seen):
    return True

STR, TEXT, INT = text(256), text(1024), number()
ID_FORM, FPR = matching(DIGEST), matching(FINGERPRINT)
COMMIT = matching(r"[0-9a-f]{40}|[0-9a-f]{64}")

def REPOSITORY(v, seen):
    return STR(v, seen) and "/" in v and not v.startswith("/") and v.index("/") < len(v) - 1

def HOME(v, seen):
    return STR(v, seen) and (bool(re.fullmatch(r"oci-layout:[0-9a-f]{32}", v))
                             or v.startswith("oci://") and REPOSITORY(v[6:], seen))

def ident(*kinds):
    """An Id of one of the kinds; of any kind when none is given."""
    def form(v, seen):
        if not ID_FORM(v, seen):
            return False
        seen.ids.append((v, kinds))
        return True
    return form

def shape(fields):
    known = {k.rstrip("?"): f for k, f in fields.items()}
    must = {k for k in fields if not k.endswith("?")}
    return lambda v, seen: (isinstance(v, dict) and must <= v.keys() <= known.keys()
                            and all(known[k](x, seen) for k, x in v.items()))

def rank(v):
    """LF-14: what a set is sorted by."""
    return v if isinstance(v, int) else v.encode() if isinstance(v, str) else canonical(v)

def ordered(form):
    return lambda v, seen: isinstance(v, list) and len(v) > 0 and all(form(x, seen) for x in v)

def several(form, by=rank, least=1):
    def check(v, seen):
        if not (ordered(form)(v, seen) and len(v) >= least):
            return False
        keys = [by(x) for x in v]
        return all(a < b for a, b in zip(keys, keys[1:]))
    return check

def mapping(key, form):
    return lambda v, seen: (isinstance(v, dict) and len(v) > 0
                            and all(key(k, seen) and form(x, seen) for k, x in v.items()))

def also(form, condition):
    return lambda v, seen: form(v, seen) and condition(v)

NOTE_BLOB = shape({"digest": ID_FORM, "erasable": TRUE, "mediaType": one_of("text/plain"), "size": number(33, 65568)})
BLOB = shape({"digest": ID_FORM, "mediaType": STR, "size": INT})
IMAGE_FORM = shape({"digest": ID_FORM, "mediaType": STR, "size": INT, "repository": REPOSITORY, "tag?": STR})
GIT = shape({"commit": COMMIT, "branch?": STR, "tag?": STR, "remote?": STR, "dirty?": TRUE, "authors?": several(NAME)})
CI = shape({"provider": STR} | {k + "?": STR for k in "repository workflow run attempt job url change".split()})
TOOL = shape({"name": STR, "version?": STR})
REPORT_FIELDS = {"type": NAME, "name?": NAME, "format?": STR, "predicate?": STR, "report?": BLOB,
                 "repository?": REPOSITORY, "counts?": mapping(NAME, INT), "tool?": TOOL, "database?": TIME}
PLAN = shape({"digest": ID_FORM, "add?": INT, "change?": INT, "replace?": INT, "remove?": INT})
REASON = shape({"reason": TEXT})

def NOTE(v, seen):
    return TEXT(v, seen) or NOTE_BLOB(v, seen)

def IMAGE(v, seen):
    if not IMAGE_FORM(v, seen):
        return False
    seen.images.append(v)
    return True

IMAGES = several(IMAGE, by=lambda v: (v["digest"], v["repository"].encode()))

RIGHTS = set("""approval.denied approval.granted approval.requested approval.withdrawn build.recorded hold.lifted
    hold.placed key.suspended ledger.sealed noted observation.recorded promotion.recorded release.created
    release.withdrawn reviewed rollout.started override takeover""".split())

def RIGHT(v, _):
    return isinstance(v, str) and (v in RIGHTS or v.startswith("evidence.recorded:") and PATTERN(v[18:]))

APPROVALS = several(shape({"count": number(1, 64), "groups": several(NAME), "valid_ms?": INT}))
WINDOWS = several(also(shape({"days": several(number(1, 7)), "from_min": number(0, 1439), "to_min": number(1, 1440)}),
                       lambda v: v["from_min"] < v["to_min"]))
EVIDENCE_RULE = shape({"type": NAME, "name?": NAME, "on": one_of("images", "release"), "max_age_ms?": INT,
                       "limits?": mapping(NAME, INT)})
RULES = also(shape({
    "approvals?": APPROVALS, "windows?": WINDOWS, "evidence?": several(EVIDENCE_RULE), "built?": TRUE, "clean?": TRUE,
    "distinct?": several(several(one_of("approver", "author", "builder", "deployer", "releaser"), least=2)),
    "from?": several(NAME), "soak_ms?": INT, "max_stale_ms?": INT,
    "rollback?": shape({"approvals?": APPROVALS, "windows?": WINDOWS})}),
    lambda v: v and ("soak_ms" not in v or "from" in v))

PATTERNS = several(PATTERN)
END = shape({"reason": one_of("rotated", "lost", "left", "compromised"), "since?": ident()})
GRANT = shape({"may": several(RIGHT), "deployments?": PATTERNS, "components?": PATTERNS, "targets?": PATTERNS})
KEY_ENTRY = shape({"public": BASE64, "proof": BASE64})
PRINCIPAL = also(shape({"groups?": several(NAME), "rights?": several(GRANT), "keys?": mapping(FPR, KEY_ENTRY)}), bool)
DOCUMENT = shape({
    "version": INT, "level": INT, "replaces?": several(ident("ledger.created", "authority.proposed")), "home": HOME,
    "roots": shape({"principals": several(NAME), "threshold": INT}), "principals": mapping(NAME, PRINCIPAL),
    "policies?": ordered(shape({"deployments": PATTERNS, "targets": PATTERNS, "rules": RULES})),
    "ended?": also(shape({"keys?": mapping(FPR, END), "principals?": mapping(NAME, END)}), bool),
    "lifted?": several(ident("key.suspended")), "excluded?": several(ID_FORM)})

COMPONENTS, DURATION = several(COMPONENT), INT
SCOPE = {"deployment": NAME, "release": ID_FORM, "target": NAME, "components?": COMPONENTS}
BEHALF, CI_FIELD = {"on_behalf_of?": NAME}, {"ci?": CI}
PLACE = {"deployment": NAME, "target": NAME, "release": ID_FORM, "rollout": NAME}
SEEN = also(shape({"images?": several(ID_FORM), "health?": one_of("healthy", "unhealthy", "unknown"),
                   "drift?": shape({"plan": PLAN, "report?": BLOB})}), bool)
SEAL_CLAIM = shape({"resource": one_of("seal"), "store": STR})
TARGET_CLAIM = also(shape(PLACE | {"components?": COMPONENTS, "hold?": TRUE, "store": STR}),
                    lambda v: not ("components" in v and "hold" in v))

def reports(*types):
    return several(also(shape(REPORT_FIELDS), lambda v: v["type"] in types))

def CLAIM(v, seen):
    return isinstance(v, dict) and (SEAL_CLAIM if "resource" in v else TARGET_CLAIM)(v, seen)

KINDS = {
    "ledger.created": also(shape({"authority": DOCUMENT,
                                  "continues?": shape({"ledger": ID_FORM, "heads": several(ID_FORM)})}),
                           lambda v: v["authority"]["version"] == 0 and "replaces" not in v["authority"]),
    "authority.proposed": shape({"authority": DOCUMENT, "reason": TEXT}),
    "endorsed": shape({"proposal": ident("authority.proposed")}),
    "key.suspended": shape({"keys": several(FPR), "reason": TEXT}),
    "build.recorded": shape({
        "deployment": NAME, "component": COMPONENT, "target?": NAME, "image": IMAGE, "published?": TRUE,
        "platforms?": several(STR), "builder": TOOL, "provider?": STR, "packages?": several(STR), "base?": ID_FORM,
        "inputs?": ID_FORM, "git?": GIT, "reports?": reports("sbom", "provenance"), "elsewhere?": TRUE, "log?": BLOB,
        "duration_ms?": DURATION} | BEHALF | CI_FIELD),
    "evidence.recorded": also(shape(REPORT_FIELDS | {
        "deployment": NAME, "component?": COMPONENT, "target?": NAME, "verdict?": one_of("passed", "failed"),
        "images?": IMAGES, "release?": ID_FORM, "start?": ident("rollout.started"), "config?": ID_FORM, "git?": GIT,
        "elsewhere?": TRUE, "note?": NOTE} | CI_FIELD),
        lambda v: len({"images", "release", "start", "config"} & v.keys()) == 1),
    "release.created": shape({
        "release": ID_FORM, "deployment": NAME, "alias?": NAME, "target?": NAME,
        "artifacts?": mapping(COMPONENT, shape({"image": IMAGE, "build?": ident("build.recorded")})),
        "config": mapping(NAME, BLOB), "components": mapping(NAME, COMPONENTS),
        "vendored?": several(shape({"component": COMPONENT, "targets": several(NAME), "source": STR, "version?": STR,
                                    "commit?": COMMIT, "tree": ID_FORM})),
        "evidence?": several(ident("evidence.recorded")), "reports?": reports("sbom-vendor", "sbom-combined"),
        "git?": GIT, "annotations?": mapping(NAME, NOTE)} | BEHALF | CI_FIELD),
    "release.withdrawn": shape({"release": ID_FORM, "created": several(ident("release.created")), "reason": TEXT}),
    "approval.requested": shape(SCOPE | {"policy": ID_FORM, "plan?": PLAN, "groups?": several(NAME),
                                         "principals?": several(NAME), "until": TIME, "commit?": COMMIT,
                                         "note?": NOTE} | CI_FIELD),
    "approval.granted": shape(SCOPE | {"policy": ID_FORM, "evidence?": several(ident("evidence.recorded")),
                                       "plan?": ID_FORM, "until": TIME, "images?": IMAGES,
                                       "request?": ident("approval.requested"), "note?": NOTE} | BEHALF),
    "approval.denied": shape(SCOPE | {"request?": ident("approval.requested"), "reason": TEXT}),
    "approval.withdrawn": shape({"approvals": several(ident("approval.granted", "approval.denied")), "reason": TEXT}),
    "hold.placed": shape({"deployment?": NAME, "target?": NAME, "release?": ID_FORM, "until?": TIME, "reason": TEXT}),
    "hold.lifted": shape({"holds": several(ident("hold.placed")), "reason": TEXT}),
    "promotion.recorded": shape({
        "deployment": NAME, "release": ID_FORM, "target": NAME, "policy": ID_FORM,
        "approvals?": several(ident("approval.granted")), "from?": ident("rollout.finished"),
        "images?": several(shape({"component": COMPONENT, "from": STR, "image": IMAGE})), "referrers?": INT,
        "override?": REASON} | BEHALF | CI_FIELD),
    "rollout.claimed": CLAIM,
    "rollout.started": shape(PLACE | {
        "claim?": ident("rollout.claimed"), "components": COMPONENTS, "whole": COMPONENTS, "policy": ID_FORM,
        "spends?": several(ident("approval.granted")), "promotion?": ident("promotion.recorded"), "plan?": ID_FORM,
        "rollback?": shape({"undoes": several(ident("rollout.started")), "returns_to": ident("rollout.finished"),
                            "reason": TEXT}),
        "resumes?": several(ident("rollout.started")), "override?": REASON, "no_lock?": REASON,
        "bundle?": ID_FORM} | BEHALF | CI_FIELD),
    "component.applied": shape({
        "start": ident("rollout.started"), "component": COMPONENT, "outcome": one_of("changed", "unchanged", "failed"),
        "images?": several(ID_FORM), "plan?": PLAN, "compared?": shape({"by": STR, "value": STR}),
        "outputs?": mapping(NAME, STR), "log?": BLOB, "error?": NOTE, "duration_ms?": DURATION}),
    "rollout.finished": shape({
        "start": ident("rollout.started"), "outcome": one_of("succeeded", "failed", "abandoned"),
        "not_begun?": COMPONENTS, "reason?": TEXT, "duration_ms?": DURATION}),
    "claim.ended": shape({"claims": several(ident("rollout.claimed")), "takeover?": REASON}),
    "observation.recorded": shape({"deployment": NAME, "target": NAME, "components": mapping(COMPONENT, SEEN),
                                   "tool?": TOOL, "note?": NOTE}),
    "reviewed": shape({"events": several(ident()), "verdict": one_of("accept", "disregard"), "reason": TEXT}),
    "merged": shape({}),
    "noted": shape({"about?": several(ident()), "body": anything}),
    "ledger.sealed": shape({
        "previous?": ident("ledger.sealed"), "size": INT, "root": ID_FORM, "heads": several(ident()),
        "segments": ordered(shape({"blob": BLOB, "unpacked": ID_FORM, "first": INT, "count": INT})),
        "checkpoint?": text(4096, None)}),
}

def covers(pattern, name):
    """LF-10: a pattern against a name; what is asked as `*` only `*` itself covers."""
    if pattern == name:
        return True
    return pattern.endswith("*") and (pattern == "*" or name != "*" and name.startswith(pattern[:-1]))
