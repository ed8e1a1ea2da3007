import { mkdtempSync, rmSync, statfsSync, existsSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBot, type BotName, type Door } from "./bots.ts";
import { quantile, round } from "./figures.ts";
import { openInstantSlack, type InstantSlack } from "./instant-slack.ts";

/**
 * Mentions as fast as they come, beside a small app on Bolt and SQLite (bolt-app.ts) in the same run: whether each is stored and acked in
 * time, whether a quiet channel is answered meanwhile, and whether the process ends in time. On a disk and in memory.
 */

const SOCKET_BURST = 5_000;
const HTTP_BURST = 1_000;
const BUSY_CHANNELS = 20;
const PEOPLE = 200;
const WARM_UP = 20;
const ACK_WAIT_MS_MAX = 60_000;
const QUIET_WAIT_MS_MAX = 20_000;

/** Slack takes an ack that comes later for none, and sends again. */
const ACK_MS_MAX = 3_000;
const ACK_P95_MS_MAX = 1_000;
const TIMES_BOLT_MAX = 1.2;
const QUIET_MS_MAX = 5_000;
const END_MS_MAX = 10_000;

interface Burst {
  readonly sent: number;
  readonly stored: number;
  readonly unacked: number;
  readonly ackP50Ms: number;
  readonly ackP95Ms: number;
  readonly ackMaxMs: number;
  readonly quietMs: number;
  readonly endMs: number;
}

/** Prints the figures and what they are to be. False when an ack of Parley's took longer than Slack waits, or something was not stored. */
export async function bursts(rounds: number): Promise<boolean> {
  let isFine = true;
  for (const place of places()) {
    if (typeof place !== "object") {
      console.log(place);
      continue;
    }
    const socket = await alternating(rounds, place, "socket", SOCKET_BURST);
    const http = await alternating(rounds, place, "http", HTTP_BURST);
    console.log(`\n${place.name}: medians of ${rounds}, load average ${loadavg().map(round).join(" ")}`);
    console.table({
      [`${SOCKET_BURST} over sockets, Parley`]: socket.parley,
      [`${SOCKET_BURST} over sockets, Bolt`]: socket.bolt,
      [`${HTTP_BURST} over HTTP, Parley`]: http.parley,
      [`${HTTP_BURST} over HTTP, Bolt`]: http.bolt,
    });
    const targets = [
      ...targetsOf("socket", socket.parley),
      { name: "socket: ack p95, times Bolt's", is: round(socket.parley.ackP95Ms / socket.bolt.ackP95Ms), atMost: TIMES_BOLT_MAX },
      ...targetsOf("http", http.parley),
      { name: "http: ack p95 ms", is: http.parley.ackP95Ms, atMost: ACK_P95_MS_MAX },
    ];
    for (const { name, is, atMost } of targets) console.log(`${is <= atMost ? "held  " : "missed"} ${name}: ${is}, at most ${atMost}`);
    for (const { ackMaxMs, unacked, sent, stored } of [socket.parley, http.parley])
      isFine &&= ackMaxMs < ACK_MS_MAX && unacked === 0 && stored >= sent;
  }
  return isFine;
}

const targetsOf = (door: Door, { sent, stored, unacked, ackMaxMs, quietMs, endMs }: Burst) => [
  { name: `${door}: mentions not stored`, is: Math.max(0, sent - stored), atMost: 0 },
  { name: `${door}: mentions not acked`, is: unacked, atMost: 0 },
  { name: `${door}: longest ack ms`, is: ackMaxMs, atMost: ACK_MS_MAX },
  { name: `${door}: a mention in a quiet channel answered, ms`, is: quietMs, atMost: QUIET_MS_MAX },
  { name: `${door}: from SIGTERM to the end, ms`, is: endMs, atMost: END_MS_MAX },
];

/** One after the other and in turn, so that what else the machine does meets both. */
async function alternating(rounds: number, place: Place, door: Door, count: number): Promise<Record<BotName, Burst>> {
  const all: Record<BotName, Burst[]> = { parley: [], bolt: [] };
  for (let turn = 0; turn < rounds; turn++)
    for (const name of turn % 2 === 0 ? (["parley", "bolt"] as const) : (["bolt", "parley"] as const)) {
      process.stderr.write(`${place.name}, ${door}: ${count} mentions to ${name}\n`);
      all[name].push(await burst(name, door, { place, count }));
    }
  return { parley: medians(all.parley), bolt: medians(all.bolt) };
}

function medians(bursts: readonly Burst[]): Burst {
  const keys = Object.keys(bursts[0] ?? {}) as (keyof Burst)[];
  return Object.fromEntries(
    keys.map((key) => [
      key,
      quantile(
        bursts.map((one) => one[key]),
        0.5,
      ),
    ]),
  ) as unknown as Burst;
}

async function burst(name: BotName, door: Door, { place, count }: { place: Place; count: number }): Promise<Burst> {
  const folder = mkdtempSync(join(place.folder, "parley-bench-burst-"));
  const slack = await openInstantSlack();
  try {
    const bot = await startBot(name, door, { folder, slack });
    for (let mention = 0; mention < WARM_UP; mention++) await slack.mention(mentionIn("C0WARM", mention));
    await sleep(2_000); // What follows from them is done.
    const sends: Promise<number | undefined>[] = [];
    for (let mention = 0; mention < count; mention++) {
      sends.push(slack.mention(mentionIn(`C0BUSY${mention % BUSY_CHANNELS}`, mention)));
      // Whoever sends has acks to read, too.
      if (mention % 64 === 63) await new Promise(setImmediate);
    }
    const quiet = answered(slack);
    const acks = await Promise.race([Promise.all(sends), sleep(ACK_WAIT_MS_MAX).then(() => settledSoFar(sends))]);
    const quietMs = await quiet;
    const endMs = await bot.end();
    const inTime = acks.filter((ms) => ms !== undefined);
    return {
      sent: WARM_UP + count + 1,
      stored: bot.stored(),
      unacked: count - inTime.length,
      ackP50Ms: quantile(inTime, 0.5),
      ackP95Ms: quantile(inTime, 0.95),
      ackMaxMs: quantile(inTime, 1),
      quietMs: Math.round(quietMs),
      endMs: Math.round(endMs),
    };
  } finally {
    await slack.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function settledSoFar(sends: readonly Promise<number | undefined>[]): Promise<(number | undefined)[]> {
  return Promise.all(sends.map((send) => Promise.race([send, Promise.resolve(undefined)])));
}

/** From a mention in a channel where nothing else goes on to the answer in it. */
async function answered(slack: InstantSlack): Promise<number> {
  const sentAt = performance.now();
  void slack.mention(mentionIn("C0QUIET", 0));
  return slack.posted("C0QUIET", "I am Ann.", QUIET_WAIT_MS_MAX).then(
    (at) => at - sentAt,
    () => QUIET_WAIT_MS_MAX,
  );
}

let lastSecond = 1_767_600_000;
const mentionIn = (channel: string, index: number) => ({
  channel,
  user: `U0PERSON${index % PEOPLE}`,
  ts: `${++lastSecond}.000100`,
  text: `please answer task ${index}`,
});

interface Place {
  readonly name: string;
  readonly folder: string;
}

const TMPFS_MAGIC = 0x01021994;
const isMemory = (folder: string) => statfsSync(folder).type === TMPFS_MAGIC;

/** A folder on a disk and one in memory, or why there is none. */
function places(): readonly (Place | string)[] {
  const disk = [tmpdir(), join(import.meta.dirname, "../..")].find((folder) => !isMemory(folder));
  const memory = ["/dev/shm", tmpdir()].find((folder) => existsSync(folder) && isMemory(folder));
  return [
    disk === undefined ? "not measured on a disk: there is none" : { name: "on disk", folder: disk },
    memory === undefined ? "not measured in memory: there is no tmpfs" : { name: "on tmpfs", folder: memory },
  ];
}
