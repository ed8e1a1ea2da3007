import { edit } from "../../runner/timetable.ts";
import {
  BOT_RUNS_IN_A_ROW_MAX,
  counted,
  hasBegunBy,
  runsLeft,
  WAITING_MAX,
  WAITING_MS_MAX,
  type Schedule,
  type Waiting,
} from "../../schedules/schedule.ts";
import { slackErrorCode } from "../api/web-client.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { linksIn } from "../door/quoted-messages.ts";
import type { Actor } from "../people/affiliation.ts";
import { wouldRefuse } from "../people/permission-check.ts";
import { beginScheduled, type Begun, type Beginning } from "./begin-scheduled.ts";
import { isBotId } from "./named-bot.ts";
import { scheduleOf } from "./schedule-desk.ts";
import type { Named } from "./schedule-words.ts";
import { settled } from "./settled.ts";

/** Between two tries while Slack does not answer. */
export const AGAIN_MS = 30_000;

/** What was posted, as the agents read it, and the thread that it is in. */
export type Posted = Pick<Beginning, "beside" | "files"> & { readonly threadTs?: string | undefined };

/** By what a run is to begin. `actor`: who posted or reacted, where no bot did and it is known; `posted`: what was told already of what was posted. */
export interface Cause extends Pick<Waiting, "cause" | "ts" | "by"> {
  readonly actor?: Actor;
  readonly posted?: () => Promise<Posted>;
}

/** Begins a run by something that was posted. Where Slack does not answer just now, it is put down to be begun within the hour. */
export async function beginOrWait(ctx: HandlerContext, id: string, what: Cause): Promise<void> {
  const nowMs = ctx.clock.now();
  const { cause, ts, by } = what;
  const waiting = { cause, ts, ...(by === undefined ? {} : { by }), since: nowMs, until: nowMs + AGAIN_MS };
  if ((await beginPosted(ctx, id, { ...waiting, ...what })) === "done") return;
  await edit({ schedules: ctx.schedules, workspace: ctx.me.team }, id, (now) => {
    if (now.state.kind !== "on" || now.waiting.some((one) => one.cause === cause)) return undefined;
    if (now.waiting.length < WAITING_MAX) return { ...now, waiting: [...now.waiting, waiting] };
    return { ...now, last: { at: nowMs, outcome: { kind: "leftOut", why: { kind: "queue", runs: WAITING_MAX } }, words: "" } };
  });
}

/** `again`: Slack does not answer just now. Called again for the same cause, it finds what is there. */
export async function beginPosted(ctx: HandlerContext, id: string, what: Waiting & Cause): Promise<"done" | "again"> {
  const found = await scheduleOf(ctx, id);
  if (found?.schedule.state.kind !== "on") return "done";
  const tried = await tryToBegin(ctx, found, what);
  if (tried === undefined) return "done";
  const isLate = ctx.clock.now() - what.since > WAITING_MS_MAX;
  if (tried.kind === "again" && !isLate) return "again";
  const begun = tried.kind === "again" ? SILENT : tried;
  const settles = { ...found, cause: what.cause, begun, byBot: what.by === undefined };
  await edit({ schedules: ctx.schedules, workspace: ctx.me.team }, id, await settled(ctx, settles));
  return "done";
}

const SILENT = { kind: "left out", why: { kind: "silent" } } as const;

/** Nothing where nothing is to begin by it. */
async function tryToBegin(ctx: HandlerContext, { id, schedule }: Named, what: Waiting & Cause): Promise<Begun | undefined> {
  const { cause, ts, by } = what;
  const actor = what.actor ?? (await actorOf(ctx, by ?? schedule.owner.id));
  // Of what people post that may not begin a run, none is begun: neither in their name nor in another's.
  const may = by === undefined ? "may" : await mayCause(ctx, schedule, actor);
  if (may !== "may") return may === "unsaid" ? { kind: "again" } : undefined;
  const posted = await (what.posted?.() ?? readPosted(ctx, actor, { channel: schedule.place, ts, cause }));
  if (!posted) return { kind: "again" };
  const taken = await take(ctx, id, { cause, byBot: by === undefined });
  if (!taken || "kind" in taken) return taken;
  const { threadTs, ...content } = posted;
  return beginScheduled(ctx, { id, schedule: taken.schedule, cause, under: { ts, threadTs }, ...content });
}

/** Counted before it is begun: of many at once each is one. */
async function take(
  ctx: HandlerContext,
  id: string,
  { cause, byBot }: { readonly cause: string; readonly byBot: boolean },
): Promise<{ readonly schedule: Schedule } | Begun | undefined> {
  const nowMs = ctx.clock.now();
  let no: Begun | undefined;
  const schedule = await edit({ schedules: ctx.schedules, workspace: ctx.me.team }, id, (now) => {
    no = undefined;
    if (now.state.kind !== "on") return undefined;
    if (hasBegunBy(now, cause)) return now;
    if (runsLeft(now, nowMs) === 0) no = { kind: "left out", why: { kind: "enoughToday", runs: now.runsPerDay } };
    else if (byBot) no = whyNotByBot(now);
    return no ? now : counted(now, { cause, byBot, nowMs });
  });
  return no ?? (schedule && { schedule });
}

function whyNotByBot({ starts, botRuns }: Schedule): Begun | undefined {
  if (starts.kind === "message" && !isBotId(starts.bot ?? "")) return { kind: "pause", why: { kind: "botByName" } };
  return botRuns >= BOT_RUNS_IN_A_ROW_MAX ? { kind: "pause", why: { kind: "enoughByBots", runs: BOT_RUNS_IN_A_ROW_MAX } } : undefined;
}

/** Who posted, where that is asked about later. */
async function actorOf(ctx: HandlerContext, user: string): Promise<Actor> {
  return { user, affiliation: await ctx.people.affiliationOf({ user, teams: [ctx.me.team] }) };
}

async function mayCause(ctx: HandlerContext, { place, starts }: Schedule, actor: Actor): Promise<"may" | "may not" | "unsaid"> {
  if (actor.affiliation === "unsaid") return "unsaid";
  if (starts.kind === "reaction" && (await ctx.people.isBot(actor.user))) return "may not";
  return (await wouldRefuse(ctx, "start", { ...actor, startedBy: undefined, channel: place })) === undefined ? "may" : "may not";
}

/** What stands there, as who posted or reacted may read it; nothing while Slack does not give it. */
async function readPosted(
  ctx: HandlerContext,
  actor: Actor,
  { channel, ts, cause }: { readonly channel: string; readonly ts: string; readonly cause: string },
): Promise<Posted | undefined> {
  const permalink = await permalinkOf(ctx, { channel, ts });
  if (permalink === undefined) return undefined;
  // A server that is like Slack may have links of another kind.
  const isKnown = linksIn(`<${permalink}>`, ctx.me.url).length > 0;
  const text = `<${isKnown ? permalink : linkTo(ctx.me.url, { channel, ts })}>`;
  const { beside, files, unread } = await ctx.quotes({ ...actor, id: cause, text });
  return unread > 0 ? undefined : { beside, files, threadTs: linksIn(text, ctx.me.url)[0]?.threadTs };
}

async function permalinkOf(ctx: HandlerContext, { channel, ts }: { readonly channel: string; readonly ts: string }) {
  try {
    const { permalink } = await ctx.web.read.chat.getPermalink({ channel, message_ts: ts });
    return permalink ?? "";
  } catch (error) {
    const code = slackErrorCode(error);
    ctx.log(
      `what something begins by could not be read${code === undefined ? "" : ` (${code})`}; it is tried again`,
      code ? undefined : error,
    );
    return undefined;
  }
}

const linkTo = (url: string, { channel, ts }: { readonly channel: string; readonly ts: string }): string =>
  new URL(`/archives/${channel}/p${ts.replace(".", "")}`, url || "https://app.slack.com").href;
