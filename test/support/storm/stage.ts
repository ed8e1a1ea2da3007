import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as realSleep } from "node:timers/promises";
import { loadSettings } from "../../../src/config/load.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { createParley, type Parley } from "../../../src/parley.ts";
import { createWorkspace, type Workspace } from "../../../local-slack/index.ts";
import { fakeExecutor } from "../../config/fake-executor.ts";
import { hasSettled, violationsAfter } from "./check.ts";
import { runsCode, STORM_CONVERSATIONS, writeStormTeams } from "./conversations.ts";
import { createStormPeople, type StormPeople } from "./people.ts";
import { weatherOf, type Trouble, type Weather } from "./weather.ts";

export interface Storm {
  readonly weather: Weather;
  /** How many things were looked at after it. */
  readonly checked: number;
  readonly violations: readonly string[];
  readonly log: readonly string[];
}

/** How much faster than the machine's own, where it keeps pace; short waits stay long enough for the machine to do what they guard. */
const SPEED = 10;
const SHORT_WAIT_MS_MAX = 2_000;
const GUARD_MS_MIN = 300;
/** Real: how often the storm's clock is moved, and the most that one move is worth. What a busy machine holds up longer takes no more time. */
const MOVE_MS = 5;
const MOVE_MS_MAX = 10;
const LOOK_MS = 40;
/** Real. A storm and its end take some five seconds alone, and minutes beside others on one core. */
const END_MS_MAX = 240_000;
/** Time of the storm. */
const LONG_OUTAGE_MS = 6 * 60_000;
/** Real; as far from the waits of the look that follows as it is in life. */
const WRITE_TIMEOUT_MS = 3_000;

/** One storm over ten conversations at once; the same for the same seed, but for the machine's own pace. */
export async function storm(seed: number, only?: readonly Trouble[]): Promise<Storm> {
  const weather = only ? { seed, troubles: only } : weatherOf(seed, STORM_CONVERSATIONS.length);
  const folder = mkdtempSync(join(tmpdir(), "parley-storm-"));
  writeStormTeams(folder);
  const time = stormTime();
  const slack = await createWorkspace({ port: 0, now: time.slackNow });
  const log: string[] = [];
  const world: World = { folder, slack, time, log, parley: undefined, slowAckMs: 0, logBefore: 0 };
  const people = createStormPeople(slack.control);
  const ticking = setInterval(() => slack.control.connected() && slack.control.tick(), LOOK_MS);
  try {
    await begin(world);
    const rain = fall(weather.troubles, world, people);
    const ended = await untilSettled(world, people, rain);
    const { checked, violations } = await violationsAfter({ people, slack, dbPath: join(folder, "parley.db"), parley: world.parley });
    const broke = log.filter((line) => /\bbroke\b|\bis a bug\b/i.test(line)).map((line) => `Parley told its operator: ${line}`);
    return { weather, checked, violations: [...(ended ? [] : ["it did not come to rest"]), ...violations, ...broke], log };
  } finally {
    clearInterval(ticking);
    await world.parley?.stop();
    await slack.close();
    time.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface World {
  readonly folder: string;
  readonly slack: Workspace;
  readonly time: StormTime;
  readonly log: string[];
  parley: Parley | undefined;
  slowAckMs: number;
  /** Lines of the log before this Parley. */
  logBefore: number;
}

async function begin(world: World): Promise<void> {
  const { folder, slack, time, log } = world;
  const { botToken, appToken, apiUrl } = slack;
  // A Slack in trouble refuses a start, and whoever runs Parley starts it again.
  for (let tries = 0; ; tries++) {
    world.logBefore = log.length;
    const parley = await createParley({
      settings: loadSettings({ file: "parley.yml", env: {}, cwd: folder }),
      env: {},
      dbPath: join(folder, "parley.db"),
      slack: { botToken, appToken, apiUrl, writeTimeoutMs: WRITE_TIMEOUT_MS },
      executor: fakeExecutor(runsCode),
      clock: time.clock,
      log: (line) => void log.push(line),
    }).catch((error: unknown) => error as Error);
    if (parley instanceof Error) {
      if (tries < STARTS_MAX) continue;
      throw parley;
    }
    const { receive } = parley.store;
    Object.assign(parley.store, {
      receive: async (envelope: Parameters<typeof receive>[0]) => {
        if (world.slowAckMs > 0) await time.clock.sleep(world.slowAckMs);
        return receive(envelope);
      },
    });
    try {
      await parley.start();
      world.parley = parley;
      return;
    } catch (error) {
      await parley.stop();
      if (tries >= STARTS_MAX) throw error;
    }
  }
}

const STARTS_MAX = 8;

async function restart(world: World): Promise<void> {
  const { parley } = world;
  world.parley = undefined;
  await parley?.stop();
  await begin(world);
}

/** The troubles, each at its time. Resolves when all have come. */
async function fall(troubles: readonly Trouble[], world: World, people: StormPeople): Promise<void> {
  const startedAtMs = world.time.passedMs();
  for (const trouble of troubles) {
    await world.time.pass(startedAtMs + trouble.atMs - world.time.passedMs());
    await strike(trouble, world, people);
  }
}

async function strike(trouble: Trouble, world: World, people: StormPeople): Promise<void> {
  const { control } = world.slack;
  const talk = "conversation" in trouble ? people.talks[trouble.conversation] : undefined;
  switch (trouble.kind) {
    case "fault":
      return control.fault(trouble.fault);
    case "disconnect":
      refuseSockets(world, trouble.refusals);
      return control.disconnect(trouble.reason);
    case "long outage":
      // A mention that Slack has given up is nobody's: only threads are read back.
      if (!control.connected() || people.talks.some(({ ts }) => ts === "") || control.unacked() > 0) return;
      refuseSockets(world, trouble.refusals);
      control.disconnect("link_disabled");
      await control.until(() => !control.connected());
      if (control.unacked() > 0) return;
      await people.act();
      for (let minutes = 0; minutes < 3; minutes++) {
        world.time.jumpSlack(LONG_OUTAGE_MS / 2);
        control.tick();
      }
      return;
    case "redelivery":
      return control.redeliver({ acked: true });
    case "mention order":
      return control.configure({ mentionOrder: trouble.order });
    case "clock jump":
      return world.time.jumpParley(trouble.ms);
    case "slow acks":
      world.slowAckMs = trouble.ms;
      void world.time.pass(trouble.forMs).then(() => (world.slowAckMs = 0));
      return;
    case "restart":
      return restart(world);
    case "archive":
      if (!talk || talk.ts === "") return;
      talk.closed = talk.archived = true;
      return control.archive(talk.channel);
    case "delete root":
      if (!talk || talk.ts === "") return;
      talk.closed = true;
      return control.remove({ channel: talk.channel, ts: talk.ts });
    case "revoked token":
      return control.fault({ method: "chat.postMessage", kind: "error", code: "token_revoked", times: trouble.calls });
  }
}

function refuseSockets({ slack }: World, times: number): void {
  if (times > 0) slack.control.fault({ method: "apps.connections.open", kind: "status500", times });
}

/** People go on; when the weather is over and nothing moves any more, true. */
async function untilSettled(world: World, people: StormPeople, rain: Promise<void>): Promise<boolean> {
  let isOver = false;
  const over = rain.then(() => (isOver = true));
  const endAtMs = performance.now() + END_MS_MAX;
  while (performance.now() < endAtMs) {
    await Promise.all([people.act(), realSleep(LOOK_MS)]);
    if (!isOver) continue;
    // A token that was refused is refused to the next start.
    if (world.log.slice(world.logBefore).some((line) => line.includes("refuses SLACK_BOT_TOKEN"))) await restart(world);
    if (world.slack.control.connected()) await world.slack.control.redeliver();
    if (world.parley && (await hasSettled(people, world.slack, world.parley))) break;
  }
  await over;
  return performance.now() < endAtMs;
}

interface StormTime {
  readonly clock: Clock;
  readonly slackNow: () => number;
  readonly passedMs: () => number;
  pass(ms: number): Promise<void>;
  jumpParley(ms: number): void;
  jumpSlack(ms: number): void;
  stop(): void;
}

/**
 * Time that passes faster than the machine's, and slower the less of the machine there is: it moves by no more than {@link MOVE_MS_MAX} at
 * once, however late the move comes. So what takes a certain number of rounds of the event loop takes about the same time everywhere.
 */
function stormTime(): StormTime {
  const beginMs = Date.UTC(2026, 0, 5, 9);
  const sleepers = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  let [movedMs, movedAtMs] = [0, performance.now()];
  let [parleyMs, slackMs] = [0, 0];
  const passedMs = () => Math.round(movedMs + Math.min(performance.now() - movedAtMs, MOVE_MS_MAX) * SPEED);
  const moving = setInterval(() => {
    [movedMs, movedAtMs] = [passedMs(), performance.now()];
    for (const sleeper of [...sleepers].toSorted((one, other) => one.atMs - other.atMs)) if (sleeper.atMs <= movedMs) sleeper.wake();
  }, MOVE_MS);
  const sleep = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        sleepers.delete(sleeper);
        signal?.removeEventListener("abort", wake);
        resolve();
      };
      const sleeper = { atMs: passedMs() + Math.max(ms, ms > SHORT_WAIT_MS_MAX ? GUARD_MS_MIN * SPEED : 0), wake };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", wake, { once: true });
    });
  return {
    clock: { now: () => beginMs + passedMs() + parleyMs, sleep },
    slackNow: () => beginMs + passedMs() + slackMs,
    passedMs,
    pass: (ms) => (ms > 0 ? sleep(ms) : Promise.resolve()),
    jumpParley: (ms) => void (parleyMs += ms),
    jumpSlack: (ms) => void (slackMs += ms),
    stop: () => clearInterval(moving),
  };
}
