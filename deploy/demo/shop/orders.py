"""Takes orders from the queue and logs JSON as pino does it, errors with their stack trace."""
import itertools
import json
import os
import random
import time

import redis

STACK = (
    "PaymentDeclinedError: card ending 4242 declined: insufficient_funds\n"
    "    at PaymentGateway.charge (/app/src/payment/gateway.js:118:13)\n"
    "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)\n"
    "    at async OrderService.place (/app/src/orders/order-service.js:64:22)\n"
    "    at async /app/src/orders/consumer.js:31:7"
)
LEVELS = {"debug": 20, "info": 30, "warn": 40, "error": 50}


def log(level, message, **fields):
    record = {"level": LEVELS[level], "time": int(time.time() * 1000), "pid": os.getpid(), "name": "orders"}
    print(json.dumps({**record, **fields, "msg": message}), flush=True)


queue = redis.Redis(host="redis")
log("info", "consumer started", queue="orders", concurrency=4)
for number in itertools.count(1001):
    taken = queue.blpop("orders", timeout=5)
    if taken is None:
        log("debug", "queue is empty")
        continue
    order = {"orderId": number, "traceId": f"{random.getrandbits(64):016x}", **json.loads(taken[1])}
    duration = round(random.expovariate(1 / 40), 1)
    if number % 9 == 0:
        kind, message = STACK.splitlines()[0].split(": ", 1)
        log("error", "order failed", **order, err={"type": kind, "message": message, "stack": STACK})
    elif duration > 120:
        log("warn", "order took long", **order, responseTime=duration)
    else:
        log("info", "order placed", **order, responseTime=duration)
