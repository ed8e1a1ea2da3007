/**
 * What it costs to start: `npm run bench -- start`. The program as a package has it (`dist`, built when it is not there) beside the source of
 * an earlier version, and beside a Bolt app, in turns; medians, and ratios of one run. Exits with 1 when a target is missed.
 *
 * - processor time of `--help`, and of `run` with a team that has one turn and a model that answers at once, all threads;
 * - ms from the start of the process until `/readyz` says that Slack, database and sandbox are there;
 * - memory (resident) of a connected bot that has nothing to do.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createWorkspace } from "../local-slack/index.ts";
import { buildWhereDue } from "../scripts/build-program.mjs";
import { earlierParley } from "./support/earlier-parley.ts";
import { median, round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";
import { freePort } from "../test/support/free-port.ts";

const ROUNDS = 9;
const TARGETS = { help: 0.3, run: 0.3, ready: 0.5, memory: 1.4 };
const READY_MS_MAX = 60_000;
/** After it is ready: what the start has left behind is collected. */
const IDLE_MS = 3_000;
const ROOT = resolve(import.meta.dirname, "..");

const TEAMS = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  sandbox: { executor: "off" },
  teams: {
    bench: {
      description: "Says one thing.",
      agents: [{ name: "Ann", description: "Ann of the bench.", model: "scripted" }],
      speakers: { policy: "round-robin" },
      stop: { maxMessages: 2 },
    },
  },
};

await buildWhereDue(join(ROOT, "dist"), (line) => console.log(line));
const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
writeFileSync(join(folder, "parley.yml"), JSON.stringify(TEAMS));
writeFileSync(join(folder, "replies.yml"), JSON.stringify({ replies: { Ann: ["I am Ann."] } }));
mkdirSync(join(folder, "cache"));

const shipped = join(ROOT, "bin/parley.mjs");
const earlier = join(earlierParley(), "src/cli/main.ts");
const env = {
  PATH: process.env["PATH"],
  HOME: folder,
  XDG_CACHE_HOME: join(folder, "cache"),
  NODE_ENV: "production",
  PARLEY_FILE: join(folder, "parley.yml"),
};

sayWhetherQuiet();
const help = await inTurns({ shipped: () => cpuMs([shipped, "--help"]), earlier: () => cpuMs([earlier, "--help"]) });
const run = await inTurns({ shipped: () => cpuMs([shipped, "run", "Go."]), earlier: () => cpuMs([earlier, "run", "Go."]) });
const starts = { shipped: [] as Started[], earlier: [] as Started[], bolt: [] as Started[] };
for (let nth = -1; nth < ROUNDS; nth++)
  for (const [name, all] of Object.entries(starts)) {
    const started = await startOnce(name as keyof typeof starts);
    if (nth >= 0) all.push(started); // The first start of all fills caches.
  }
const ready = { shipped: median(starts.shipped.map(({ ms }) => ms)), earlier: median(starts.earlier.map(({ ms }) => ms)) };
const memory = {
  shipped: median(starts.shipped.map(({ mb }) => mb)),
  earlier: median(starts.earlier.map(({ mb }) => mb)),
  bolt: median(starts.bolt.map(({ mb }) => mb)),
};
console.table({
  "--help, ms of CPU": help,
  "run, ms of CPU": run,
  "start until ready, ms": { shipped: round(ready.shipped), earlier: round(ready.earlier) },
  "idle, MB": { shipped: round(memory.shipped), earlier: round(memory.earlier), "Bolt app": round(memory.bolt) },
});
verdict("--help: CPU ÷ that of 7204482's source", help.shipped / help.earlier, TARGETS.help);
verdict("run of one turn: CPU ÷ that of 7204482's source", run.shipped / run.earlier, TARGETS.run);
verdict("start until /readyz ÷ that of 7204482's source", ready.shipped / ready.earlier, TARGETS.ready);
verdict("memory of an idle bot ÷ a Bolt app's", memory.shipped / memory.bolt, TARGETS.memory);
process.exit();

interface Started {
  readonly ms: number;
  readonly mb: number;
}

async function inTurns(lanes: { readonly shipped: () => Promise<number>; readonly earlier: () => Promise<number> }) {
  const taken = { shipped: [] as number[], earlier: [] as number[] };
  for (let nth = -2; nth < ROUNDS; nth++)
    for (const name of ["shipped", "earlier"] as const) {
      const ms = await lanes[name]();
      if (nth >= 0) taken[name].push(ms);
    }
  return { shipped: round(median(taken.shipped)), earlier: round(median(taken.earlier)) };
}

/** Of a program from its start to its end. Rejects when it fails. */
async function cpuMs(args: readonly string[]): Promise<number> {
  const preload = join(import.meta.dirname, "support/cpu-at-exit.cjs");
  const child = spawn(process.execPath, ["-r", preload, ...args], { cwd: folder, env, stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let [told, said] = ["", ""];
  child.stdio[3]?.on("data", (data: Buffer) => (told += data.toString()));
  child.stdio[2]?.on("data", (data: Buffer) => (said += data.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0 || told === "") throw new Error(`${args.join(" ")} ended with ${code}: ${said}`);
  return Number(told) / 1_000;
}

/** A bot with a database and a Slack of its own, until it is connected, and what it takes when it has nothing to do. */
async function startOnce(name: keyof typeof starts): Promise<Started> {
  const slack = await createWorkspace({ port: 0 });
  const database = join(mkdtempSync(join(folder, "start-")), "bench.db");
  const health = await freePort();
  const orders = JSON.stringify({ database, apiUrl: slack.apiUrl, secret: "none", botToken: slack.botToken, appToken: slack.appToken });
  const args =
    name === "bolt"
      ? [join(import.meta.dirname, "support/bolt-app.ts"), orders]
      : [name === "shipped" ? shipped : earlier, "start", "--health", `127.0.0.1:${health}`];
  const tokens = { SLACK_API_URL: slack.apiUrl, SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken };
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...env, ...tokens, PARLEY_DB: database },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (data: Buffer) => (said = (said + data.toString()).slice(-2_000)));
  const exited = once(child, "exit");
  try {
    while (!(name === "bolt" ? slack.control.connected() : await isReady(health))) {
      if (performance.now() - startedAt > READY_MS_MAX || child.exitCode !== null) throw new Error(`${name} did not start: ${said}`);
      await sleep(5);
    }
    const ms = performance.now() - startedAt;
    await sleep(IDLE_MS);
    return { ms, mb: residentMb(child.pid ?? 0) };
  } finally {
    child.kill("SIGTERM");
    await exited;
    await slack.close();
  }
}

function isReady(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function residentMb(pid: number): number {
  const kb = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1_024;
}
