"""The form of the data of each kind (LF-8 to LF-16, LF-50, LF-120, LF-140 and section 7), in the words of SPEC.md."""

import re

from encoding import DIGEST, FINGERPRINT, MAX_INT, canonical, milliseconds, need, unbase64

CONTROL_RE = re.compile(r"[\x00-\x1f\x7f-\x9f]")
RIGHTS = set("""approval.denied approval.granted approval.requested approval.withdrawn build.recorded hold.lifted
    hold.placed key.suspended ledger.sealed noted observation.recorded promotion.recorded release.created
    release.withdrawn reviewed rollout.started override takeover""".split())

class Seen:  # What the forms meet on their way: the ids, with the kinds that each may be of, and the images of the data
    def __init__(self):
        self.ids, self.images = [], []

def matching(expression, *without):
    return lambda v, _: (isinstance(v, str) and re.fullmatch(expression, v) is not None
                         and not any(x in v for x in without))
def number(low=0, high=MAX_INT): return lambda v, _: type(v) is int and low <= v <= high

def text(longest, allowed=(), control=CONTROL_RE):
    return lambda v, _: (isinstance(v, str) and 1 <= len(v.encode()) <= longest
                         and set(control.findall(v)) <= set(allowed))

def read_by(read):
    def form(v, _):
        try:
            return isinstance(v, str) and (read(v), True)[1]
        except ValueError:
            return False
    return form

def covers(pattern, name):  # LF-10: a pattern against a name; what is asked as `*` only `*` itself covers
    if pattern == name:
        return True
    return pattern.endswith("*") and (pattern == "*" or name != "*" and name.startswith(pattern[:-1]))

def rank(v):  # LF-14: what a set is sorted by
    if isinstance(v, dict) and {"digest", "repository"} <= v.keys():
        return v["digest"], v["repository"].encode()
    return v if isinstance(v, int) else v.encode() if isinstance(v, str) else canonical(v)
def ordered(form): return lambda v, seen: isinstance(v, list) and len(v) > 0 and all(form(x, seen) for x in v)

def several(form, least=1, by=rank):
    return lambda v, seen: (ordered(form)(v, seen) and len(v) >= least
                            and all(by(a) < by(b) for a, b in zip(v, v[1:])))
def mapping(key, form):
    return lambda v, seen: (isinstance(v, dict) and len(v) > 0
                            and all(key(k, seen) and form(x, seen) for k, x in v.items()))
def ident(kinds): return lambda v, seen: DIGEST_FORM(v, seen) and (seen.ids.append((v, kinds)) or True)
def also(form, condition): return lambda v, seen: form(v, seen) and condition(v)

def shape(fields):  # `name:type` of each field, `name?:type` where it may be absent
    pairs = [field.split(":", 1) for field in fields.split()]
    must, known = {k for k, _ in pairs if k[-1] != "?"}, {k.rstrip("?"): of(t) for k, t in pairs}
    return lambda v, seen: (isinstance(v, dict) and must <= v.keys() <= known.keys()
                            and all(known[k](x, seen) for k, x in v.items()))

def of(word):  # The form that a word says: `[T]`, `<T>` (in order), `{K:T}`, `Id(kind,...)`, `a|b`, or a name of FORMS
    if word[0] in "[<":
        return (several if word[0] == "[" else ordered)(of(word[1:-1]))
    if word[0] == "{":
        return mapping(*map(of, word[1:-1].split(":", 1)))
    if word.startswith("Id"):
        return ident(word[3:-1].split(",") if word[3:-1] else ())
    return FORMS[word] if word in FORMS else lambda v, _: isinstance(v, str) and v in word.split("|")

DIGEST_FORM, STR, TEXT = matching(DIGEST), text(256), text(1024, "\t\n")
NAME = matching(r"[A-Za-z0-9_]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9_])?", "..", "//")
STAR = matching(r"\*|[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}\*", "..", "//")
PATTERN = lambda v, seen: NAME(v, seen) or STAR(v, seen)
REPOSITORY = also(STR, lambda v: re.fullmatch(r"[^/]+/.+", v, re.DOTALL))
FORMS = {
    "Name": NAME, "Component": also(NAME, lambda v: "/" in v), "Pattern": PATTERN, "Digest": DIGEST_FORM,
    "Commit": matching("[0-9a-f]{40}|[0-9a-f]{64}"), "Time": read_by(milliseconds), "int": number(), "Ms": number(),
    "Str": STR, "Text": TEXT, "Base64": read_by(lambda v: need(unbase64(v))), "Repository": REPOSITORY,
    "Key": matching(FINGERPRINT), "true": lambda v, _: v is True, "JSON": lambda v, _: True, "Erased": number(33, 65568),
    "Checkpoint": text(4096, control=re.compile("(?!)")), "Count": number(1, 64), "Day": number(1, 7),
    "From": number(0, 1439), "To": number(1, 1440),
    "Home": lambda v, seen: STR(v, seen) and bool(
        re.fullmatch("oci-layout:[0-9a-f]{32}", v) or v.startswith("oci://") and REPOSITORY(v[6:], seen)),
    "Right": lambda v, seen: isinstance(v, str) and (
        v in RIGHTS or v.startswith("evidence.recorded:") and PATTERN(v[18:], seen)),
}
REPORT = """type:Name name?:Name format?:Str predicate?:Str report?:Blob repository?:Repository counts?:{Name:int} tool?:Tool
    database?:Time """
PLACE = "deployment:Name target:Name release:Digest "
SCOPE, BEHALF = PLACE + "components?:[Component] ", " on_behalf_of?:Name ci?:Ci"
for name, fields in {
    "Erasable": "digest:Digest erasable:true mediaType:text/plain size:Erased",
    "Blob": "digest:Digest mediaType:Str size:int", "Tool": "name:Str version?:Str", "Reason": "reason:Text",
    "Image": "digest:Digest mediaType:Str size:int repository:Repository tag?:Str",
    "Git": "commit:Commit branch?:Str tag?:Str remote?:Str dirty?:true authors?:[Name]",
    "Ci": "provider:Str repository?:Str workflow?:Str run?:Str attempt?:Str job?:Str url?:Str change?:Str",
    "Report": REPORT, "Plan": "digest:Digest add?:int change?:int replace?:int remove?:int",
    "Approval": "count:Count groups:[Name] valid_ms?:Ms", "Span": "days:[Day] from_min:From to_min:To",
    "Evidence": "type:Name name?:Name on:images|release max_age_ms?:Ms limits?:{Name:int}",
    "Parts": "", "Window": "", "Note": "",
    "Rollback": "approvals?:[Approval] windows?:[Window]",
    "Rules": """approvals?:[Approval] distinct?:[Parts] evidence?:[Evidence] built?:true clean?:true from?:[Name] soak_ms?:Ms
        windows?:[Window] max_stale_ms?:Ms rollback?:Rollback""",
    "Policy": "deployments:[Pattern] targets:[Pattern] rules:Rules",
    "End": "reason:rotated|lost|left|compromised since?:Id()", "Ended": "keys?:{Key:End} principals?:{Name:End}",
    "Grant": "may:[Right] deployments?:[Pattern] components?:[Pattern] targets?:[Pattern]",
    "Entry": "public:Base64 proof:Base64", "Principal": "groups?:[Name] rights?:[Grant] keys?:{Key:Entry}",
    "Roots": "principals:[Name] threshold:int",
    "Document": """version:int level:int replaces?:[Id(ledger.created,authority.proposed)] home:Home roots:Roots
        principals:{Name:Principal} policies?:<Policy> ended?:Ended lifted?:[Id(key.suspended)] excluded?:[Digest]""",
    "Continued": "ledger:Digest heads:[Digest]", "Artifact": "image:Image build?:Id(build.recorded)",
    "Vendored": "component:Component targets:[Name] source:Str version?:Str commit?:Commit tree:Digest",
    "Copied": "component:Component from:Str image:Image", "Compared": "by:Str value:Str",
    "Back": "undoes:[Id(rollout.started)] returns_to:Id(rollout.finished) reason:Text",
    "Drift": "plan:Plan report?:Blob", "Seen": "images?:[Digest] health?:healthy|unhealthy|unknown drift?:Drift",
    "Segment": "blob:Blob unpacked:Digest first:int count:int",
}.items():
    form = shape(fields)
    FORMS[name] = {
        "Image": lambda v, seen, form=form: form(v, seen) and (seen.images.append(v) or True),
        "Note": lambda v, seen: TEXT(v, seen) or FORMS["Erasable"](v, seen),
        "Parts": several(of("approver|author|builder|deployer|releaser"), 2),
        "Window": also(FORMS.get("Span"), lambda v: v["from_min"] < v["to_min"]),
        "Rules": also(form, lambda v: v and ("soak_ms" not in v or "from" in v)),
        "Ended": also(form, bool), "Principal": also(form, bool), "Seen": also(form, bool)}.get(name, form)

CLAIMS = (shape("resource:seal store:Str"), also(
    shape(SCOPE + "rollout:Name hold?:true store:Str"), lambda v: not {"components", "hold"} <= v.keys()))
is_of = lambda *types: lambda v: all(r["type"] in types for r in v.get("reports", []))
KINDS = {
    "ledger.created": also(shape("authority:Document continues?:Continued"),
                           lambda v: v["authority"]["version"] == 0 and "replaces" not in v["authority"]),
    "authority.proposed": shape("authority:Document reason:Text"),
    "endorsed": shape("proposal:Id(authority.proposed)"),
    "key.suspended": shape("keys:[Key] reason:Text"),
    "build.recorded": also(shape("""deployment:Name component:Component target?:Name image:Image published?:true
        platforms?:[Str] builder:Tool provider?:Str packages?:[Str] base?:Digest inputs?:Digest git?:Git reports?:[Report]
        elsewhere?:true log?:Blob duration_ms?:Ms""" + BEHALF), is_of("sbom", "provenance")),
    "evidence.recorded": also(shape(REPORT + """deployment:Name component?:Component target?:Name verdict?:passed|failed
        images?:[Image] release?:Digest start?:Id(rollout.started) config?:Digest git?:Git elsewhere?:true note?:Note
        ci?:Ci"""), lambda v: len({"images", "release", "start", "config"} & v.keys()) == 1),
    "release.created": also(shape("""release:Digest deployment:Name alias?:Name target?:Name
        artifacts?:{Component:Artifact} config:{Name:Blob} components:{Name:[Component]} vendored?:[Vendored]
        evidence?:[Id(evidence.recorded)] reports?:[Report] git?:Git annotations?:{Name:Note}""" + BEHALF),
        is_of("sbom-vendor", "sbom-combined")),
    "release.withdrawn": shape("release:Digest created:[Id(release.created)] reason:Text"),
    "approval.requested": shape(SCOPE + """policy:Digest plan?:Plan groups?:[Name] principals?:[Name] until:Time
        commit?:Commit note?:Note ci?:Ci"""),
    "approval.granted": shape(SCOPE + """policy:Digest evidence?:[Id(evidence.recorded)] plan?:Digest until:Time
        images?:[Image] request?:Id(approval.requested) on_behalf_of?:Name note?:Note"""),
    "approval.denied": shape(SCOPE + "request?:Id(approval.requested) reason:Text"),
    "approval.withdrawn": shape("approvals:[Id(approval.granted,approval.denied)] reason:Text"),
    "hold.placed": shape("deployment?:Name target?:Name release?:Digest until?:Time reason:Text"),
    "hold.lifted": shape("holds:[Id(hold.placed)] reason:Text"),
    "promotion.recorded": shape(PLACE + """policy:Digest approvals?:[Id(approval.granted)] from?:Id(rollout.finished)
        images?:[Copied] referrers?:int override?:Reason""" + BEHALF),
    "rollout.claimed": lambda v, seen: isinstance(v, dict) and CLAIMS["resource" not in v](v, seen),
    "rollout.started": shape(PLACE + """claim?:Id(rollout.claimed) rollout:Name components:[Component] whole:[Component]
        policy:Digest spends?:[Id(approval.granted)] promotion?:Id(promotion.recorded) plan?:Digest rollback?:Back
        resumes?:[Id(rollout.started)] override?:Reason no_lock?:Reason bundle?:Digest""" + BEHALF),
    "component.applied": shape("""start:Id(rollout.started) component:Component outcome:changed|unchanged|failed
        images?:[Digest] plan?:Plan compared?:Compared outputs?:{Name:Str} log?:Blob error?:Note duration_ms?:Ms"""),
    "rollout.finished": shape("""start:Id(rollout.started) outcome:succeeded|failed|abandoned not_begun?:[Component]
        reason?:Text duration_ms?:Ms"""),
    "claim.ended": shape("claims:[Id(rollout.claimed)] takeover?:Reason"),
    "observation.recorded": shape("deployment:Name target:Name components:{Component:Seen} tool?:Tool note?:Note"),
    "reviewed": shape("events:[Id()] verdict:accept|disregard reason:Text"),
    "merged": shape(""),
    "noted": shape("about?:[Id()] body:JSON"),
    "ledger.sealed": shape("""previous?:Id(ledger.sealed) size:int root:Digest heads:[Id()] segments:<Segment>
        checkpoint?:Checkpoint"""),
}
