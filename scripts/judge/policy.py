"""Asks thousands of questions of both engines; see scripts/judge-policy."""
import random
import sys
import tempfile

import attributes
import calls
from world import Difference, Server

QUESTIONS_A_WORLD = 250


def worlds(server, chance, count):
    """Judges worlds of both kinds in turn, until so many questions were asked of each kind."""
    calls.prepare(server)
    for kind in (attributes, calls):
        allowed, number, left = 0, 0, count
        while left > 0:
            asked = min(left, QUESTIONS_A_WORLD)
            number += 1
            name = f"{kind.__name__}-{number}"
            allowed += kind.judge(kind.World(chance), name, server, asked)
            left -= asked
        yield kind.__name__, number, allowed


def main():
    program, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder)
        try:
            for kind, number, allowed in worlds(server, random.Random(seed), count // 2):
                print(f"judge-policy: {count // 2} questions of {kind} in {number} worlds as Cedar decides them, {allowed} allowed (seed {seed})")
            # A judge that can find nothing is none: a grant that is wider in Cedar's words has to be found.
            chance = random.Random(seed)
            for number in range(100):
                try:
                    calls.judge(calls.World(chance, is_wrong=True), f"wrong-{number}", server, QUESTIONS_A_WORLD)
                except Difference:
                    return
            sys.exit("judge-policy: a grant that was planted was not found")
        except Difference as difference:
            sys.exit(f"judge-policy: {difference}")
        finally:
            server.end()


main()
