"""The search service: every few minutes its index goes stale for a while, and its health check fails."""
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlparse

HEALTHY_SECONDS, STALE_SECONDS = 75, 60
started = time.monotonic()


def is_stale():
    return (time.monotonic() - started) % (HEALTHY_SECONDS + STALE_SECONDS) > HEALTHY_SECONDS


class Search(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlparse(self.path)
        if url.path == "/health":
            return self.answer(503 if is_stale() else 200, {"index": "stale" if is_stale() else "fresh"})
        query = parse_qs(url.query).get("q", [""])[0]
        if is_stale():
            print(f"ERROR index segment 7 is stale, refusing query {query!r}", flush=True)
            return self.answer(503, {"error": "index stale"})
        print(f"INFO query={query!r} hits={len(query) * 3} took={len(query) % 7 + 1}ms", flush=True)
        self.answer(200, {"hits": len(query) * 3})

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


print("INFO index loaded: 40 documents in 7 segments", flush=True)
ThreadingHTTPServer(("", 8000), Search).serve_forever()
