import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import { slackErrorCode } from "../api/web-client.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import type { Translator } from "../language/translator.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { ThreadMessage } from "../words/event-payloads.ts";
import type { Wanted } from "./spoken-schedule.ts";

/** Of a bot, its user or its app: Slack gives it, and nobody who posts chooses it. */
export const isBotId = (text: string): boolean => /^[ABUW][A-Z0-9]{2,20}$/.test(text);

/** Looked through for a bot that is named: what it has posted lately. */
const MESSAGES_READ = 100;

/** In a text to compare: however it is written. */
export const plain = (text: string): string => text.toLowerCase().replaceAll(/\s+/g, " ").trim();

/** With the id of the bot that is meant, where a bot is. A string: why it is not known which, in mrkdwn with the mend. */
export async function withBotId(ctx: HandlerContext, t: Translator, channel: string, wanted: Wanted): Promise<Wanted | string> {
  const { starts } = wanted;
  if (starts.kind !== "message" || starts.bot === undefined) return wanted;
  if (starts.botName === undefined) {
    const isPerson = /^[UW]/.test(starts.bot) && (await ctx.people.isPerson(starts.bot));
    return isPerson ? t("spokenSchedules.text.isPerson", { person: `<@${starts.bot}>` }) : wanted;
  }
  const found = await botCalled(ctx, t, channel, starts.botName);
  return typeof found === "string" ? found : { ...wanted, starts: { ...starts, bot: found.id } };
}

/** By the name of its app, which Slack shows and whoever posts cannot choose, among what was posted here lately. */
async function botCalled(ctx: HandlerContext, t: Translator, channel: string, name: string): Promise<{ readonly id: string } | string> {
  const called = { name: safeMrkdwn(name) };
  const how = t("spokenSchedules.text.howBot");
  const messages = await postedLately(ctx, channel);
  if (typeof messages === "string") return `${t("spokenSchedules.text.cannotLook", { ...called, code: safeMrkdwn(messages) })} ${how}`;
  const others = messages.filter(({ bot_id }) => bot_id !== undefined && bot_id !== ctx.me.bot);
  const ids = idsOf(others.filter(({ bot_profile }) => plain(bot_profile?.name ?? "") === plain(name)));
  const [only, second] = ids;
  if (only !== undefined && second === undefined) return { id: only };
  if (only !== undefined)
    return t("spokenSchedules.text.manyCalled", {
      ...called,
      count: ids.length,
      ids: ids.map((id) => `\`${id}\``).join(", "),
      first: only,
    });
  // Shown is what each message is posted as, which its poster chooses.
  const shown = others.findLast(({ username }) => plain(username ?? "") === plain(name));
  if (shown?.bot_id === undefined) return `${t("spokenSchedules.text.noneCalled", called)} ${how}`;
  const posts = { ...called, id: shown.bot_id };
  const app = shown.bot_profile?.name;
  return app === undefined
    ? t("spokenSchedules.text.postsAs", posts)
    : t("spokenSchedules.text.postsAsApp", { ...posts, app: safeMrkdwn(app) });
}

const idsOf = (messages: readonly ThreadMessage[]): readonly string[] => [...new Set(messages.flatMap(({ bot_id }) => bot_id ?? []))];

/** Newest first. A string: why it cannot be had. */
async function postedLately(ctx: HandlerContext, channel: string): Promise<readonly ThreadMessage[] | string> {
  const bucket = ctx.pace.askedReads("conversations.history");
  if (bucket.waitMs() > BRIEFLY.waitMsMax || !(await bucket.take(NEVER))) return "ratelimited";
  try {
    const { messages = [] } = await patiently(
      ctx.clock,
      () => ctx.web.read.conversations.history({ channel, limit: MESSAGES_READ }),
      BRIEFLY,
    );
    return messages.flatMap((message) => ThreadMessage.safeParse(message).data ?? []);
  } catch (error) {
    return slackErrorCode(error) ?? "no_answer";
  }
}

const NEVER = new AbortController().signal;
