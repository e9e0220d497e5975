"""Keeps the stock, and logs as a Java service does: one line an event, exceptions over many lines."""
import random
import sys
import time

import redis

TRACE = """java.util.concurrent.CompletionException: io.lettuce.core.RedisCommandTimeoutException: Command timed out after 500 millisecond(s)
\tat java.base/java.util.concurrent.CompletableFuture.encodeThrowable(CompletableFuture.java:332)
\tat java.base/java.util.concurrent.CompletableFuture.completeThrowable(CompletableFuture.java:347)
\tat com.quayside.inventory.StockReader.read(StockReader.java:71)
\tat com.quayside.inventory.StockJob.run(StockJob.java:39)
\tat java.base/java.lang.Thread.run(Thread.java:1583)
Caused by: io.lettuce.core.RedisCommandTimeoutException: Command timed out after 500 millisecond(s)
\tat io.lettuce.core.internal.ExceptionFactory.createTimeoutException(ExceptionFactory.java:59)
\t... 14 more"""


def log(level, thread, logger, message):
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime())
    print(f"{stamp},{int(time.time() * 1000) % 1000:03d} {level:5} [{thread}] {logger} - {message}", flush=True)


store = redis.Redis(host="redis")
log("INFO", "main", "c.q.inventory.Application", "Started Application in 2.481 seconds (process running for 2.9)")
for turn in range(1, sys.maxsize):
    time.sleep(random.uniform(1, 3))
    sku = random.randint(1, 40)
    stock = int(store.get(f"stock:{sku}") or 25)
    if turn % 12 == 0:
        log("ERROR", "stock-job-2", "c.q.inventory.StockJob", f"Could not refresh product {sku}\n{TRACE}")
    elif stock < 5:
        log("WARN", "stock-job-1", "c.q.inventory.StockJob", f"Product {sku} is low on stock: {stock} left, reordering")
        store.set(f"stock:{sku}", 40)
    else:
        store.set(f"stock:{sku}", stock - random.randint(1, 4))
        log("INFO", "stock-job-1", "c.q.inventory.StockJob", f"Stock of product {sku} is {stock}")
