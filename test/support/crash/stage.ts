import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import Docker from "dockerode";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { nowIn, type FastTime, type Orders, type Point, type Step } from "./child.ts";
import { startHttpFixture } from "../../fixtures/mcp-http.ts";
import { type Child, startChild } from "../children.ts";
import { bundledChild } from "./bundle.ts";
import { instanceOf } from "../sandbox/instance.ts";
import { CONVERSATIONS, writeTeams } from "./conversations.ts";
import { createPeople, type People, type Played } from "./people.ts";

/** How one life of Parley ends before its time. `undefined` fields: it does not end so. */
export interface Death {
  /** At the step with this number, counted from the start of this life. */
  readonly atStep?: number;
  /** So many real ms after the process was started; the only one that can hit the middle of a write. */
  readonly afterMs?: number;
}

export type NamedPoint = Omit<Point, "channel"> & { readonly conversation: string };

export interface Play {
  /** Each ends one life, in the order in which they are reached. */
  readonly points?: readonly NamedPoint[];
  /** One after the other, after the points. */
  readonly deaths?: readonly Death[];
  readonly reportsSteps?: boolean;
  /** An image of the local engine; without one, code is not run. */
  readonly image: string | undefined;
  /** The one conversation that is had; all of them when absent. */
  readonly only?: string | undefined;
  /** Whether a conversation has come to its end; looked at again and again, for at most {@link END_MS_MAX}. */
  readonly hasEnded: (played: Played) => boolean;
}

export interface Outcome {
  readonly played: readonly (Played & { readonly log: readonly RunEvent[] })[];
  readonly steps: readonly NamedPoint[];
  /** How each life but the last ended, in order. */
  readonly deaths: readonly string[];
  readonly reached: readonly NamedPoint[];
  /** What went wrong whatever was said: a life that ended by itself, a play that did not end, a container left. */
  readonly trouble: readonly string[];
  /** What Parley told its operator. */
  readonly log: readonly string[];
}

/** Minutes of Slack's and Parley's are seconds here. */
export const SPEED = 5;
export const TICK_MS = 10;
export const LOOK_MS = 50;
/** Real. A life takes about two seconds alone, and far more beside others on one core; what has ended is not waited for. */
const LIFE_MS_MAX = 180_000;
const END_MS_MAX = 90_000;

/** What a life makes while it starts fits in here: it lives too shortly for cleaning up to pay. A tenth of its processor time. */
const ROOM_FOR_A_START = ["--min-semi-space-size=32", "--max-semi-space-size=64"];

/** All conversations, or one, at once in one Slack, which lives on while the Parley in it is killed and started again, until all have ended. */
export async function play(given: Play): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "parley-crash-"));
  const time: FastTime = { epochMs: Date.UTC(2026, 0, 5, 9), startedAtMs: Date.now(), speed: SPEED };
  const mcp = await startHttpFixture();
  writeTeams(folder, given.image, mcp.url);
  const workspace = await createWorkspace({ port: 0, rateLimits: false, now: () => nowIn(time) });
  const people = createPeople(
    workspace,
    CONVERSATIONS.filter(({ name }) => name === (given.only ?? name)),
  );
  const trouble: string[] = [];
  const lines: string[] = [];
  const deaths: string[] = [];
  const reached = new Set<NamedPoint>();
  const pointsLeft = () => (given.points ?? []).filter((point) => !reached.has(point));
  const inChannel = ({ conversation, what, number }: NamedPoint): Point => ({ what, number, channel: people.channelOf(conversation) });
  const random = [...(given.deaths ?? [])];
  const dbPath = join(folder, "parley.db");
  const { apiUrl, botToken, appToken } = workspace;
  const life = { folder, dbPath, time, slack: { apiUrl, botToken, appToken }, reportsSteps: given.reportsSteps ?? false };
  const ticking = setInterval(() => {
    // Slack gives up an event after some tries: none is wasted on a bot that is away for seconds of this time.
    if (workspace.control.connected()) workspace.control.tick();
  }, TICK_MS);
  const hasEnded = () => {
    // Each is asked, since each may have to be looked at for a while.
    const ends = people.played().map((one) => given.hasEnded(one));
    return ends.every(Boolean);
  };
  try {
    for (let number = 1; ; number++) {
      const points = pointsLeft().map(inChannel);
      const death = points.length === 0 ? random.shift() : undefined;
      const reportPath = join(folder, `life-${number}`);
      const orders = { ...life, reportPath, points, ...(death?.atStep === undefined ? {} : { atStep: death.atStep }) };
      const end = await live(orders, { number, death, people, hasEnded });
      lines.push(...end.lines);
      if (end.kind !== "killed") {
        if (end.kind === "failed") trouble.push(end.why);
        break;
      }
      deaths.push(end.how);
      for (const point of pointsLeft()) if (isAt(inChannel(point), end.how)) reached.add(point);
    }
    trouble.push(...people.strays(), ...(await containersOf(dbPath, given.image)));
    const played = await Promise.all(
      people.played().map(async (one) => ({ ...one, log: await logOf(dbPath, people.keyOf(one.conversation.name)) })),
    );
    const named = ({ channel, ...step }: Step) => ({ ...step, conversation: people.nameOf(channel) });
    const steps = told(lines, "step").map((line) => named(JSON.parse(line) as Step));
    return {
      played,
      steps,
      deaths,
      trouble,
      log: told(lines, "log"),
      reached: [...reached],
    };
  } finally {
    clearInterval(ticking);
    await workspace.close();
    await mcp.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const told = (lines: readonly string[], word: string): string[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1));

/** Whether a life ended at this point, as it said itself. */
function isAt(point: Point, how: string): boolean {
  if (!how.startsWith("{")) return false;
  const step = JSON.parse(how) as Step;
  return step.channel === point.channel && step.what === point.what && step.number >= point.number;
}

type LifeEnd = { readonly lines: readonly string[] } & (
  { readonly kind: "killed"; readonly how: string } | { readonly kind: "ended" } | { readonly kind: "failed"; readonly why: string }
);

/** One process, until it is killed, or until everything has ended and it was told to end too. */
async function live(
  orders: Orders,
  { number, death, people, hasEnded }: { number: number; death: Death | undefined; people: People; hasEnded: () => boolean },
): Promise<LifeEnd> {
  const program = await bundledChild();
  const ordersPath = join(orders.folder, `orders-${number}.json`);
  writeFileSync(ordersPath, JSON.stringify(orders));
  writeFileSync(orders.reportPath, "");
  const child = startChild(process.execPath, [...ROOM_FOR_A_START, program, ordersPath], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "parley-crash-compiled") },
  });
  child.stdout.resume();
  const complaints: Buffer[] = [];
  child.stderr.on("data", (data: Buffer) => complaints.push(data));
  const exited = once(child, "close") as Promise<[number | null, NodeJS.Signals | null]>;
  let timedOut = false;
  const killer = death?.afterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), death.afterMs);
  const limit = setTimeout(() => ((timedOut = true), child.kill("SIGKILL")), LIFE_MS_MAX);
  try {
    const isReady = () => readFileSync(orders.reportPath, "utf8").includes("ready\n");
    const all = await untilAllHaveEnded({ child, exited }, people, () => hasEnded() && isReady());
    if (all !== "killed") {
      clearTimeout(killer);
      child.kill("SIGTERM");
    }
    const [code, signal] = await exited;
    const lines = readFileSync(orders.reportPath, "utf8").split("\n");
    if (all === "stuck") return { kind: "failed", lines, why: `it did not come to the end that it should: ${tail(lines)}` };
    if (timedOut) return { kind: "failed", lines, why: `life ${number} did not end in ${LIFE_MS_MAX} ms: ${tail(lines)}` };
    if (signal === "SIGKILL") return { kind: "killed", lines, how: told(lines, "killed")[0] ?? `after ${death?.afterMs} ms` };
    if (code === 0 && all === "ended") return { kind: "ended", lines };
    return {
      kind: "failed",
      lines,
      why: `life ${number} ended by itself (${code ?? signal}): ${Buffer.concat(complaints).toString().slice(0, 2_000)}`,
    };
  } finally {
    clearTimeout(killer);
    clearTimeout(limit);
    child.kill("SIGKILL");
  }
}

const tail = (lines: readonly string[]): string => told(lines, "log").slice(-5).join(" | ");

async function untilAllHaveEnded(
  { child, exited }: { readonly child: Child; readonly exited: Promise<unknown> },
  people: People,
  hasEnded: () => boolean,
): Promise<"killed" | "ended" | "stuck"> {
  let saidAllAtMs: number | undefined;
  while (child.exitCode === null && child.signalCode === null) {
    people.speak();
    if (people.haveSaidAll()) {
      if (hasEnded()) return "ended";
      saidAllAtMs ??= Date.now();
      if (Date.now() - saidAllAtMs > END_MS_MAX) return "stuck";
    }
    await Promise.race([sleep(LOOK_MS), exited]);
  }
  return "killed";
}

async function logOf(dbPath: string, thread: string): Promise<readonly RunEvent[]> {
  if (!existsSync(dbPath)) return [];
  const store = openSqliteReadOnly({ path: dbPath });
  try {
    return await store.load(thread, 0);
  } finally {
    await store.close();
  }
}

/** Containers that the Parley on this database has left behind. */
export async function containersOf(dbPath: string, image: string | undefined): Promise<string[]> {
  const instance = image === undefined ? undefined : await instanceOf(dbPath);
  if (instance === undefined) return [];
  const filters = { label: [`parley.instance=${instance}`] };
  const left = await new Docker().listContainers({ all: true, filters });
  await Promise.all(
    left.map(({ Id }) =>
      new Docker()
        .getContainer(Id)
        .remove({ force: true, v: true })
        .catch(() => undefined),
    ),
  );
  return left.map(
    ({ Id, State, Created }) =>
      `a container was left: ${Id.slice(0, 12)}, ${State}, made ${Math.round(Date.now() / 1_000 - Created)} s ago`,
  );
}
