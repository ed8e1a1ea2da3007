import type { Beside, FileRef, RunEvent } from "../../engine/events/events.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import { isForOnce, type Schedule } from "../../schedules/schedule.ts";
import { asSetIn } from "../commands/start-run.ts";
import { notHere } from "../commands/command-answer.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { inLanguageOf, personOf } from "../commands/message-context.ts";
import { refusedText } from "../commands/day-budgets.ts";
import { isOurs } from "../people/affiliation.ts";
import { DEFAULT_LANGUAGE } from "../language/languages.ts";
import { loadTranslator } from "../language/translator.ts";
import { whyRefused } from "../people/permission-check.ts";
import { isPosted, postNoted } from "../post/post-once.ts";
import { postLooking } from "../post/post-or-find.ts";
import { whyNotTeam } from "../render/help-text.ts";
import { SEEN } from "../signs/reactions.ts";
import { knownCode } from "../api/error-codes.ts";
import { mention } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { threadKey } from "../words/place.ts";
import { startsText } from "./schedule-words.ts";

/** A run that is to begin. */
export interface Beginning {
  readonly id: string;
  readonly schedule: Schedule;
  /** What it begins by: the same each time that it is begun anew. */
  readonly cause: string;
  /** The message under which it is held, where it begins by one; else one is posted. */
  readonly under?: { readonly ts: string; readonly threadTs?: string | undefined };
  /** What was posted there, as the agents read it. */
  readonly beside?: Beside;
  readonly files?: readonly FileRef[];
}

export type Begun =
  /** Now or before; `run`: absent where its words came into a run that was going on. */
  | { readonly kind: "begun"; readonly thread: string; readonly run?: string }
  /** Not this time; why, in mrkdwn. */
  | { readonly kind: "left out"; readonly why: string }
  /** Not until a person has looked at it; why, in mrkdwn. */
  | { readonly kind: "pause"; readonly why: string }
  /** Slack does not answer just now. */
  | { readonly kind: "again" };

/**
 * Begins a run in its owner's name, once for its cause. That the owner may is asked each time: of the workspace, of the channel, and of the table;
 * their budgets of the day and their rates hold.
 */
export async function beginScheduled(ctx: HandlerContext, beginning: Beginning): Promise<Begun> {
  const { id, schedule, cause, under } = beginning;
  const { owner, place: channel } = schedule;
  const no = await mayNotBegin(ctx, schedule);
  if (no) return no;
  const set = await asSetIn(ctx, channel, { team: schedule.team });
  // It is kept, and all of the channel is shown it.
  const english = await loadTranslator(DEFAULT_LANGUAGE);
  const whyNot = whyNotTeam(english, ctx.teams, set.team);
  if (whyNot !== undefined) return { kind: "pause", why: safeMrkdwn(whyNot) };
  const at = under ? { kind: "there" as const, ts: under.ts, threadTs: under.threadTs } : await announce(ctx, beginning);
  if (at.kind !== "there") return at;
  const thread = threadKey({ team: ctx.me.team, channel, ts: at.threadTs ?? at.ts });
  const said = { thread, id: `schedule/${id}/${cause}` };
  const before = await ctx.runner.read(thread);
  const { running } = currentRun(before);
  // Then it was begun before, and perhaps broken off before that was put down.
  const isKnown = before.events.some((event) => isOf(event, said.id));
  if (!isKnown) {
    if (running) return { kind: "left out", why: "Agents were talking in its thread already." };
    const heard = await ctx.runner.say({
      ...said,
      workspace: ctx.me.team,
      person: await personOf(ctx, owner.id),
      text: schedule.task,
      ...(beginning.files ? { files: beginning.files } : {}),
      ...(beginning.beside ? { beside: beginning.beside } : {}),
      addressed: true,
      ...(await inLanguageOf(ctx, owner.id)),
      ...set,
      ...(schedule.usdPerRun === undefined ? {} : { usdMax: schedule.usdPerRun }),
    });
    if (heard.kind === "refused") return { kind: "left out", why: await refusedText(ctx, english, heard, channel) };
  }
  if (!isKnown || running) ctx.whisper.react({ channel, ts: at.ts }, SEEN);
  const { events } = isKnown ? before : await ctx.runner.read(thread);
  const run = runBegunBy(events, said.id);
  if (run !== undefined) await recordBegun(ctx, beginning, thread);
  return { kind: "begun", thread, ...(run === undefined ? {} : { run }) };
}

const isOf = (event: RunEvent, id: string): boolean => event.type === "message.posted" && "person" in event && event.id === id;

/** A run is recorded together with the words that begin it, right before them. */
export function runBegunBy(events: readonly RunEvent[], id: string): string | undefined {
  const before = events[events.findIndex((event) => isOf(event, id)) - 1];
  return before?.type === "run.started" ? before.run : undefined;
}

/** In English: it is kept, and the audit log and all of the channel read it. */
async function mayNotBegin(ctx: HandlerContext, { owner, place: channel }: Schedule): Promise<Begun | undefined> {
  const affiliation = await ctx.people.affiliationOf({ user: owner.id, teams: [ctx.me.team] });
  if (affiliation === "unsaid") return { kind: "again" };
  if (!isOurs(affiliation))
    return { kind: "pause", why: `${mention(owner)}, whose it is, is no active full member of this workspace any more.` };
  const sight = await ctx.people.mayRead(channel, { user: owner.id, affiliation });
  if (sight.kind === "unsaid") return { kind: "again" };
  const english = await loadTranslator(DEFAULT_LANGUAGE);
  if (sight.kind === "away") return { kind: "pause", why: notHere(english, channel) };
  if (sight.kind === "shut") return { kind: "pause", why: `${mention(owner)}, whose it is, is not in <#${channel}> any more.` };
  const attempt = { user: owner.id, affiliation, startedBy: undefined, channel };
  const no = (await whyRefused(ctx, "start", attempt)) ?? (await whyRefused(ctx, "schedule", { ...attempt, startedBy: owner }));
  return no === undefined ? undefined : { kind: "pause", why: `${mention(owner)}, whose it is, is not let: ${safeMrkdwn(no(english))}` };
}

/** The note of the message under which a run is held; there from before the first try to post it. */
export const announcedNote = (id: string, cause: string): string => `slack/schedule/${id}/${cause}`;

type There = { readonly kind: "there"; readonly ts: string; readonly threadTs: string | undefined };

/** The message under which a run is held that nobody's message began. */
async function announce(ctx: HandlerContext, { id, schedule, cause }: Beginning): Promise<There | Begun> {
  const { owner, place: channel, results, task, starts } = schedule;
  const under = results.to === "thread" ? results.under : undefined;
  const words = `:alarm_clock: *${startsText(starts)}*, set up by ${mention(owner)} (\`${id}\`):\n${safeMrkdwn(task)}`;
  const message = { id: `schedule/${id}/${cause}`, channel, text: words, ...(under === undefined ? {} : { threadTs: under }) };
  const posted = await postNoted(ctx, { ...message, key: announcedNote(id, cause) }, { blind: "again" });
  if (posted.kind === "posted") return { kind: "there", ts: posted.ts, threadTs: under };
  const { code } = posted.failure;
  if (posted.kind === "unknown" || posted.failure.kind !== "refused") return { kind: "again" };
  return { kind: "pause", why: `I can no longer post in <#${channel}> (${safeMrkdwn(code)}). ${knownCode(code).says}` };
}

async function recordBegun(ctx: HandlerContext, { id, schedule, cause }: Beginning, thread: string): Promise<void> {
  await ctx.settings.record({
    workspace: ctx.me.team,
    person: schedule.owner,
    deed: "start by schedule",
    subject: thread,
    allowed: true,
    detail: `${id}: ${schedule.task}`,
    key: `started ${id} ${cause}`,
  });
}

/** It has stopped itself: said where it is, and to its owner, once. */
export async function tellPaused(
  ctx: HandlerContext,
  { id, schedule, why, cause }: Pick<Beginning, "id" | "schedule" | "cause"> & { readonly why: string },
): Promise<void> {
  await ctx.settings.record({
    workspace: ctx.me.team,
    person: { id: "parley", name: "Parley" },
    deed: "pause schedule",
    subject: id,
    allowed: true,
    detail: why,
    key: `paused ${id} ${cause}`,
  });
  const text = `:double_vertical_bar: The schedule *${startsText(schedule.starts)}* (\`${id}\`) of ${mention(schedule.owner)} has paused: ${why} ${isForOnce(schedule) ? "Its one time has passed: make a new one." : `It goes on when it is switched on again, in App Home or with \`/parley schedule on ${id}\`.`}`;
  for (const to of [schedule.place, schedule.owner.id]) {
    const key = `slack/paused/${id}/${cause}/${to}`;
    if (await isPosted(ctx.store, key)) continue;
    const posted = await postNoted(ctx, { key, id: `paused/${id}/${to}`, channel: to, text }, { blind: "leave" });
    if (posted.kind !== "posted") ctx.log(`that ${id} has paused could not be said in ${to} (${posted.failure.code})`);
  }
}

/** Not this time, which its owner alone hears, once a day. */
export async function tellLeftOut(
  ctx: HandlerContext,
  { id, schedule, why }: Pick<Beginning, "id" | "schedule"> & { readonly why: string },
): Promise<void> {
  const key = `slack/left out/${id}`;
  const today = new Date(ctx.clock.now()).toISOString().slice(0, 10);
  const told = await ctx.store.note(key);
  if (told === today || !(await ctx.store.swapNote(key, told, today))) return;
  const text = `The schedule *${startsText(schedule.starts)}* (\`${id}\`) in <#${schedule.place}> did not begin a run: ${why}`;
  const posted = await postLooking(ctx, { id: `left-out/${id}/${today}`, channel: schedule.owner.id, text }, { blind: "leave" });
  if (posted.kind !== "posted") ctx.log(`that ${id} was left out could not be said (${posted.failure.code})`);
}
