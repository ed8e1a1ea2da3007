import { mkdtempSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startBot, type Door, type Program } from "./bots.ts";
import { quantile, round } from "./figures.ts";
import { openInstantSlack, type InstantSlack } from "./instant-slack.ts";
import { verdict } from "./verdict.ts";

/**
 * Mentions as fast as they come, beside a small app on Bolt and SQLite (bolt-app.ts) in the same run: whether each is stored and acked in
 * time, whether a quiet channel is answered meanwhile, and whether the process ends in time. On a disk and in memory.
 */

const SOCKET_BURST = 5_000;
const HTTP_BURST = 1_000;
const BUSY_CHANNELS = 20;
const PEOPLE = 200;
const WARM_UP = 20;
/** An ack that has not come by then is counted as none. */
const ACK_WAIT_MS_MAX = 20_000;
const QUIET_WAIT_MS_MAX = 10_000;

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
  /** From the first mention until the last of all is acked; where some never were, until nobody waits any more: it is more than that then. */
  readonly lastAckMs: number;
  readonly quietMs: number;
  readonly endMs: number;
}

/** What is compared. */
export interface Bots {
  readonly parley: Program;
  readonly bolt: Program;
}
type Name = keyof Bots;

/** Prints the figures, what they are to be, and whether it is held. */
export async function bursts(rounds: number, bots: Bots, place: Place): Promise<void> {
  const socket = await alternating(rounds, bots, { place, door: "socket", count: SOCKET_BURST });
  const http = await alternating(rounds, bots, { place, door: "http", count: HTTP_BURST });
  console.log(`\n${place.name}: medians of ${rounds}, load average ${loadavg().map(round).join(" ")}`);
  console.table({
    [`${SOCKET_BURST} over sockets, Parley`]: socket.parley,
    [`${SOCKET_BURST} over sockets, Bolt`]: socket.bolt,
    [`${HTTP_BURST} over HTTP, Parley`]: http.parley,
    [`${HTTP_BURST} over HTTP, Bolt`]: http.bolt,
  });
  verdicts("socket", socket.parley);
  verdict("socket: ack p95 ÷ Bolt's", socket.parley.ackP95Ms / socket.bolt.ackP95Ms, TIMES_BOLT_MAX);
  verdicts("http", http.parley);
  verdict("http: ack p95 ms", http.parley.ackP95Ms, ACK_P95_MS_MAX);
  verdict(`http: the last of ${HTTP_BURST} acks ÷ Bolt's`, http.parley.lastAckMs / http.bolt.lastAckMs, TIMES_BOLT_MAX);
}

function verdicts(door: Door, { sent, stored, unacked, ackMaxMs, quietMs, endMs }: Burst): void {
  verdict(`${door}: mentions not stored`, Math.max(0, sent - stored), 0);
  verdict(`${door}: mentions not acked`, unacked, 0);
  verdict(`${door}: longest ack ms`, ackMaxMs, ACK_MS_MAX);
  verdict(`${door}: a mention in a quiet channel answered, ms`, quietMs, QUIET_MS_MAX);
  verdict(`${door}: from SIGTERM to the end, ms`, endMs, END_MS_MAX);
}

/** One after the other and in turn, so that what else the machine does meets both. */
async function alternating(rounds: number, bots: Bots, { place, door, count }: Order): Promise<Record<Name, Burst>> {
  const all: Record<Name, Burst[]> = { parley: [], bolt: [] };
  for (let turn = 0; turn < rounds; turn++)
    for (const name of turn % 2 === 0 ? (["parley", "bolt"] as const) : (["bolt", "parley"] as const)) {
      process.stderr.write(`${place.name}, ${door}: ${count} mentions to ${name}\n`);
      all[name].push(await burst(bots[name], { place, door, count }));
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

interface Order {
  readonly place: Place;
  readonly door: Door;
  readonly count: number;
}

async function burst(program: Program, { place, door, count }: Order): Promise<Burst> {
  const folder = mkdtempSync(join(place.folder, "parley-bench-burst-"));
  const slack = await openInstantSlack();
  try {
    const bot = await startBot(program, door, { folder, slack });
    for (let mention = 0; mention < WARM_UP; mention++) await slack.mention(mentionIn("C0WARM", mention));
    await sleep(2_000); // What follows from them is done.
    const sends: Promise<number | undefined>[] = [];
    const beganAt = performance.now();
    for (let mention = 0; mention < count; mention++) {
      sends.push(slack.mention(mentionIn(`C0BUSY${mention % BUSY_CHANNELS}`, mention)));
      // Whoever sends has acks to read, too.
      if (mention % 64 === 63) await new Promise(setImmediate);
    }
    const quiet = answered(slack);
    const acks = await Promise.race([Promise.all(sends), sleep(ACK_WAIT_MS_MAX).then(() => settledSoFar(sends))]);
    const lastAckMs = Math.round(performance.now() - beganAt);
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
      lastAckMs,
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

/** Where the databases are. */
export interface Place {
  readonly name: string;
  readonly folder: string;
}
