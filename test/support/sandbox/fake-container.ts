import type { Duplex } from "node:stream";
import Docker from "dockerode";
import { sandboxImage } from "./docker.ts";

/** A real container, to stand behind a fake service that promises one: what code does in it, a fake cannot make up. */
export interface FakeContainer {
  readonly id: string;
  exec(command: { args: readonly string[]; user: string; cwd: string }): Promise<FakeExec>;
  /** Bytes of a file as root; `undefined` where there is none. */
  read(path: string): Promise<Buffer | undefined>;
  write(path: string, content: Buffer): Promise<void>;
  remove(): Promise<void>;
}

export interface FakeExec {
  onOutput: (stream: "stdout" | "stderr", bytes: Buffer) => void;
  /** Starts to listen. */
  begin(): void;
  write(bytes: Buffer): void;
  /** 128 + n for one that a signal ended; `undefined` when the container is gone. */
  readonly exitCode: Promise<number | undefined>;
}

export interface FakeContainerOptions {
  readonly cmd: readonly string[];
  readonly user: string;
  readonly cwd: string;
  readonly env: readonly string[];
  readonly memoryMb: number;
  readonly readOnly: boolean;
  readonly capabilities: boolean;
  readonly tmpfs: Readonly<Record<string, string>>;
  /** A first process that reaps orphans. */
  readonly init: boolean;
}

const docker = new Docker();

export async function startFakeContainer(options: FakeContainerOptions): Promise<FakeContainer> {
  const container = await docker.createContainer({
    Image: sandboxImage(),
    Entrypoint: [],
    Cmd: [...options.cmd],
    User: options.user,
    WorkingDir: options.cwd,
    Env: [...options.env],
    Hostname: "sandbox",
    Labels: { "parley.test": "fake" },
    HostConfig: {
      AutoRemove: true,
      Init: options.init,
      NetworkMode: "none",
      Memory: options.memoryMb * 1024 * 1024,
      MemorySwap: options.memoryMb * 1024 * 1024,
      PidsLimit: 128,
      ReadonlyRootfs: options.readOnly,
      CapDrop: options.capabilities ? [] : ["ALL"],
      SecurityOpt: options.capabilities ? [] : ["no-new-privileges:true"],
      Tmpfs: { ...options.tmpfs },
    },
  });
  await container.start();

  async function exec({ args, user, cwd }: { args: readonly string[]; user: string; cwd: string }): Promise<FakeExec> {
    const made = await container.exec({
      Cmd: [...args],
      User: user,
      WorkingDir: cwd,
      AttachStdin: true,
      AttachStdout: true,
      AttachStderr: true,
      Tty: false,
    });
    const stream: Duplex = await made.start({ hijack: true, stdin: true });
    const { promise: exitCode, resolve } = Promise.withResolvers<number | undefined>();
    const end = (): void => {
      made.inspect().then(
        ({ ExitCode }) => resolve(ExitCode ?? undefined),
        () => resolve(undefined),
      );
    };
    for (const event of ["end", "close", "error"]) stream.on(event, end);
    const running: FakeExec = {
      onOutput: () => {},
      begin: () => {
        docker.modem.demuxStream(stream, sink(running, "stdout") as never, sink(running, "stderr") as never);
        stream.resume();
      },
      write: (bytes) => void stream.write(bytes),
      exitCode,
    };
    return running;
  }

  async function whole(args: readonly string[], input?: Buffer): Promise<Buffer | undefined> {
    const running = await exec({ args, user: "0:0", cwd: "/" });
    const kept: Buffer[] = [];
    running.onOutput = (stream, bytes) => void (stream === "stdout" && kept.push(bytes));
    running.begin();
    if (input) running.write(input);
    return (await running.exitCode) === 0 ? Buffer.concat(kept) : undefined;
  }

  return {
    id: container.id,
    exec,
    read: (path) => whole(["cat", path]),
    write: async (path, content) => void (await whole(["sh", "-c", 'head -c "$1" > "$0"', path, String(content.length)], content)),
    remove: async () => {
      await container.remove({ force: true, v: true }).catch(() => undefined); // gone already
    },
  };
}

const sink = (running: FakeExec, stream: "stdout" | "stderr"): { write(chunk: Buffer): void } => ({
  write: (chunk) => running.onOutput(stream, Buffer.from(chunk)),
});
