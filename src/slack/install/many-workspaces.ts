import type { Server } from "node:http";
import { z } from "zod";
import type { Installation, Installations } from "../../store/installations.ts";
import { createHttpReceiver, type HttpDoor } from "../door/http-receiver.ts";
import { Inbox } from "../door/inbox.ts";
import { closeDoor, openInstallDoor, portOf, type Address } from "./oauth-server.ts";
import { createInstallPages, type OAuthSettings, type Pages } from "./oauth-pages.ts";
import { originOf, type Origin } from "./body-origin.ts";
import { FormBody } from "../words/press-payloads.ts";
import { readBody, type Body, type Dropped } from "../words/envelope.ts";
import { createReceiver } from "../door/socket-receiver.ts";
import type { Slack, SlackParts } from "../slack.ts";
import { createTenants, type Seated } from "./tenants.ts";
import { isDoor } from "../../engine/role.ts";
import type { Log } from "../api/web-client.ts";

/** What it takes to be in every workspace into which the app is installed. */
export interface InstalledSettings {
  readonly oauth: OAuthSettings;
  /** For Socket Mode; not needed with `http`. */
  readonly appToken?: string;
  /** Slack sends requests here, instead of Socket Mode; the pages for installing are here too. */
  readonly http?: HttpDoor;
  /** With Socket Mode: where the pages for installing are. */
  readonly installAt?: Address;
  /** Any Slack-compatible server; Slack's own when absent. */
  readonly apiUrl?: string;
  readonly writeTimeoutMs?: number;
}

/** Beside them, all that a room of one workspace is given and that is not of that workspace alone. */
export interface InstalledParts extends InstalledSettings, Omit<SlackParts, "botToken" | "tenancy" | keyof InstalledSettings> {
  readonly installations: Installations;
}

/** Workspaces that are named once in the log and not with each of their events. */
const STRANGERS_MAX = 1_000;

/**
 * Slack for many workspaces: one door and one inbox in front, and behind them a whole Slack room for each workspace (tenants.ts), which sees
 * nothing of the others (tenant-scope.ts). Which room an envelope goes to is said by what Slack has signed, and by nothing else in it.
 */
export async function createInstalledSlack(parts: InstalledParts): Promise<Slack> {
  const { store, clock, installations, apiUrl } = parts;
  const log: Log = (problem, error) =>
    parts.log(error === undefined ? problem : `${problem}: ${error instanceof Error ? error.message : JSON.stringify(error)}`);
  const strangers = new Set<string>();
  const inbox: Inbox = new Inbox({
    store,
    dispatch: parts.dispatch,
    clock,
    log,
    handle,
    bots: parts.bots ?? [],
    waitsFor: (body) => tenants.waitsFor(body),
    keepLeave: (body) => tenants.keepLeave(body),
    originOf: (body) => tenants.keyOf(originOf(body)),
  });
  const tenants = createTenants({ ...parts, inbox, log });
  await tenants.load();
  const installPages = createInstallPages({
    oauth: parts.oauth,
    ...(apiUrl ? { apiUrl } : {}),
    installations,
    onInstalled: (installation) => tenants.installed(installation),
    clock,
    log,
  });
  const pages: Pages = async (...request) => (await installPages(...request)) || ((await parts.http?.pages?.(...request)) ?? false);
  const heard = {
    inbox,
    clock,
    log,
    onConnected: () => tenants.catchUp(parts.http !== undefined),
    onDropped(dropped: Dropped) {
      parts.onDropped?.(dropped);
      tenants.onDropped(dropped);
    },
    answer,
  };
  const http = parts.http && createHttpReceiver({ ...heard, door: parts.http, pages });
  const receiver = http ?? createReceiver({ ...heard, appToken: parts.appToken ?? "", ...(apiUrl ? { apiUrl } : {}) });
  const hears = isDoor(parts.role ?? "all");
  let installDoor: Server | undefined;

  async function answer(body: unknown): Promise<object | undefined> {
    const form = FormBody.safeParse(body).success ? readBody(body) : undefined;
    const seated = form && (await tenants.find(originOf(form)));
    return seated && form ? seated.tenant.answer(atHome(form, seated, tenants.isOf)) : undefined;
  }

  async function handle(body: Body): Promise<void> {
    const origin = originOf(body);
    const ending = EndingBody.safeParse(body).data?.event;
    if (ending) {
      const installation = tenants.installationOf(origin) ?? (await refusedBefore(origin));
      const isBots = ending.type === "app_uninstalled" || ending.tokens?.bot?.includes(installation?.botUser ?? "");
      if (installation && isBots) await tenants.removed(installation);
      return;
    }
    const seated = await tenants.find(origin);
    if (seated) return seated.tenant.handle(atHome(body, seated, tenants.isOf));
    const stranger = tenants.keyOf(origin).trim();
    if (!strangers.has(stranger) && strangers.size < STRANGERS_MAX) {
      strangers.add(stranger);
      log(`workspace ${stranger} is heard of, but the app is not installed there any more, or not by /slack/install; it is not answered`);
    }
  }

  /** A call that Slack refused may have come before its word that the app was removed; only that word says for how long its data is kept. */
  async function refusedBefore({ team, org, isOrgWide }: Origin): Promise<Installation | undefined> {
    const found = await installations.find((isOrgWide ? org : team) ?? "");
    return found?.state === "refused" ? found : undefined;
  }

  return {
    heardAll: (thread) => tenants.heardAll(thread),
    isParked: (thread) => tenants.isParked(thread),
    search: (wanted, signal) => tenants.search(wanted, signal),
    async filesIn(team) {
      const seated = await tenants.find({ team, org: undefined, isOrgWide: false, channel: undefined });
      return seated?.tenant.filesIn(team);
    },
    async onlookersIn(team) {
      const seated = await tenants.find({ team, org: undefined, isOrgWide: false, channel: undefined });
      const found = await seated?.tenant.onlookersIn(team);
      return seated && found && { ...found, since: seated.installation.at };
    },
    async alert({ workspace, channel }, message) {
      const seated = await tenants.find({ team: workspace, org: undefined, isOrgWide: false, channel }).catch(() => undefined);
      return seated ? seated.tenant.alert({ channel }, message) : { kind: "refused", code: "not_installed" };
    },
    connected: () => !hears || receiver.connected(),
    httpPort: () => http?.port() ?? portOf(installDoor),
    async start() {
      await tenants.start();
      if (parts.installAt && !http && hears) installDoor = await openInstallDoor(parts.installAt, pages, log);
      if (!hears) return;
      await receiver.start();
      inbox.open();
    },
    async hangUp() {
      await closeDoor(installDoor);
      if (hears) await receiver.stop();
      await inbox.close();
      await tenants.hangUp();
    },
    stop: () => tenants.stop(),
    idle: () => tenants.idle(),
  };
}

const EndingBody = z.object({
  event: z.object({
    type: z.enum(["app_uninstalled", "tokens_revoked"]),
    tokens: z
      .object({ bot: z.array(z.string()).nullish() })
      .optional()
      .catch(undefined),
  }),
});

/** For people of the same organisation a workspace is their own, in whichever of its workspaces Slack says that they are. */
function atHome(body: Body, { team, installation }: Seated, isOf: (org: string, id: string) => boolean): Body {
  if (!installation.isOrg) return body;
  const own = (id: unknown): unknown => (typeof id === "string" && isOf(installation.id, id) ? team : id);
  const fields = (of: unknown, names: readonly string[]): object =>
    typeof of === "object" && of !== null
      ? { ...of, ...Object.fromEntries(Object.entries(of).flatMap(([name, value]) => (names.includes(name) ? [[name, own(value)]] : []))) }
      : {};
  return {
    ...body,
    ...("team_id" in body ? { team_id: own(body["team_id"]) } : {}),
    ...("user" in body ? { user: fields(body["user"], ["team_id"]) } : {}),
    ...("event" in body ? { event: fields(body["event"], ["team", "user_team", "source_team"]) } : {}),
  } as Body;
}
