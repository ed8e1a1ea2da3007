import { isHalted } from "../../engine/events/limits-fold.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { runLogAt } from "../../engine/reading/runs.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import { isOwnDirect } from "../commands/command-answer.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import type { FinishedRun } from "../../store/runs/finished-runs.ts";
import { EVERY_THREAD, type ThreadSummary } from "../../store/store.ts";
import { placeOf, scopeOfChannel, type Place } from "../words/place.ts";

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
  /** Slack's address of the thread; absent while Slack does not say, and where it was not asked: of runs that are not shown. */
  readonly link?: string;
}

/** A run that is over, as App Home shows it. */
export interface OverRun extends FinishedRun {
  readonly place: Place;
  /** Slack's address of the thread; absent while Slack does not say. */
  readonly link?: string;
}

/** What a person may see of what goes on: the runs of channels that they are in, and of their own DMs. */
export interface HomeRuns {
  of(
    user: string,
    before?: string,
  ): Promise<{
    readonly running: readonly HomeRun[];
    /** Those that they have asked a person of: this one, who started them or is named. */
    readonly waiting: readonly HomeRun[];
    readonly recent: readonly OverRun[];
    /** Where the next page of those begins; nothing behind the last. */
    readonly older: string | undefined;
    /** There are more, which were not looked at. */
    readonly more: boolean;
    /** Why none are shown: Slack's word where it did not say in which channels the person is. */
    readonly unsaid: string | undefined;
  }>;
  /** Runs that are over and fit, newest first, a page at a time. */
  search(
    user: string,
    wanted: Wanted,
    before?: string,
  ): Promise<{ readonly found: readonly OverRun[]; readonly older: string | undefined }>;
  /** The last run of a thread, or that which begins with this event, of a channel that was asked about at the door; nothing when it is somebody else's. */
  find(user: string, thread: string, seq?: number): Promise<HomeRun | undefined>;
  /** What stands in the log of a thread was put anew, as when words were forgotten: nothing of it is kept in memory. */
  rewritten(thread: string): void;
}

/** What is looked for; all of it. */
export interface Wanted {
  /** Each of them stands in the task or in what was said, in whatever case. */
  readonly words: readonly string[];
  readonly team?: string | undefined;
  readonly channel?: string | undefined;
  /** Who started it, or spoke in it: Slack's id. */
  readonly person?: string | undefined;
}

/** Runs under way whose logs are read for one person; the newest. More than ten in a channel are not to be followed anyhow. */
const UNDER_WAY_READ_MAX = 40;
/** Looks into the index for one page, where what it gives may not be seen; the next page goes on behind them. */
const LOOKS_PER_PAGE_MAX = 20;
const RECENT_SHOWN_MAX = 10;
/** Of those that go on, and of those that wait for somebody. */
export const UNDER_WAY_SHOWN_MAX = 5;
/** Lines that are kept, so that a log is read again only when it has gone on. */
const LINES_KEPT_MAX = 500;

export function createHomeRuns(ctx: HandlerContext): HomeRuns {
  const lines = new Map<string, { readonly lastSeq: number; readonly run: HomeRun | undefined }>();
  const links = new Map<string, string>();
  let rewrites = 0;

  async function lineOf(
    thread: string,
    place: Place,
    summary: { readonly lastSeq: number; readonly at: string },
  ): Promise<HomeRun | undefined> {
    const known = lines.get(thread);
    if (known?.lastSeq === summary.lastSeq) return known.run;
    const before = rewrites;
    const { events } = await ctx.runner.read(thread);
    const state = currentRun({ events });
    const own = events.slice(Math.max(0, state.startIndex));
    const run = state.run === undefined ? undefined : { thread, place, at: summary.at, state, ...said(own, state) };
    // What was read before a rewriting may hold what is forgotten.
    if (rewrites !== before) return run;
    lines.delete(thread);
    lines.set(thread, { lastSeq: summary.lastSeq, run });
    if (lines.size > LINES_KEPT_MAX) lines.delete(lines.keys().next().value ?? "");
    return run;
  }

  /** With their addresses, of as many as are shown: each is a call to Slack. */
  async function linked<Run extends { readonly place: Place }>(
    runs: readonly Run[],
    max: number,
  ): Promise<readonly (Run & { readonly link?: string })[]> {
    const shown = runs.slice(0, max).map(async (run) => {
      const link = await linkTo(run.place);
      return link === undefined ? run : { ...run, link };
    });
    return [...(await Promise.all(shown)), ...runs.slice(max)];
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

  async function seen(who: Who, threads: readonly ThreadSummary[], max: number): Promise<HomeRun[]> {
    const runs: HomeRun[] = [];
    for (const summary of threads) {
      if (runs.length === max) break;
      const run = await seenIn(who, summary);
      if (run) runs.push(run);
    }
    return runs;
  }

  async function seenIn({ user, channels }: Who, summary: ThreadSummary): Promise<HomeRun | undefined> {
    const place = placeOf(summary.thread);
    if (place?.team !== ctx.me.team || !(isOwnDirect(place.channel) || channels.has(place.channel))) return undefined;
    const run = await lineOf(summary.thread, place, summary);
    return run && maySee(user, run) ? run : undefined;
  }

  /** Runs that are over, as far as one page and its looks go. The index knows no more of who may see what than it is told here, each time. */
  async function pageOf(
    { user, channels }: Who,
    { words, team, channel, person }: Wanted,
    before: string | undefined,
  ): Promise<{ readonly found: readonly OverRun[]; readonly older: string | undefined }> {
    const scope = (id: string) => scopeOfChannel({ team: ctx.me.team, channel: id });
    const wanted = {
      workspace: ctx.me.team,
      places: [...channels].map(scope),
      reader: user,
      words,
      team,
      place: channel === undefined ? undefined : scope(channel),
      person,
    };
    const found: OverRun[] = [];
    let older = before;
    for (let looks = 0; looks < LOOKS_PER_PAGE_MAX; looks++) {
      const page = await ctx.runs.search({ ...wanted, behind: older, limit: RECENT_SHOWN_MAX - found.length });
      found.push(...page.found.flatMap((run) => overRunIn({ user, channels }, run)));
      older = page.older;
      if (older === undefined || found.length === RECENT_SHOWN_MAX) break;
    }
    return { found, older };
  }

  function overRunIn({ user, channels }: Who, run: FinishedRun): readonly OverRun[] {
    const place = placeOf(run.thread);
    if (place?.team !== ctx.me.team) return [];
    const may = isOwnDirect(place.channel) ? run.startedBy.id === user : channels.has(place.channel);
    return may ? [{ ...run, place }] : [];
  }

  return {
    async of(user, before) {
      const { channels, code } = await ctx.people.channelsOf(user);
      const who = { user, channels };
      const unfinished = (await ctx.store.unfinished()).filter(({ thread }) => placeOf(thread)?.team === ctx.me.team);
      const looked = await seen(who, unfinished.toReversed(), UNDER_WAY_READ_MAX);
      const underWay = looked.filter(({ state }) => state.running);
      const { found: recent, older } = await pageOf(who, { words: [] }, before);
      const waiting = underWay.filter((run) => waitsFor(run, user));
      const running = underWay.filter((run) => !waiting.includes(run));
      return {
        waiting: await linked(waiting, UNDER_WAY_SHOWN_MAX),
        running: await linked(running, UNDER_WAY_SHOWN_MAX),
        recent: await linked(recent, RECENT_SHOWN_MAX),
        older,
        more: looked.length === UNDER_WAY_READ_MAX,
        unsaid: code,
      };
    },
    async search(user, wanted, before) {
      const { channels } = await ctx.people.channelsOf(user);
      const { found, older } = await pageOf({ user, channels }, wanted, before);
      return { found: await linked(found, RECENT_SHOWN_MAX), older };
    },
    async find(user, thread, seq) {
      const place = placeOf(thread);
      if (place?.team !== ctx.me.team) return undefined;
      const transcript = await ctx.runner.read(thread);
      const own = runLogAt(transcript, seq ?? transcript.events.length);
      const state = currentRun(own);
      const run =
        state.run === undefined ? undefined : { thread, place, at: own.events.at(-1)?.at ?? "", state, ...said(own.events, state) };
      return run && maySee(user, run) ? run : undefined;
    },
    rewritten(thread) {
      rewrites++;
      // The last event has the number that it had: by that it would pass for unchanged.
      if (thread === EVERY_THREAD) lines.clear();
      else lines.delete(thread);
    },
  };
}

interface Who {
  readonly user: string;
  readonly channels: ReadonlySet<string>;
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
  const isTheirs = state.startedBy?.id === user;
  // Whoever began it, or holds it up, decides how it goes on.
  if (isHalted(state) && state.halt?.summary === undefined && isTheirs) return true;
  if (state.pausedBy && (isTheirs || state.pausedBy.id === user)) return true;
  const asked = [...state.questions.map(({ text }) => text), ...asksFor];
  return asked.length > 0 && (isTheirs || asked.some((text) => text.includes(user)));
}
