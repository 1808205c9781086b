"""Verifies bundles with securesystemslib: <DER public key in base64> <bundle>...; a changed payload must not verify."""

import base64
import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import load_der_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

public = load_der_public_key(base64.b64decode(sys.argv[1]))
for path in sys.argv[2:]:
    said = json.loads(pathlib.Path(path).read_text())["dsseEnvelope"]
    key = SSlibKey.from_crypto(public, keyid=said["signatures"][0]["keyid"])
    envelope = Envelope.from_dict(said)
    envelope.verify([key], 1)
    envelope.payload += b" "
    try:
        envelope.verify([key], 1)
    except VerificationError:
        continue
    sys.exit(f"{path}: verifies with a changed payload")
