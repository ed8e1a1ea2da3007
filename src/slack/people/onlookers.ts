import type { WebClient } from "@slack/web-api";
import type { Person } from "../../engine/events/events.ts";
import type { ForkWish } from "../../runner/runner.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { failureOf } from "../api/api-errors.ts";
import { SlackSilent } from "./slack-silent.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import { isOurs, type Affiliation } from "./affiliation.ts";
import { mayRaiseBudget } from "../commands/day-budgets.ts";
import { personOf } from "../commands/message-context.ts";
import { refused, whyRefused, wouldRefuse } from "./permission-check.ts";
import { refusal, type Deed } from "./permissions.ts";
import { channelOf, placeOf, type Place } from "../words/place.ts";
import { recordReading } from "./reading-records.ts";

/** People of a workspace who look at runs elsewhere than in Slack, such as in the studio. */
export interface Onlookers {
  /**
   * What one of them may look into now: asked of Slack, and remembered for {@link SEEN_MS}. Nothing: they may not look at all, or are no longer here.
   * Rejects with {@link SlackSilent} while Slack does not say.
   */
  sightOf(user: string): Promise<OnlookerSight | undefined>;
  /**
   * Somebody has looked into a run that is another's. Of an admin, and where the table alone lets them look, it is in the audit log, once for each `id`.
   * Rejects with {@link SlackSilent} while nobody can say which of these it is.
   */
  looked(
    user: string,
    look: { readonly thread: string; readonly startedBy: string; readonly id: string; readonly way: string },
  ): Promise<void>;
  /**
   * Why one of them may not do this, in their language; nothing where they may. In a channel that they only oversee they do nothing. Rejects with
   * {@link SlackSilent} while Slack does not say who they are, or where.
   */
  whyNot(user: string, wish: OnlookerWish): Promise<string | undefined>;
  /** The address of a thread in Slack; nothing where it is in none, or Slack gives none. Whether they may read it is asked before. */
  linkTo(thread: string): Promise<string | undefined>;
  /** Whether what one of them begins can be a thread in the channel that this one is of: one that they are in, or their own direct messages. */
  mayPost(user: string, thread: string): Promise<boolean>;
  /** A fork in a thread of its own there: its thread; or why not, for them. Whether they may is asked before. */
  fork(wish: OnlookerFork): Promise<{ readonly thread: string } | { readonly refused: string }>;
}

export interface OnlookerFork extends Pick<ForkWish, "from" | "seq" | "team" | "words" | "snapshot"> {
  readonly user: string;
}

/** What they want of threads in Slack, once it is known that they may. */
export interface OnlookerThreads {
  readonly fork: Onlookers["fork"];
  linkTo(place: Place): Promise<string | undefined>;
}

/** What somebody wants to do there with teams; where it `isAsked` and refused, it is in the audit log. */
export interface OnlookerWish {
  readonly deed: Deed;
  readonly subject: string;
  /** Of the run that it is about; a run that they begin is theirs. */
  readonly startedBy?: Person;
  /** Where; absent for what is about the whole workspace. */
  readonly channel?: string;
  /** It is about a budget of the day, which is shared: whoever started the run does not own it. */
  readonly ofDay?: true;
  readonly isAsked: boolean;
}

export interface OnlookerSight {
  /** By id, with its name: those that they are in. */
  readonly channels: ReadonlyMap<string, string>;
  /** Their own direct messages with the app, where there are any. */
  readonly direct: string | undefined;
  /** By id, with its name: of those that they are not in, what the table lets them oversee; no direct messages among them. */
  readonly overseen: ReadonlyMap<string, string>;
  /** When it was asked. */
  readonly isAdmin: boolean;
}

/** Whoever has left a channel sees no more of it after this; Slack lets an app ask some fifty times a minute, for all of its people. */
const SEEN_MS = 30_000;
const KEPT_MAX = 2_000;

export function createOnlookers(
  ctx: Pick<HandlerContext, "people" | "languages" | "settings" | "me" | "allow" | "clock" | "log"> & {
    readonly web: { readonly read: WebClient };
  },
  threads: OnlookerThreads,
): Onlookers {
  const { people, me, clock } = ctx;
  const known = new Map<string, { readonly sight: Promise<OnlookerSight | undefined>; readonly atMs: number }>();
  const letIn = new Map<string, { readonly isIn: boolean; readonly atMs: number }>();
  const directs = new Map<string, string>();
  const links = new Map<string, string>();

  async function ask(user: string): Promise<OnlookerSight | undefined> {
    const affiliation = await people.affiliationOf({ user, teams: [me.team] });
    if (affiliation === "unsaid") throw new SlackSilent("Slack does not say just now who you are.");
    const doer = { user, affiliation, startedBy: undefined };
    if (await whyRefused(ctx as HandlerContext, "watch", doer)) return undefined;
    const channels = await channelsOf(user);
    // By the team file alone: who may set lines in Slack does not give themselves this one.
    const isAdmin = isOurs(affiliation) && (await people.isAdmin(user));
    const oversees = refusal("oversee", { ...doer, admin: isAdmin }, ctx.allow) === undefined;
    const all = oversees ? await channelsOf(undefined) : new Map<string, string>();
    return { channels, direct: await directOf(user), overseen: new Map([...all].filter(([id]) => !channels.has(id))), isAdmin };
  }

  async function channelsOf(user: string | undefined): Promise<ReadonlyMap<string, string>> {
    const { names, code } = await people.channelsOf(user);
    if (code !== undefined) throw new SlackSilent("Slack does not say just now in which channels you are.");
    return names;
  }

  async function directOf(user: string): Promise<string | undefined> {
    const before = directs.get(user);
    if (before !== undefined) return before;
    try {
      const { channel } = await patiently(clock, () => ctx.web.read.conversations.open({ users: user }), BRIEFLY);
      if (channel?.id) keep(directs, user, channel.id);
      return channel?.id;
    } catch (error) {
      ctx.log(`nobody could say which direct messages are ${user}'s (${failureOf(error).code}): they are shown none of those`);
      return undefined;
    }
  }

  function sightOf(user: string): Promise<OnlookerSight | undefined> {
    const before = known.get(user);
    if (before && clock.now() - before.atMs < SEEN_MS) return before.sight;
    const asked = { sight: ask(user), atMs: clock.now() };
    keep(known, user, asked);
    asked.sight.catch(() => {
      if (known.get(user) === asked) known.delete(user);
    });
    return asked.sight;
  }

  /** As the gate of Slack's own doors has it: who is in the channel, and in a public one every full member. Remembered as {@link sightOf}. */
  async function isLetIn(channel: string, user: string, affiliation: Affiliation): Promise<boolean> {
    const seen = await sightOf(user);
    if (seen?.channels.has(channel) || seen?.direct === channel) return true;
    const key = `${user} ${channel}`;
    const before = letIn.get(key);
    if (before && clock.now() - before.atMs < SEEN_MS) return before.isIn;
    const sight = await people.mayRead(channel, { user, affiliation });
    if (sight.kind === "unsaid") throw new SlackSilent("Slack does not say just now whether you are in this channel.");
    const isIn = sight.kind === "open";
    keep(letIn, key, { isIn, atMs: clock.now() });
    return isIn;
  }

  return {
    sightOf,
    async looked(user, { thread, startedBy, id, way }) {
      if (startedBy === user) return;
      // Who may not look any more by now has looked.
      const seen = await sightOf(user);
      if (seen && !seen.isAdmin && !seen.overseen.has(channelOf(thread)?.channel ?? "")) return;
      await recordReading(ctx, { user }, { deed: "look at run", subject: thread, id, detail: way });
    },
    async whyNot(user, { deed, subject, startedBy, channel, ofDay, isAsked }) {
      const affiliation = await people.affiliationOf({ user, teams: [me.team] });
      if (affiliation === "unsaid") throw new SlackSilent("Slack does not say just now who you are.");
      if (channel !== undefined && !(await isLetIn(channel, user, affiliation))) {
        const detail = "is not in the channel (studio)";
        if (isAsked)
          await ctx.settings.record({ workspace: me.team, person: await personOf(ctx, user), deed, subject, allowed: false, detail });
        return (await ctx.languages.of(user))("refusals.text.overseesOnly");
      }
      const attempt = { user, affiliation, startedBy, ...(channel === undefined ? {} : { channel }) };
      const called = async (one: string): Promise<string> => (await personOf(ctx, one)).name;
      if (ofDay) return mayRaiseBudget(ctx as HandlerContext, { ...attempt, subject }, { isAsked, called });
      return isAsked ? refused(ctx as HandlerContext, deed, { ...attempt, subject }) : wouldRefuse(ctx as HandlerContext, deed, attempt);
    },
    async linkTo(thread) {
      const place = placeOf(thread);
      if (place?.team !== me.team) return undefined;
      // It stays the same for as long as the message is there.
      const link = links.get(thread) ?? (await threads.linkTo(place));
      if (link !== undefined) keep(links, thread, link);
      return link;
    },
    async mayPost(user, thread) {
      const { channel = "" } = channelOf(thread) ?? {};
      const seen = await sightOf(user);
      return seen !== undefined && (seen.channels.has(channel) || seen.direct === channel);
    },
    fork: threads.fork,
  };
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > KEPT_MAX) map.delete(map.keys().next().value ?? "");
}
