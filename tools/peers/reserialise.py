"""Reads OpenTimestamps proofs with python3-opentimestamps and says whether it writes them as they were."""

import sys

from opentimestamps.core.serialize import BytesDeserializationContext, BytesSerializationContext
from opentimestamps.core.timestamp import DetachedTimestampFile

for path in sys.argv[1:]:
    with open(path, "rb") as file:
        whole = file.read()
    context = BytesDeserializationContext(whole)
    proof = DetachedTimestampFile.deserialize(context)
    context.assert_eof()
    again = BytesSerializationContext()
    proof.serialize(again)
    if again.getbytes() != whole:
        print("%s comes out otherwise" % path)
        sys.exit(1)
print("ok")
