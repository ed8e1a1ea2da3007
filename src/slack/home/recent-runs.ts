import type { RunEvent } from "../../engine/events/events.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import { isOwnDirect } from "../commands/command-answer.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { placeOf, type Place } from "../words/place.ts";

/** A run as App Home shows it, in a line or two. */
export interface HomeRun {
  readonly thread: string;
  readonly place: Place;
  /** ISO 8601: when something last happened in it. */
  readonly at: string;
  readonly task: string;
  readonly state: RunState;
  /** The words of calls that wait for a yes. */
  readonly asksFor: readonly string[];
  readonly outcome: "done" | "limit" | "stopped" | "failed" | undefined;
  /** Slack's address of the thread; absent while Slack does not say. */
  readonly link: string | undefined;
}

/** What a person may see of what goes on: the runs of channels that they are in, and of their own DMs. */
export interface HomeRuns {
  of(user: string): Promise<{
    readonly running: readonly HomeRun[];
    /** Those that they have asked a person of: this one, who started them or is named. */
    readonly waiting: readonly HomeRun[];
    readonly recent: readonly HomeRun[];
    /** There are more, which were not looked at. */
    readonly more: boolean;
    /** Why none are shown: Slack's word where it did not say in which channels the person is. */
    readonly unsaid: string | undefined;
  }>;
  /** One of them, of a channel that was asked about at the door; nothing when it is somebody else's. */
  find(user: string, thread: string): Promise<HomeRun | undefined>;
}

/** Runs under way whose logs are read for one person; the newest. More than ten in a channel are not to be followed anyhow. */
const UNDER_WAY_READ_MAX = 40;
const RECENT_LOOKED_AT_MAX = 100;
export const RECENT_SHOWN_MAX = 10;
/** Lines that are kept, so that a log is read again only when it has gone on. */
const LINES_KEPT_MAX = 500;

export function createHomeRuns(ctx: HandlerContext): HomeRuns {
  const lines = new Map<string, { readonly lastSeq: number; readonly run: HomeRun | undefined }>();
  const links = new Map<string, string>();

  async function lineOf(
    thread: string,
    place: Place,
    summary: { readonly lastSeq: number; readonly at: string },
  ): Promise<HomeRun | undefined> {
    const known = lines.get(thread);
    if (known?.lastSeq === summary.lastSeq) return known.run && { ...known.run, link: await linkTo(place) };
    const { events } = await ctx.runner.read(thread);
    const state = currentRun({ events });
    const own = events.slice(Math.max(0, state.startIndex));
    const run =
      state.run === undefined ? undefined : { thread, place, at: summary.at, state, ...said(own, state), link: await linkTo(place) };
    lines.delete(thread);
    lines.set(thread, { lastSeq: summary.lastSeq, run });
    if (lines.size > LINES_KEPT_MAX) lines.delete(lines.keys().next().value ?? "");
    return run;
  }

  async function linkTo(place: Place): Promise<string | undefined> {
    const key = `${place.channel}/${place.ts}`;
    const known = links.get(key);
    if (known !== undefined) return known;
    const found = await ctx.web.read.chat.getPermalink({ channel: place.channel, message_ts: place.ts }).catch(() => undefined);
    if (!found?.permalink) return undefined;
    if (links.size > LINES_KEPT_MAX) links.clear();
    links.set(key, found.permalink);
    return found.permalink;
  }

  /** A DM is of one person, whatever a list of members says. */
  const maySee = (user: string, run: HomeRun): boolean => !run.place.channel.startsWith("D") || run.state.startedBy?.id === user;

  async function seen(
    { user, channels }: { readonly user: string; readonly channels: ReadonlySet<string> },
    threads: Awaited<ReturnType<HandlerContext["store"]["recent"]>>,
    max: number,
  ): Promise<HomeRun[]> {
    const runs: HomeRun[] = [];
    for (const summary of threads) {
      if (runs.length === max) break;
      const place = placeOf(summary.thread);
      if (place?.team !== ctx.me.team || !(isOwnDirect(place.channel) || channels.has(place.channel))) continue;
      const run = await lineOf(summary.thread, place, summary);
      if (run && maySee(user, run)) runs.push(run);
    }
    return runs;
  }

  return {
    async of(user) {
      const { channels, code } = await ctx.people.channelsOf(user);
      const who = { user, channels };
      const unfinished = (await ctx.store.unfinished()).filter(({ thread }) => placeOf(thread)?.team === ctx.me.team);
      const looked = await seen(who, unfinished.toReversed(), UNDER_WAY_READ_MAX);
      const underWay = looked.filter(({ state }) => state.running);
      const open = new Set(unfinished.map(({ thread }) => thread));
      const others = (await ctx.store.recent(RECENT_LOOKED_AT_MAX)).filter(({ thread }) => !open.has(thread));
      const recent = await seen(who, others, RECENT_SHOWN_MAX);
      const waiting = underWay.filter((run) => waitsFor(run, user));
      return {
        waiting,
        running: underWay.filter((run) => !waiting.includes(run)),
        recent: recent.filter(({ state }) => !state.running),
        more: looked.length === UNDER_WAY_READ_MAX,
        unsaid: code,
      };
    },
    async find(user, thread) {
      const place = placeOf(thread);
      if (place?.team !== ctx.me.team) return undefined;
      const events = (await ctx.runner.read(thread)).events;
      const last = events.at(-1);
      const run = last && (await lineOf(thread, place, { lastSeq: last.seq, at: last.at }));
      return run && maySee(user, run) ? run : undefined;
    },
  };
}

function said(events: readonly RunEvent[], { approvals }: RunState): Pick<HomeRun, "task" | "asksFor" | "outcome"> {
  const task = events.find((event) => event.type === "message.posted" && "person" in event);
  const ended = events.findLast((event) => event.type === "run.stopped");
  return {
    task: task?.type === "message.posted" ? task.text : "",
    asksFor: events.flatMap((event) =>
      event.type === "approval.requested" && approvals.some(({ call }) => call === event.call) ? [event.what] : [],
    ),
    outcome: ended?.type === "run.stopped" ? ended.outcome : undefined,
  };
}

function waitsFor({ state, asksFor }: HomeRun, user: string): boolean {
  const asked = [...state.questions.map(({ text }) => text), ...asksFor];
  return asked.length > 0 && (state.startedBy?.id === user || asked.some((text) => text.includes(user)));
}
