import type { Clock } from "../../engine/clock.ts";
import { CannotStart } from "./cannot-start.ts";
import { isPassing } from "./error-codes.ts";
import { noteOwnAccount } from "./own-account.ts";
import { patiently } from "./retry-rate-limited.ts";
import { unreached } from "./unreached.ts";
import { slackErrorCode, type Web } from "./web-client.ts";

/**
 * Whose token it is.
 * @throws Error with what to do, when Slack refuses it or cannot be asked.
 */
export async function whoAmI(
  web: Web,
  clock: Clock,
): Promise<{ readonly team: string; readonly user: string; readonly bot: string; readonly url: string; readonly enterprise?: string }> {
  try {
    const {
      team_id: team,
      user_id: user,
      bot_id: bot,
      url = "",
      enterprise_id: enterprise,
    } = await patiently(clock, () => web.read.auth.test());
    if (!team || !user || !bot) throw new CannotStart("SLACK_BOT_TOKEN is not a bot's token; it begins with xoxb-.");
    noteOwnAccount(web.read, { bot, user });
    return { team, user, bot, url, ...(enterprise ? { enterprise } : {}) };
  } catch (error) {
    if (error instanceof CannotStart) throw error;
    const code = slackErrorCode(error);
    if (code === undefined)
      throw new CannotStart(`Slack could not be asked whose SLACK_BOT_TOKEN it is: ${unreached(error)}`, { cause: error });
    if (isPassing(code))
      throw new CannotStart(
        `Slack has trouble of its own, and does not say whose SLACK_BOT_TOKEN it is (${code}). Start again in a minute.`,
        {
          cause: error,
        },
      );
    throw new CannotStart(
      `Slack refuses SLACK_BOT_TOKEN (${code}). Install the app and copy the Bot User OAuth Token, xoxb-…, from OAuth & Permissions.`,
      {
        cause: error,
      },
    );
  }
}
