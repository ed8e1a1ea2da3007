import type { KnownBlock } from "@slack/types";
import type { HandlerContext } from "../commands/handler-context.ts";
import { title } from "../home/home-parts.ts";
import { homeAction } from "../home/team-forms.ts";
import type { Translator } from "../language/translator.ts";
import { button, plainText, section } from "../words/blocks.ts";
import { safeMrkdwn } from "../words/escape.ts";
import type { GivenLogin } from "./login-desk.ts";

/** Of the 100 blocks that a Home tab may have. */
const SHOWN_MAX = 10;

/** The logins that a person has given for servers, each with a button that takes it away; nothing where there is none. */
export async function homeLogins(ctx: HandlerContext, t: Translator, user: string): Promise<readonly KnownBlock[]> {
  const mine = (await ctx.logins?.list(ctx.me.team, { id: user })) ?? [];
  if (mine.length === 0) return [];
  return [
    title(t("logins.header.mine")),
    ...mine.slice(0, SHOWN_MAX).map(({ server, owner, at, ...users }) => ({
      ...section(sinceOf(t, { server: safeMrkdwn(server), day: t.day(at) }, users)),
      accessory: {
        ...button(t("logins.button.withdraw"), homeAction("withdraw"), { n: server, t: owner }, "danger"),
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

/** Since when it is there, and who may use it. */
function sinceOf(
  t: Translator,
  about: { readonly server: string; readonly day: string },
  users: Pick<GivenLogin, "share" | "scope">,
): string {
  switch (users.share) {
    case "person":
      return t("logins.text.since", about);
    case "place":
      return t("logins.text.sinceInPlace", { ...about, channel: `<#${users.scope?.split("/").at(-1) ?? ""}>` });
    case "workspace":
      return t("logins.text.sinceInWorkspace", about);
  }
}
