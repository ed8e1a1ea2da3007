import type { z } from "zod";
import { edit } from "../../runner/timetable.ts";
import type { Starts } from "../../schedules/schedule.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { namingOf } from "../commands/message-context.ts";
import { attachedBeside } from "../door/attachments.ts";
import type { FindActor } from "../door/gate.ts";
import type { Actor } from "../people/affiliation.ts";
import { isAmendment, isDeletion, type MessageBody, messageBodyIn, ReactionBody, type MessageEvent } from "../words/event-payloads.ts";
import { readCarried, speaksTo, wordsIn } from "../words/message-words.ts";
import { plainText } from "../words/mrkdwn.ts";
import { isBotId, plain } from "./named-bot.ts";
import { beginOrWait } from "./posted-run.ts";
import { allSchedules } from "./schedule-desk.ts";
import type { Named } from "./schedule-words.ts";

/**
 * What begins by something that is posted. That nothing answers itself for ever is so by the way it is made:
 *
 * - Nothing of Parley's own begins anything, and no reaction or file of a bot's.
 * - A bot's words begin something only as a message of their own in a channel, of a bot that is named; and what they begin is answered in the thread
 *   under that message. So of two Parleys, of which each is named to the other, neither begins anything of the other's answers.
 * - A bot that makes new messages of those answers is given so many runs (`BOT_RUNS_IN_A_ROW_MAX`), which only a person gives back: by a word in the
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

  async function heard({ event: message }: z.output<typeof MessageBody>, findActor: FindActor): Promise<void> {
    if (message.type === "app_mention" || message.hidden || isDeletion(message) || isAmendment(message)) return;
    const all = await here(message.channel);
    if (all.length === 0) return;
    const byBot = isOfBot(message);
    if (isOwn(message) || !(byBot ? BOTS : PEOPLES).has(message.subtype ?? "")) return;
    // Who posts in another workspace is called whatever is liked there, and its ids mean nothing here.
    if (byBot && isForeign(message)) return;
    if (!byBot) await refuel(all);
    if (message.thread_ts !== undefined || speaksTo(message, ctx.me.user)) return;
    const words = wordsIn(message);
    const said = [await plainText(words.own, namingOf(ctx)), ...(await readCarried(words, namingOf(ctx))).map(({ text }) => text)].join(
      "\n",
    );
    const trigger = all.find(({ schedule }) => isMeant(schedule.starts, message, said, byBot));
    if (!trigger) return;
    const author = byBot ? nameOfBot(message) : await ctx.people.nameOf(message.user ?? "");
    const files = [...(message.files ?? []), ...words.files];
    await beginOrWait(ctx, trigger.id, {
      cause: `${message.channel} ${message.ts}`,
      ts: message.ts,
      ...(byBot ? {} : { by: message.user ?? "", actor: await findActor() }),
      async posted() {
        const attached = await ctx.attachments({ files });
        const beside = [...(said.trim() === "" ? [] : [{ source: author, text: said }]), ...attachedBeside(attached)];
        return { beside, files: attached.files };
      },
    });
  }

  async function reacted({ event }: z.output<typeof ReactionBody>, actor: Actor): Promise<void> {
    const { user, reaction, item } = event;
    if (!item || user === ctx.me.user) return;
    const bare = reaction.replace(/::skin-tone-\d$/, "");
    const trigger = (await here(item.channel)).find(({ schedule: { starts } }) => starts.kind === "reaction" && starts.name === bare);
    if (!trigger) return;
    await beginOrWait(ctx, trigger.id, { cause: `${item.channel} ${item.ts}`, ts: item.ts, by: user, actor });
  }

  const isForeign = ({ team, user_team, source_team, bot_profile }: MessageEvent): boolean =>
    [team, user_team, source_team, bot_profile?.team_id].some(
      (one) => one !== undefined && one !== ctx.me.team && one !== ctx.me.enterprise,
    );
  const isOwn = ({ user, bot_id }: MessageEvent): boolean => user === ctx.me.user || (bot_id !== undefined && bot_id === ctx.me.bot);

  return {
    heard,
    reacted,
    waitsFor(body) {
      // What is not known yet may be waited for.
      if (!known) return true;
      const reaction = ReactionBody.safeParse(body).data?.event;
      if (reaction) return known.get(reaction.item?.channel ?? "")?.some(({ schedule }) => schedule.starts.kind === "reaction") ?? false;
      const message = messageBodyIn(body)?.event;
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

const isWaiting = ({ schedule: { state, starts } }: Named): boolean => state.kind === "on" && starts.kind !== "times";
const isOfBot = ({ user, bot_id, app_id, subtype }: MessageEvent): boolean =>
  user === undefined || bot_id !== undefined || app_id !== undefined || subtype === "bot_message";
const nameOfBot = ({ bot_profile, username, bot_id }: MessageEvent): string => bot_profile?.name ?? username ?? bot_id ?? "a bot";

function isMeant(starts: Starts, message: MessageEvent, said: string, byBot: boolean): boolean {
  if (starts.kind === "file") return !byBot && (message.files ?? []).some(({ name }) => hasEnding(name ?? "", starts.ending));
  if (starts.kind !== "message") return false;
  const isSaid = starts.says === undefined || plain(said).includes(plain(starts.says));
  if (starts.bot === undefined) return !byBot && isSaid;
  // What whoever posts may choose says nothing; but who waits for it is told so.
  const whose = isBotId(starts.bot) ? idsOf(message) : namesOf(message);
  return byBot && isSaid && whose.includes(plain(starts.bot));
}

const idsOf = ({ bot_id, user, app_id, bot_profile }: MessageEvent): readonly string[] =>
  [bot_id, user, app_id, bot_profile?.app_id].flatMap((one) => (one ? [plain(one)] : []));
const namesOf = ({ bot_profile, username }: MessageEvent): readonly string[] =>
  [bot_profile?.name, username].flatMap((one) => (one ? [plain(one)] : []));
const hasEnding = (name: string, ending: string | undefined): boolean => ending === undefined || name.toLowerCase().endsWith(`.${ending}`);
