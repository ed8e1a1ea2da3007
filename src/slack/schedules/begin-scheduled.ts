import type { Beside, FileRef, RunEvent } from "../../engine/events/events.ts";
import { currentRun } from "../../engine/reading/transcript.ts";
import type { WhyNot } from "../../schedules/outcome.ts";
import { isForOnce, type Schedule } from "../../schedules/schedule.ts";
import { asSetIn } from "../commands/start-run.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { inLanguageOf, personOf } from "../commands/message-context.ts";
import { howToRaise } from "../commands/day-budgets.ts";
import { isOurs } from "../people/affiliation.ts";
import { DEFAULT_LANGUAGE } from "../language/languages.ts";
import { loadTranslator } from "../language/translator.ts";
import { whyRefused } from "../people/permission-check.ts";
import { isPosted, postNoted } from "../post/post-once.ts";
import { postLooking } from "../post/post-or-find.ts";
import { SEEN } from "../signs/reactions.ts";
import { mention } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { threadKey } from "../words/place.ts";
import { startsText } from "./schedule-words.ts";
import { whyNotIn, whyRefusedBy } from "./why-not-words.ts";

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
  /** Not this time. */
  | { readonly kind: "left out"; readonly why: WhyNot }
  /** Not until a person has looked at it. */
  | { readonly kind: "pause"; readonly why: WhyNot }
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
  const noTeam = whyNoTeam(ctx, set.team);
  if (noTeam) return { kind: "pause", why: noTeam };
  const at = under ? { kind: "there" as const, ts: under.ts, threadTs: under.threadTs } : await announce(ctx, beginning);
  if (at.kind !== "there") return at;
  const thread = threadKey({ team: ctx.me.team, channel, ts: at.threadTs ?? at.ts });
  const said = { thread, id: `schedule/${id}/${cause}` };
  const before = await ctx.runner.read(thread);
  const { running } = currentRun(before);
  // Then it was begun before, and perhaps broken off before that was put down.
  const isKnown = before.events.some((event) => isOf(event, said.id));
  if (!isKnown) {
    if (running) return { kind: "left out", why: { kind: "busy" } };
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
    if (heard.kind === "refused") return { kind: "left out", why: whyRefusedBy(heard) };
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

function whyNoTeam({ teams }: HandlerContext, team: string | undefined): WhyNot | undefined {
  if (team === undefined || teams.cards.some(({ name }) => name === team)) return undefined;
  const because = teams.broken?.find(({ name }) => name === team)?.why.slice(0, BECAUSE_CHARS_MAX);
  return { kind: "team", team: team.slice(0, TEAM_CHARS_MAX), ...(because === undefined ? {} : { why: because }) };
}

const TEAM_CHARS_MAX = 40;
const BECAUSE_CHARS_MAX = 500;

async function mayNotBegin(ctx: HandlerContext, { owner, place: channel }: Schedule): Promise<Begun | undefined> {
  const affiliation = await ctx.people.affiliationOf({ user: owner.id, teams: [ctx.me.team] });
  if (affiliation === "unsaid") return { kind: "again" };
  if (!isOurs(affiliation)) return { kind: "pause", why: { kind: "ownerLeft" } };
  const sight = await ctx.people.mayRead(channel, { user: owner.id, affiliation });
  if (sight.kind === "unsaid") return { kind: "again" };
  if (sight.kind === "away") return { kind: "pause", why: { kind: "outside" } };
  if (sight.kind === "shut") return { kind: "pause", why: { kind: "ownerOutside" } };
  const attempt = { user: owner.id, affiliation, startedBy: undefined, channel };
  if (await whyRefused(ctx, "start", attempt)) return { kind: "pause", why: { kind: "ownerMayNot", deed: "start" } };
  const no = await whyRefused(ctx, "schedule", { ...attempt, startedBy: owner });
  return no === undefined ? undefined : { kind: "pause", why: { kind: "ownerMayNot", deed: "schedule" } };
}

/** The note of the message under which a run is held; there from before the first try to post it. */
export const announcedNote = (id: string, cause: string): string => `slack/schedule/${id}/${cause}`;

type There = { readonly kind: "there"; readonly ts: string; readonly threadTs: string | undefined };

/** The message under which a run is held that nobody's message began. */
async function announce(ctx: HandlerContext, { id, schedule, cause }: Beginning): Promise<There | Begun> {
  const { owner, place: channel, results, task, starts } = schedule;
  const under = results.to === "thread" ? results.under : undefined;
  const t = await ctx.languages.of(owner.id);
  const words = t("scheduledRuns.text.begins", { starts: startsText(t, starts), owner: mention(owner), id, task: safeMrkdwn(task) });
  const message = { id: `schedule/${id}/${cause}`, channel, text: words, ...(under === undefined ? {} : { threadTs: under }) };
  const posted = await postNoted(ctx, { ...message, key: announcedNote(id, cause) }, { blind: "again" });
  if (posted.kind === "posted") return { kind: "there", ts: posted.ts, threadTs: under };
  const { code } = posted.failure;
  if (posted.kind === "unknown" || posted.failure.kind !== "refused") return { kind: "again" };
  return { kind: "pause", why: { kind: "closed", code: code.slice(0, CODE_CHARS_MAX) } };
}

const CODE_CHARS_MAX = 100;

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

/** It has stopped itself: said where it is, and to its owner, once; in the audit log in English. */
export async function tellPaused(
  ctx: HandlerContext,
  { id, schedule, why, cause }: Pick<Beginning, "id" | "schedule" | "cause"> & { readonly why: WhyNot },
): Promise<void> {
  await ctx.settings.record({
    workspace: ctx.me.team,
    person: { id: "parley", name: "Parley" },
    deed: "pause schedule",
    subject: id,
    allowed: true,
    detail: whyNotIn(await loadTranslator(DEFAULT_LANGUAGE), why, schedule),
    key: `paused ${id} ${cause}`,
  });
  const t = await ctx.languages.of(schedule.owner.id);
  const text = t("scheduledRuns.text.hasPaused", {
    starts: startsText(t, schedule.starts),
    id,
    owner: mention(schedule.owner),
    why: whyNotIn(t, why, schedule),
    mend: isForOnce(schedule) ? t("scheduledRuns.text.makeAnew") : t("scheduledRuns.text.switchOn", { id }),
  });
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
  { id, schedule, why }: Pick<Beginning, "id" | "schedule"> & { readonly why: WhyNot },
): Promise<void> {
  const key = `slack/left out/${id}`;
  const today = new Date(ctx.clock.now()).toISOString().slice(0, 10);
  const told = await ctx.store.note(key);
  if (told === today || !(await ctx.store.swapNote(key, told, today))) return;
  const t = await ctx.languages.of(schedule.owner.id);
  const more = why.kind === "budget" ? ` ${await howToRaise(ctx, t, schedule.place)}` : "";
  const text = t("scheduledRuns.text.didNotBegin", {
    starts: startsText(t, schedule.starts),
    id,
    place: `<#${schedule.place}>`,
    why: `${whyNotIn(t, why, schedule)}${more}`,
  });
  const posted = await postLooking(ctx, { id: `left-out/${id}/${today}`, channel: schedule.owner.id, text }, { blind: "leave" });
  if (posted.kind !== "posted") ctx.log(`that ${id} was left out could not be said (${posted.failure.code})`);
}
