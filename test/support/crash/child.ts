import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs";
import http from "node:http";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout as realSleep } from "node:timers/promises";
import { loadSettings } from "../../../src/config/load.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { createParley, type Parley } from "../../../src/parley.ts";
import type { Envelope, Post, Store } from "../../../src/store/store.ts";

/**
 * A real Parley in a process of its own, which kills itself at the steps that it is told: `node crash-child.ts ORDERS.json`. What is told to
 * the parent is appended to a file, synchronously, so that a kill loses none of it. Ends by itself on SIGTERM.
 */
export interface Orders {
  readonly folder: string;
  readonly dbPath: string;
  readonly slack: { readonly botToken: string; readonly appToken: string; readonly apiUrl: string };
  /** Where lines for the parent go: `ready`, `step NAME`, `killed NAME`, `frozen NAME`, `call ID`, `paid ID`, `vain ID`, `trace …`, `log …`. */
  readonly reportPath: string;
  readonly time: FastTime;
  /** Steps at which to end, by `kill -9`; each ends one life. */
  readonly points: readonly Point[];
  /** Ends at this step, whichever it is. */
  readonly atStep?: number;
  /** Every step is reported: the undisturbed run says which there are. */
  readonly reportsSteps?: boolean;
  /** Every step is told with its time, for whoever looks into what went wrong. */
  readonly traces?: boolean;
  /** How far this process' clock is ahead of the others'. */
  readonly aheadMs?: number;
}

/** The parent's Slack and the child live in one time, which goes on while no child lives. */
export interface FastTime {
  readonly epochMs: number;
  readonly startedAtMs: number;
  readonly speed: number;
}

/** Something that this process is about to do, does or has done, for one conversation. */
export interface Step {
  readonly channel: string;
  readonly what: string;
  /** A number of the log, or how many times this life has done this. */
  readonly number: number;
}

/** Reached by the first step of this kind with this number or a later one: a `run.resumed` moves what follows it. */
export interface Point extends Step {
  /** Of several processes that have this point, the one that makes this file first is it. */
  readonly markPath?: string;
  /** Stands still (SIGSTOP), and ends not. */
  readonly freezes?: boolean;
}

export const nowIn = ({ epochMs, startedAtMs, speed }: FastTime): number => epochMs + Math.round((Date.now() - startedAtMs) * speed);

const fastClock = (time: FastTime): Clock => ({
  now: () => nowIn(time),
  sleep: async (ms, signal) => {
    await realSleep(ms / time.speed, undefined, signal ? { signal } : {}).catch(() => undefined);
  },
});

/** How long after a step "later" is, in real ms: in the middle of the model call or the code run that follows. */
const LATER_MS = 25;
const IN_CONTAINER_MS = 120;
/** A call has left this process and has not been answered. */
const IN_FLIGHT_MS = 1;

async function main(ordersPath: string): Promise<void> {
  const orders = JSON.parse(readFileSync(ordersPath, "utf8")) as Orders;
  const say = (line: string) => appendFileSync(orders.reportPath, `${line}\n`);
  const watch = createWatch(orders, say);
  watchCalls(orders, watch);
  const parley = await createParley({
    settings: loadSettings({ file: "parley.yml", env: {}, cwd: orders.folder }),
    env: process.env,
    dbPath: orders.dbPath,
    slack: orders.slack,
    clock: fastClock({ ...orders.time, epochMs: orders.time.epochMs + (orders.aheadMs ?? 0) }),
    log: (line) => say(`log ${Date.now() - orders.time.startedAtMs} ms: ${line.replaceAll("\n", " ⏎ ")}`),
  });
  watchStore(parley.store, watch);
  tellCalls(parley.store, say);
  watchRunner(parley, watch);
  process.once("SIGTERM", () => void parley.stop().then(() => process.exit(0)));
  try {
    await parley.start();
    say("ready");
  } catch (error) {
    await parley.stop();
    throw error;
  }
}

interface Watch {
  /** The step is reached, now; does not return when it is where to end. */
  step(channel: string, what: string, number?: number): void;
  /** The step is reached `afterMs` from now. */
  soon(channel: string, what: string, number: number, afterMs: number): void;
}

function createWatch({ points, atStep, reportsSteps, traces, time }: Orders, say: (line: string) => void): Watch {
  const times = new Map<string, number>();
  let steps = 0;

  function end(name: string, freezes = false): void {
    if (traces && !freezes) say(`trace ${Date.now() - time.startedAtMs} ms: ends`);
    say(`${freezes ? "frozen" : "killed"} ${name}`);
    process.kill(process.pid, freezes ? "SIGSTOP" : "SIGKILL");
  }

  const counted = (channel: string, what: string): number => {
    const key = `${channel} ${what}`;
    times.set(key, (times.get(key) ?? 0) + 1);
    return times.get(key) ?? 0;
  };

  function reached(step: Step): Point | undefined {
    if (reportsSteps) say(`step ${JSON.stringify(step)}`);
    if (traces) say(`trace ${Date.now() - time.startedAtMs} ms: ${step.channel} ${step.what} ${step.number}`);
    return points.find(
      (point) => point.channel === step.channel && point.what === step.what && point.number <= step.number && isFirst(point.markPath),
    );
  }

  return {
    step(channel, what, number = counted(channel, what)) {
      if (++steps === atStep) end(`step ${steps}: ${what} ${number} in ${channel}`);
      const point = reached({ channel, what, number });
      if (point) end(JSON.stringify({ channel, what, number }), point.freezes);
    },
    soon(channel, what, number, afterMs) {
      const point = reached({ channel, what, number });
      if (point) setTimeout(() => end(JSON.stringify({ channel, what, number }), point.freezes), afterMs);
    },
  };
}

function isFirst(markPath: string | undefined): boolean {
  if (markPath === undefined) return true;
  try {
    closeSync(openSync(markPath, "wx"));
    return true;
  } catch {
    return false;
  }
}

const channelOf = (thread: string): string => thread.split("/")[1] ?? "";

/** Before and after each write. The runner, the outbox, the cards and the inbox all call the store by this object. */
function watchStore(store: Store, watch: Watch): void {
  const { commit, duePosts, markSending, markDelivered, putNote, swapNote, receive, unhandled, handled, putFile } = store;
  const posts = new Map<number, Post>();
  const envelopes = new Map<string, string>();
  const stepOf = (id: number, what: string) => {
    const post = posts.get(id);
    if (post) watch.step(channelOf(post.thread), `${what} ${post.kind}`, post.seq * 10 + post.part);
  };
  const notice = (envelope: Envelope) => envelopes.set(envelope.id, /"channel":"([CD]\w+)"/.exec(envelope.body)?.[1] ?? "");

  Object.assign(store, {
    async commit(given) {
      if (given.events.length > 0) watch.step(channelOf(given.thread), "about to record", given.afterSeq + 1);
      return commit(given);
    },
    async duePosts(lane, limit) {
      const due = await duePosts(lane, limit);
      for (const post of due) posts.set(post.id, post);
      return due;
    },
    async markSending(id, at) {
      stepOf(id, "about to mark as sending:");
      await markSending(id, at);
      stepOf(id, "marked as sending:");
    },
    async markDelivered(id, outcome) {
      stepOf(id, "about to mark as delivered:");
      await markDelivered(id, outcome);
      stepOf(id, "marked as delivered:");
    },
    async putNote(key, value) {
      const [kind = "", , channel = ""] = key.split("/");
      watch.step(channel, `about to note: ${kind}`);
      await putNote(key, value);
      watch.step(channel, `noted: ${kind}`);
    },
    async swapNote(key, from, to) {
      const [kind = "", , channel = ""] = key.split("/");
      watch.step(channel, `about to swap the note: ${kind}`);
      const isSwapped = await swapNote(key, from, to);
      watch.step(channel, `swapped the note: ${kind}`);
      return isSwapped;
    },
    async putFile(content) {
      const hash = await putFile(content);
      watch.step("", "kept a file");
      return hash;
    },
    async receive(envelope) {
      notice(envelope);
      const channel = envelopes.get(envelope.id) ?? "";
      watch.step(channel, "about to receive");
      const isNew = await receive(envelope);
      watch.step(channel, "received");
      return isNew;
    },
    async unhandled(limit, lane) {
      const found = await unhandled(limit, lane);
      found.forEach(notice);
      return found;
    },
    async handled(id, claim) {
      watch.step(envelopes.get(id) ?? "", "about to mark as handled");
      const isMarked = await handled(id, claim);
      watch.step(envelopes.get(id) ?? "", "marked as handled");
      return isMarked;
    },
  } satisfies Partial<Store>);
}

/**
 * Calls of models, from the money that is set aside for them to the commit that tells what they cost. Whoever has set it aside asks at once whether
 * it is still here, and makes no call where it is not.
 */
function tellCalls(store: Store, say: (line: string) => void): void {
  const { reserve, commit, stillHere } = store;
  const asking = new Set<string>();
  Object.assign(store, {
    async reserve(call, signal) {
      const reserved = await reserve(call, signal);
      if (reserved.kind !== "reserved") return reserved;
      const { reservation } = reserved;
      asking.add(reservation);
      setImmediate(() => asking.delete(reservation) && say(`call ${reservation}`));
      return reserved;
    },
    ...(stillHere && {
      async stillHere() {
        const [reservation] = asking;
        if (reservation !== undefined) asking.delete(reservation);
        await stillHere();
        if (reservation !== undefined) say(`call ${reservation}`);
      },
    }),
    async commit(given) {
      const result = await commit(given);
      if (result.kind !== "ok") return result;
      const settles = given.settles ?? [];
      // What was paid for and could not be recorded is settled with what is recorded next.
      const vain = Math.max(0, settles.length - given.events.filter((event) => "usage" in event && event.usage !== undefined).length);
      for (const [index, reservation] of settles.entries()) say(`${index < vain ? "vain" : "paid"} ${reservation}`);
      return result;
    },
  } satisfies Partial<Store>);
}

function watchRunner({ runner }: Parley, watch: Watch): void {
  const reached = new Map<string, number>();
  const streamed = new Map<string, number>();
  runner.follow((thread, item) => {
    const channel = channelOf(thread);
    if ("seq" in item) {
      reached.set(thread, item.seq);
      watch.step(channel, "recorded", item.seq);
      watch.soon(channel, "later than recorded", item.seq, LATER_MS);
      return;
    }
    const seq = reached.get(thread) ?? 0;
    if (item.type === "activity") watch.soon(channel, "in the container", seq, IN_CONTAINER_MS);
    if (item.type !== "text.delta" || streamed.get(thread) === seq) return;
    streamed.set(thread, seq);
    watch.step(channel, "the model began to answer", seq);
  });
}

/** Calls to Slack, by Node's own HTTP, and of other bytes by `fetch`; each as it is when the call is made. */
function watchCalls({ slack }: Orders, watch: Watch): void {
  const { fetch } = globalThis;
  const { request } = http;
  const times = new Map<string, number>();
  const begun = (method: string, body: unknown) => {
    const channel = typeof body === "string" ? (/channel(?:_id)?=([CD]\w+)/.exec(body)?.[1] ?? "") : "";
    const key = `${channel} ${method}`;
    const number = (times.get(key) ?? 0) + 1;
    times.set(key, number);
    return {
      sent: () => watch.soon(channel, `in flight: ${method}`, number, IN_FLIGHT_MS),
      answered: () => watch.step(channel, `answered: ${method}`, number),
    };
  };
  globalThis.fetch = async (input, init) => {
    const call = begun("upload of bytes", init?.body);
    const answer = fetch(input, init);
    call.sent();
    const response = await answer;
    call.answered();
    return response;
  };
  http.request = ((...given: Parameters<typeof request>) => {
    const made = request(...given);
    const [url] = given as readonly unknown[];
    if (!(url instanceof URL) || !url.href.startsWith(slack.apiUrl)) return made;
    const end = made.end.bind(made) as (body?: unknown) => typeof made;
    made.end = ((body?: unknown) => {
      const call = begun(url.href.slice(slack.apiUrl.length), body);
      made.prependOnceListener("response", () => call.answered());
      // What stands still with a call that has not left yet makes it when it goes on: that is another thing than one in flight.
      made.once("finish", () => call.sent());
      return end(body);
    }) as typeof made.end;
    return made;
  }) as typeof request;
  syncBuiltinESMExports();
}

// Imported for its types by those who start it.
if (process.argv[1] === import.meta.filename) await main(process.argv[2] ?? "");
