import { readFileSync } from "node:fs";
import { appendFile, chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { type Child, runChild, startChild } from "../children.ts";
import { postgresPrograms } from "./programs.ts";

export const USER = "parley";

/**
 * A Postgres of its own, on a socket in a folder of its own, and by TCP where a port is given. What is written is not waited for on the disk, since
 * nothing cuts its power.
 */
export interface Server {
  /** Of its database `postgres`, by the socket. */
  address(): string;
  /** Runs statements as the server's owner. */
  sql(text: string, database?: string): Promise<readonly object[]>;
  /** At once, as when the power goes; and again on the same files, until the test ends that starts it again. */
  crash(): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

export interface TcpOptions {
  readonly port: number;
  /** Of this machine alone. */
  readonly addresses: readonly string[];
  /** What the server is started by, such as in a network namespace. */
  readonly inside?: readonly string[];
}

/** `own`: settings in place of these, as `name=value`. */
export function createServer(tcp?: TcpOptions, own: readonly string[] = []): Server {
  let folder: string | undefined;
  let child: Child | undefined;
  // A server does not run as root.
  const owner = serverOwner();
  const asOwner = (program: string, args: readonly string[]): readonly [string, string[]] => {
    const path = join(postgresPrograms() ?? "", program);
    return owner ? ["setpriv", [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", path, ...args]] : [path, [...args]];
  };
  const at = (database = "postgres") =>
    `postgres://${USER}@${encodeURIComponent(folder ?? "")}/${database}${tcp ? `?port=${tcp.port}` : ""}`;

  async function make(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), "parley-postgres-"));
    if (owner) await chown(made, owner.uid, owner.gid);
    const { code, err } = await runChild(
      ...asOwner("initdb", ["-D", join(made, "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]),
      { cwd: made },
    );
    if (code !== 0) throw new Error(`initdb failed: ${err}`);
    // By itself it trusts the loopback interface alone.
    if (tcp?.inside) await appendFile(join(made, "data/pg_hba.conf"), "host all all samenet trust\n");
    return made;
  }

  async function isUp(): Promise<boolean> {
    const client = new pg.Client({ connectionString: at() });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      return false;
    }
  }

  async function sql(text: string, database?: string): Promise<readonly object[]> {
    const client = new pg.Client({ connectionString: at(database) });
    client.on("error", () => undefined);
    await client.connect();
    try {
      return ((await client.query(text)) as { rows: object[] }).rows;
    } finally {
      await client.end();
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once("exit", resolve));
    running.kill(signal);
    await gone;
  }

  return {
    address: () => at(),
    sql,
    async crash() {
      await end("SIGQUIT");
    },
    async start() {
      folder ??= await make();
      const settings = [
        `listen_addresses=${tcp?.addresses.join(",") ?? ""}`,
        ...(tcp ? [`port=${tcp.port}`] : []),
        `unix_socket_directories=${folder}`,
        "fsync=off",
        "full_page_writes=off",
        "max_connections=300",
        ...own,
      ];
      const [program, args] = asOwner("postgres", ["-D", join(folder, "data"), ...settings.flatMap((one) => ["-c", one])]);
      const [first = program, ...more] = [...(tcp?.inside ?? []), program, ...args];
      child = startChild(first, more, { cwd: folder });
      let said = "";
      child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
      while (!(await isUp())) {
        if (child.exitCode !== null) throw new Error(`postgres ended: ${said}`);
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    async remove() {
      await end("SIGINT");
      if (folder) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As whom a server runs that was started by root; nothing where somebody else starts it. */
export function serverOwner(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync("/etc/passwd", "utf8")) ?? [];
  if (uid === undefined || gid === undefined) throw new Error("there is no user postgres, as whom a server would run");
  return { uid: Number(uid), gid: Number(gid) };
}
