#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What jupyter_client's blocking client takes for the same work.

    reference_jupyter_client.py roundtrip COUNT    prints "ready", then for each line of its input the
                                                   milliseconds of COUNT round trips as one JSON array
    reference_jupyter_client.py flood LINES        prints one JSON line with the figure
"""
import json
import sys
import time

from jupyter_client.manager import KernelManager


def run(client, code):
    """Until both the reply and idle have come; what was printed is kept."""
    kept = []
    request = client.execute(code)
    while True:
        message = client.get_iopub_msg(timeout=600)
        if message["parent_header"].get("msg_id") != request:
            continue
        if message["msg_type"] == "stream":
            kept.append(message["content"]["text"])
        elif message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            break
    while client.get_shell_msg(timeout=600)["parent_header"].get("msg_id") != request:
        pass
    return kept


def main():
    what, count = sys.argv[1], int(sys.argv[2])
    manager = KernelManager()
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    try:
        if what == "roundtrip":
            for _ in range(20):
                run(client, "pass")
            print("ready", flush=True)
            for _ in sys.stdin:
                times = []
                for _ in range(count):
                    begin = time.perf_counter()
                    run(client, "pass")
                    times.append((time.perf_counter() - begin) * 1000)
                print(json.dumps(times), flush=True)
        else:
            begin = time.perf_counter()
            kept = run(client, f"for i in range({count}): print(i)")
            took = time.perf_counter() - begin
            assert sum(text.count("\n") for text in kept) == count
            print(json.dumps({"bench": "flood_jupyter_client", "unit": "s", "value": round(took, 3), "lines": count}))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
