#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole commands: `cahier run` against what the kernel alone takes, measured in the same run.

    bench_run.py CAHIER FOLDER [--rounds N]

CAHIER is the program, FOLDER holds the workload notebooks small.ipynb and run-1000.ipynb.
Prints one JSON line per figure: medians in seconds. The references are jupyter_client's: the start of a
kernel until it answers, and a thousand executions one after another on one kernel, each waited for until its
reply and its idle came.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from jupyter_client.manager import KernelManager


def start_kernel():
    """A started kernel, its client and the seconds until it was ready."""
    begin = time.perf_counter()
    manager = KernelManager(kernel_name="python3")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=60)
    return manager, client, time.perf_counter() - begin


def round_trip(client, code):
    """Executes and waits for the reply and the idle that belong to it."""
    message = client.execute(code)
    while True:
        got = client.get_iopub_msg(timeout=60)
        if (got["parent_header"].get("msg_id") == message and got["msg_type"] == "status"
                and got["content"]["execution_state"] == "idle"):
            break
    while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != message:
        pass


def raw_reference(count):
    """Seconds for the start of a kernel, and for `count` round trips on it."""
    manager, client, started = start_kernel()
    try:
        begin = time.perf_counter()
        for i in range(count):
            round_trip(client, f"x = {i}")
        return started, time.perf_counter() - begin
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def whole_command(cahier, notebook):
    """Seconds of `cahier run NOTEBOOK -o OUT`, which must succeed."""
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        done = subprocess.run([cahier, "run", notebook, "-o", os.path.join(folder, "out.ipynb")],
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        seconds = time.perf_counter() - begin
    if done.returncode != 0:
        sys.exit(f"cahier run {notebook} ended with {done.returncode}:\n{done.stderr.decode()}")
    return seconds


def figure(name, values, reference_name, reference, bound):
    value = statistics.median(values)
    print(json.dumps({"figure": name, "unit": "s", "value": round(value, 3), "runs": [round(v, 3) for v in values],
                      "reference_name": reference_name, "reference": round(reference, 3),
                      "to_reach": round(bound, 3), "reached": value <= bound}), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("cahier")
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    starts, thousands, small, run1000 = [], [], [], []
    for _ in range(options.rounds):
        started, thousand = raw_reference(1000)
        starts.append(started)
        thousands.append(thousand)
        small.append(whole_command(options.cahier, os.path.join(options.folder, "small.ipynb")))
        run1000.append(whole_command(options.cahier, os.path.join(options.folder, "run-1000.ipynb")))

    start = statistics.median(starts)
    thousand = statistics.median(thousands)
    figure("cahier run small.ipynb", small, "kernel start", start, start + 0.3)
    figure("cahier run run-1000.ipynb", run1000, "kernel start + 1000 raw round trips", start + thousand,
           1.1 * (start + thousand))


if __name__ == "__main__":
    main()
