import { onTestFinished } from "vitest";
import type { EventBody } from "../../src/engine/events/events.ts";
import { logsOf, type Logs } from "../../src/store/runs/logs.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { systemClock, type Clock } from "../../src/engine/clock.ts";
import type { Access } from "../../src/studio/access.ts";
import type { Acting } from "../../src/studio/acts/acting.ts";
import type { Forking } from "../../src/studio/forks/forking.ts";
import { ownOf, studioApp } from "../../src/studio/studio.ts";
import { byAddress } from "../../src/studio/door/by-address.ts";
import { createAddressSessions } from "../../src/studio/door/address-sessions.ts";

export const HOST = "127.0.0.1:4210";
export const ADA = { id: "U1", name: "Ada" };
export const MINUTE_MS = 60_000;

/** The studio on a database in memory, without a socket; a clock that stands still until it is moved. */
export function studio({
  access = { sightOf: async () => ({ kind: "all" }) },
  onEntered,
}: { readonly access?: Access; readonly onEntered?: () => void } = {}) {
  let nowMs = Date.UTC(2026, 0, 1);
  const sleepers = new Map<() => void, number>();
  const clock = {
    now: () => nowMs,
    /** Short waits are over at once, long ones when it is moved. */
    async sleep(ms: number, signal?: AbortSignal) {
      if (ms < 5_000 || signal?.aborted) return;
      await new Promise<void>((wake) => {
        sleepers.set(wake, nowMs + ms);
        signal?.addEventListener("abort", () => wake(), { once: true });
      });
    },
  };
  const opened = openSqlite({ path: ":memory:", now: () => nowMs });
  onTestFinished(() => opened.store.close());
  const loads: number[] = [];
  let broken: Error | undefined;
  const kept = logsOf(opened);
  const logs: Logs = { ...kept, load: async (...asked) => (loads.push(asked[1]), broken ? Promise.reject(broken) : kept.load(...asked)) };
  const asked = studioOn({ logs, access, clock, ...(onEntered ? { onEntered } : {}) });
  return {
    ...opened,
    ...asked,
    logs,
    clock,
    /** From behind which seq each log was read. */
    loads,
    breakLoad: (error: Error) => void (broken = error),
    sleeping: () => sleepers.size,
    pass(ms: number) {
      nowMs += ms;
      for (const [wake, untilMs] of sleepers) {
        if (untilMs > nowMs) continue;
        sleepers.delete(wake);
        wake();
      }
    },
  };
}

/** The same on logs that are there. */
export function studioOn({
  logs,
  access = { sightOf: async () => ({ kind: "all" }) },
  clock = systemClock,
  onEntered,
  ...more
}: {
  readonly logs: Logs;
  readonly access?: Access;
  readonly clock?: Clock;
  readonly onEntered?: () => void;
  readonly forking?: Forking;
  readonly acting?: Acting;
}) {
  const sessions = createAddressSessions(clock);
  const own = ownOf(4210);
  const told: string[] = [];
  const pages = new Map([["/", { type: "text/html; charset=utf-8", content: new TextEncoder().encode("<p>studio</p>") }]]);
  const app = studioApp({
    logs,
    access,
    clock,
    way: byAddress(sessions, onEntered),
    own: () => own,
    pages,
    ...more,
    log: (line) => told.push(line),
  });
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    app.request(`http://${HOST}${path}`, { ...init, headers: { host: HOST, ...(init.headers as { [name: string]: string }) } });
  return {
    told,
    ask,
    mint: () => sessions.mint(ADA),
    /** Comes in by an address, and asks from then on in its session. */
    async enter() {
      const answer = await ask(`/enter?token=${sessions.mint(ADA)}`);
      const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
      const get = (path: string, headers: { readonly [name: string]: string } = {}) => ask(path, { headers: { cookie, ...headers } });
      const json = async <T = unknown>(path: string): Promise<T> => (await (await get(path)).json()) as T;
      /** Changes something, with the session's token. */
      const send = async (method: string, path: string, body: unknown): Promise<Response> => {
        const { csrf } = await json<{ csrf: string }>("/api/v1/session");
        const headers = { cookie, "x-parley-csrf": csrf, "content-type": "application/json" };
        return ask(path, { method, headers, body: JSON.stringify(body) });
      };
      return { cookie, get, json, send };
    },
  };
}

const usage = { inputTokens: 100, outputTokens: 20, cachedTokens: 40, usd: 0.5 };
export const FILE = { name: "plot.png", mediaType: "image/png", bytes: 3 };

/** A run of one agent, who says something; over, or waiting for an answer. */
export const runEvents = ({ id = "r", task = "Count the marmots", hash = "", over = true, team = "pair" } = {}): readonly EventBody[] => [
  { type: "run.started", run: id, team, startedBy: ADA },
  { type: "message.posted", person: ADA, text: task, id: `${id}-m` },
  { type: "speaker.selected", agent: "Ana", by: "selector", reason: "Ana counts", usage },
  { type: "tool.called", agent: "Ana", call: "c1", tool: "look", args: "{}", usage },
  { type: "tool.returned", agent: "Ana", call: "c1", tool: "look", output: "three", ...(hash ? { files: [{ ...FILE, hash }] } : {}) },
  ...(over
    ? ([
        { type: "message.posted", agent: "Ana", text: "There are **three**.", model: "m", usage },
        { type: "run.stopped", run: id, outcome: "done", reason: "done", reasons: [] },
      ] as const)
    : ([{ type: "handoff.made", agent: "Ana", to: "human", text: "Which meadow?" }] as const)),
];

export async function write(
  { store }: Pick<ReturnType<typeof studio>, "store">,
  { thread = "T1/C1/1.1", after = 0, events = runEvents(), at = "2026-01-01T00:00:00.000Z" } = {},
): Promise<void> {
  const workspace = thread.split("/")[0] ?? "";
  await store.commit({ thread, workspace, afterSeq: after, at, events, posts: [], wake: "none" });
}
