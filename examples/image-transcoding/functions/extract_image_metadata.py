"""extract-image-metadata: format and size of an image, read from the first bytes of its file."""

import struct

from bucket import read_object
from table import update_item

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def lambda_handler(event, context):
    data = read_object(event["bucket"], event["key"])
    # A PNG begins with its signature and the chunk IHDR, whose first fields are width and height.
    if not data.startswith(PNG_SIGNATURE) or data[12:16] != b"IHDR":
        raise ValueError(f"{event['key']} is not a PNG image")
    width, height = struct.unpack(">II", data[16:24])
    metadata = {"format": "PNG", "width": width, "height": height, "bytes": len(data)}
    update_item(f"{event['bucket']}/{event['key']}", "metadata", metadata)
    return metadata
