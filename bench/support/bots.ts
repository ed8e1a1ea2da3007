import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Database from "better-sqlite3";
import { SIGNING_SECRET, type InstantSlack } from "./instant-slack.ts";
import { freePort } from "../../test/support/free-port.ts";

export type Door = "socket" | "http";

/** What a bot is told. */
export interface BotOrders {
  readonly database: string;
  readonly apiUrl: string;
  /** Of its HTTP door; Socket Mode when absent. */
  readonly port?: number | undefined;
  readonly secret: string;
  /** What the Bolt app does; see there. */
  readonly kind?: BoltKind;
  /** Of an OpenAI-format model; when absent, the answer is `I am Ann.`. */
  readonly modelUrl?: string | undefined;
  /** After each mention; 1 when absent. */
  readonly turns?: number | undefined;
  /** Those of the bench's own Slack when absent. */
  readonly botToken?: string;
  readonly appToken?: string;
}

export type BoltKind = "full" | "sqlite" | "teamfull";

/** How to start a bot: arguments for Node. May write files into the folder, which is its working directory. */
export interface Program {
  readonly name: string;
  readonly args: (orders: BotOrders, folder: string) => readonly string[];
}

/** A bot in a process of its own, connected to the Slack of the bench. */
export interface Bot {
  readonly pid: number;
  /** Asks it to end, and ends it after a while; how long it took in ms. */
  end(): Promise<number>;
  /** Envelopes in its database. To be asked when it has ended. */
  stored(): number;
}

const START_MS_MAX = 60_000;
const END_MS_MAX = 40_000;
const ROOT = join(import.meta.dirname, "../..");
const SOURCE = join(ROOT, "src/cli/main.ts");

export const bolt = (kind: BoltKind): Program => ({
  name: `bolt-${kind}`,
  args: (orders) => [join(import.meta.dirname, "bolt-app.ts"), JSON.stringify({ ...orders, kind })],
});

/** `team`: a selector and three agents; else one agent. `main`: the program, as it lies in this checkout when absent. */
export const parley = ({ name = "parley", main = SOURCE, team = false } = {}): Program => ({
  name,
  args({ port, modelUrl, turns }, folder) {
    writeFileSync(join(folder, "parley.yml"), JSON.stringify(teamFile({ modelUrl, turns: turns ?? 1, team })));
    writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: { Ann: ["I am Ann."] } }));
    return [main, "start", ...(port === undefined ? [] : ["--http", `127.0.0.1:${port}`])];
  },
});

function teamFile({ modelUrl, turns, team }: { modelUrl: string | undefined; turns: number; team: boolean }): object {
  const agent = (name: string) => ({ name, description: `${name} of the bench.`, model: "instant", instructions: `You are ${name}.` });
  const one = { agents: [agent("Ann")], speakers: { policy: "round-robin" } };
  const three = {
    agents: ["planner", "coder", "critic"].map(agent),
    speakers: { policy: "selector", model: "instant", allowRepeats: true, mayAskHuman: false, stallsMax: 50 },
  };
  return {
    models: {
      instant:
        modelUrl === undefined
          ? { provider: "replay", file: "replies.yml" }
          : { provider: "openai-compatible", model: "fast", baseUrl: modelUrl },
    },
    providers: { "openai-compatible": { concurrency: 200 } },
    sandbox: { executor: "off" },
    teams: {
      bench: {
        description: "Says one thing.",
        ...(team ? three : one),
        stop: { maxTurns: turns },
        limits: { turns: 500, minutes: 1_440, tokens: 50_000_000, usd: 1_000 },
      },
    },
  };
}

export interface Surroundings {
  readonly folder: string;
  readonly slack: InstantSlack;
  readonly modelUrl?: string;
  readonly turns?: number;
}

export async function startBot(program: Program, door: Door, { folder, slack, modelUrl, turns }: Surroundings): Promise<Bot> {
  const { name } = program;
  const database = join(folder, `${name}.db`);
  const port = door === "http" ? await freePort() : undefined;
  const { apiUrl } = slack;
  const orders: BotOrders = { database, apiUrl, port, secret: SIGNING_SECRET, modelUrl, turns };
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    NODE_ENV: "production",
    SLACK_API_URL: apiUrl,
    SLACK_BOT_TOKEN: "xoxb-bench",
    SLACK_APP_TOKEN: "xapp-1-A0BENCH-1-x",
    SLACK_SIGNING_SECRET: SIGNING_SECRET,
    PARLEY_FILE: join(folder, "parley.yml"),
    PARLEY_DB: database,
  };
  const child = spawn(process.execPath, program.args(orders, folder), { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
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
    pid: child.pid ?? 0,
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
