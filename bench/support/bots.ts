import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { SIGNING_SECRET, type InstantSlack } from "./instant-slack.ts";

export type Door = "socket" | "http";
export type BotName = "parley" | "bolt";

/** What the Bolt app is told. */
export interface BotOrders {
  readonly database: string;
  readonly apiUrl: string;
  /** Of its HTTP door; Socket Mode when absent. */
  readonly port?: number | undefined;
  readonly secret: string;
  /** Those of the bench's own Slack when absent. */
  readonly botToken?: string;
  readonly appToken?: string;
}

/** A bot in a process of its own, connected to the Slack of the bench. */
export interface Bot {
  /** Asks it to end, and ends it after a while; how long it took in ms. */
  end(): Promise<number>;
  /** Envelopes in its database. To be asked when it has ended. */
  stored(): number;
}

const START_MS_MAX = 60_000;
const END_MS_MAX = 40_000;

const TEAM_FILE = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  sandbox: { executor: "off" },
  teams: {
    bench: {
      description: "Says one thing.",
      agents: [{ name: "Ann", description: "Ann of the bench.", model: "scripted" }],
      speakers: { policy: "round-robin" },
      stop: { maxTurns: 1 },
    },
  },
};

export async function startBot(name: BotName, door: Door, { folder, slack }: { folder: string; slack: InstantSlack }): Promise<Bot> {
  const database = join(folder, `${name}.db`);
  const port = door === "http" ? await freePort() : undefined;
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(TEAM_FILE));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: { Ann: ["I am Ann."] } }));
  const { apiUrl } = slack;
  const orders: BotOrders = { database, apiUrl, port, secret: SIGNING_SECRET };
  const args =
    name === "bolt"
      ? [join(import.meta.dirname, "bolt-app.ts"), JSON.stringify(orders)]
      : [join(import.meta.dirname, "../../src/cli/main.ts"), "start", ...(port === undefined ? [] : ["--http", `127.0.0.1:${port}`])];
  const env = {
    PATH: process.env["PATH"],
    NODE_ENV: "production",
    SLACK_API_URL: apiUrl,
    SLACK_BOT_TOKEN: "xoxb-bench",
    SLACK_APP_TOKEN: "xapp-1-A0BENCH-1-x",
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    PARLEY_FILE: join(folder, "parley.yml"),
    PARLEY_DB: database,
  };
  const child = spawn(process.execPath, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-2_000)));
  const exited = once(child, "exit");
  const url = port === undefined ? undefined : `http://127.0.0.1:${port}/slack/events`;
  slack.sendTo(url);
  const isReady = url === undefined ? slack.connected() : isOpen(url);
  const failed = Promise.race([exited, sleep(START_MS_MAX, undefined, { ref: false })]).then(() => {
    throw new Error(`${name} did not start: ${said}`);
  });
  await Promise.race([isReady, failed]);
  failed.catch(() => undefined); // It ends some day.
  return {
    async end() {
      const askedAt = performance.now();
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), END_MS_MAX);
      await exited;
      clearTimeout(late);
      return performance.now() - askedAt;
    },
    stored() {
      const db = new Database(database, { readonly: true });
      const count = db.prepare<[], number>("SELECT count(*) FROM inbox").pluck().get() ?? 0;
      db.close();
      return count;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

/** A door that refuses what is not signed is open. */
async function isOpen(url: string): Promise<void> {
  while (
    !(await fetch(url, { method: "POST", body: "{}" }).then(
      () => true,
      () => false,
    ))
  )
    await sleep(20);
}
