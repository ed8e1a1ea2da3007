import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished } from "vitest";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import type { Post } from "../../../src/store/store.ts";
import { type Child, startChild } from "../children.ts";
import { GENERAL, MARIA } from "../journey.ts";
import { PATIENCE_MS } from "../patience.ts";
import type { PostgresServer } from "../postgres.ts";
import { bridge, SIGNING_SECRET } from "../slack/http-door.ts";
import { createThread, type Thread } from "../slack/thread.ts";
import { ownFiles } from "./own-files.ts";

const MAIN = resolve(import.meta.dirname, "../../../src/cli/main.ts");

/** One `parley start`, in a process of its own, on real time. */
export interface Machine {
  readonly child: Child;
  /** Its row among those who have the database open. */
  readonly opener: number;
  /** All that it has printed. */
  said(): string;
  /** Where its door is; with `http`. */
  readonly door: string;
  /** What `/readyz` answers. */
  ready(): Promise<{ readonly status: number; readonly body: object }>;
  /** Sends it a signal; its exit code, or the signal that ended it, once it is gone. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number | string | null>;
}

/** A local Slack, a Postgres, and as many processes as are started. */
export interface Machines {
  readonly slack: Workspace;
  readonly address: string;
  start(...args: readonly string[]): Promise<Machine>;
  /** From here on Slack's requests go to this one. */
  sendTo(machine: Machine): void;
  mention(text: string, channel?: string): Promise<Thread>;
  /** Who has the turn of a thread now: its row among the openers. */
  owner(thread: Thread): Promise<number | undefined>;
  /** Rows of the database of this test; `$.` stands before each table. */
  rows<Row extends object>(sql: string): Promise<readonly Row[]>;
}

/** `door`: `http` has Slack's requests go to one process, which {@link Machines.sendTo} names; of several sockets the local Slack takes one by chance. */
export async function openMachines(
  server: PostgresServer,
  {
    file,
    door,
    env = {},
    shareFiles = true,
  }: {
    readonly file: object;
    readonly door: "http" | "sockets";
    readonly env?: { readonly [name: string]: string };
    /** `false`: each has a disk of its own, as {@link ownFiles} says. */
    readonly shareFiles?: boolean;
  },
): Promise<Machines> {
  const folder = await mkdtemp(join(tmpdir(), "parley-machines-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, "parley.yml"), JSON.stringify(file));
  const slack = await createWorkspace({ port: 0, rateLimits: false, triggerMs: PATIENCE_MS });
  onTestFinished(() => slack.close());
  const address = server.address();
  await server.prepare(address);
  const schema = new URL(address).searchParams.get("schema") ?? "";
  const rows = async <Row extends object>(sql: string) => (await server.sql(sql.replaceAll("$.", `${schema}.`))) as Row[];
  let target: Machine | undefined;
  if (door === "http") {
    const wire = await bridge(slack, () => target?.door ?? "http://127.0.0.1:1/");
    onTestFinished(() => wire.close());
  }
  // Read beside the processes: one that had it open too would have its share of what all may do together.
  const reading = {
    store: {
      async duePosts(thread: string | undefined) {
        return rows<Post>(
          `SELECT outbox.id FROM $.outbox JOIN $.threads ON threads.id = thread WHERE name = '${thread}' AND receipt IS NULL AND gave_up IS NULL`,
        );
      },
    },
    runner: {
      async read(thread: string) {
        const found = await rows<{ body: string }>(
          `SELECT body FROM $.events JOIN $.threads ON threads.id = thread WHERE name = '${thread}' ORDER BY seq`,
        );
        return { events: found.map(({ body }) => JSON.parse(body) as RunEvent) };
      },
    },
  };

  return {
    slack,
    address,
    rows,
    async start(...args) {
      const listens = door === "http" && !args.includes("worker") ? ["--http", "127.0.0.1:0"] : [];
      const own = shareFiles ? undefined : await ownFiles(join(folder, "parley.yml"));
      const program = [process.execPath, MAIN, "start", "--health", "127.0.0.1:0", ...listens, ...args];
      const [command = "", ...given] = own ? [own.command, ...own.args, ...program] : program;
      const child = startChild(command, given, {
        cwd: folder,
        env: {
          ...process.env,
          ...(own ? { TMPDIR: own.folder, HOME: own.folder } : {}),
          PARLEY_DB: address,
          SLACK_BOT_TOKEN: slack.botToken,
          SLACK_API_URL: slack.apiUrl,
          ...(door === "http" ? { SLACK_SIGNING_SECRET: SIGNING_SECRET } : { SLACK_APP_TOKEN: slack.appToken }),
          NODE_COMPILE_CACHE: join(tmpdir(), "parley-machines-compiled"),
          ...env,
        },
      });
      let said = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (data: Buffer) => (said += data.toString()));
      await expect.poll(() => said, { timeout: PATIENCE_MS }).toMatch(/Ctrl-C ends it/);
      const [newest] = await rows<{ id: string }>("SELECT max(id) AS id FROM $.openers");
      const health = /Health is told at port (\d+)/.exec(said)?.[1];
      return {
        child,
        opener: Number(newest?.id),
        said: () => said,
        door: `http://127.0.0.1:${/taken at port (\d+)/.exec(said)?.[1] ?? 1}/slack/events`,
        async ready() {
          const answer = await fetch(`http://127.0.0.1:${health}/readyz`);
          return { status: answer.status, body: (await answer.json()) as object };
        },
        async end(signal) {
          const ended = once(child, "exit") as Promise<[number | null, string | null]>;
          child.kill(signal);
          const [code, by] = await ended;
          return by ?? code;
        },
      };
    },
    sendTo: (machine) => void (target = machine),
    async mention(text, channel = GENERAL) {
      const { ts } = await slack.control.post({ user: MARIA, channel, text });
      return createThread({ slack, parley: reading, channel, ts });
    },
    async owner({ key }) {
      const [row] = await rows<{ owner: string }>(`SELECT owner FROM $.claims WHERE kind = 'turn' AND key = '${key}'`);
      return row && Number(row.owner);
    },
  };
}
