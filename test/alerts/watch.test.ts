import { expect, test } from "vitest";
import { createSeenHere } from "../../src/alerts/watch/seen-here.ts";
import { watchDisk, watchLostSandboxes, watchSandbox } from "../../src/alerts/watch/machine.ts";
import { watchMoney } from "../../src/alerts/watch/money.ts";
import { watchProviders } from "../../src/alerts/watch/providers.ts";
import { watchQueues } from "../../src/alerts/watch/queues.ts";
import type { RunEvent } from "../../src/engine/events/events.ts";
import type { ModelFailureKind, ModelReply } from "../../src/engine/model.ts";
import type { Envelope, Post } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ACCOUNT = { provider: "anthropic", host: "https://api.anthropic.com" };
const fails = (kind: ModelFailureKind) => ({ kind: "failure", error: { kind, message: "a secret, and words" } }) as ModelReply;
const answers = { kind: "answer" } as ModelReply;

test("a provider is down after five failures in a row over a minute, and up with its next answer", async () => {
  const clock = manualClock();
  const seen = createSeenHere(clock);
  const replied = watchProviders(seen, clock);
  for (let call = 0; call < 4; call++) replied(ACCOUNT, fails("overloaded"));
  replied(ACCOUNT, answers);
  for (let call = 0; call < 6; call++) replied(ACCOUNT, fails("overloaded"));
  // Six within a moment are one rush.
  expect(seen.now()).toEqual([]);
  const sinceMs = clock.now();
  await clock.advance(MINUTE);
  replied(ACCOUNT, fails("unavailable"));
  expect(seen.now()).toEqual([
    {
      kind: "provider-down",
      subject: "anthropic (api.anthropic.com)",
      detail: "7 calls in a row have failed: it could not be reached.",
      sinceMs,
    },
  ]);
  // What a person or a team has done wrong is not the provider's.
  replied(ACCOUNT, fails("context_too_long"));
  replied(ACCOUNT, answers);
  expect(seen.now()).toEqual([]);
});

test("a key that is not taken, and an account without credit, are told at the second time: they do not pass", () => {
  const clock = manualClock();
  const seen = createSeenHere(clock);
  const replied = watchProviders(seen, clock);
  replied(ACCOUNT, fails("quota"));
  expect(seen.now()).toEqual([]);
  replied(ACCOUNT, fails("quota"));
  expect(seen.now().map(({ detail }) => detail)).toEqual(["2 calls in a row have failed: the account has no credit left."]);
});

test("a sandbox is away that was asked twice in vain, and several that are lost within ten minutes are told for as long", async () => {
  const clock = manualClock();
  const seen = createSeenHere(clock);
  let there = false;
  const look = watchSandbox(seen, async () => {
    if (!there) throw new Error("no engine");
    return true;
  });
  await look();
  expect(seen.now()).toEqual([]);
  await look();
  expect(seen.now().map(({ kind }) => kind)).toEqual(["sandbox-away"]);
  there = true;
  await look();
  expect(seen.now()).toEqual([]);
  const lostIn = watchLostSandboxes(seen, clock);
  const lost = { type: "code.ran", outcome: "sandbox_lost" } as RunEvent;
  lostIn([lost, { type: "code.ran", outcome: "ok" } as RunEvent]);
  await clock.advance(11 * MINUTE);
  lostIn([lost, lost]);
  expect(seen.now()).toEqual([]);
  lostIn([lost]);
  expect(seen.now().map(({ detail }) => detail)).toEqual(["3 were lost within 10 min."]);
  await clock.advance(10 * MINUTE);
  expect(seen.now()).toEqual([]);
});

test("a disk is nearly full below 5 %, or 512 MiB, and has room again with a fifth more", async () => {
  const seen = createSeenHere(manualClock());
  const MIB = 1024 ** 2;
  let freeBytes = 600 * MIB;
  const look = watchDisk(seen, { folder: "/data", host: "host-a", space: async () => ({ freeBytes, totalBytes: 8_000 * MIB }) });
  for (const [freeMb, isFull] of [
    [600, false],
    [511, true],
    [600, true],
    [620, false],
    [390, true],
  ] as const) {
    freeBytes = freeMb * MIB;
    await look();
    expect([freeMb, seen.now().length > 0]).toEqual([freeMb, isFull]);
  }
  expect(seen.now()).toMatchObject([{ subject: "host-a", detail: "390 of 8000 MiB are free." }]);
});

test("a queue is old whose first has waited for more than five minutes; what is parked is not waited for", async () => {
  const clock = manualClock();
  const begin = clock.now();
  let posts: readonly Post[] = [];
  let envelopes: readonly Envelope[] = [];
  let turnSince: number | undefined;
  const look = watchQueues({
    store: { unhandled: async () => [...envelopes], duePosts: async () => [...posts] },
    dispatch: { waitingSince: async () => turnSince },
    isParked: (thread) => thread.startsWith("T1/C0CLOSED"),
    clock,
  });
  const post = (id: number, thread: string): Post => ({ id, thread, seq: 1, kind: "turn", part: 0, sendingSince: undefined });
  posts = [post(1, "T1/C0CLOSED/1"), post(2, "T1/C0OPEN/1")];
  envelopes = [{ id: "e", at: new Date(begin).toISOString(), body: "words" }];
  turnSince = begin;
  expect(await look()).toEqual([]);
  await clock.advance(6 * MINUTE);
  expect((await look()).map(({ subject, detail, sinceMs }) => [subject, detail, sinceMs])).toEqual([
    ["Turns", "The oldest has waited for 6 min.", begin],
    ["Posts", "The oldest has waited for 6 min.", begin],
    ["What people have said and pressed", "The oldest has waited for 6 min.", begin],
  ]);
  // Others take their place.
  posts = [post(1, "T1/C0CLOSED/1"), post(3, "T1/C0OPEN/2")];
  envelopes = [];
  turnSince = clock.now();
  expect(await look()).toEqual([]);
});

test("a day jumps with three times the median of those before it and five dollars more, where three of the last seven spent anything", async () => {
  const spent: { [day: string]: number } = { "2026-01-02": 2, "2026-01-03": 4, "2025-12-30": 400, "2026-01-05": 8.9 };
  const at = async (today: number | undefined, limit?: number) => {
    const clock = manualClock();
    if (today !== undefined) spent["2026-01-05"] = today;
    const look = watchMoney({
      store: {
        recent: async () => [
          { thread: "T1/C1/1", workspace: "T1", lastSeq: 1, at: "2026-01-05T08:00:00.000Z" },
          { thread: "T9/C1/1", workspace: "T9", lastSeq: 1, at: "2026-01-04T08:00:00.000Z" },
        ],
        spentOn: async (workspace, account, day) => ({
          usd: workspace === "T1" && account === "workspace" ? (spent[day] ?? 0) : 0,
          priced: true,
        }),
      },
      budgets: { spending: async (_, account) => ({ account, day: "2026-01-05", limit, spent: spent["2026-01-05"] ?? 0, priced: true }) },
      clock,
    });
    return { clock, look, found: await look() };
  };
  expect((await at(11.9)).found).toEqual([]);
  expect((await at(12)).found).toEqual([
    {
      kind: "spending-jump",
      subject: "workspace T1 on 2026-01-05",
      detail: "$12.00 within 9 h; a day usually takes $4.00.",
    },
  ]);
  expect((await at(8, 10)).found.map(({ kind, detail }) => [kind, detail])).toEqual([["budget-near", "$8.00 of $10.00 are spent."]]);
  expect((await at(7.9, 10)).found).toEqual([]);
  // Nothing is usual of two days.
  delete spent["2026-01-02"];
  expect((await at(100)).found).toEqual([]);
  // The day ends, and with it what was so on it.
  spent["2026-01-02"] = 2;
  const { clock, look, found } = await at(100);
  expect(found).toHaveLength(1);
  await clock.advance(15 * HOUR);
  expect(await look()).toEqual([]);
});
