import { createQueue } from "../../keyed-queue.ts";
import type { Search } from "../../engine/search.ts";
import type { Installation, Installations } from "../../store/installations.ts";
import type { OAuthSettings } from "./oauth-pages.ts";
import { originOf, type Origin } from "./body-origin.ts";
import { placeOf, teamOf } from "../words/place.ts";
import { NOT_INSTALLED } from "../search/workspace-search.ts";
import type { Tenant } from "../slack.ts";
import type { Dropped } from "../words/envelope.ts";
import { createDirectory } from "./installation-directory.ts";
import { followInstallations } from "./installation-news.ts";
import { worksAt } from "./token-check.ts";
import { createInstalledTokens } from "./installed-tokens.ts";
import { openTenant, type TenantParts } from "./open-tenant.ts";

/** A workspace in which Parley works. */
export interface Seated {
  readonly team: string;
  /** Its own, or its organisation's: whose token serves it. */
  readonly installation: Installation;
  readonly tenant: Tenant;
}

/** The workspaces, each with its own clients, queues and pace: opened when the app is installed, closed when it is removed. */
export interface Tenants {
  /** Reads the installations from the database, and begins nothing. */
  load(): Promise<void>;
  /** Opens every workspace, and asks again for those whose token Slack had refused. */
  start(): Promise<void>;
  /** The workspace that something comes from, opened where it is not yet; `undefined` where the app is not installed. */
  find(origin: Origin): Promise<Seated | undefined>;
  /** The installation that something is about. */
  installationOf(origin: Origin): Installation | undefined;
  /** A key that is the same for everything that comes from one installation. */
  keyOf(origin: Origin): string;
  /** To be called once an installation is stored, the first one or a later one: what was parked goes on. */
  installed(installation: Installation): Promise<void>;
  /** Slack says that the app was removed. Its runs are parked and its posts wait, unless its token still works. */
  removed(installation: Installation): Promise<void>;
  /** As `Slack.heardAll`; true where the app is not installed, since nothing can be read there. */
  heardAll(thread: string): boolean;
  /** Whether nobody could be answered in this thread now. */
  isParked(thread: string): boolean;
  readonly search: Search;
  /** Whether this id is the organisation's, or that of one of its workspaces. */
  isOf(org: string, id: string): boolean;
  /** As `Tenant.waitsFor`, of the workspace that it comes from. */
  waitsFor(body: unknown): boolean;
  readonly keepLeave: Tenant["keepLeave"];
  readonly catchUp: Tenant["catchUp"];
  onDropped(dropped: Dropped): void;
  hangUp(): Promise<void>;
  stop(): Promise<void>;
  idle(): Promise<void>;
}

export interface TenantsParts extends TenantParts {
  readonly installations: Installations;
  readonly oauth: OAuthSettings;
}

export function createTenants(parts: TenantsParts): Tenants {
  const { installations, runner, log } = parts;
  const directory = createDirectory(installations);
  const tokens = createInstalledTokens({
    ...parts,
    onDead: (installation, code) => lookInto(installation, () => lost(installation, "refused", code)),
  });
  const seats = new Map<string, Seated>();
  /** Threads that were asked for before their workspace was open: which of its channels are closed was not known then. */
  const early = new Set<string>();
  /** Installations that Slack is being asked about. */
  const doubted = new Set<string>();
  const underWay = new Set<Promise<void>>();
  let isEnding = false;
  /** Workspaces are opened and closed one after the other. */
  const inTurn = createQueue();
  const news = followInstallations({ store: parts.store, installations, onNews: (installation) => inTurn(() => learn(installation)), log });

  async function open(team: string, installation: Installation): Promise<Seated> {
    const refused = (token: string, code: string) => doubt(installation, token, code);
    const tenant = await openTenant(team, installation, { ...tokens.of(installation), refused }, parts);
    const seated = { team, installation, tenant };
    seats.set(team, seated);
    await tenant.start();
    for (const thread of early) {
      if (teamOf(thread) !== team) continue;
      early.delete(thread);
      await runner.lookAgain(thread);
    }
    return seated;
  }

  function seatOf(team: string, installation: Installation): Promise<Seated | undefined> {
    return inTurn(async () => {
      if (isEnding || !directory.isCurrent(installation)) return undefined;
      return seats.get(team) ?? open(team, installation);
    });
  }

  async function close(ofInstallation: string): Promise<void> {
    const closing = [...seats.values()].filter(({ installation }) => installation.id === ofInstallation);
    for (const { team } of closing) seats.delete(team);
    await Promise.all(
      closing.map(async ({ tenant }) => {
        await tenant.hangUp();
        await tenant.stop();
      }),
    );
  }

  /** Slack has refused a token. Where it is the newest, Slack is asked once more before everything is closed: a single refusal may be a slip. */
  function doubt(installation: Installation, token: string, code: string): void {
    const { id, name } = installation;
    if (!tokens.of(installation).isNewest(token)) return;
    lookInto(installation, async () => {
      if ((await worksAt(parts.apiUrl, token)) === "no") await lost(installation, "refused", code);
      else log(`Slack refused the token of ${name} (${id}) once (${code}); it goes on`);
    });
  }

  /** One at a time for each installation: a hundred calls may be refused together. */
  function lookInto({ id }: Pick<Installation, "id">, look: () => Promise<void>): void {
    if (isEnding || doubted.has(id) || !directory.has(id)) return;
    doubted.add(id);
    const looked = look().finally(() => doubted.delete(id));
    keep(looked, `what became of ${id} could not be found out`);
  }

  function keep(job: Promise<void>, trouble: string): void {
    const done = job.catch((error: unknown) => log(trouble, error)).finally(() => underWay.delete(done));
    underWay.add(done);
  }

  function lost({ id }: Pick<Installation, "id">, state: "refused" | "removed", why: string): Promise<void> {
    return inTurn(async () => {
      await installations.mark(id, state, why);
      const installation = await installations.find(id);
      if (installation) await shut(installation);
      await news.tell(id);
    });
  }

  async function shut({ id, name, why }: Installation): Promise<void> {
    const wasActive = directory.remove(id);
    tokens.forget(id);
    await runner.park((thread) => directory.servedBy(teamOf(thread) ?? "") === undefined && teamOf(thread) !== undefined);
    await close(id);
    if (wasActive)
      log(
        `Parley is no longer let into ${name} (${id}; ${why}): its runs are parked and its posts wait, nothing is lost. They go on once the app is installed there again, at /slack/install`,
      );
  }

  async function takeIn(installation: Installation): Promise<void> {
    tokens.forget(installation.id);
    await close(installation.id);
    directory.add(installation);
    if (isEnding) return;
    for (const team of await directory.workspacesOf(installation)) {
      // While the app was not installed, Slack sent nothing, and it repeats nothing.
      (await open(team, installation)).tenant.catchUp(false);
      // Nobody has worked on these meanwhile; each goes on from its log.
      for (const { thread } of await parts.store.unfinished(team)) await runner.lookAgain(thread);
    }
    log(`Parley is installed in ${installation.name} (${installation.id})`);
  }

  /** Another process has found out that this is the state of an installation now. */
  async function learn(installation: Installation): Promise<void> {
    if (isEnding) return;
    if (installation.state !== "active") return directory.has(installation.id) ? shut(installation) : undefined;
    if (directory.activeSince(installation.id) !== installation.at) await takeIn(installation);
  }

  /** Asks again for an installation that Slack had refused: an admin may have allowed the app since, and no event tells of it. */
  async function tryAgain(installation: Installation): Promise<void> {
    const token = await tokens
      .of(installation)
      .get()
      .catch(() => undefined);
    if (token === undefined || (await worksAt(parts.apiUrl, token)) !== "yes" || isEnding) return;
    await installations.mark(installation.id, "active", "");
    const found = await installations.find(installation.id);
    if (found) await tenants.installed(found);
  }

  const tenants: Tenants = {
    async load() {
      const resealed = await installations.reseal();
      if (resealed > 0) log(`the tokens of ${resealed} installations were sealed again with the first key of PARLEY_TOKEN_KEY`);
      for (const { id, name } of await directory.load())
        log(
          `the tokens of ${name} (${id}) do not open with PARLEY_TOKEN_KEY, so nothing is done there; put the key that sealed them behind the new one, with a comma`,
        );
    },
    async start() {
      await inTurn(async () => {
        for (const installation of directory.active())
          for (const team of await directory.workspacesOf(installation)) if (!seats.has(team)) await open(team, installation);
      });
      for (const installation of await installations.list()) {
        if (installation.state !== "refused") continue;
        keep(tryAgain(installation), `${installation.id} could not be tried again`);
      }
    },
    async find(origin) {
      const found = await directory.find(origin);
      return found && seatOf(found.team, found.installation);
    },
    installationOf: directory.installationOf,
    keyOf: directory.keyOf,
    installed: (installation) =>
      inTurn(async () => {
        await takeIn(installation);
        await news.tell(installation.id);
      }),
    async removed(installation) {
      const token = await tokens
        .of(installation)
        .get()
        .catch(() => undefined);
      const answer = token === undefined ? "no" : await worksAt(parts.apiUrl, token);
      // It was installed again meanwhile, or the event came late.
      if (answer === "yes") return log(`${installation.name} (${installation.id}) has Parley again; it goes on`);
      // Not known: the event may be an old one, so the tokens are kept.
      await lost(installation, answer === "no" ? "removed" : "refused", "the app was removed");
    },
    heardAll(thread) {
      const team = placeOf(thread)?.team ?? "";
      // Where the app is not installed nothing can be read; where the workspace is not open yet, it will be.
      return seats.get(team)?.tenant.heardAll(thread) ?? directory.servedBy(team) === undefined;
    },
    isParked(thread) {
      const team = teamOf(thread);
      if (team === undefined || directory.servedBy(team) === undefined) return team !== undefined;
      const seat = seats.get(team);
      if (!seat) early.add(thread);
      return seat?.tenant.isParked(thread) ?? true;
    },
    search: async (wanted, signal) => seats.get(placeOf(wanted.thread)?.team ?? "")?.tenant.search(wanted, signal) ?? NOT_INSTALLED,
    isOf: directory.isOf,
    keepLeave: async (body) => seats.get(originOf(body).team ?? "")?.tenant.keepLeave(body),
    waitsFor: (body) => seats.get(originOf(body).team ?? "")?.tenant.waitsFor(body) ?? false,
    catchUp(repeats) {
      for (const { tenant } of seats.values()) tenant.catchUp(repeats);
    },
    onDropped(dropped) {
      for (const [team, { tenant }] of seats) if (team === dropped.team || directory.isOf(dropped.team, team)) tenant.onDropped(dropped);
    },
    async hangUp() {
      isEnding = true;
      await Promise.all([news.close(), ...underWay]);
      await inTurn(async () => undefined);
      await Promise.all([...seats.values()].map(({ tenant }) => tenant.hangUp()));
    },
    async stop() {
      await Promise.all([...seats.values()].map(({ tenant }) => tenant.stop()));
    },
    async idle() {
      await Promise.all([...seats.values()].map(({ tenant }) => tenant.idle()));
    },
  };
  return tenants;
}
