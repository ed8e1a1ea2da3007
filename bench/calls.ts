/**
 * What a crowd of model calls costs: `npm run bench -- calls`. A thousand calls are made at once of a slow server on this machine, through the
 * real SDK and a provider's gate. Prints how many the server had at once, what a call that waits weighs in memory, and how long it takes to
 * stop them all, until the last connection is closed. Exits with 1 when a target is missed.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { setTimeout as delay } from "node:timers/promises";
import { systemClock } from "../src/engine/clock.ts";
import type { ModelReply } from "../src/engine/model.ts";
import { createModel } from "../src/models/create.ts";
import { createGates } from "../src/models/gated.ts";
import { request } from "../test/models/servers/asking.ts";
import { startSlowServer, type SlowServer } from "../test/models/servers/slow-server.ts";
import { round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { verdict } from "./support/verdict.ts";
import { aside } from "../test/support/turn.ts";

const CALLS = 1_000;
const THREADS = 50;
const AT_ONCE = 20;
const REPLY_MS = 20;
/** Each weighs in memory with what it asks, as in a running Parley. */
const TEXT = "The agents compared both answers and kept the second. ".repeat(20);
const TARGETS = { atOnce: AT_ONCE, kbAWaitingCall: 10, msToStop: 1_000 };

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

sayWhetherQuiet();
await complete(); // The first run of anything is a run of the compiler.
const { elapsedMs, atOnce } = await complete();
const { kbAWaitingCall, msToStop } = await stopped();
const floorMs = (CALLS / AT_ONCE) * REPLY_MS;
console.log(`${CALLS} calls at once in ${THREADS} threads, ${AT_ONCE} let in at a time, ${REPLY_MS} ms each:`);
console.log(`       ${round(elapsedMs)} ms, ${round(elapsedMs / floorMs)} × what the server alone would take`);
verdict("at once on the server", atOnce, TARGETS.atOnce);
verdict("KB of memory for a call that waits, its request aside", kbAWaitingCall, TARGETS.kbAWaitingCall);
verdict("ms until all are stopped and every connection is closed", msToStop, TARGETS.msToStop);
process.exit();

async function complete(): Promise<{ readonly elapsedMs: number; readonly atOnce: number }> {
  const server = await startSlowServer(REPLY_MS);
  const began = performance.now();
  const replies = await Promise.all(crowd(server, new AbortController().signal));
  const elapsedMs = performance.now() - began;
  const answered = replies.filter((reply) => reply.kind === "answer").length;
  if (answered !== CALLS) throw new Error(`only ${answered} of ${CALLS} were answered`);
  await server.close();
  return { elapsedMs, atOnce: server.openMost };
}

async function stopped(): Promise<{ readonly kbAWaitingCall: number; readonly msToStop: number }> {
  const server = await startSlowServer();
  const stop = new AbortController();
  collect();
  const before = process.memoryUsage().heapUsed;
  const calls = crowd(server, stop.signal);
  while (server.open < AT_ONCE) await delay(1);
  collect();
  const kbAWaitingCall = (process.memoryUsage().heapUsed - before) / 1_024 / CALLS;
  const began = performance.now();
  stop.abort();
  const replies = await Promise.all(calls);
  while (server.open > 0) await delay(1);
  const msToStop = performance.now() - began;
  if (!replies.every((reply) => reply.kind === "failure" && reply.error.kind === "aborted")) throw new Error("some were not stopped");
  await server.close();
  return { kbAWaitingCall, msToStop };
}

function crowd({ url }: SlowServer, signal: AbortSignal): Promise<ModelReply>[] {
  const gates = createGates({ "openai-compatible": { concurrency: AT_ONCE } }, systemClock);
  const model = createModel({ provider: "openai-compatible", model: "slow", baseUrl: url }, { env: {}, clock: systemClock, gates });
  const asked = request({ messages: [{ role: "user", text: TEXT }] });
  return Array.from({ length: CALLS }, async (_, call) => {
    const reading = model.call(asked, aside(signal, `t${call % THREADS}`));
    for (;;) {
      const step = await reading.next();
      if (step.done) return step.value;
    }
  });
}
