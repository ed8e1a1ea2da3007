import { EventEmitter, once } from "node:events";
import { PassThrough } from "node:stream";
import type { Io } from "../../src/cli/command.ts";
import { main } from "../../src/cli/main.ts";

/** A terminal of one's own: what is typed, what is printed, and Ctrl-C. */
export function terminal(options: { cwd: string; env?: { readonly [name: string]: string }; tty?: boolean; typed?: string }) {
  const { cwd, env = {}, tty = false, typed } = options;
  const written = { stdout: "", stderr: "" };
  const news = new EventEmitter();
  const into = (name: "stdout" | "stderr") => {
    const stream = new PassThrough();
    stream.on("data", (chunk: Buffer) => {
      written[name] += chunk.toString();
      news.emit("written");
    });
    return stream;
  };
  const listeners = new Set<(signal: "SIGINT" | "SIGTERM") => void>();
  const stdin = new PassThrough();
  if (typed !== undefined) stdin.end(typed);
  const io: Io = {
    env,
    cwd,
    stdin: Object.assign(stdin, { isTTY: tty }),
    stdout: Object.assign(into("stdout"), { isTTY: tty }),
    stderr: into("stderr"),
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return {
    io,
    stdin,
    /** What has been printed so far. */
    out: () => written.stdout,
    err: () => written.stderr,
    interrupt: (signal: "SIGINT" | "SIGTERM" = "SIGINT") => listeners.forEach((listener) => listener(signal)),
    /** Resolves once something with these words has been printed. */
    async printed(words: string): Promise<void> {
      while (!(written.stdout + written.stderr).includes(words)) await once(news, "written");
    },
  };
}

/** Calls the program; its exit code and what it printed. */
export async function parley(args: readonly string[], options: Parameters<typeof terminal>[0]) {
  const here = terminal(options);
  const code = await main(args, here.io);
  return { code, out: here.out(), err: here.err() };
}
