"""Asks thousands of questions of both engines; see scripts/judge-policy."""
import random
import sys
import tempfile

import attributes
import calls
from world import Difference, Refused, Server

QUESTIONS_A_WORLD = 250
KINDS = (attributes, calls)
# A mistake is about something that not every world has: an empty list, a rule that errs.
PLANTED_WORLDS_MAX = 150


def hold_against_cedar(server, count, seed):
    """Judges worlds of each kind, until so many questions were asked of both together."""
    chance = random.Random(seed)
    for kind in KINDS:
        left = count // len(KINDS)
        allowed, number, asked_of_all = 0, 0, left
        while left > 0:
            asked = min(left, QUESTIONS_A_WORLD)
            number += 1
            name = f"{kind.__name__}-{number}"
            try:
                allowed += kind.judge(kind.World(chance), name, server, asked)
            except Difference as difference:
                sys.exit(f"judge-policy: world {name} of seed {seed}: {difference}")
            left -= asked
        print(f"judge-policy: {asked_of_all} questions of {kind.__name__} in {number} worlds as Cedar decides them, "
              f"{allowed} allowed (seed {seed})")


def check_itself(server, seed):
    """Whether each mistake that is planted in the translation is found: a judge that finds nothing is none."""
    for kind in KINDS:
        for place, plant in enumerate(kind.World.plants):
            name = f"planted-{kind.__name__}-{place}"
            number = worlds_until_found(server, kind, plant, name, random.Random(seed))
            if number is None:
                sys.exit(f"judge-policy: not found in {PLANTED_WORLDS_MAX} worlds of {kind.__name__}: {plant}")
            print(f"judge-policy: found in world {number} of {kind.__name__}: {plant}")


def worlds_until_found(server, kind, plant, name, chance):
    """How many worlds it takes; None when it is never found."""
    for number in range(1, PLANTED_WORLDS_MAX + 1):
        try:
            kind.judge(kind.World(chance), f"{name}-{number}", server, QUESTIONS_A_WORLD, plant)
        except Difference:
            return number
    return None


def main():
    program, count, seed, checks_itself = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "true"
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder)
        try:
            calls.prepare(server)
            if checks_itself:
                check_itself(server, seed)
            else:
                hold_against_cedar(server, count, seed)
        except Refused as refused:
            sys.exit(f"judge-policy: {refused}")
        finally:
            server.end()


main()
