import { randomInt } from "node:crypto";
import { changeOf, edit } from "../../runner/timetable.ts";
import {
  DRAFT_KEPT_MS,
  DRAFTS_PER_OWNER_MAX,
  hasPassed,
  OVER_KEPT_MS,
  OVER_PER_OWNER_MAX,
  readSchedule,
  SCHEDULES_MAX,
  SCHEDULES_PER_OWNER_MAX,
  switchedOn,
  type Schedule,
} from "../../schedules/schedule.ts";
import type { KeptSchedule } from "../../store/schedules/schedules.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { personOf } from "../commands/message-context.ts";
import type { Actor } from "../people/affiliation.ts";
import { refused, wouldRefuse } from "../people/permission-check.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { startsText, type Named } from "./schedule-words.ts";
import type { Wanted } from "./spoken-schedule.ts";

/** What people do with what starts by itself: make, keep, switch, delete. Each is one compare-and-set, with the decision in the audit log. */

/** Without letters and digits that look alike. */
const ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz";

/** All of the workspace that can be read, by id. */
export async function allSchedules(ctx: HandlerContext): Promise<readonly Named[]> {
  return (await ctx.schedules.list(ctx.me.team)).flatMap(namedOf);
}

export async function scheduleOf(ctx: HandlerContext, id: string): Promise<Named | undefined> {
  const kept = await ctx.schedules.get(ctx.me.team, id);
  return kept && namedOf(kept)[0];
}

/** Puts what was understood aside, for its owner to keep. A string: why not, in mrkdwn. */
export async function draft(
  ctx: HandlerContext,
  actor: Actor & { readonly channel: string; readonly id: string | undefined },
  wanted: Wanted,
): Promise<Named | string> {
  const { user, affiliation, channel, id: press } = actor;
  const attempt = {
    user,
    affiliation,
    startedBy: undefined,
    channel,
    subject: `a schedule in ${channel}`,
    ...(press === undefined ? {} : { id: press }),
  };
  const no = (await refused(ctx, "schedule", attempt)) ?? (await refused(ctx, "start", attempt));
  if (no !== undefined) return safeMrkdwn(no);
  const now = ctx.clock.now();
  const schedule: Schedule = {
    kind: "schedule",
    owner: await personOf(ctx, user),
    place: channel,
    ...wanted,
    state: { kind: "draft" },
    since: now,
    botRuns: 0,
    recent: [],
    waiting: [],
    open: [],
  };
  return oneAtATime(ctx, async () => {
    await tidy(ctx, { owner: user, nowMs: now });
    const full = await whyFull(ctx, user);
    if (full !== undefined) return full;
    for (;;) {
      const id = newId();
      if (await ctx.schedules.put(changeOf(ctx.me.team, id, schedule, 0))) return { id, schedule };
    }
  });
}

/** Several at once could be one too many together. */
const oneAtATime = <T>(ctx: HandlerContext, job: () => Promise<T>): Promise<T> =>
  ctx.store.exclusively(`schedules made/${ctx.me.team}`, job);

/** Makes room for one more draft of this person's: drafts that nobody has kept go, and what has long been over. */
async function tidy(ctx: HandlerContext, { owner, nowMs }: { readonly owner: string; readonly nowMs: number }): Promise<void> {
  const all = await allSchedules(ctx);
  const drafts = all.filter(({ schedule }) => schedule.state.kind === "draft");
  const over = all.filter(({ schedule }) => schedule.state.kind === "over" && schedule.open.length === 0);
  const gone = [
    ...tooMany(drafts, owner, { left: DRAFTS_PER_OWNER_MAX - 1, sinceMs: nowMs - DRAFT_KEPT_MS }),
    ...tooMany(over, owner, { left: OVER_PER_OWNER_MAX, sinceMs: nowMs - OVER_KEPT_MS }),
  ];
  for (const { id, schedule } of gone) await remove(ctx, id, ({ state }) => state.kind === schedule.state.kind);
}

/** Those that are older, of anybody, the oldest of more than a workspace may have, and of the owner's the oldest of more than are left. */
function tooMany(all: readonly Named[], owner: string, { left, sinceMs }: { readonly left: number; readonly sinceMs: number }) {
  const newestFirst = all.toSorted((one, other) => other.schedule.since - one.schedule.since);
  const own = newestFirst.filter(({ schedule }) => schedule.owner.id === owner);
  const more = new Set([...own.slice(left), ...newestFirst.slice(SCHEDULES_MAX - 1)].map(({ id }) => id));
  return all.filter(({ id, schedule }) => schedule.since < sinceMs || more.has(id));
}

/** Why this person may keep no more, in mrkdwn. What is over begins nothing any more, and does not count. */
async function whyFull(ctx: HandlerContext, user: string): Promise<string | undefined> {
  const kept = (await allSchedules(ctx)).filter(({ schedule: { state } }) => state.kind !== "draft" && state.kind !== "over");
  if (kept.length >= SCHEDULES_MAX) return (await ctx.languages.of(user))("schedules.text.full", { max: String(SCHEDULES_MAX) });
  if (kept.filter(({ schedule }) => schedule.owner.id === user).length >= SCHEDULES_PER_OWNER_MAX)
    return (await ctx.languages.of(user))("schedules.text.ownFull", { max: String(SCHEDULES_PER_OWNER_MAX) });
  return undefined;
}

/** The owner keeps what was put aside. A string: why not, in mrkdwn. */
export async function keep(ctx: HandlerContext, id: string, { user }: Actor): Promise<Named | string> {
  const t = await ctx.languages.of(user);
  return oneAtATime(ctx, async () => {
    const found = await scheduleOf(ctx, id);
    if (found?.schedule.owner.id !== user || found.schedule.state.kind !== "draft") return t("schedules.text.gone");
    const now = ctx.clock.now();
    if (hasPassed(found.schedule, now)) {
      await remove(ctx, id, ({ state }) => state.kind === "draft");
      return t("schedules.text.hasPassed", { starts: startsText(t, found.schedule.starts) });
    }
    const full = await whyFull(ctx, user);
    if (full !== undefined) return full;
    const schedule = await edit(
      { schedules: ctx.schedules, workspace: ctx.me.team },
      id,
      (one) => (one.state.kind === "draft" ? switchedOn(one, now) : undefined),
      decisionOf(ctx, found, { person: found.schedule.owner, deed: "make schedule" }),
    );
    return schedule ? { id, schedule } : t("schedules.text.gone");
  });
}

export async function drop(ctx: HandlerContext, id: string, { user }: Actor): Promise<boolean> {
  return remove(ctx, id, ({ owner, state }) => owner.id === user && state.kind === "draft");
}

/** Switched on or off, or taken away, by whoever may: its owner, and whom the table lets beside. What became of it, in mrkdwn, and whether it was done. */
export async function change(
  ctx: HandlerContext,
  id: string,
  { deed, ...actor }: Actor & { readonly deed: "on" | "off" | "delete"; readonly id?: string | undefined },
): Promise<Changed> {
  const t = await ctx.languages.of(actor.user);
  const found = await scheduleOf(ctx, id);
  if (!found || found.schedule.state.kind === "draft" || !(await maySee(ctx, found, actor)))
    return { done: false, words: t("schedules.text.noSuch", { id: safeMrkdwn(id.slice(0, 40)) }) };
  const no = await refused(ctx, "schedule", attemptOf(found, actor));
  if (no !== undefined) return { done: false, words: safeMrkdwn(no) };
  const person = await personOf(ctx, actor.user);
  const decision = decisionOf(ctx, found, { person, deed: `${deed === "delete" ? "delete" : `switch ${deed}`} schedule` });
  if (deed === "delete") {
    await remove(ctx, id, () => true, decision);
    return { done: true, words: t("schedules.text.deleted", { id }) };
  }
  const now = ctx.clock.now();
  let isOver = false;
  await edit(
    { schedules: ctx.schedules, workspace: ctx.me.team },
    id,
    (one) => {
      isOver = one.state.kind === "over";
      if (isOver || (deed === "on" && one.state.kind === "on")) return undefined;
      if (deed === "off") return { ...one, state: { kind: "off", by: person } };
      const on = switchedOn(one, now);
      isOver = on.state.kind === "over";
      return on;
    },
    decision,
  );
  if (isOver) return { done: false, words: t("schedules.text.isOver", { id }) };
  return { done: true, words: t(deed === "on" ? "schedules.text.switchedOn" : "schedules.text.switchedOff", { id }) };
}

interface Changed {
  readonly done: boolean;
  readonly words: string;
}

/** Whether somebody is shown the switches of one. */
export async function mayChange(ctx: HandlerContext, named: Named, actor: Actor): Promise<boolean> {
  return (await wouldRefuse(ctx, "schedule", attemptOf(named, actor))) === undefined && (await maySee(ctx, named, actor));
}

/** One's own is one's own; what is in a channel that somebody is not in is not shown to them, whatever the table lets them. */
const maySee = async (ctx: HandlerContext, { schedule }: Named, actor: Actor): Promise<boolean> =>
  schedule.owner.id === actor.user || (await ctx.people.mayRead(schedule.place, actor)).kind === "open";

const attemptOf = ({ id, schedule }: Named, actor: Actor & { readonly id?: string | undefined }) => ({
  user: actor.user,
  affiliation: actor.affiliation,
  startedBy: schedule.owner,
  channel: schedule.place,
  subject: `schedule ${id}`,
  ...(actor.id === undefined ? {} : { id: actor.id }),
});

function decisionOf(ctx: HandlerContext, { id, schedule }: Named, by: { readonly person: Schedule["owner"]; readonly deed: string }) {
  const words = schedule.starts.kind === "times" ? schedule.starts.words : schedule.starts.kind;
  return { workspace: ctx.me.team, ...by, subject: `schedule ${id}`, allowed: true, detail: `${words}: ${schedule.task}` };
}

async function remove(
  ctx: HandlerContext,
  id: string,
  isMeant: (schedule: Schedule) => boolean,
  decision?: ReturnType<typeof decisionOf>,
): Promise<boolean> {
  for (;;) {
    const kept = await ctx.schedules.get(ctx.me.team, id);
    const schedule = kept && readSchedule(kept.value);
    if (!kept || !schedule || !isMeant(schedule)) return false;
    if (await ctx.schedules.put({ ...kept, value: undefined, ...(decision ? { decision } : {}) })) return true;
  }
}

function namedOf({ id, value }: KeptSchedule): readonly Named[] {
  const schedule = readSchedule(value);
  return schedule ? [{ id, schedule }] : [];
}

const newId = (): string => Array.from({ length: 5 }, () => ID_LETTERS[randomInt(ID_LETTERS.length)]).join("");
