"""The shop's web application: Flask under uWSGI, with what real ones have: fast pages, slow ones, and a bug."""
import json
import logging
import random
import time
import urllib.request

import redis
from flask import Flask, abort, jsonify, request

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
log = logging.getLogger("shop.web")
app = Flask(__name__)
store = redis.Redis(host="redis", socket_timeout=2)
PRICES = {sku: round(random.Random(sku).uniform(3, 90), 2) for sku in range(1, 41)}


@app.get("/")
def home():
    visits = store.incr("visits")
    if visits % 100 == 0:
        log.info("visit number %d", visits)
    return "<h1>Quayside Shop</h1><p>Fresh off the container.</p>"


@app.get("/products/<int:sku>")
def product(sku):
    if sku not in PRICES:
        log.warning("unknown product %d asked for by %s", sku, request.headers.get("X-Forwarded-For", "-"))
        abort(404)
    return jsonify(sku=sku, price=PRICES[sku], stock=int(store.get(f"stock:{sku}") or 25))


@app.post("/cart/<int:sku>")
def add_to_cart(sku):
    session = request.headers.get("X-Session", "nobody")
    count = store.hincrby(f"cart:{session}", sku, 1)
    store.expire(f"cart:{session}", 600)
    log.info("cart of %s: %d x product %d", session, count, sku)
    return jsonify(count=count)


@app.post("/checkout")
def checkout():
    session = request.headers.get("X-Session", "nobody")
    cart = store.hgetall(f"cart:{session}")
    total = sum(PRICES[int(sku)] * int(count) for sku, count in cart.items())
    # The bug of the demo: a voucher is not always a number.
    discount = float(request.args.get("voucher", "0"))
    store.delete(f"cart:{session}")
    store.rpush("orders", json.dumps({"session": session, "total": round(total - discount, 2)}))
    log.info("order of %s for %.2f", session, total - discount)
    return jsonify(total=total)


@app.get("/search")
def search():
    query = request.args.get("q", "")
    try:
        with urllib.request.urlopen(f"http://search:8000/find?q={query}", timeout=2) as answer:
            return answer.read(), 200, {"Content-Type": "application/json"}
    except OSError as error:
        log.error("search is not available: %s", error)
        abort(503)


@app.get("/reports/sales")
def report():
    started = time.monotonic()
    time.sleep(random.uniform(0.8, 2.5))
    log.warning("slow query: sales report took %.0f ms", (time.monotonic() - started) * 1000)
    return jsonify(orders=store.llen("orders"))
