"""Requests at a fixed rate over keep-alive connections, each timed from when it was due.

A request that waits behind a slow one counts its wait, as a user would: a server that stalls is asked no
less. Each connection has a thread of its own, so that one that waits holds up no other.
"""
import http.client
import json
import threading
import time

CONNECTIONS = 16
PATIENCE = 30


class Paced:
    """One load; `ask` makes (method, path, body) of a request's number."""

    def __init__(self, port, key, rate, ask):
        self.port, self.rate, self.ask = port, rate, ask
        self.headers = {"Authorization": "Bearer " + key}
        self.samples, self.failures, self.ended = [], [], threading.Event()

    def start(self):
        """Begins to send; returns at once."""
        self.began = time.monotonic()
        self.threads = [threading.Thread(target=self.work, args=(index,)) for index in range(CONNECTIONS)]
        for thread in self.threads:
            thread.start()

    def stop(self):
        """Ends it; the requests that are under way are finished."""
        self.ended.set()
        for thread in self.threads:
            thread.join()
        if self.failures:
            raise SystemExit(f"bench: a paced request failed: {self.failures[0]}")

    def work(self, number):
        wire = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        while not self.ended.is_set() and not self.failures:
            due = self.began + number / self.rate
            pause = due - time.monotonic()
            if pause > 0 and self.ended.wait(pause):
                break
            try:
                self.one(wire, number, due)
            except (OSError, http.client.HTTPException) as error:
                self.failures.append(repr(error))
            number += CONNECTIONS
        wire.close()

    def one(self, wire, number, due):
        method, path, body = self.ask(number)
        headers = dict(self.headers)
        if body is not None:
            headers["Content-Type"] = "application/merge-patch+json"
            body = json.dumps(body)
        wire.request(method, path, body, headers)
        answer = wire.getresponse()
        text = answer.read()
        if answer.status != 200:
            self.failures.append(f"{method} {path}: {answer.status} {text[:300]!r}")
        ended = time.monotonic()
        self.samples.append((due, ended - due, int(answer.headers.get("Bindery-Revision", 0)), ended))

    def summary(self, begin=0.0, end=float("inf")):
        """Of the requests that were due in this time: how many, and percentiles in ms."""
        return summary([took for due, took, _, _ in self.samples if begin <= due < end])


def summary(times):
    """How many, and percentiles in ms of times in s."""
    times = sorted(times)
    if not times:
        return {"count": 0, "p50": None, "p99": None, "max": None}

    def at(share):
        return times[min(len(times) - 1, int(len(times) * share))] * 1000

    return {"count": len(times), "p50": at(0.5), "p99": at(0.99), "max": times[-1] * 1000}


def change(tenants):
    """A small durable change, as writes.lua makes them."""
    run = time.time_ns()
    return lambda number: ("PATCH", f"/v1/tenants/tenant-{number * 7919 % tenants}/connections/conn-{number % 10}",
                           {"description": f"run {run}, change {number}"})


def resolved(tenants):
    """What a runtime asks for most."""
    return lambda number: ("GET", f"/v1/tenants/tenant-{number * 7919 % tenants}/configs/bench/sandbox/resolved"
                           f"?workflow=workflow-{number % 10}", None)
