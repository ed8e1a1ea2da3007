import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { systemClock, type Clock } from "../../../src/engine/clock.ts";
import { Inbox } from "../../../src/slack/door/inbox.ts";
import { envelopeIdOf, laneOf, readBody, type Body } from "../../../src/slack/words/envelope.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Dispatch } from "../../../src/store/dispatch.ts";
import { StoreError, type Store } from "../../../src/store/store.ts";
import { eventually } from "../../support/patience.ts";

let directory: string;
let store: Store;
let dispatch: Dispatch;
const problems: string[] = [];
const log = (problem: string) => void problems.push(problem);
/** Waits are over at once. */
const impatient: Clock = { now: () => Date.now(), sleep: async () => undefined };

const open = () => {
  ({ store, dispatch } = openSqlite({ path: join(directory, "parley.db") }));
  return { store, dispatch };
};
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-inbox-"));
  problems.length = 0;
  open();
});
afterEach(async () => {
  await store.close();
  await rm(directory, { recursive: true });
});

let eventId = 0;
const message = (text: string, at: { readonly channel?: string; readonly ts?: string; readonly thread_ts?: string } = {}) => ({
  type: "event_callback",
  event_id: `Ev${++eventId}`,
  event: { type: "message", channel: "C1", user: "U1", ts: `1700000000.${String(100_000 + eventId)}`, text, ...at },
});
const textOf = (body: Body) => String((body as { event?: { text?: unknown } }).event?.text);

test("where writes may overtake each other nothing of a lane is handled before the mark of what came before it", async () => {
  const done: string[] = [];
  const { writesInOrder: _, ...other } = store;
  const slowly: Store = {
    ...other,
    async handled(id, claim) {
      await new Promise((resolve) => setImmediate(resolve));
      done.push("marked");
      return other.handled(id, claim);
    },
  };
  const inbox = new Inbox({ store: slowly, dispatch, clock: systemClock, log, handle: async (body) => void done.push(textOf(body)) });
  for (const text of ["pause", "resume"]) await inbox.receive(message(text, { thread_ts: "1700000000.000001" }));
  inbox.open();
  await inbox.idle();
  expect(done).toEqual(["pause", "marked", "resume", "marked"]);
  await inbox.close();
});

test("what was received and not handled when the process died is handled by the next one, in order, and nothing twice", async () => {
  const begun: string[] = [];
  const first = new Inbox({
    store,
    dispatch,
    clock: systemClock,
    log,
    handle: (body) => (begun.push(textOf(body)), new Promise(() => undefined)),
  });
  first.open();
  for (const text of ["one", "two", "three"]) await first.receive(message(text, { thread_ts: "1700000000.000001" }));
  await eventually(() => expect(begun).toEqual(["one"]));
  await store.close();

  const handled: string[] = [];
  const second = new Inbox({ ...open(), clock: systemClock, log, handle: async (body) => void handled.push(textOf(body)) });
  second.open();
  await second.idle();
  expect(handled).toEqual(["one", "two", "three"]);
  expect(await store.unhandled(10)).toEqual([]);
});

test("an envelope is in the store before it may be acked, and nothing is handled before the inbox is opened", async () => {
  const handled: string[] = [];
  const inbox = new Inbox({ store, dispatch, clock: systemClock, log, handle: async (body) => void handled.push(textOf(body)) });
  await inbox.receive(message("early"));
  expect(await store.unhandled(10)).toHaveLength(1);
  expect(handled).toEqual([]);
  inbox.open();
  await inbox.idle();
  expect(handled).toEqual(["early"]);
});

test("where a mark could not be written while the next envelope is handled, what comes behind waits until it is, and nothing ends the process", async () => {
  const handled: string[] = [];
  const failing = { failed: 0 };
  const second = Promise.withResolvers<void>();
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on("unhandledRejection", hear);
  onTestFinished(() => void process.off("unhandledRejection", hear));
  const inbox = new Inbox({
    store: {
      ...store,
      handled: (id, claim) => (failing.failed++ === 0 ? Promise.reject(new Error("the disk is full")) : store.handled(id, claim)),
    },
    dispatch,
    clock: impatient,
    log,
    handle: async (body) => {
      handled.push(textOf(body));
      if (textOf(body) === "two") await second.promise;
    },
  });
  for (const text of ["one", "two", "three"]) await inbox.receive(message(text, { thread_ts: "1700000000.000001" }));
  inbox.open();
  await eventually(() => expect(handled).toEqual(["one", "two"]));
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  second.resolve();
  await eventually(async () => expect(await store.unhandled(10)).toEqual([]));
  await inbox.idle();
  expect(unheard).toEqual([]);
  expect(handled).toEqual(["one", "two", "one", "three"]);
});

test("a slow thread holds up itself and no other", async () => {
  const handled: string[] = [];
  const slow = Promise.withResolvers<void>();
  const inbox = new Inbox({
    store,
    dispatch,
    clock: systemClock,
    log,
    handle: async (body) => {
      if (textOf(body) === "slow") await slow.promise;
      handled.push(textOf(body));
    },
  });
  inbox.open();
  await inbox.receive(message("slow", { thread_ts: "1700000000.000001" }));
  await inbox.receive(message("after slow", { thread_ts: "1700000000.000001" }));
  await inbox.receive(message("elsewhere", { thread_ts: "1700000000.000002" }));
  await eventually(() => expect(handled).toEqual(["elsewhere"]));
  slow.resolve();
  await inbox.idle();
  expect(handled).toEqual(["elsewhere", "slow", "after slow"]);
});

test("a thousand envelopes are handled, though only a hundred are in memory at once", async () => {
  let inWork = 0;
  let most = 0;
  let handled = 0;
  const inbox = new Inbox({
    store,
    dispatch,
    clock: systemClock,
    log,
    handle: async () => {
      most = Math.max(most, ++inWork);
      await new Promise(setImmediate);
      inWork--;
      handled++;
    },
  });
  for (let n = 0; n < 1_000; n++) await inbox.receive(message(`m${n}`));
  inbox.open();
  await inbox.idle();
  expect(handled).toBe(1_000);
  expect(most).toBeLessThanOrEqual(100);
});

test("an envelope that breaks its handling is tried three times, then given up, and those behind it go on", async () => {
  const tries: string[] = [];
  const inbox = new Inbox({
    store,
    dispatch,
    clock: impatient,
    log,
    handle: async (body) => {
      tries.push(textOf(body));
      if (textOf(body) === "bad") throw new Error("broken");
    },
  });
  inbox.open();
  await inbox.receive(message("bad", { thread_ts: "1700000000.000001" }));
  await inbox.receive(message("good", { thread_ts: "1700000000.000001" }));
  await inbox.idle();
  expect(tries).toEqual(["bad", "bad", "bad", "good"]);
  expect(problems.at(-1)).toContain("is given up");
  expect(await store.unhandled(10)).toEqual([]);
});

test("an envelope whose handling the database breaks is never given up, however long that takes, and those behind it wait", async () => {
  const tries: string[] = [];
  let now = Date.now();
  await store.close();
  ({ store, dispatch } = openSqlite({ path: join(directory, "parley.db"), now: () => (now += 60_000), sleep: async () => undefined }));
  const inbox = new Inbox({
    store,
    dispatch,
    clock: impatient,
    log,
    handle: async (body) => {
      tries.push(textOf(body));
      if (tries.length <= 7) throw new StoreError("the disk is full", { cause: new Error("as it was said") });
    },
  });
  inbox.open();
  await inbox.receive(message("first", { thread_ts: "1700000000.000001" }));
  await inbox.receive(message("second", { thread_ts: "1700000000.000001" }));
  await eventually(() => expect(tries).toHaveLength(9));
  expect(tries).toEqual([...Array.from({ length: 8 }, () => "first"), "second"]);
  await inbox.idle();
  expect(await store.unhandled(10)).toEqual([]);
  expect(problems.join("\n")).not.toContain("given up");
});

test("what was written down before is waited for, though by the clock of whoever wrote it down it comes later", async () => {
  let now = Date.now() + 30_000;
  const clock: Clock = { now: () => now, sleep: () => new Promise((resolve) => void setImmediate(resolve)) };
  const handling = Promise.withResolvers<void>();
  const inbox = new Inbox({ store, dispatch, clock, log, handle: () => handling.promise });
  inbox.open();
  await inbox.receive(message("earlier"));
  now -= 30_000;
  let isDealtWith = false;
  const asked = inbox.dealtWith().then((dealt) => (isDealtWith = dealt));
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => void setImmediate(resolve));
  expect(isDealtWith).toBe(false);
  handling.resolve();
  expect(await asked).toBe(true);
  expect(await inbox.dealtWith()).toBe(true);
});

test("closing in the middle of a retry leaves the envelope for the next start", async () => {
  const inbox = new Inbox({
    store,
    dispatch,
    clock: systemClock,
    log,
    handle: async () => {
      throw new Error("not now");
    },
  });
  inbox.open();
  await inbox.receive(message("later"));
  await eventually(() => expect(problems).toHaveLength(1));
  await inbox.close();
  expect(await store.unhandled(10)).toHaveLength(1);
});

test("an envelope of a size that Slack never sends is put aside; a store that is closed is an error, so that it is not acked", async () => {
  const inbox = new Inbox({ store, dispatch, clock: systemClock, log, handle: async () => undefined });
  await inbox.receive(message("x".repeat(1_000_000)));
  expect(problems).toEqual([expect.stringContaining("put aside")]);
  expect(await store.unhandled(1)).toEqual([]);
  await store.close();
  await expect(inbox.receive(message("small"))).rejects.toThrow(/closed/);
  open();
});

test("verification tokens are not written down", async () => {
  const inbox = new Inbox({ store, dispatch, clock: systemClock, log, handle: async () => undefined });
  const { event, ...around } = message("hello");
  await inbox.receive({ ...around, event: { ...event, bot_access_token: "secret-token" }, token: "secret-token" });
  const [envelope] = await store.unhandled(1);
  expect(envelope?.body).toContain("hello");
  expect(envelope?.body).not.toContain("secret-token");
});

test("a message has one id in all the ways in which it can come", () => {
  const event = { type: "message", channel: "C1", user: "U1", ts: "1700000000.000100", text: "<@U0PARLEY> hi" };
  const asMessage = envelopeIdOf({ event_id: "Ev1", event }, "e1");
  expect(envelopeIdOf({ event_id: "Ev2", event: { ...event, type: "app_mention" } }, "e2")).toBe(asMessage);
  expect(envelopeIdOf({ event }, undefined)).toBe(asMessage);
  expect(envelopeIdOf({ event: { ...event, ts: "1700000000.000200" } }, undefined)).not.toBe(asMessage);
  expect(envelopeIdOf({ event_id: "Ev3", event: { ...event, subtype: "message_changed", hidden: true } }, "e3")).toBe("event:Ev3");
  // A mention that was edited in later speaks to the bot for the first time.
  expect(envelopeIdOf({ event: { ...event, type: "app_mention", edited: { ts: "1700000001.000000" } } }, "e4")).not.toBe(asMessage);
  expect(envelopeIdOf({ type: "block_actions" }, "e5")).toBe("envelope:e5");
  // One of the two has been seen to come without the files of the other, whichever came first.
  const files = [{ id: "F1" }];
  const withFiles = envelopeIdOf({ event: { ...event, files } }, "e6");
  expect(envelopeIdOf({ event: { ...event, type: "app_mention", files } }, "e7")).toBe(withFiles);
  expect(withFiles).not.toBe(asMessage);
});

test("what a person asks for outside of threads waits behind that person's own wishes, and behind nobody else's", () => {
  const bodies = (user: string) => [
    { command: "/parley", text: "", user_id: user, channel_id: "C1" },
    { type: "shortcut", callback_id: "parley_new", user: { id: user }, trigger_id: "1.2.3" },
    { type: "view_submission", user: { id: user }, view: { id: "V1", callback_id: "parley_new", state: { values: {} } } },
    { type: "event_callback", event: { type: "app_home_opened", user, tab: "home" } },
  ];
  expect(new Set(bodies("U1").map(laneOf)).size).toBe(1);
  expect(new Set([...bodies("U1"), ...bodies("U2")].map(laneOf)).size).toBe(2);
  expect(laneOf({ event: { type: "user_change", user: { id: "U1" } } })).toBe("the rest");
});

test("no JSON whatever gets past the door with a crash", async () => {
  const inbox = new Inbox({ store, dispatch, clock: impatient, log, handle: async () => undefined });
  inbox.open();
  const key = fc.constantFrom(
    "type",
    "event",
    "actions",
    "command",
    "view",
    "channel",
    "user",
    "ts",
    "text",
    "container",
    "message",
    "event_id",
  );
  const hostile = fc.letrec<{ any: unknown }>((tie) => ({
    any: fc.oneof(
      { depthSize: "small" },
      fc.jsonValue(),
      fc.constantFrom(
        "event_callback",
        "message",
        "block_actions",
        "app_mention",
        "C1",
        "U1",
        "1700000000.000100",
        "",
        "../..",
        "__proto__",
      ),
      fc.dictionary(key, tie("any"), { maxKeys: 6 }),
      fc.array(tie("any"), { maxLength: 3 }),
    ),
  })).any;
  await fc.assert(
    fc.asyncProperty(hostile, fc.option(fc.string(), { nil: undefined }), async (body, id) => {
      expect(envelopeIdOf(body, id).length).toBeLessThan(300);
      expect(typeof laneOf(body)).toBe("string");
      const known = readBody(body);
      await inbox.receive(body, id);
      expect(known === undefined || typeof known === "object").toBe(true);
    }),
    { numRuns: 500 },
  );
  await inbox.idle();
  expect(await store.unhandled(10)).toHaveLength(0);
});

test("what no person said, such as our own messages coming back and edits, is not even written down", async () => {
  const inbox = new Inbox({ store, dispatch, clock: systemClock, log, handle: async () => undefined });
  const { event, ...body } = message("said by nobody");
  const { user: _, ...withoutUser } = event;
  await inbox.receive({ ...body, event: { ...withoutUser, subtype: "bot_message", bot_id: "B1" } });
  await inbox.receive({ ...body, api_app_id: "A1", event: { ...event, bot_id: "B1", app_id: "A1" } });
  await inbox.receive({ ...body, event: { ...event, subtype: "message_changed", hidden: true } });
  expect(await store.unhandled(10)).toEqual([]);
  await inbox.receive(message("said by a person"));
  expect(await store.unhandled(10)).toHaveLength(1);
  expect(problems).toEqual([]);
});

test("in a burst everything is written down before anything is worked on, and a quiet channel does not wait behind a busy one", async () => {
  const BURST = 1_000;
  let written = 0;
  const handled: string[] = [];
  const writtenAtFirst: number[] = [];
  const inbox = new Inbox({
    store,
    dispatch,
    clock: systemClock,
    log,
    handle: async (body) => {
      writtenAtFirst.push(written);
      handled.push(textOf(body));
      await new Promise(setImmediate);
    },
  });
  inbox.open();
  const accept = async (text: string, channel: string) => {
    await inbox.receive(message(text, { channel }));
    written++;
  };
  const busy = Array.from({ length: BURST }, (_, n) => accept(`busy ${n}`, "C1"));
  await Promise.all([...busy, accept("quiet", "C2")]);
  await inbox.idle();
  expect(handled).toHaveLength(BURST + 1);
  expect(writtenAtFirst[0]).toBe(BURST + 1);
  expect(handled.indexOf("quiet")).toBeLessThan(BURST / 4);
  expect(handled.filter((text) => text !== "quiet")).toEqual(Array.from({ length: BURST }, (_, n) => `busy ${n}`));
});

test("a channel whose envelopes are slow leaves room for others", async () => {
  const slow = Promise.withResolvers<void>();
  const handled: string[] = [];
  const inbox = new Inbox({
    store,
    dispatch,
    clock: systemClock,
    log,
    handle: async (body) => {
      if (textOf(body).startsWith("slow")) await slow.promise;
      handled.push(textOf(body));
    },
  });
  inbox.open();
  await Promise.all(Array.from({ length: 200 }, (_, n) => inbox.receive(message(`slow ${n}`, { channel: "C1" }))));
  await inbox.receive(message("elsewhere", { channel: "C2" }));
  await eventually(() => expect(handled).toEqual(["elsewhere"]));
  slow.resolve();
  await inbox.idle();
  expect(handled).toHaveLength(201);
});

test("what came while an earlier process's envelopes are being read goes behind those of its thread", async () => {
  const thread = { thread_ts: "1700000000.000001" };
  const first = new Inbox({ store, dispatch, clock: systemClock, log, handle: async () => undefined });
  await Promise.all(Array.from({ length: 250 }, (_, n) => first.receive(message(`left ${n}`, thread))));
  await store.close();
  const handled: string[] = [];
  const second = new Inbox({ ...open(), clock: systemClock, log, handle: async (body) => void handled.push(textOf(body)) });
  await second.receive(message("before the opening", thread));
  second.open();
  await second.receive(message("behind the opening", thread));
  await second.idle();
  expect(handled).toEqual([...Array.from({ length: 250 }, (_, n) => `left ${n}`), "before the opening", "behind the opening"]);
});
