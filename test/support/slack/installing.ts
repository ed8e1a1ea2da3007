import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { createParley, type Parley, type ParleyOptions, type SlackOfMany } from "../../../src/parley.ts";
import { createWorkspaces, type Workspace, type Workspaces, type WorkspacesOptions } from "../../../local-slack/index.ts";
import { storeIn } from "../postgres/journey-store.ts";
import { allAcked } from "./acked.ts";
import { bridge, SIGNING_SECRET } from "./http-door.ts";
import { fastClock, settingsOf, type ParleyParts } from "../journey.ts";
import { createThread, type Thread } from "./thread.ts";

export const NORTH = "T0NORTH";
export const SOUTH = "T0SOUTH";

export interface ManyOptions extends ParleyParts {
  readonly teams?: WorkspacesOptions["teams"];
  readonly tokenMs?: number;
  readonly oauth?: Partial<SlackOfMany["oauth"]>;
  /** Sockets instead of requests, with a door of its own for the pages. */
  readonly door?: "http" | "sockets";
  readonly studioAt?: ParleyOptions["studioAt"];
  /** In place of a file of its own. */
  readonly database?: string;
}

/** A Parley of many workspaces, none of which it is in yet, in a local Slack: real HTTP, a real database. Closed when the test ends. */
export interface Many {
  readonly slack: Workspaces;
  readonly parley: Parley;
  readonly clock: ReturnType<typeof fastClock>;
  readonly problems: readonly string[];
  readonly dbPath: string;
  readonly keys: readonly Uint8Array[];
  /** Goes through the pages as a browser does; the last answer. */
  install(id: string): Promise<Response>;
  /** A first request to a page, with its cookie. */
  page(path: string, headers?: { readonly [name: string]: string }): Promise<Response>;
  workspace(id: string): Workspace;
  mention(
    id: string,
    text: string,
    options?: { readonly channel?: string; readonly threadTs?: string; readonly user?: string },
  ): Promise<Thread>;
  /** What one person alone was told in a workspace. */
  whispers(id: string, user: string, channel?: string): readonly string[];
  quiet(): Promise<void>;
  /** One more on the same database and in the same Slack, as in another process: Slack's requests go to either. */
  beside(): Promise<Many>;
  /** The same database and the same Slack, in a new process, so to speak. */
  again(change?: { readonly keys?: readonly Uint8Array[] }): Promise<Many>;
  stop(): Promise<void>;
}

export async function openMany(options: ManyOptions): Promise<Many> {
  const clock = fastClock();
  const teams = options.teams ?? [{ id: NORTH }, { id: SOUTH }];
  const { tokenMs } = options;
  const slack = await createWorkspaces({ port: 0, teams, now: () => clock.now(), ...(tokenMs === undefined ? {} : { tokenMs }) });
  onTestFinished(() => slack.close());
  const folder = await mkdtemp(join(tmpdir(), "parley-many-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return start(options, { slack, folder, clock, keys: [randomBytes(32)] });
}

async function start(
  options: ManyOptions,
  world: {
    readonly slack: Workspaces;
    readonly folder: string;
    readonly clock: ReturnType<typeof fastClock>;
    readonly keys: readonly Uint8Array[];
  },
): Promise<Many> {
  const { slack, folder, clock, keys } = world;
  const dbPath = options.database ?? storeIn(folder);
  const problems: string[] = [];
  const door = options.door ?? "http";
  const parley = await createParley({
    settings: await settingsOf(options, folder),
    env: options.env ?? {},
    dbPath,
    clock,
    ...(options.studioAt ? { studioAt: options.studioAt } : {}),
    ...(options.executor ? { executor: options.executor } : {}),
    slack: {
      apiUrl: slack.apiUrl,
      oauth: { clientId: slack.clientId, clientSecret: slack.clientSecret, stateSecret: "s".repeat(40), ...options.oauth },
      tokenKeys: keys,
      ...(door === "http"
        ? { http: { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 } }
        : { appToken: slack.appToken, installAt: { host: "127.0.0.1", port: 0 } }),
    },
    log: (line) => void problems.push(line),
  });
  let stopped = false;
  let wire: Awaited<ReturnType<typeof bridge>> | undefined;
  const stop = async () => {
    if (stopped) return;
    stopped = true;
    await wire?.close();
    await parley.stop();
    expect(problems.filter((problem) => /\bbroke\b/.test(problem))).toEqual([]);
  };
  onTestFinished(stop);
  await parley.start();
  const base = `http://127.0.0.1:${parley.httpPort()}`;
  slack.redirectTo(`${base}/slack/oauth_redirect`);
  const first = slack.workspace((options.teams ?? [{ id: NORTH }])[0]?.id ?? NORTH);
  if (door === "http") wire = await bridge(first, `${base}/slack/events`);
  await first.control.until(() => first.control.connected());

  const page = (path: string, headers: { readonly [name: string]: string } = {}) =>
    fetch(new URL(path, base), { redirect: "manual", headers: { ...headers } });
  const many: Many = {
    slack,
    parley,
    clock,
    problems,
    dbPath,
    keys,
    page,
    stop,
    workspace: (id) => slack.workspace(id),
    async install(id) {
      const begun = await page("/slack/install");
      const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
      const consent = new URL(begun.headers.get("location") ?? "");
      consent.searchParams.set("team", id);
      const back = await fetch(consent, { redirect: "manual" });
      return page(back.headers.get("location") ?? "", { cookie });
    },
    async mention(id, text, { channel = "C0GENERAL", threadTs, user = "U0MARIA" } = {}) {
      const workspace = slack.workspace(id);
      const { ts } = await workspace.control.post({ user, channel, text, ...(threadTs ? { threadTs } : {}) });
      return createThread({ slack: workspace, parley, channel, ts: threadTs ?? ts });
    },
    whispers: (id, user, channel = "C0GENERAL") => {
      const { control } = slack.workspace(id);
      return control
        .channel(channel)
        .flatMap((root) => control.thread(channel, root.ts))
        .flatMap((message) => (message.ephemeralTo === user ? [message.text] : []));
    },
    async quiet() {
      // What was sent while nobody listened.
      await first.control.redeliver();
      await allAcked(first);
      await expect.poll(() => parley.store.unhandled(1)).toEqual([]);
    },
    beside: () => start(options, world),
    async again(change) {
      await stop();
      return start(options, { ...world, ...change });
    },
  };
  return many;
}
