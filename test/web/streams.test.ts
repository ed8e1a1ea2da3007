import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

/** What of a page's parts is tried here; they are compiled for browsers, where more is at hand than here. */
interface Parts {
  follow(followed: {
    path(): string;
    readonly hear: { readonly [event: string]: () => void };
    look(signal: AbortSignal): Promise<"soon" | "rarely" | "refused">;
  }): () => void;
  followRun(
    name: { readonly thread: string; readonly seq: number },
    behind: { readonly after: number; readonly isOver: boolean },
    hear: { recorded(event: object): void; shown(): void; begun(): void },
  ): () => void;
}
const STATE = new URL("../../web/studio/state/", import.meta.url);
const { follow } = (await import(new URL("streams.ts", STATE).pathname)) as Parts;
const { followRun } = (await import(new URL("api.ts", STATE).pathname)) as Parts;

const RUN = { thread: "T1/C1/1.1", seq: 1 };
const PLACES = [0, 1, 2, 3].map((place) => `parley stream ${place}`);

/** A stream of a browser that never says anything. */
class Stream extends EventTarget {
  static readonly CLOSED = 2;
  readyState = 1;
  constructor() {
    super();
    streams.push(this);
  }
  close(): void {
    this.readyState = Stream.CLOSED;
  }
}
let streams: Stream[] = [];
const isOpen = () => streams.filter(({ readyState }) => readyState !== Stream.CLOSED).length;

class Tab extends EventTarget {
  hidden = false;
  set(isHidden: boolean): void {
    this.hidden = isHidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}
let tab = new Tab();
let left: (() => void)[] = [];

beforeEach(() => {
  streams = [];
  tab = new Tab();
  vi.stubGlobal("document", tab);
  vi.stubGlobal("EventSource", Stream);
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(async () => {
  for (const leave of left.splice(0)) leave();
  // Each place is free again.
  await Promise.all(PLACES.map((place) => navigator.locks.request(place, () => undefined)));
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Other tabs have all the places, until the test is over. */
async function takeAll(): Promise<void> {
  const over = Promise.withResolvers<void>();
  left.push(() => over.resolve());
  await Promise.all(
    PLACES.map((place) => new Promise<void>((taken) => void navigator.locks.request(place, () => (taken(), over.promise)))),
  );
}

/** Rounds of the event loop; what is waited for here takes a few. */
const ROUNDS_MAX = 10_000;

async function until(isSo: () => boolean): Promise<void> {
  for (let round = 0; !isSo(); round++) {
    if (round === ROUNDS_MAX) throw new Error(`not so after ${ROUNDS_MAX} rounds: ${String(isSo)}`);
    await setImmediate();
  }
}

test("a tab that nobody sees any more by the time that it has a place opens no stream, and leaves the place to others", async () => {
  left.push(follow({ path: () => "/changes", hear: {}, look: async () => "soon" }));
  tab.set(true);
  await setImmediate();
  await navigator.locks.request(PLACES[0] ?? "", () => undefined);
  expect(streams).toEqual([]);
  tab.set(false);
  await until(() => isOpen() === 1);
  // Nor does it keep one that it has.
  tab.set(true);
  expect(isOpen()).toBe(0);
});

test("while other tabs have all streams a tab asks every two seconds, and every ten where that is refused", async () => {
  await takeAll();
  let looks = 0;
  left.push(follow({ path: () => "/changes", hear: {}, look: async () => (++looks < 2 ? "soon" : "refused") }));
  const looked = async (times: number, afterMs: number): Promise<void> => {
    await until(() => vi.getTimerCount() === 1);
    vi.advanceTimersByTime(afterMs - 1);
    expect([looks, vi.getTimerCount()]).toEqual([times - 1, 1]);
    vi.advanceTimersByTime(1);
    await until(() => looks === times);
  };
  await until(() => looks === 1);
  await looked(2, 2_000);
  await looked(3, 10_000);
  expect(streams).toEqual([]);
});

test("a run that is over is asked for once a minute by a tab without a stream, from when it was heard that it is", async () => {
  await takeAll();
  const asked: string[] = [];
  const events = [{ seq: 4, type: "message.posted" }, { seq: 5, type: "run.stopped", within: "r" }, { seq: 6, type: "run.stopped" }]; // prettier-ignore
  vi.stubGlobal("fetch", async (path: string) => {
    asked.push(path.split("?")[1] ?? "");
    return Response.json({ events: events.slice(asked.length - 1, asked.length) });
  });
  left.push(followRun(RUN, { after: 3, isOver: false }, { recorded: () => undefined, shown: () => undefined, begun: () => undefined }));
  for (const [times, afterMs] of [
    [1, 2_000],
    [2, 2_000],
    [3, 60_000],
    [4, 60_000],
  ] as const) {
    await until(() => asked.length === times && vi.getTimerCount() === 1);
    vi.advanceTimersByTime(afterMs - 1);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(1);
  }
  await until(() => asked.length === 5);
  expect(asked).toEqual(["after=3", "after=4", "after=5", "after=6", "after=6"]);
  expect(streams).toEqual([]);
});

test("whoever has left a run is told nothing more of it, also of what was asked before", async () => {
  await takeAll();
  const asked = Promise.withResolvers<void>();
  const answered = Promise.withResolvers<Response>();
  vi.stubGlobal("fetch", () => (asked.resolve(), answered.promise));
  const told: object[] = [];
  const leave = followRun(
    RUN,
    { after: 3, isOver: false },
    {
      recorded: (event) => told.push(event),
      shown: () => undefined,
      begun: () => undefined,
    },
  );
  left.push(leave);
  await asked.promise;
  leave();
  const answer = Response.json({ events: [{ seq: 4, type: "message.posted" }] });
  answered.resolve(answer);
  await until(() => answer.bodyUsed);
  for (let nth = 0; nth < 5; nth++) await setImmediate();
  expect(told).toEqual([]);
});
