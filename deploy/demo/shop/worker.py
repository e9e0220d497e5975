"""Makes thumbnails, and keeps every one of them: its memory grows until the kernel ends it, again and again."""
import itertools
import time

BYTES_A_TURN = 512 * 1024
kept = []

print("INFO worker started, thumbnail cache is empty", flush=True)
for job in itertools.count(1):
    kept.append(bytearray(b"x" * BYTES_A_TURN))
    size = len(kept) * BYTES_A_TURN / 1024**2
    level = "WARN" if size > 12 else "INFO"
    print(f"{level} job {job}: thumbnail rendered, cache holds {len(kept)} entries ({size:.1f} MiB)", flush=True)
    time.sleep(1)
