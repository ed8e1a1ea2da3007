/** What is run of an answer in Python. */
export interface PythonCheck {
  readonly code: string;
  readonly test: string;
  /** What `check` of the test is called with; nothing where the test runs by itself. */
  readonly entryPoint: string;
  /** Printed last, and only where the test has come to its end. */
  readonly mark: string;
}

/**
 * A program that tests an answer's code and prints the mark where it passes. The code runs in a process of its own, which is told the test and a secret
 * only when all of the code has been read, and has to give the secret back behind the test: neither what the code prints nor how it exits is a verdict. The
 * test has Python's own builtins, whatever the code has put in their places. What is not withstood is in docs/evaluation.md.
 */
export function pythonCheck({ code, test, entryPoint, mark }: PythonCheck): string {
  const words = [CORE, code, test, entryPoint, mark].map((text) => `"${Buffer.from(text).toString("base64")}"`).join(", ");
  return `${OUTER}\n_parley_check(${words})\n`;
}

/** Where no process can be made, as in WebAssembly, all of it is one. */
const OUTER = `import base64, os, subprocess, sys

def _parley_check(*given):
    core, code, test, entry, mark = (base64.b64decode(one) for one in given)
    try:
        # The code is not to read it there.
        os.unlink(__file__)
    except Exception:
        pass
    ready, secret = (os.urandom(16).hex().encode() for _ in "12")
    said = [code.hex().encode() + b" " + ready, b" ".join([test.hex().encode(), entry.hex().encode(), secret])]
    if sys.platform == "emscripten":
        space = {"__name__": "core"}
        exec(compile(core, "core.py", "exec"), space)
        heard = []
        try:
            space["run"](lambda: said.pop(0), heard.append)
        finally:
            if heard == [ready, secret]:
                print(mark.decode())
        return
    to_read, to_write = os.pipe()
    from_read, from_write = os.pipe()
    command = [sys.executable, "-c", core.decode() + f"\\nover({to_read}, {from_write})\\n"]
    inner = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=(to_read, from_write))
    os.close(to_read)
    os.close(from_write)
    with os.fdopen(to_write, "wb", 0) as to, os.fdopen(from_read, "rb") as back:
        passed = True
        try:
            for words, wanted in zip(said, [ready, secret]):
                to.write(words + b"\\n")
                passed = passed and back.readline() == wanted + b"\\n"
                if not passed:
                    break
        except BrokenPipeError:
            passed = False
    status = inner.wait()
    if passed:
        print(mark.decode(), flush=True)
    else:
        if status == 0:
            print("it ended before the end of its test", file=sys.stderr)
        sys.exit(1)
`;

/** What the code could replace is held in arguments from before it was run. */
const CORE = `import builtins, os, sys, types

def run(hear, tell, execute=exec, make=compile, unhex=bytes.fromhex, known=dict(vars(builtins))):
    code, ready = hear().split(b" ")
    answer = types.ModuleType("answer")
    sys.modules["answer"] = answer
    space = vars(answer)
    execute(make(unhex(code.decode()), "answer.py", "exec"), space)
    tell(ready)
    test, entry, secret = hear().split(b" ")
    entry = unhex(entry.decode()).decode()
    own = {name: value for name, value in space.items() if name not in known or name == entry}
    own.update(__name__="test", __builtins__=known)
    execute(make(unhex(test.decode()), "test.py", "exec"), own)
    if entry:
        execute(make(f"check({entry})", "check.py", "exec"), own)
    tell(secret)

def over(source, target, read=os.read, write=os.write, leave=os._exit):
    for end in (source, target):
        os.set_inheritable(end, False)
    def hear():
        words = b""
        while not words.endswith(b"\\n"):
            some = read(source, 65536)
            if not some:
                leave(1)
            words += some
        return words[:-1]
    def tell(words):
        write(target, words + b"\\n")
    run(hear, tell)
    leave(0)
`;
