"""A small image service: draws product tiles as PNG, logs in logfmt."""
import random
import struct
import sys
import time
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def log(level, message, **fields):
    pairs = " ".join(f"{key}={value}" for key, value in fields.items())
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(f'time={stamp} level={level} msg="{message}" {pairs}', flush=True)


def draw_tile(sku, size):
    colour = bytes(random.Random(sku).randrange(60, 220) for _ in range(3))
    rows = b"".join(b"\0" + colour * size for _ in range(size))
    return b"\x89PNG\r\n\x1a\n" + b"".join((
        chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(rows)),
        chunk(b"IEND", b""),
    ))


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


class Tiles(BaseHTTPRequestHandler):
    def do_GET(self):
        started = time.monotonic()
        name = self.path.rsplit("/", 1)[-1].removesuffix(".png")
        if not name.isdigit():
            log("warn", "not a product image", path=self.path, status=404)
            return self.send_error(404)
        image = draw_tile(int(name), 64 if "thumbs" in self.path else 256)
        self.send_response(200)
        self.send_header("Content-Type", "image/png")
        self.send_header("Content-Length", str(len(image)))
        self.end_headers()
        self.wfile.write(image)
        log("info", "rendered", sku=name, bytes=len(image), duration=f"{(time.monotonic() - started) * 1000:.1f}ms")

    def log_message(self, *_):
        pass


log("info", "listening", port=8000, python=sys.version.split()[0])
ThreadingHTTPServer(("", 8000), Tiles).serve_forever()
