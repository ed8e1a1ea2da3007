import { PYTHON_END } from "../../box/python-end.ts";

/**
 * The program that keeps Python's variables from block to block. It reads requests on stdin (a kind, a length of four bytes, JSON) and
 * answers on stdout in frames of the same form: `h` with its process id, `o` and `e` with what was printed, `d` when a block is done.
 * A frame is no longer than a pipe takes at once, so that frames of forked processes do not mix. The code that it runs can do with it
 * what it likes: whoever reads the frames believes none of them.
 */
export const KERNEL_DRIVER = String.raw`
${PYTHON_END}
import _thread, builtins, io, json, linecache, os, queue, select, signal, struct, sys, threading, traceback, types
requests, channel = os.dup(0), os.dup(1)
os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
pipes = []
for kind, fd in ((b"o", 1), (b"e", 2)):
    r, w = os.pipe()
    os.dup2(w, fd)
    os.close(w)
    os.set_blocking(r, False)
    pipes.append((kind, r))
lock = threading.RLock()

def send(kind, data):
    with lock:
        for at in range(0, max(1, len(data)), 4091):
            part = data[at:at + 4091]
            os.write(channel, kind + struct.pack(">I", len(part)) + part)

def drain():
    with lock:
        for kind, r in pipes:
            while True:
                try: data = os.read(r, 65536)
                except BlockingIOError: break
                if not data: break
                send(kind, data)

def pump():
    while True:
        select.select([r for _, r in pipes], [], [])
        drain()

class Out(io.RawIOBase):
    def __init__(self, kind, fd): self.kind, self.fd = kind, fd
    def writable(self): return True
    def fileno(self): return self.fd
    def write(self, data):
        data = bytes(data)
        drain()
        if data: send(self.kind, data)
        return len(data)

def text(kind, fd):
    return io.TextIOWrapper(io.BufferedWriter(Out(kind, fd)), encoding="utf-8", errors="backslashreplace", line_buffering=True)

def read(size):
    data = b""
    while len(data) < size:
        part = os.read(requests, size - len(data))
        if not part: os._exit(0)
        data += part
    return data

blocks, current = queue.SimpleQueue(), None

def listen():
    while True:
        kind, size = struct.unpack(">cI", read(5))
        request = json.loads(read(size))
        if kind == b"r": blocks.put(request)
        elif request["id"] == current: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

main = types.ModuleType("__main__")
main.__dict__["__builtins__"] = builtins
sys.modules["__main__"] = main
sys.dont_write_bytecode = True
sys.path.insert(0, "/work")
sys.argv = [""]
count = 0

def run(request):
    global count
    count += 1
    path, source = request.get("file"), request["code"]
    os.chdir("/work")
    # What was ended between the blocks has been waiting to be taken note of, and counts as a process until then.
    try:
        while os.waitpid(-1, os.WNOHANG)[0]: pass
    except ChildProcessError: pass
    if os.path.islink("out") or (os.path.exists("out") and not os.path.isdir("out")): os.unlink("out")
    os.makedirs("out", exist_ok=True)
    if path:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file: file.write(source)
        sys.modules.pop(os.path.relpath(path)[:-3].replace("/", "."), None)
    name = path or "<block %d>" % count
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    exec(compile(source, name, "exec", dont_inherit=True), main.__dict__)

settle = make_settle()

def outcome(request):
    status = status_of(request)
    # What was interrupted has no time left for what it would do at its end.
    settle(status != INTERRUPTED)
    return 1 if status == INTERRUPTED else status

INTERRUPTED = -1

def status_of(request):
    try:
        run(request)
        return 0
    except SystemExit as end:
        if end.code is None: return 0
        if isinstance(end.code, int): return end.code & 255
        print(end.code, file=sys.stderr)
        return 1
    except BaseException as error:
        traceback.print_exception(type(error), error, error.__traceback__.tb_next and error.__traceback__.tb_next.tb_next)
        return INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1

threading.Thread(target=pump, daemon=True).start()
threading.Thread(target=listen, daemon=True).start()
send(b"h", str(os.getpid()).encode())
while True:
    try:
        request = blocks.get()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.stdin, sys.stdout, sys.stderr = open("/dev/null"), text(b"o", 1), text(b"e", 2)
        current = request["id"]
        status = 1
        try: status = outcome(request)
        finally:
            current = None
            for stream in (sys.stdout, sys.stderr):
                try: stream.flush()
                except BaseException: pass
            drain()
            send(b"d", json.dumps({"id": request["id"], "status": status}).encode())
    except KeyboardInterrupt: pass
`;
