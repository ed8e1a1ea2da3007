import type { KnownBlock } from "@slack/types";
import type { HandlerContext } from "../commands/handler-context.ts";
import { title } from "../home/home-parts.ts";
import { homeAction } from "../home/team-forms.ts";
import type { Translator } from "../language/translator.ts";
import { button, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";

/** Of the 100 blocks that a Home tab may have. */
const SHOWN_MAX = 10;

/** The logins of a person for servers, each with a button that takes it away; nothing where there is none. */
export async function homeLogins(ctx: HandlerContext, t: Translator, user: string): Promise<readonly KnownBlock[]> {
  const mine = (await ctx.logins?.list(ctx.me.team, { id: user })) ?? [];
  if (mine.length === 0) return [];
  return [
    title(t("logins.header.mine")),
    ...mine.slice(0, SHOWN_MAX).map(({ server, at }) => ({
      ...section(t("logins.text.since", { server: safeMrkdwn(server), day: t.day(at) })),
      accessory: {
        ...button(t("logins.button.withdraw"), homeAction("withdraw"), { n: server }, "danger"),
        confirm: {
          title: plainText(t("logins.sure.withdraw")),
          text: plainText(t("logins.meaning.withdraw")),
          confirm: plainText(t("logins.yes.withdraw")),
          deny: plainText(t("logins.yes.keep")),
        },
      },
    })),
  ];
}
