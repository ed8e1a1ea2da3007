import type { Clock } from "./engine/clock.ts";
import { CannotStart } from "./slack/api/cannot-start.ts";
import type { Slack } from "./slack/slack.ts";
import type { Onlookers, OnlookerSight } from "./slack/people/onlookers.ts";
import { SlackSilent } from "./slack/people/slack-silent.ts";
import { channelOf, placeNames, placeOf, threadBeside } from "./slack/words/place.ts";
import type { FinishedRuns } from "./store/runs/finished-runs.ts";
import { logsOf } from "./store/runs/logs.ts";
import type { Settings } from "./store/settings.ts";
import type { Store } from "./store/store.ts";
import { type Access, type Asker, type Sight, SightUnknown } from "./studio/access.ts";
import { actingHere, type StudioRunner } from "./studio/acts/here.ts";
import { forkingHere } from "./studio/forks/here.ts";
import type { Provider, Signer } from "./studio/door/open-id.ts";
import type { Turns } from "./studio/runs/drafts.ts";
import type { Rebuilding } from "./studio/runs/requests.ts";
import { isPlayed, isPlayedBy, playgroundOf, type Workshop } from "./studio/teams/workshop.ts";
import type { OpenWorkshop } from "./open-workshop.ts";

/** Who forks runs, and the teams of a workspace, once they are there. */
export interface ForkParts extends Pick<Parameters<typeof forkingHere>[0], "teams"> {
  readonly runner: () => StudioRunner | undefined;
  /** The audit log of what people decide. */
  readonly decisions: Pick<Settings, "record">;
}
export { tellOfTurns } from "./studio/runs/drafts-elsewhere.ts";
export type { Turns } from "./studio/runs/drafts.ts";

/** Where people come in who sign in with Slack, and as which app. */
export interface StudioAt {
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The origin by which browsers come, through a proxy; where it listens when absent. */
  readonly publicUrl?: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface StudioDoor {
  /** Rejects where its address cannot be had. */
  open(): Promise<void>;
  /** Where browsers come, while it is open. */
  url(): string | undefined;
  close(): Promise<void>;
}

/** The studio beside Slack, where it is wanted: who people are, and what they may see, is Slack's to say. */
export function studioDoor(parts: {
  readonly studioAt?: StudioAt;
  /** `apiUrl`: Slack's own when absent. */
  readonly slack?: { readonly apiUrl?: string };
  readonly store: Store;
  readonly runs: FinishedRuns;
  /** With what requests to models are put together again. */
  readonly rebuilding: Rebuilding;
  readonly turns: Turns;
  /** Who forks runs for people, with the teams of their workspace. */
  readonly forks: ForkParts;
  /** Absent until it is there. */
  readonly slackNow: () => Slack | undefined;
  readonly workshopNow: () => OpenWorkshop | undefined;
  readonly clock: Clock;
  readonly log: (line: string) => void;
}): StudioDoor | undefined {
  const { studioAt: at, store, runs, rebuilding, turns, clock, log } = parts;
  if (!at) return undefined;
  const apiUrl = parts.slack?.apiUrl;
  const logs = logsOf({ store, runs });
  let studio: { readonly url: string; close(): Promise<void> } | undefined;
  const onlookersOf = async ({ workspace, since }: Pick<Signer, "workspace" | "since">) => {
    const found = await parts.slackNow()?.onlookersIn(workspace);
    // Installed anew: who was let in before has to sign in again.
    return found && (since === undefined || since === found.since) ? found : undefined;
  };

  const access: Access = {
    async sightOf({ id, workspace = "", since = "" }) {
      const found = await onlookersOf({ workspace, since });
      return found && sightIn(workspace, id, () => found.onlookers.sightOf(id));
    },
    async onLook({ id, workspace = "", since = "" }, { thread, seq, way, session }) {
      const found = await onlookersOf({ workspace, since });
      // In the moment between what they may see and this: nothing is shown of which nobody is told.
      if (!found) throw new SightUnknown("Parley is not in your workspace just now.");
      const [started] = await store.load(thread, seq - 1, 1);
      const startedBy = started?.type === "run.started" ? started.startedBy.id : "";
      await found.onlookers.looked(id, { thread, startedBy, id: `${seq} ${session}`, way }).catch(unknownSight);
    },
  };
  const provider: Provider = {
    name: "Slack",
    issuer: apiUrl === undefined ? "https://slack.com" : new URL(apiUrl).origin,
    clientId: at.clientId,
    clientSecret: at.clientSecret,
    async who(claims) {
      const [workspace, id, name] = ["https://slack.com/team_id", "https://slack.com/user_id", "name"].map((claim) => claims[claim]);
      if (typeof workspace !== "string" || typeof id !== "string") return undefined;
      const found = await onlookersOf({ workspace });
      if (!found || !(await sightIn(workspace, id, () => found.onlookers.sightOf(id)))) return undefined;
      return { id, workspace, since: found.since, name: typeof name === "string" ? name.slice(0, NAME_CHARS_MAX) : id };
    },
  };

  /** Rejects with {@link SightUnknown} while Slack does not say. */
  async function withOnlookers<T>(
    { workspace = "", since = "" }: Pick<Asker, "workspace" | "since">,
    ask: (onlookers: Onlookers) => Promise<T>,
  ): Promise<T> {
    const found = await onlookersOf({ workspace, since });
    if (!found) throw new SightUnknown("Parley is not in your workspace just now.");
    return ask(found.onlookers).catch(unknownSight);
  }
  const inChannelOf = (thread: string): { readonly channel?: string } => {
    const { channel } = channelOf(thread) ?? {};
    return channel === undefined ? {} : { channel };
  };
  const forking = forkingHere({
    ...parts.forks,
    beside: threadBeside,
    refusal: (asker, { thread, isAsked }) =>
      withOnlookers(asker, ({ whyNot }) => whyNot(asker.id, { deed: "start", subject: thread, isAsked, ...inChannelOf(thread) })),
    threads: {
      has: (asker, thread) => withOnlookers(asker, ({ mayPost }) => mayPost(asker.id, thread)),
      begin: ({ asker, from, at: seq, ...wish }) =>
        withOnlookers(asker, async ({ mayPost, fork }) =>
          (await mayPost(asker.id, from.thread)) ? fork({ ...wish, user: asker.id, from: from.thread, seq }) : NOT_IN_IT,
        ),
    },
  });
  const acting = actingHere({
    runner: parts.forks.runner,
    decisions: parts.forks.decisions,
    isHere: (thread, { id }) => placeOf(thread) === undefined && (!isPlayed(thread) || isPlayedBy(thread, id)),
    refusal: (asker, { thread, deed, ...act }) =>
      withOnlookers(asker, ({ whyNot }) => {
        const wish = deed === "raiseBudget" ? ({ deed: "raise", ofDay: true } as const) : { deed };
        return whyNot(asker.id, { ...act, ...wish, subject: thread, ...inChannelOf(thread) });
      }),
    linkTo: (asker, thread) => withOnlookers(asker, ({ linkTo }) => linkTo(thread)),
  });
  const refusal: Workshop["refusal"] = (asker, { workspace, ...wish }) =>
    withOnlookers({ workspace, ...(asker.since === undefined ? {} : { since: asker.since }) }, ({ whyNot }) => whyNot(asker.id, wish));
  const workshop = (): Workshop | undefined => {
    const found = parts.workshopNow();
    return found && { ...found, refusal };
  };

  return {
    async open() {
      // Here, so that who opens none does not load the packages.
      const { createSignedInStudio } = await import("./studio/signed-in.ts");
      const { publicUrl } = at;
      const own = publicUrl ? { publicUrl } : {};
      studio = await createSignedInStudio({
        store,
        logs,
        access,
        provider,
        at,
        ...own,
        rebuilding,
        turns,
        forking,
        acting,
        workshop,
        clock,
        log,
      }).catch((error: NodeJS.ErrnoException) => {
        if (!["listen", "getaddrinfo"].includes(error.syscall ?? "")) throw error;
        throw new CannotStart(`The studio cannot be at ${at.host}:${at.port} (${error.code}); name another address with --studio.`, {
          cause: error,
        });
      });
    },
    url: () => studio?.url,
    async close() {
      const closing = studio;
      studio = undefined;
      await closing?.close();
    },
  };
}

const NAME_CHARS_MAX = 80;
const NOT_IN_IT = { refused: "You are not in the channel in which the thread would be: let it go on in the studio." };

async function sightIn(workspace: string, person: string, ask: () => Promise<OnlookerSight | undefined>): Promise<Sight | undefined> {
  const seen = await ask().catch(unknownSight);
  if (!seen) return undefined;
  const { channels, direct, overseen } = seen;
  const called = new Map([...channels, ...overseen].map(([id, name]) => [id, `#${name}`]));
  if (direct !== undefined) called.set(direct, "Direct messages");
  const names = new Map(placeNames(workspace, called));
  names.set(playgroundOf(workspace, person), "Playground");
  return { kind: "places", workspace, places: [...names.keys()], names };
}

function unknownSight(error: unknown): never {
  throw error instanceof SlackSilent ? new SightUnknown(`${error.message} Nothing is shown until it does.`) : error;
}
