"""Cannot start: a crash loop, as after a deployment that forgot a migration."""
import time


class MigrationMissing(Exception):
    pass


def connect(database):
    print(f"INFO connecting to {database}", flush=True)
    time.sleep(2)
    raise MigrationMissing("relation \"invoices\" has no column \"currency\" (expected schema 42, found 41)")


print("INFO billing 3.7.0 starting", flush=True)
connect("postgres://billing@db/billing")
