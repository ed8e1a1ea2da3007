import type { Duplex } from "node:stream";
import type Docker from "dockerode";
import { WORKSPACE, type Command, type Running } from "../box/box.ts";
import type { StreamName } from "../box/output.ts";
import { CODE_USER } from "./container.ts";
import { callEngine } from "./engine.ts";

/** A process in the container, being watched. */
export interface ExecRunning {
  /** Settles when its streams have ended, that is when nobody holds them any more; never fails. */
  readonly ended: Promise<void>;
  readonly hasEnded: boolean;
  /** Its exit code; undefined when the engine knows none: the process runs on, or the container is gone. Ask after `ended`. */
  exitCode(): Promise<number | undefined>;
  /** Stops listening. A stream must not be left unread: the engine then takes 10 s to kill the container. */
  letGo(): void;
  /** Says something on stdin, which stays open. What a process that has ended is told is lost. */
  write(bytes: string | Uint8Array): void;
  /** Says the last thing on stdin and closes it. */
  end(bytes: string | Uint8Array): void;
}

export interface ExecCommand {
  readonly cmd: readonly string[];
  /** The code's own by default. */
  readonly user?: string;
  readonly onOutput: Command["onOutput"];
}

/** Starts a process in the workspace. Fails when the container or the engine is gone. */
export async function exec(container: Docker.Container, { cmd, user = CODE_USER, onOutput }: ExecCommand): Promise<ExecRunning> {
  const created = await callEngine((options) =>
    container.exec({
      User: user,
      WorkingDir: WORKSPACE,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
      Cmd: [...cmd],
      ...options,
    }),
  );
  const stream: Duplex = await callEngine((options) => created.start({ hijack: true, stdin: true, ...options }));
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const demux = demultiplexer(onOutput);
  stream.on("data", demux);
  let hasEnded = false;
  for (const end of ["end", "close", "error"])
    stream.on(end, () => {
      hasEnded = true;
      resolve();
    });
  return {
    ended,
    get hasEnded() {
      return hasEnded;
    },
    letGo: () => stream.destroy(),
    write: (bytes) => void (stream.writable && stream.write(bytes)),
    end: (bytes) => void (stream.writable && stream.end(bytes)),
    exitCode: async () => {
      try {
        const { Running, ExitCode } = (await callEngine((options) => created.inspect(options))) as {
          Running: boolean;
          ExitCode: number | null;
        };
        return Running ? undefined : (ExitCode ?? undefined);
      } catch {
        return undefined;
      }
    },
  };
}

/** Starts a program in the workspace as the code's user, with all of its stdin. */
export async function startIn(container: Docker.Container, { args, stdin, onOutput }: Command): Promise<Running> {
  const running = await exec(container, { cmd: args, onOutput });
  running.end(stdin);
  const { ended, letGo, exitCode } = running;
  return {
    ended,
    letGo,
    how: async () => {
      const code = await exitCode();
      return code === undefined ? undefined : { exitCode: code, outOfMemory: false };
    },
  };
}

/** Takes the engine's frames apart: a kind byte, three zeros, a length of four bytes, then as many bytes. A frame is passed on as it comes, not gathered. */
function demultiplexer(onOutput: Command["onOutput"]): (chunk: Buffer) => void {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream: StreamName = "stdout";
  return (chunk) => {
    let rest = chunk;
    while (rest.length > 0) {
      if (left === 0) {
        const taken = rest.subarray(0, 8 - header.length);
        header = Buffer.concat([header, taken]);
        rest = rest.subarray(taken.length);
        if (header.length < 8) return;
        stream = header[0] === 2 ? "stderr" : "stdout";
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
      const body = rest.subarray(0, left);
      if (body.length > 0) onOutput(stream, body);
      left -= body.length;
      rest = rest.subarray(body.length);
    }
  };
}
