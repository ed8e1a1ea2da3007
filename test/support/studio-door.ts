import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventBody } from "../../src/engine/events/events.ts";
import { systemClock } from "../../src/engine/clock.ts";
import { createParley, type Parley } from "../../src/parley.ts";
import { createWorkspace, type Workspace } from "../../local-slack/index.ts";
import { PAIR, settingsOf } from "./journey.ts";
import { storeIn } from "./postgres/journey-store.ts";

/** A Parley in a local Slack, with the studio for people who sign in there: real HTTP, a real database, Sign in with Slack as Slack has it. */
export interface StudioWorld {
  readonly slack: Workspace;
  readonly parley: Parley;
  readonly url: string;
  readonly problems: readonly string[];
  /** It is so much later, for Parley. */
  pass(ms: number): void;
  /** As Parley has it: milliseconds since 1970. Until the world is closed it is the same day in UTC. */
  now(): number;
  /** As a browser does it, by way of Slack's page, on which this person says yes: the last answer, and the session's cookie. */
  signIn(person: string): Promise<{ readonly answer: Response; readonly cookie: string }>;
  get(path: string, cookie: string, headers?: { readonly [name: string]: string }): Promise<Response>;
  write(thread: string, events: readonly EventBody[], after?: number): Promise<void>;
  close(): Promise<void>;
}

const HOUR_MS = 60 * 60_000;
const DAY_MS = 24 * HOUR_MS;

export async function openStudioWorld({
  publicUrl,
  allow = {},
  ...more
}: {
  readonly allow?: object;
  readonly budgets?: object;
  readonly ceilings?: object;
  readonly publicUrl?: string;
} = {}): Promise<StudioWorld> {
  const slack = await createWorkspace({ port: 0 });
  const folder = await mkdtemp(join(tmpdir(), "parley-studio-"));
  // Shortly before midnight it is the next day already: what is held to a day is held to one.
  const leftMs = DAY_MS - (Date.now() % DAY_MS);
  let laterMs = leftMs < HOUR_MS ? leftMs : 0;
  const clock = { ...systemClock, now: () => Date.now() + laterMs };
  const problems: string[] = [];
  const { clientId = "", clientSecret = "" } = slack.signIn?.() ?? {};
  const parley = await createParley({
    settings: await settingsOf({ file: { ...PAIR, slack: { allow }, ...more }, replies: {} }, folder),
    env: {},
    dbPath: storeIn(folder),
    clock,
    slack: { botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl },
    studioAt: { host: "127.0.0.1", port: 0, clientId, clientSecret, ...(publicUrl === undefined ? {} : { publicUrl }) },
    log: (line) => void problems.push(line),
  });
  await parley.start();
  const url = parley.studioUrl() ?? "";
  const get: StudioWorld["get"] = (path, cookie, headers = {}) =>
    fetch(new URL(path, url), { headers: { cookie, ...headers }, redirect: "manual" });
  return {
    slack,
    parley,
    url,
    problems,
    pass: (ms) => void (laterMs += ms),
    now: clock.now,
    get,
    async signIn(person) {
      const begun = await get("/login", "");
      const page = new URL(begun.headers.get("location") ?? "");
      page.searchParams.set("as", person);
      const said = await fetch(page, { redirect: "manual" });
      const back = new URL(said.headers.get("location") ?? "");
      const answer = await get(back.pathname + back.search, cookieIn(begun));
      return { answer, cookie: answer.status === 303 ? cookieIn(answer) : "" };
    },
    write: async (thread, events, after = 0) => {
      const at = new Date(clock.now()).toISOString();
      await parley.store.commit({ thread, workspace: thread.split("/")[0] ?? "", afterSeq: after, at, events, posts: [], wake: "none" });
    },
    async close() {
      await parley.stop();
      await slack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The last that was set: what is taken away stands before it. */
export const cookieIn = (answer: Response): string => answer.headers.getSetCookie().at(-1)?.split(";")[0] ?? "";
