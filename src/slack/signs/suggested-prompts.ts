import type { TeamCards } from "../../team-shelf.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { safeLine } from "../words/escape.ts";
import type { Translator } from "../language/translator.ts";
import { helpText } from "../render/help-text.ts";
import { PROMPT_TITLE_CHARS, SUGGESTED_PROMPTS_MAX, THREAD_TITLE_CHARS } from "../words/limits.ts";
import { postNoted } from "../post/post-once.ts";
import { placeOf } from "../words/place.ts";
import { teamsIn } from "../commands/start-run.ts";
import { isUnavailable, slackErrorCode } from "../api/web-client.ts";

/** A person looks at their conversation with the bot. */
export interface Opening {
  readonly user: string;
  /** The DM. */
  readonly channel: string;
  /** Only where the app is of the older kind, an assistant: for an agent, Slack does nothing with prompts that name a thread. */
  readonly threadTs?: string | undefined;
  /** The channel that they look at beside it. */
  readonly beside?: string | undefined;
}

/** What a person can begin with in a DM, and what their threads are called. */
export interface Prompts {
  suggest(opening: Opening): Promise<void>;
  /** Follows the log until {@link close}: a thread in a DM is called as its task. */
  start(): void;
  close(): void;
}

const METHOD = "assistant.threads.setSuggestedPrompts";
const TITLE = "assistant.threads.setTitle";

/** A workspace that does not have them is asked once; its people are told in a message what the prompts would have said, once each. */
export function createPrompts(ctx: HandlerContext): Prompts {
  const unavailable = new Set<string>();
  let unfollow: (() => void) | undefined;

  async function suggest({ user, channel, threadTs, beside }: Opening): Promise<void> {
    if (unavailable.has(METHOD)) return greet(user);
    const teams = await teamsIn(ctx, beside ?? channel);
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const t = await ctx.languages.of(user);
    const done = await call(METHOD, { channel_id: channel, title: t("signs.text.beginWith"), prompts: promptsOf(t, teams), ...thread });
    if (!done) await greet(user);
  }

  /** False where the workspace does not have it. */
  async function call(method: string, args: { readonly [name: string]: unknown }): Promise<boolean> {
    try {
      await ctx.web.write.apiCall(method, args);
    } catch (error) {
      const code = slackErrorCode(error);
      if (isUnavailable(code)) {
        unavailable.add(method);
        ctx.log(`${method} is not available here (${code}); Parley goes on without it`);
        return false;
      }
      ctx.log(`${method} did not work${code ? `: ${code}` : ""}`, code ? undefined : error);
    }
    return true;
  }

  async function greet(user: string): Promise<void> {
    const key = `greeted/${ctx.me.team}/${user}`;
    const text = helpText(await ctx.languages.of(user), ctx.me.user, ctx.teams);
    const greeted = await postNoted(ctx, { key, id: `greeting/${user}`, channel: user, text }, { blind: "leave" });
    if (greeted.kind !== "posted") ctx.log(`${user} could not be greeted (${greeted.failure.code})`);
  }

  return {
    suggest,
    start() {
      unfollow ??= ctx.runner.follow((thread, item) => {
        const begins = "seq" in item && item.type === "message.posted" && "person" in item && item.seq === 2;
        const place = begins ? placeOf(thread) : undefined;
        // Slack's sessions carry the title with their state; where there are none, this is what is left.
        if (!begins || !place?.channel.startsWith("D") || unavailable.has(TITLE)) return;
        const title = safeLine(item.text, THREAD_TITLE_CHARS);
        if (title !== "") void call(TITLE, { channel_id: place.channel, thread_ts: place.ts, title });
      });
    },
    close() {
      unfollow?.();
      unfollow = undefined;
    },
  };
}

/** One for each team, the default first. A press sends the message as it is: it must be a task. */
function promptsOf(t: Translator, teams: TeamCards): readonly { readonly title: string; readonly message: string }[] {
  const first = teams.cards.filter(({ name }) => name === teams.default);
  const others = teams.cards.filter(({ name }) => name !== teams.default);
  return [...first, ...others].slice(0, SUGGESTED_PROMPTS_MAX).map(({ name, description }) => ({
    title: safeLine(description === "" ? name : `${name}: ${description}`, PROMPT_TITLE_CHARS),
    message: t("signs.text.askMe", { team: name }),
  }));
}
