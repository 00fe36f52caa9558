"""Writes what providers' own libraries sign at a fixed time: Tests/golden/webhooks.json, or whether that is still so.

    python3 scripts/judge/webhook_vectors.py [--write]
"""
import json
import os
import sys

from signers import all_signers

# 2026-01-02T03:04:05Z
NOW = 1767323045
URL = "https://hooks.judge.example/hook"
PATH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Tests", "golden", "webhooks.json")


def vector(name, signer):
    body = signer.body(1)
    query = signer.target(body) if hasattr(signer, "target") else ""
    return {
        "name": name, "auth": signer.members, "key": signer.secret, "url": URL + query, "body": body.decode(),
        "headers": {"Content-Type": signer.type, **signer.sign(URL + query, body, NOW)},
    }


def main():
    vectors = {"now": NOW, "webhooks": [vector(name, signer) for name, signer in all_signers().items()]}
    text = json.dumps(vectors, indent=2, ensure_ascii=False) + "\n"
    if sys.argv[1:] == ["--write"]:
        with open(PATH, "w", encoding="utf-8") as file:
            file.write(text)
        return
    with open(PATH, encoding="utf-8") as file:
        if file.read() != text:
            sys.exit("judge-webhooks: Tests/golden/webhooks.json is not what the libraries sign (--write)")


if __name__ == "__main__":
    main()
