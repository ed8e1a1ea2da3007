import { readFileSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import type { Clock } from "../../src/engine/clock.ts";
import { openPostgres, type PostgresOpened } from "../../src/store/postgres/store.ts";
import { type Child, runChild, startChild } from "./children.ts";
import { postgresPrograms } from "./postgres-programs.ts";
import { missingParts } from "./report/requirements.ts";

const USER = "parley";
const READY_MS_MAX = 30_000;
/** A test opens no more than these at once. */
const SCHEMAS = 3;

/** A server of a test file's own, on a socket in a folder of its own. */
export interface PostgresServer {
  /** Names a schema that is empty once {@link PostgresServer.prepare} has been called; a few take turns, since making one takes long. */
  address(): string;
  prepare(address: string): Promise<void>;
  /** Runs statements as the server's owner. */
  sql(text: string): Promise<readonly object[]>;
  /** At once, as when the power goes; and again on the same files, until the test ends that starts it again. */
  crash(): Promise<void>;
  start(): Promise<void>;
}

/**
 * Tests that need a real server: skipped where there is none, which the closing report names. What is written is not waited for on the disk, since nothing
 * cuts its power.
 */
export function describeOnPostgres(name: string, tests: (server: PostgresServer) => void): void {
  const isMissing = missingParts().some((part) => part.name === "postgres");
  (isMissing ? describe.skip : describe)(name, () => {
    const server = newServer();
    beforeAll(() => server.start(), READY_MS_MAX);
    afterAll(() => server.remove());
    tests(server);
  });
}

function newServer(): PostgresServer & { remove(): Promise<void> } {
  let folder: string | undefined;
  let child: Child | undefined;
  let schemas = 0;
  const toEmpty = new Set<string>();
  // A server does not run as root.
  const owner = process.getuid?.() === 0 ? ownerIn("/etc/passwd") : undefined;
  const asOwner = (program: string, args: readonly string[]): readonly [string, string[]] => {
    const path = join(postgresPrograms() ?? "", program);
    return owner ? ["setpriv", [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups", path, ...args]] : [path, [...args]];
  };
  const at = () => `postgres://${USER}@${encodeURIComponent(folder ?? "")}/postgres`;

  async function make(): Promise<string> {
    const made = await mkdtemp(join(tmpdir(), "parley-postgres-"));
    if (owner) await chown(made, owner.uid, owner.gid);
    const { code, err } = await runChild(
      ...asOwner("initdb", ["-D", join(made, "data"), "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]),
      { cwd: made },
    );
    if (code !== 0) throw new Error(`initdb failed: ${err}`);
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

  async function sql(text: string): Promise<readonly object[]> {
    const client = new pg.Client({ connectionString: at() });
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
    address() {
      const address = `${at()}?schema=t${schemas++ % SCHEMAS}`;
      toEmpty.add(address);
      return address;
    },
    async prepare(address) {
      if (toEmpty.delete(address)) await sql(emptied(new URL(address).searchParams.get("schema") ?? ""));
    },
    sql,
    async crash() {
      await end("SIGQUIT");
    },
    async start() {
      folder ??= await make();
      const settings = [
        "listen_addresses=",
        `unix_socket_directories=${folder}`,
        "fsync=off",
        "full_page_writes=off",
        "max_connections=200",
      ];
      child = startChild(...asOwner("postgres", ["-D", join(folder, "data"), ...settings.flatMap((one) => ["-c", one])]), { cwd: folder });
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

/** Small tables are faster emptied than made anew. */
const emptied = (schema: string): string => `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' AND tablename <> 'parley_version' LOOP
    EXECUTE format('DELETE FROM ${schema}.%I', name);
  END LOOP; END $$`;

function ownerIn(passwords: string): { readonly uid: number; readonly gid: number } {
  const [, uid, gid] = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync(passwords, "utf8")) ?? [];
  if (uid === undefined || gid === undefined) throw new Error("there is no user postgres, as whom a server would run");
  return { uid: Number(uid), gid: Number(gid) };
}

/** Stores that a test has open, and when nothing is under way in any of them. */
export function openedStores(server: Pick<PostgresServer, "prepare">) {
  let opened: PostgresOpened[] = [];
  return {
    async open(address: string, clock: Partial<Clock> = {}): Promise<PostgresOpened> {
      await server.prepare(address);
      const one = await openPostgres({ address, ...clock });
      opened.push(one);
      return {
        ...one,
        store: {
          ...one.store,
          async close() {
            opened = opened.filter((other) => other !== one);
            await one.store.close();
          },
        },
      };
    },
    /** What a test has left open. */
    async closeAll(): Promise<void> {
      for (const one of opened.splice(0)) await one.store.close();
    },
    async settled(): Promise<void> {
      // What one does may move the other.
      for (let round = 0; round < 2; round++) for (const one of opened) await one.settled();
    },
  };
}
