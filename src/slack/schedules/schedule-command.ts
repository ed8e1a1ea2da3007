import { answerTo, isOutside, isOwnDirect, notHere, type CommandRequest } from "../commands/command-answer.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import type { Actor } from "../people/affiliation.ts";
import { ACTIONS, section } from "../words/blocks.ts";
import { ScheduleValue } from "../words/button-values.ts";
import { placeOfPress, pressId, type CommandBody, type PressBody } from "../words/press-payloads.ts";
import { allSchedules, change, draft, drop, keep, mayChange } from "./schedule-desk.ts";
import { withBotId } from "./named-bot.ts";
import { draftBlocks, nextTimesText, scheduleBlocks, scheduleText, startsText, type Named } from "./schedule-words.ts";
import { readSpokenSchedule } from "./spoken-schedule.ts";

/** Where no time zone is known. */
const TIME_ZONE_DEFAULT = "UTC";
/** Two blocks each, of the 50 that a message may have. */
const LISTED_MAX = 15;

/** `/parley schedule`: what starts by itself in this channel; behind it, what is to, or `on`, `off` or `delete` with the id of one. */
export async function scheduleCommand(ctx: HandlerContext, command: CommandBody, request: CommandRequest): Promise<void> {
  const answer = answerTo(ctx, request);
  const t = await ctx.languages.of(request.user);
  const text = command.text.trim().replace(/^\S+\s*/, "");
  const [, deed = "", id = ""] = /^(on|off|delete)\s+([a-z0-9-]{1,40})$/i.exec(text) ?? [];
  if (deed !== "")
    return answer((await change(ctx, id.toLowerCase(), { ...request, deed: deed.toLowerCase() as "on" | "off" | "delete" })).words);
  if (text === "" || text.toLowerCase() === "list") return list(ctx, request);
  if (isOwnDirect(request.channel)) return answer(t("schedules.text.inChannels"));
  if (await isOutside(ctx, request.channel)) return answer(notHere(t, request.channel));
  const timeZone = await ctx.people.timeZoneOf(request.user);
  const spoken = readSpokenSchedule(text, {
    t,
    nowMs: ctx.clock.now(),
    timeZone: timeZone ?? TIME_ZONE_DEFAULT,
    teams: ctx.teams,
    channel: request.channel,
    url: ctx.me.url,
  });
  if (spoken.kind === "unclear") return answer(spoken.why);
  const wanted = await withBotId(ctx, t, request.channel, spoken.wanted);
  if (typeof wanted === "string") return answer(wanted);
  const made = await draft(ctx, request, wanted);
  if (typeof made === "string") return answer(made);
  const { text: words, blocks } = draftBlocks({ t, timeZone }, made, ctx.clock.now());
  return answer(words, { blocks });
}

/** Keep it, under what was understood. */
export async function pressKeep(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const { s: id } = ScheduleValue.parse(press.actions[0].value);
  const kept = await keep(ctx, id, actor);
  if (typeof kept === "string") return replaced(ctx, press, actor, kept);
  const t = await ctx.languages.of(actor.user);
  const times = nextTimesText({ t, timeZone: await ctx.people.timeZoneOf(actor.user) }, kept.schedule, ctx.clock.now());
  const when = times === "" ? "" : `\n${t("schedules.text.nextTimes")}\n${times}`;
  return replaced(
    ctx,
    press,
    actor,
    `${t("schedules.text.kept", { id, starts: startsText(t, kept.schedule.starts) })}${when}\n${t("schedules.text.howOff", { id })}`,
  );
}

export async function pressDrop(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const { s: id } = ScheduleValue.parse(press.actions[0].value);
  const dropped = await drop(ctx, id, actor);
  const t = await ctx.languages.of(actor.user);
  return replaced(ctx, press, actor, t(dropped ? "schedules.text.notKept" : "schedules.text.gone"));
}

/** A switch in the list, which is shown again as it is then. */
export async function pressSwitch(ctx: HandlerContext, press: PressBody, actor: Actor, deed: "on" | "off" | "delete"): Promise<void> {
  const at = placeOfPress(press);
  if (!at) return;
  const { s: id } = ScheduleValue.parse(press.actions[0].value);
  const { words } = await change(ctx, id, { ...actor, deed, id: pressId(press) });
  await list(ctx, { ...actor, channel: at.channel, respondTo: press.response_url, id: pressId(press) }, words);
}

async function list(ctx: HandlerContext, request: CommandRequest, said?: string): Promise<void> {
  const answer = answerTo(ctx, request);
  const t = await ctx.languages.of(request.user);
  const isHere = ({ schedule }: Named) =>
    schedule.state.kind !== "draft" &&
    (isOwnDirect(request.channel) ? schedule.owner.id === request.user : schedule.place === request.channel);
  const all = (await allSchedules(ctx)).filter(isHere);
  const own = new Set<string>();
  for (const named of all) if (await mayChange(ctx, named, request)) own.add(named.id);
  const title =
    all.length === 0
      ? t("schedules.text.none")
      : t(isOwnDirect(request.channel) ? "schedules.text.allYours" : "schedules.text.allHere", { count: String(all.length) });
  const shown = all.slice(0, LISTED_MAX);
  const more = all.length > shown.length ? [section(t("schedules.text.moreHere", { count: all.length - shown.length }))] : [];
  const head = [...(said === undefined ? [] : [section(said)]), section(title)];
  const actionOf = (verb: "scheduleOn" | "scheduleOff" | "scheduleDelete") => ACTIONS[verb];
  const text = [...(said === undefined ? [] : [said]), title, ...shown.map((one) => scheduleText(t, one))].join("\n");
  await answer(text, {
    blocks: [...head, ...scheduleBlocks(t, shown, { mayChange: ({ id }) => own.has(id), actionOf }), ...more],
    replaces: said !== undefined,
  });
}

function replaced(ctx: HandlerContext, press: PressBody, { user }: Actor, text: string): Promise<void> {
  const at = placeOfPress(press);
  return ctx.whisper.respond(press.response_url, { user, channel: at?.channel ?? user }, text, { blocks: [section(text)], replaces: true });
}
