import type { z } from "zod";
import { edit } from "../../runner/timetable.ts";
import { BOT_RUNS_IN_A_ROW_MAX, counted, hasBegunBy, runsLeft, type Starts } from "../../schedules/schedule.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { namingOf } from "../commands/message-context.ts";
import type { FindActor } from "../door/gate.ts";
import { linksIn } from "../door/quoted-messages.ts";
import type { Actor } from "../people/affiliation.ts";
import { wouldRefuse } from "../people/permission-check.ts";
import { isAmendment, isDeletion, MessageBody, ReactionBody, type MessageEvent } from "../words/event-payloads.ts";
import { readCarried, speaksTo, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import { beginScheduled, type Begun, type Beginning } from "./begin-scheduled.ts";
import { allSchedules } from "./schedule-desk.ts";
import type { Named } from "./schedule-words.ts";
import { settled } from "./scheduled-work.ts";

/**
 * What begins by something that is posted. That nothing answers itself for ever is so by the way it is made:
 *
 * - Nothing of Parley's own begins anything, and no reaction or file of a bot's.
 * - A bot's words begin something only as a message of their own in a channel, of a bot that is named; and what they begin is answered in the thread
 *   under that message. So of two Parleys, of which each is named to the other, neither begins anything of the other's answers.
 * - A bot that makes new messages of those answers is given so many runs ({@link BOT_RUNS_IN_A_ROW_MAX}), which only a person gives back: by a word in the
 *   channel, or by switching it on again. It pauses then, and says so.
 */
export interface Triggers {
  /** Somebody, or a bot, has written. */
  heard(body: z.output<typeof MessageBody>, findActor: FindActor): Promise<void>;
  reacted(body: z.output<typeof ReactionBody>, actor: Actor): Promise<void>;
  /** Whether something may begin by this, of which nothing else becomes. */
  waitsFor(body: unknown): boolean;
  start(): void;
  close(): void;
}

const PEOPLES: ReadonlySet<string> = new Set(["", "file_share", "me_message"]);
const BOTS: ReadonlySet<string> = new Set(["", "bot_message", "file_share"]);

export function createTriggers(ctx: HandlerContext): Triggers {
  const at = { schedules: ctx.schedules, workspace: ctx.me.team };
  /** Those that are on, by channel; as it was a moment ago. */
  let book: Promise<ReadonlyMap<string, readonly Named[]>> | undefined;
  let known: ReadonlyMap<string, readonly Named[]> | undefined;
  let unfollow: () => void = () => undefined;

  function read(): Promise<ReadonlyMap<string, readonly Named[]>> {
    book ??= allSchedules(ctx).then(
      (all) => {
        const byChannel = Map.groupBy(all.filter(isWaiting), ({ schedule }) => schedule.place);
        return (known = byChannel);
      },
      (error: unknown) => {
        book = undefined;
        throw error;
      },
    );
    return book;
  }

  const here = async (channel: string): Promise<readonly Named[]> => (await read()).get(channel) ?? [];

  /** A person is there: bots' words may begin something again. */
  async function refuel(all: readonly Named[]): Promise<void> {
    for (const { id, schedule } of all)
      if (schedule.botRuns > 0)
        await edit(at, id, (now) => (now.botRuns > 0 && now.state.kind === "on" ? { ...now, botRuns: 0 } : undefined));
  }

  async function fire({ id }: Named, beginning: Omit<Beginning, "id" | "schedule">, byBot: boolean): Promise<void> {
    const { cause } = beginning;
    const nowMs = ctx.clock.now();
    let stands: Exclude<Begun, { kind: "again" }> | undefined;
    // Taken before it is begun: of many at once each is one.
    const schedule = await edit(at, id, (now) => {
      stands = undefined;
      if (now.state.kind !== "on") return undefined;
      if (hasBegunBy(now, cause)) return now;
      if (runsLeft(now, nowMs) === 0) stands = { kind: "left out", why: `It has begun ${now.runsPerDay} runs today, as many as it may.` };
      else if (byBot && now.botRuns >= BOT_RUNS_IN_A_ROW_MAX) stands = { kind: "pause", why: ENOUGH };
      return stands ? now : counted(now, { cause, byBot, nowMs });
    });
    if (!schedule) return;
    const begun = stands ?? (await beginScheduled(ctx, { ...beginning, id, schedule }));
    // The envelope is handled once more.
    if (begun.kind === "again") throw new Error(`Slack does not answer: ${id} is to be begun again`);
    const after = await settled(ctx, { id, schedule, cause, begun, byBot });
    await edit(at, id, (now) => ({
      ...now,
      ...(now.state.kind === "on" ? { state: after.state } : {}),
      last: after.last,
      open: after.open,
    }));
  }

  async function heard({ event: message }: z.output<typeof MessageBody>, findActor: FindActor): Promise<void> {
    if (message.type === "app_mention" || message.hidden || isDeletion(message) || isAmendment(message)) return;
    const all = await here(message.channel);
    if (all.length === 0) return;
    const byBot = isOfBot(message);
    if (isOwn(message) || !(byBot ? BOTS : PEOPLES).has(message.subtype ?? "")) return;
    if (!byBot) await refuel(all);
    if (message.thread_ts !== undefined || speaksTo(message, ctx.me.user)) return;
    const words = wordsIn(message);
    const said = [await plainText(words.own, namingOf(ctx)), ...(await readCarried(words, namingOf(ctx))).map(({ text }) => text)].join(
      "\n",
    );
    const trigger = all.find(({ schedule }) => isMeant(schedule.starts, message, said, byBot));
    if (!trigger) return;
    // Of what people post that may not begin a run, none is begun: neither in their name nor in another's.
    if (!byBot && !(await mayCause(message.channel, await findActor()))) return;
    const author = byBot ? nameOfBot(message) : await ctx.people.nameOf(message.user ?? "");
    const { files, note } = await ctx.attachments({ files: [...(message.files ?? []), ...words.files] });
    const beside = [...(said.trim() === "" ? [] : [{ source: author, text: said }]), ...(note ? [{ text: note }] : [])];
    await fire(trigger, { cause: `${message.channel} ${message.ts}`, under: { ts: message.ts }, beside, files }, byBot);
  }

  async function reacted({ event }: z.output<typeof ReactionBody>, actor: Actor): Promise<void> {
    const { user, reaction, item } = event;
    if (!item || user === ctx.me.user) return;
    const bare = reaction.replace(/::skin-tone-\d$/, "");
    const trigger = (await here(item.channel)).find(({ schedule: { starts } }) => starts.kind === "reaction" && starts.name === bare);
    if (!trigger || (await ctx.people.isBot(user)) || !(await mayCause(item.channel, actor))) return;
    const { permalink } = await ctx.web.read.chat.getPermalink({ channel: item.channel, message_ts: item.ts });
    // A server that is like Slack may have links of another kind.
    const isKnown = linksIn(`<${permalink ?? ""}>`, ctx.me.url).length > 0;
    const text = `<${isKnown ? permalink : linkTo(ctx.me.url, item)}>`;
    const [link] = linksIn(text, ctx.me.url);
    const { beside } = await ctx.quotes({ ...actor, id: `${item.channel}:${item.ts}:${reaction}`, text });
    await fire(trigger, { cause: `${item.channel} ${item.ts}`, under: { ts: item.ts, threadTs: link?.threadTs }, beside }, false);
  }

  async function mayCause(channel: string, actor: Actor): Promise<boolean> {
    return (await wouldRefuse(ctx, "start", { ...actor, startedBy: undefined, channel })) === undefined;
  }

  const isOwn = ({ user, bot_id }: MessageEvent): boolean => user === ctx.me.user || (bot_id !== undefined && bot_id === ctx.me.bot);

  return {
    heard,
    reacted,
    waitsFor(body) {
      // What is not known yet may be waited for.
      if (!known) return true;
      const reaction = ReactionBody.safeParse(body).data?.event;
      if (reaction) return known.get(reaction.item?.channel ?? "")?.some(({ schedule }) => schedule.starts.kind === "reaction") ?? false;
      const message = MessageBody.safeParse(body).data?.event;
      if (!message || message.hidden || message.thread_ts !== undefined || isOwn(message)) return false;
      return (
        known.get(message.channel)?.some(({ schedule }) => schedule.starts.kind === "message" && schedule.starts.bot !== undefined) ?? false
      );
    },
    start() {
      unfollow = ctx.schedules.follow((workspace) => {
        if (workspace !== ctx.me.team) return;
        book = undefined;
        void read().catch((error: unknown) => ctx.log("what begins by what is posted could not be read", error));
      });
      void read().catch((error: unknown) => ctx.log("what begins by what is posted could not be read", error));
    },
    close: () => unfollow(),
  };
}

const ENOUGH = `Bots' words have begun ${BOT_RUNS_IN_A_ROW_MAX} runs in a row, and no person has said anything between them.`;

const isWaiting = ({ schedule: { state, starts } }: Named): boolean => state.kind === "on" && starts.kind !== "times";
const isOfBot = ({ user, bot_id, app_id, subtype }: MessageEvent): boolean =>
  user === undefined || bot_id !== undefined || app_id !== undefined || subtype === "bot_message";
const nameOfBot = ({ bot_profile, username, bot_id }: MessageEvent): string => bot_profile?.name ?? username ?? bot_id ?? "a bot";

function isMeant(starts: Starts, message: MessageEvent, said: string, byBot: boolean): boolean {
  if (starts.kind === "file") return !byBot && (message.files ?? []).some(({ name }) => hasEnding(name ?? "", starts.ending));
  if (starts.kind !== "message") return false;
  const isSaid = starts.says === undefined || plain(said).includes(plain(starts.says));
  if (starts.bot === undefined) return !byBot && isSaid;
  const names = [message.bot_id, message.user, message.bot_profile?.name, message.username].flatMap((one) => (one ? [plain(one)] : []));
  return byBot && isSaid && names.includes(plain(starts.bot));
}

const linkTo = (url: string, { channel, ts }: { readonly channel: string; readonly ts: string }): string =>
  new URL(`/archives/${channel}/p${ts.replace(".", "")}`, url || "https://app.slack.com").href;
const plain = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, " ").trim();
const hasEnding = (name: string, ending: string | undefined): boolean => ending === undefined || name.toLowerCase().endsWith(`.${ending}`);
