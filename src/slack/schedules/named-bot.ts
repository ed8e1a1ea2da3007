import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import { slackErrorCode } from "../api/web-client.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
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
export async function withBotId(ctx: HandlerContext, channel: string, wanted: Wanted): Promise<Wanted | string> {
  const { starts } = wanted;
  if (starts.kind !== "message" || starts.bot === undefined) return wanted;
  if (starts.botName === undefined) {
    const isPerson = /^[UW]/.test(starts.bot) && (await ctx.people.isPerson(starts.bot));
    return isPerson
      ? `<@${starts.bot}> is a person, and no bot. What people write begins something by its words: \`when a message says "deploy failed"\`.`
      : wanted;
  }
  const found = await botCalled(ctx, channel, starts.botName);
  return typeof found === "string" ? found : { ...wanted, starts: { ...starts, bot: found.id } };
}

/** By the name of its app, which Slack shows and whoever posts cannot choose, among what was posted here lately. */
async function botCalled(ctx: HandlerContext, channel: string, name: string): Promise<{ readonly id: string } | string> {
  const called = `*${safeMrkdwn(name)}*`;
  const how = `Mention it (\`when @its-name posts\`), or name its id (\`when B0123ABCD posts\`), which stands in the link of its profile.`;
  const messages = await postedLately(ctx, channel);
  if (typeof messages === "string") return `I cannot look which app ${called} is (${safeMrkdwn(messages)}). ${how}`;
  const others = messages.filter(({ bot_id }) => bot_id !== undefined && bot_id !== ctx.me.bot);
  const ids = idsOf(others.filter(({ bot_profile }) => plain(bot_profile?.name ?? "") === plain(name)));
  const [only, second] = ids;
  if (only !== undefined && second === undefined) return { id: only };
  if (only !== undefined)
    return `${ids.length} apps are called ${called} here: ${ids.map((id) => `\`${id}\``).join(", ")}. Name the one that is meant by its id: \`when ${only} posts\`.`;
  // Shown is what each message is posted as, which its poster chooses.
  const shown = others.findLast(({ username }) => plain(username ?? "") === plain(name));
  if (shown?.bot_id === undefined) return `I have seen no app called ${called} post here lately. ${how}`;
  const own = shown.bot_profile?.name === undefined ? "" : `, the app *${safeMrkdwn(shown.bot_profile.name)}*`;
  return `What posts here as ${called} is \`${shown.bot_id}\`${own}. Any app can post under any name: if that is the one you mean, say \`when ${shown.bot_id} posts\`.`;
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
    return slackErrorCode(error) ?? "Slack does not answer";
  }
}

const NEVER = new AbortController().signal;
