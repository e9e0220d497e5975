"""Customers: about eight requests a second through nginx, paced and bounded, until the demo ends."""
import itertools
import random
import time
import urllib.error
import urllib.request
from collections import Counter

SHOP = "http://nginx"
WORDS = ["rope", "anchor", "lantern", "buoy", "compass", "crate", "pulley"]
answers = Counter()


def choose():
    sku = random.randint(1, 43)
    return random.choices(
        [
            ("GET", "/"),
            ("GET", f"/products/{sku}"),
            ("GET", f"/images/thumbs/{sku}.png"),
            ("POST", f"/cart/{random.randint(1, 40)}"),
            ("POST", "/checkout"),
            ("POST", "/checkout?voucher=SUMMER"),
            ("GET", f"/search?q={random.choice(WORDS)}"),
            ("GET", "/reports/sales"),
            ("GET", random.choice(["/wp-login.php", "/.env", "/favicon.ico"])),
        ],
        weights=[20, 25, 25, 12, 6, 1, 8, 1, 2],
    )[0]


def ask(method, path):
    headers = {"X-Session": f"s{random.randint(1, 20):02d}", "User-Agent": "shop-traffic/1.0"}
    request = urllib.request.Request(SHOP + path, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            answer.read()
            return str(answer.status)
    except urllib.error.HTTPError as error:
        return str(error.code)
    except OSError:
        return "no answer"


for turn in itertools.count(1):
    answers[ask(*choose())] += 1
    if turn % 100 == 0:
        print("100 requests:", ", ".join(f"{count} x {what}" for what, count in answers.most_common()), flush=True)
        answers.clear()
    time.sleep(random.expovariate(8))
