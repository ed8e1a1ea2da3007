import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { createWorkspace, type Workspace } from "../../local-slack/index.ts";
import { createAlerts, INCIDENTS_NOTE, ROLL_NOTE, type AlertsParts, type PostedAlert } from "../../src/alerts/alerts.ts";
import { readIncidents } from "../../src/alerts/incidents.ts";
import { readRoll } from "../../src/alerts/roll.ts";
import { createSeenHere } from "../../src/alerts/watch/seen-here.ts";
import { createWeb } from "../../src/slack/api/web-client.ts";
import { postAlert } from "../../src/slack/post/alert.ts";
import { createPace } from "../../src/slack/post/pace.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { StoreError, type Store } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";

const MINUTE = 60_000;
const STEP_MS = 10_000;
const down = { kind: "provider-down", subject: "openai (api.openai.com)", detail: "5 calls in a row have failed." } as const;

const clock = manualClock();
let slack: Workspace;
beforeAll(async () => {
  slack = await createWorkspace({ port: 0, now: () => clock.now(), rateLimits: false });
});
afterAll(() => slack.close());

/** Processes of one store, and a channel of their own that they tell in. */
function fleet({ isMember = true }: { readonly isMember?: boolean } = {}) {
  const channel = slack.control.addChannel(`ops-${channels++}`, { botIsMember: isMember });
  const { store } = openSqlite({ path: ":memory:" });
  const problems: string[] = [];
  let underWay = 0;
  const ctx = {
    web: createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, clock }),
    pace: createPace(clock),
    clock,
    log: (problem: string) => void problems.push(problem),
  };
  const posting: AlertsParts["post"] = async (message) => {
    underWay++;
    return postAlert(ctx, channel, message, AbortSignal.timeout(60_000)).finally(() => underWay--);
  };
  onTestFinished(async () => store.close());

  function process(name: string, more: Partial<Pick<AlertsParts, "store" | "post" | "overlook">> = {}) {
    const seen = createSeenHere(clock);
    const alerts = createAlerts({
      store,
      clock,
      name,
      seen,
      looks: [],
      overlook: () => [],
      post: posting,
      runbook: undefined,
      log: ctx.log,
      ...more,
    });
    alerts.start();
    const close = () => done(alerts.close());
    let isClosed = false;
    onTestFinished(async () => (isClosed ? undefined : close()));
    return { seen, close: async () => ((isClosed = true), close()) };
  }

  /** What is asked of Slack takes none of this time; what is waited for in between, such as for a second look, does. */
  async function settle(): Promise<void> {
    for (let spins = 0; spins < 20 || underWay > 0; spins++) {
      await new Promise(setImmediate);
      if (spins > 200) await clock.advance(50);
    }
  }
  async function pass(minutes: number): Promise<void> {
    for (let ms = 0; ms < minutes * MINUTE; ms += STEP_MS) {
      await settle();
      await clock.advance(STEP_MS);
    }
    await settle();
  }
  async function done(job: Promise<void>): Promise<void> {
    let isDone = false;
    void job.finally(() => (isDone = true));
    while (!isDone) await pass(STEP_MS / MINUTE);
    return job;
  }
  const told = () =>
    slack.control
      .channel(channel)
      .filter(({ text }) => !text.endsWith("has joined the channel"))
      .map(({ text }) => text.split("\n")[0]);
  return { channel, store, problems, posting, process, pass, told };
}

let channels = 0;

test("of several processes that see the same one tells it, once, with who sees it; and its end when nobody does", async () => {
  const { process, pass, told, channel, problems } = fleet();
  const [first, second] = [process("worker on a (1)"), process("worker on b (1)")];
  await pass(1);
  first.seen.see(down);
  second.seen.see(down);
  await pass(30);
  expect(told()).toEqual([":warning: *Models of openai (api.openai.com) do not answer*"]);
  expect(slack.control.channel(channel)[0]?.text).toContain("5 calls in a row have failed. Seen by: worker on a (1), worker on b (1).");
  first.seen.over(down);
  await pass(10);
  expect(told()).toHaveLength(1);
  second.seen.over(down);
  await pass(10);
  expect(told()[1]).toMatch(
    /^:white_check_mark: Over: \*Models of openai \(api\.openai\.com\) do not answer\*, from .+ UTC to .+ UTC \(\d\d min\)\.$/,
  );
  await pass(60);
  expect(told()).toHaveLength(2);
  expect(problems).toEqual([]);
});

test("who ends with a goodbye is not missed; who is gone without one is told, by whoever is left", async () => {
  const { process, pass, told, store } = fleet();
  const [first, second] = [process("worker on a (1)"), process("worker on b (1)")];
  await pass(2);
  await first.close();
  await pass(10);
  expect(told()).toEqual([]);
  // What a process that is killed leaves behind.
  const noted = (await store.note(ROLL_NOTE)) ?? "";
  const left = Object.values(readRoll(noted))[0];
  const gone = { ...left, name: "worker on c (1)" };
  await store.swapNote(ROLL_NOTE, noted, JSON.stringify({ ...readRoll(noted), killed: gone }));
  await pass(5);
  expect(told()).toEqual([":warning: *A worker on c (1) is gone without a goodbye*"]);
  process("worker on d (1)");
  await pass(10);
  expect(told()[1]).toContain("Over: *A worker on c (1) is gone without a goodbye*");
  await second.close();
  await pass(10);
  expect(told()).toHaveLength(2);
});

test("one that dies over its post leaves it to the next one, who looks whether it is there", async () => {
  const { process, pass, told, store, posting } = fleet();
  const asked: string[] = [];
  let isKilled = false;
  // Posted, and killed before that is written down: nothing of it comes back, and what it holds goes.
  const dying: AlertsParts["post"] = async (message) => {
    asked.push((await posting(message)).kind);
    isKilled = true;
    return new Promise<PostedAlert>(() => undefined);
  };
  const killable: AlertsParts["store"] = {
    note: store.note,
    swapNote: async (...put) => (isKilled ? new Promise<boolean>(() => undefined) : store.swapNote(...put)),
    exclusively: async (key, job) => {
      if (key !== "alerts") return store.exclusively(key, job);
      return job(new AbortController().signal);
    },
  };
  const seen = createSeenHere(clock);
  createAlerts({ store: killable, clock, name: "worker on a (1)", seen, looks: [], overlook: () => [], post: dying, runbook: undefined, log: () => undefined }).start(); // prettier-ignore
  seen.see(down);
  await pass(3);
  expect(asked).toEqual(["posted"]);
  expect(readIncidents(await store.note(INCIDENTS_NOTE)).telling?.text).toContain("Models of openai");
  const next = process("worker on b (1)");
  next.seen.see(down);
  await pass(10);
  expect(readIncidents(await store.note(INCIDENTS_NOTE)).telling).toBeUndefined();
  expect(told().filter((text) => text?.includes("Models of openai"))).toHaveLength(1);
});

test("a channel that does not take it is told in the log, once, and what was to be said is there when it does", async () => {
  const { process, pass, told, channel, problems, store } = fleet({ isMember: false });
  const one = process("process on a (1)");
  one.seen.see(down);
  await pass(12);
  expect(problems).toEqual([
    "an alert could not be posted (not_in_channel); it is tried again every 5 min. parley doctor says what the channel lacks",
  ]);
  expect(readIncidents(await store.note(INCIDENTS_NOTE)).telling?.refused?.code).toBe("not_in_channel");
  slack.control.join({ user: slack.botUserId, channel });
  one.seen.over(down);
  await pass(10);
  expect(told().map((text) => text?.slice(0, 20))).toEqual([":warning: *Models of", ":white_check_mark: O"]);
});

test("a database that cannot be written is told by the one who has told of others, without it, and when it can be again", async () => {
  const { process, pass, told, store, problems } = fleet();
  let isAway = false;
  const full = async (): Promise<never> => {
    throw new StoreError("the disk is full", { cause: new Error("full") });
  };
  const failing: Pick<Store, "note" | "swapNote" | "exclusively"> = {
    note: store.note,
    swapNote: async (...put) => (isAway ? full() : store.swapNote(...put)),
    exclusively: store.exclusively,
  };
  process("process on a (1)", { store: failing });
  // It stands in line behind the first, and has told nobody of anything.
  process("process on b (1)", { store: failing });
  await pass(3);
  isAway = true;
  await pass(10);
  expect(told()).toEqual([":warning: *The database cannot be written, as seen by the process on a (1)*"]);
  isAway = false;
  await pass(5);
  expect(told()[1]).toContain("Over: *The database cannot be written, as seen by the process on a (1)*");
  await pass(10);
  expect(told()).toHaveLength(2);
  expect(problems.filter((problem) => problem.startsWith("the database could not be written for 1"))).toHaveLength(2);
});

test("a database that answers nothing at all is told of too, though each beat waits for its answer", async () => {
  const { process, pass, told, store } = fleet();
  const lost = new AbortController();
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    if (!lost.signal.aborted) return question();
    await clock.sleep(35_000);
    throw new StoreError("nothing answers", { cause: new Error("timeout") });
  };
  process("process on a (1)", {
    store: {
      note: (key) => ask(() => store.note(key)),
      swapNote: (...put) => ask(() => store.swapNote(...put)),
      exclusively: (key, job) => ask(() => store.exclusively(key, () => job(lost.signal))),
    },
  });
  await pass(3);
  lost.abort();
  await pass(6);
  expect(told()).toEqual([":warning: *The database cannot be written, as seen by the process on a (1)*"]);
});

test("who is stopped while an alert is posted does not know whether it is there, so that the next one looks for it", async () => {
  const { channel } = fleet();
  const over = new AbortController();
  const web = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, clock, beforeWriting: async () => over.abort() });
  const message = { id: "alert/stopped", text: "stopped", triedSince: undefined };
  const ctx = { web, pace: createPace(clock), clock, log: () => undefined };
  expect(await postAlert(ctx, channel, message, over.signal)).toMatchObject({ kind: "unknown" });
});

test("telling that breaks ends nothing, and is done again with the next beat", async () => {
  const { process, pass, told, store, problems, posting } = fleet();
  let isAway = false;
  let breaks = true;
  process("process on a (1)", {
    store: {
      note: store.note,
      swapNote: async (...put) => (isAway ? Promise.reject(new StoreError("the disk is full")) : store.swapNote(...put)),
      exclusively: store.exclusively,
    },
    async post(message) {
      if (!breaks) return posting(message);
      breaks = false;
      throw new Error("a bug");
    },
  });
  await pass(3);
  isAway = true;
  await pass(3);
  expect([problems, told()]).toEqual([
    ["a beat of the alerts could not be ended"],
    [":warning: *The database cannot be written, as seen by the process on a (1)*"],
  ]);
});

test("what one looks at for all is looked at by one, and a look that fails keeps nothing else from being told", async () => {
  const { process, pass, told, problems } = fleet();
  const looked: string[] = [];
  const overlook = (name: string) => () => [
    async () => {
      looked.push(name);
      return [{ kind: "budget-near" as const, subject: "workspace T1 on 2026-01-05", detail: "$9.00 of $10.00 are spent." }];
    },
    async () => {
      throw new Error("broken look");
    },
  ];
  const first = process("worker on a (1)", { overlook: overlook("a") });
  process("worker on b (1)", { overlook: overlook("b") });
  await pass(5);
  expect(new Set(looked)).toEqual(new Set(["a"]));
  expect(told()).toEqual([":warning: *The day's budget of workspace T1 on 2026-01-05 is nearly used up*"]);
  await first.close();
  await pass(5);
  expect(looked.at(-1)).toBe("b");
  expect(told()).toHaveLength(1);
  expect(new Set(problems)).toEqual(new Set(["what alerts are made of could not be looked at"]));
});
