"""Bytes: JSON, canonical form, times, keys, signatures (sections 1 and 2 of SPEC.md)."""

import base64, datetime, hashlib, json, re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

FINGERPRINT, DIGEST = r"SHA256:[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]", r"sha256:[0-9a-f]{64}"
MAX_INT = 9007199254740991
P25519, L25519 = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D25519 = -121665 * pow(121666, -1, P25519) % P25519
N256 = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
SMALL = {(y | sign << 255).to_bytes(32, "little") for sign in (0, 1) for y in (0, 1, P25519 - 1) + tuple(
    int.from_bytes(bytes.fromhex(x), "little") for x in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))}
ED_PREFIX = bytes.fromhex("302a300506032b6570032100")
P256_PREFIX = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")

class Malformed(ValueError): pass  # The bytes or values are not of the form that the specification asks

def need(condition):
    if not condition:
        raise Malformed()

def canonical(value):  # LF-1. Keys are ASCII (LF-4), so sorting by code point is sorting by UTF-16
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

def _members(pairs):
    need(len({k for k, _ in pairs}) == len(pairs) and all(k.isascii() for k, _ in pairs))
    return dict(pairs)

def _integer(text):
    need(re.fullmatch(r"0|[1-9][0-9]{0,15}", text) and int(text) <= MAX_INT)
    return int(text)

def parse(raw):  # LF-1 to LF-4: a value whose canonical form is `raw`
    no_number = lambda _: need(False)
    value = json.loads(raw.decode("utf-8"), object_pairs_hook=_members, parse_int=_integer, parse_float=no_number,
                       parse_constant=no_number)
    need(canonical(value) == raw)
    return value

def depth(value):  # LF-6: 1 for an object or array without another one inside
    if isinstance(value, (dict, list)):
        return 1 + max(map(depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0

def reach(start, step):  # `start` and all that `step` leads to from one to the next
    out, todo = set(), [start]
    while todo:
        at = todo.pop()
        if at not in out:
            out.add(at)
            todo += step(at)
    return out

def digest(raw): return "sha256:" + hashlib.sha256(raw).hexdigest()

def unbase64(text):  # LF-12
    raw = base64.b64decode(text, validate=True)
    need(base64.b64encode(raw).decode() == text)
    return raw

def milliseconds(text):  # LF-11. Python has no year 0; the calendar repeats after 400 years, which have 146,097 days
    m = re.fullmatch(r"([0-9]{4})(-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3})Z", text)
    need(m)
    moved = int(m[1]) < 400
    at = datetime.datetime.strptime(f"{int(m[1]) + 400 * moved:04}{m[2]}", "%Y-%m-%dT%H:%M:%S.%f")
    since = at - datetime.datetime(1970, 1, 1) - datetime.timedelta(days=146_097 * moved)
    return since // datetime.timedelta(milliseconds=1)

def _good_point(raw):  # A canonical encoding of a point of edwards25519 that is not of small order
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    square = (y * y - 1) * pow(D25519 * y * y + 1, -1, P25519) % P25519
    return y < P25519 and raw not in SMALL and square != 0 and pow(square, (P25519 - 1) // 2, P25519) == 1

class Key:  # A public key in one of the two forms of LF-23
    def __init__(self, der):
        field = lambda x: len(x).to_bytes(4, "big") + x
        self.is_ed = len(der) == 44 and der.startswith(ED_PREFIX)
        if self.is_ed:
            need(_good_point(der[12:]))
            self.key = ed25519.Ed25519PublicKey.from_public_bytes(der[12:])
            blob = field(b"ssh-ed25519") + field(der[12:])
        else:
            need(len(der) == 91 and der.startswith(P256_PREFIX))
            self.key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), der[26:])
            blob = field(b"ecdsa-sha2-nistp256") + field(b"nistp256") + field(der[26:])
        self.fingerprint = "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    def verifies(self, signature, kind, body):  # LF-22, LF-25, LF-26
        message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(body), body)
        try:
            if self.is_ed:
                need(len(signature) == 64 and int.from_bytes(signature[32:], "little") < L25519)
                need(signature[:32] not in SMALL)
                self.key.verify(signature, message)
            else:
                r, low = decode_dss_signature(signature)
                need(encode_dss_signature(r, low) == signature and 1 <= r < N256 and 1 <= low <= (N256 - 1) // 2)
                self.key.verify(signature, message, ec.ECDSA(SHA256()))
        except (InvalidSignature, ValueError):
            return False
        return True

def documents_key(entry, fingerprint):  # The key of an entry of a document, when LF-23 and LF-24 hold for it
    try:
        key = Key(unbase64(entry["public"]))
    except ValueError:
        return None
    return key if key.fingerprint == fingerprint else None
