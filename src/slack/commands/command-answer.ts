import type { Affiliation } from "../people/affiliation.ts";
import type { HandlerContext } from "./handler-context.ts";
import { slackErrorCode } from "../api/web-client.ts";
import type { Translator } from "../language/translator.ts";
import type { Looks } from "../signs/ephemeral.ts";

/** Somebody asks for something outside of a thread: by a command, or by a button of its answer. */
export interface CommandRequest {
  readonly user: string;
  readonly affiliation: Affiliation;
  readonly channel: string;
  /** Where the answer goes, to the person alone. */
  readonly respondTo: string | undefined;
  /** The same each time it is handled. */
  readonly id: string | undefined;
}

export const answerTo =
  (ctx: HandlerContext, { user, channel, respondTo }: CommandRequest) =>
  (text: string, looks?: Looks): Promise<void> =>
    ctx.whisper.respond(respondTo, { user, channel }, text, looks);

/** Whether the bot is not in the conversation. False as well when Slack does not say: then the attempt shows. */
export async function isOutside(ctx: HandlerContext, channel: string): Promise<boolean> {
  try {
    const { channel: found } = await ctx.web.read.conversations.info({ channel });
    return found?.is_member === false && found.is_im !== true;
  } catch (error) {
    return ["channel_not_found", "not_in_channel"].includes(slackErrorCode(error) ?? "");
  }
}

/** For a person in a conversation that the bot is not in: what to do, and nothing else. */
export const notHere = (t: Translator, channel: string): string =>
  t(isOwnDirect(channel) ? "refusals.text.notInConversation" : "refusals.text.invite");

/** The person's own conversation with the bot. */
export const isOwnDirect = (channel: string): boolean => channel.startsWith("D");
