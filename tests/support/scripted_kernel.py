#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A kernel that does what a good kernel never does, as its cells tell it.

    scripted_kernel.py CONNECTION_FILE [option …]

In a kernel spec or a start request:
    argv: ["python3", ".../scripted_kernel.py", "{connection_file}", …]

Options, for what happens before any cell:
    --slow SECONDS           waits before it opens its sockets
    --die-at-start           exits with status 3 before it opens its sockets
    --die-after-bind         exits with status 4 once its sockets are open
    --stderr TEXT            writes TEXT to its standard error first
    --ignore-kernel-info N   leaves the first N kernel_info_requests unanswered
    --interrupt-mode message interrupt_request is answered and counted (SIGINT is ignored)
    --die-at-shutdown        kills itself when it gets shutdown_request
    --ignore-shutdown        neither shutdown_request nor SIGTERM ends it
    --null-replies           contents of shutdown_reply and interrupt_reply are null, as xeus has them
    --bad-signatures         every message is signed wrongly

A cell's code is its script: one action per line, done in order. Without lines the cell is
busy, input, reply, idle. A cell of several lines starts with nothing done: it says "busy" itself.
    busy | idle              status with the request as parent
    input                    execute_input
    stream TEXT              stream on stdout, TEXT and a newline
    twice TEXT               the same, and the very same message again
    result TEXT              execute_result, text/plain
    display ID TEXT          display_data with transient.display_id
    reply                    execute_reply, ok
    error NAME VALUE         error on iopub, then an execute_reply with status error
    aborted                  execute_reply with status aborted
    bare-error               execute_reply {"status":"error"} and nothing else in it, as xeus aborts
    null-status              a status message whose content is null
    null-reply               an execute_reply whose content is null
    bad-signature            a stream that is signed wrongly
    bad-json                 a correctly signed message whose header is no JSON
    truncated                messages cut off after each of their frames
    garbage                  random frames without a delimiter, on every channel
    no-parent                a stream without a parent
    foreign-parent           a stream whose parent is an unknown request
    flood N [SIZE]           N streams of SIZE characters (10), as fast as possible
    burst N                  one stream of N lines
    buffers N SIZE           a comm_msg with N binary buffers of SIZE bytes
    ask PROMPT               input_request, waits for the answer, then streams it
    sleep SECONDS            may be cut short by an interrupt of either mode, which then is streamed as
                             "interrupted"
    stderr TEXT              to the standard error of the process
    die [SIGNAL]             kills itself at once (9), nothing more is sent
    alarm SECONDS            is killed by SIGALRM after that time, whatever it does by then
    exit STATUS              exits with that status
    flush                    waits until what was sent is on its way
"""
import argparse
import hashlib
import hmac
import json
import os
import signal
import sys
import time
import uuid

import zmq


class Interrupted(Exception):
    pass


class Kernel:
    def __init__(self, options):
        self.options = options
        with open(options.connection_file) as file:
            self.info = json.load(file)
        self.key = self.info["key"].encode()
        self.session = uuid.uuid4().hex
        self.count = 0
        self.interrupts = 0
        self.flooded = 0
        self.unanswered = options.ignore_kernel_info
        self.context = zmq.Context()
        self.sockets = {}

    def address(self, port):
        separator = "-" if self.info["transport"] == "ipc" else ":"
        return f"{self.info['transport']}://{self.info['ip']}{separator}{self.info[port]}"

    def open(self):
        for name, kind in (("shell", zmq.ROUTER), ("control", zmq.ROUTER), ("stdin", zmq.ROUTER), ("iopub", zmq.PUB)):
            socket = self.context.socket(kind)
            socket.linger = 1000
            socket.sndhwm = 0
            socket.bind(self.address(name + "_port"))
            self.sockets[name] = socket

    # Messages

    def signature(self, frames):
        if not self.key:
            return b""
        digest = hmac.new(self.key, digestmod=hashlib.sha256)
        for frame in frames:
            digest.update(frame)
        return digest.hexdigest().encode()

    def frames(self, kind, content, parent, identities=(), buffers=(), signature=None, header=None):
        if header is None:
            header = json.dumps({"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self.session,
                                 "username": "scripted", "date": "2026-01-01T00:00:00Z", "version": "5.3"}).encode()
        parts = [header, json.dumps(parent).encode(), b"{}", json.dumps(content).encode()]
        if self.options.bad_signatures:
            signature = b"0" * 64
        return [*identities, b"<IDS|MSG>", signature or self.signature(parts), *parts, *buffers]

    def publish(self, kind, content, parent, **more):
        self.sockets["iopub"].send_multipart(self.frames(kind, content, parent, [kind.encode()], **more))

    def status(self, state, parent):
        self.publish("status", {"execution_state": state}, parent)

    def reply(self, channel, request, kind, content, **more):
        identities, header, _ = request
        self.sockets[channel].send_multipart(self.frames(kind, content, header, identities, **more))

    def receive(self, channel):
        frames = self.sockets[channel].recv_multipart()
        at = frames.index(b"<IDS|MSG>")
        return frames[:at], json.loads(frames[at + 2]), json.loads(frames[at + 5])

    # Requests

    def serve(self):
        poller = zmq.Poller()
        poller.register(self.sockets["shell"], zmq.POLLIN)
        poller.register(self.sockets["control"], zmq.POLLIN)
        while True:
            try:
                ready = dict(poller.poll())
                if self.sockets["control"] in ready:
                    self.control(self.receive("control"))
                elif self.sockets["shell"] in ready:
                    self.shell(self.receive("shell"))
            except Interrupted:
                pass

    def kernel_info(self, channel, request):
        if self.unanswered > 0:
            self.unanswered -= 1
            return
        self.status("busy", request[1])
        self.reply(channel, request, "kernel_info_reply",
                   {"status": "ok", "protocol_version": "5.3", "implementation": "scripted",
                    "implementation_version": "1", "banner": "scripted",
                    "language_info": {"name": "script", "version": "1", "mimetype": "text/plain",
                                      "file_extension": ".txt"}})
        self.status("idle", request[1])

    def control(self, request):
        kind = request[1]["msg_type"]
        null = self.options.null_replies
        if kind == "kernel_info_request":
            self.kernel_info("control", request)
        elif kind == "interrupt_request":
            self.interrupts += 1
            self.reply("control", request, "interrupt_reply", None if null else {"status": "ok"})
            self.publish("stream", {"name": "stdout", "text": f"interrupt_request {self.interrupts}\n"}, {})
        elif kind == "shutdown_request" and self.options.die_at_shutdown:
            os.kill(os.getpid(), signal.SIGKILL)
        elif kind == "shutdown_request" and not self.options.ignore_shutdown:
            content = None if null else {"status": "ok", "restart": request[2].get("restart", False)}
            self.reply("control", request, "shutdown_reply", content)
            self.publish("shutdown" if null else "shutdown_reply", content, request[1])
            self.context.destroy(linger=500)
            os._exit(0)

    def shell(self, request):
        kind = request[1]["msg_type"]
        if kind == "kernel_info_request":
            self.kernel_info("shell", request)
        elif kind == "execute_request":
            self.count += 1
            code = request[2].get("code", "").strip()
            for line in (code or "busy\ninput\nreply\nidle").splitlines():
                if line.strip():
                    self.action(line.strip(), request)
        else:
            self.status("busy", request[1])
            self.reply("shell", request, kind.replace("_request", "_reply"), {"status": "ok"})
            self.status("idle", request[1])

    def execute_reply(self, request, content, **more):
        self.reply("shell", request, "execute_reply", content, **more)

    def action(self, line, request):
        name, _, rest = line.partition(" ")
        method = getattr(self, "do_" + name.replace("-", "_"), None)
        if method is None:
            self.publish("stream", {"name": "stderr", "text": f"unknown action: {line}\n"}, request[1])
        else:
            method(rest, request)

    # Actions

    def do_busy(self, rest, request):
        self.status("busy", request[1])

    def do_idle(self, rest, request):
        self.status("idle", request[1])

    def do_input(self, rest, request):
        self.publish("execute_input", {"code": request[2].get("code", ""), "execution_count": self.count}, request[1])

    def do_stream(self, rest, request):
        self.publish("stream", {"name": "stdout", "text": rest + "\n"}, request[1])

    def do_result(self, rest, request):
        self.publish("execute_result", {"data": {"text/plain": rest}, "metadata": {}, "execution_count": self.count},
                     request[1])

    def do_display(self, rest, request):
        display_id, _, text = rest.partition(" ")
        self.publish("display_data", {"data": {"text/plain": text}, "metadata": {},
                                      "transient": {"display_id": display_id}}, request[1])

    def do_reply(self, rest, request):
        self.execute_reply(request, {"status": "ok", "execution_count": self.count, "user_expressions": {},
                                     "payload": []})

    def do_error(self, rest, request):
        name, _, value = rest.partition(" ")
        content = {"ename": name, "evalue": value, "traceback": [f"{name}: {value}"]}
        self.publish("error", content, request[1])
        self.execute_reply(request, {"status": "error", "execution_count": self.count, **content})

    def do_aborted(self, rest, request):
        self.execute_reply(request, {"status": "aborted"})

    def do_bare_error(self, rest, request):
        self.execute_reply(request, {"status": "error"})

    def do_null_status(self, rest, request):
        self.publish("status", None, request[1])

    def do_null_reply(self, rest, request):
        self.execute_reply(request, None)

    def do_bad_signature(self, rest, request):
        self.publish("stream", {"name": "stdout", "text": "forged\n"}, request[1], signature=b"0" * 64)

    def do_bad_json(self, rest, request):
        self.publish("stream", {}, request[1], header=b'{"msg_id": "x", ')
        self.publish("stream", {}, request[1], header=b"[1, 2]")
        self.publish("stream", {}, request[1], header=b'{"msg_type": 5}')

    def do_truncated(self, rest, request):
        whole = self.frames("stream", {"name": "stdout", "text": "cut\n"}, request[1], [b"stream"])
        for count in range(1, len(whole)):
            self.sockets["iopub"].send_multipart(whole[:count])

    def do_garbage(self, rest, request):
        for channel in ("iopub", "shell", "control", "stdin"):
            start = [] if channel == "iopub" else [request[0][0]]
            for frames in ([b""], [b"\0" * 10, b"\xff" * 100], [b"<IDS|MSG>"] * 8, [os.urandom(50) for _ in range(9)]):
                self.sockets[channel].send_multipart(start + frames)

    def do_no_parent(self, rest, request):
        self.publish("stream", {"name": "stdout", "text": "no parent\n"}, {})

    def do_foreign_parent(self, rest, request):
        self.publish("stream", {"name": "stdout", "text": "foreign\n"},
                     {"msg_id": "unknown", "msg_type": "execute_request", "session": "unknown"})

    def do_flood(self, rest, request):
        number, _, size = rest.partition(" ")
        text = "x" * (int(size or 10) - 1) + "\n"
        frames = self.frames("stream", {"name": "stdout", "text": text}, request[1], [b"stream"])
        topic, delimiter, _, header, *rest = frames
        before, after = header.split(json.loads(header)["msg_id"].encode())
        key = hmac.new(self.key, digestmod=hashlib.sha256)
        rest_bytes = b"".join(rest)
        send = self.sockets["iopub"].send_multipart
        for index in range(int(number)): # no message is like another one
            header = b"%s%s-%d%s" % (before, self.session.encode(), self.flooded + index, after)
            digest = key.copy()
            digest.update(header + rest_bytes)
            send([topic, delimiter, digest.hexdigest().encode() if self.key else b"", header, *rest])
        self.flooded += int(number)

    def do_twice(self, rest, request):
        frames = self.frames("stream", {"name": "stdout", "text": rest + "\n"}, request[1], [b"stream"])
        for _ in range(2):
            self.sockets["iopub"].send_multipart(frames)

    def do_burst(self, rest, request):
        text = "".join(f"{i}\n" for i in range(int(rest)))
        self.publish("stream", {"name": "stdout", "text": text}, request[1])

    def do_buffers(self, rest, request):
        number, size = (int(word) for word in rest.split())
        self.publish("comm_msg", {"comm_id": "c", "data": {}}, request[1],
                     buffers=[bytes([i % 256]) * size for i in range(number)])

    def do_ask(self, rest, request):
        self.sockets["stdin"].send_multipart(
            self.frames("input_request", {"prompt": rest, "password": False}, request[1], request[0]))
        _, _, content = self.receive("stdin")
        self.publish("stream", {"name": "stdout", "text": content["value"] + "\n"}, request[1])

    def do_sleep(self, rest, request):
        end = time.monotonic() + float(rest)
        before = self.interrupts
        try:
            while time.monotonic() < end and self.interrupts == before:
                if self.sockets["control"].poll(max(0, end - time.monotonic()) * 1000):
                    self.control(self.receive("control"))
        except Interrupted:
            self.interrupts += 1
        if self.interrupts != before:
            self.publish("stream", {"name": "stdout", "text": "interrupted\n"}, request[1])

    def do_stderr(self, rest, request):
        print(rest, file=sys.stderr, flush=True)

    def do_flush(self, rest, request):
        time.sleep(0.05)

    def do_die(self, rest, request):
        self.do_flush(rest, request)
        os.kill(os.getpid(), int(rest or 9))
        time.sleep(10)

    def do_alarm(self, rest, request):
        signal.setitimer(signal.ITIMER_REAL, float(rest))

    def do_exit(self, rest, request):
        self.do_flush(rest, request)
        os._exit(int(rest))


def interrupted(number, frame):
    raise Interrupted


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("connection_file")
    parser.add_argument("--slow", type=float, default=0)
    parser.add_argument("--die-at-start", action="store_true")
    parser.add_argument("--die-after-bind", action="store_true")
    parser.add_argument("--stderr")
    parser.add_argument("--ignore-kernel-info", type=int, default=0)
    parser.add_argument("--interrupt-mode", default="signal")
    parser.add_argument("--die-at-shutdown", action="store_true")
    parser.add_argument("--ignore-shutdown", action="store_true")
    parser.add_argument("--null-replies", action="store_true")
    parser.add_argument("--bad-signatures", action="store_true")
    options = parser.parse_args()
    if options.stderr:
        print(options.stderr, file=sys.stderr, flush=True)
    if options.die_at_start:
        os._exit(3)
    signal.signal(signal.SIGINT, signal.SIG_IGN if options.interrupt_mode == "message" else interrupted)
    if options.ignore_shutdown:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(options.slow)
    kernel = Kernel(options)
    kernel.open()
    if options.die_after_bind:
        os._exit(4)
    kernel.serve()


if __name__ == "__main__":
    main()
