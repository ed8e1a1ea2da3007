import type { KnownBlock, ModalView } from "@slack/types";
import type { Actor } from "../people/affiliation.ts";
import type { Translator } from "../language/translator.ts";
import { button, context, mention, plainText, section } from "../words/blocks.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { DEEDS, type Deed, type Who } from "../people/permissions.ts";
import { isReading } from "../people/reading-records.ts";
import { allowIn, wouldRefuse } from "../people/permission-check.ts";
import { homeAction, noteView } from "./team-forms.ts";

const DECISIONS_SHOWN_MAX = 40;
/** Many of them are of those who read. */
const ENTRIES_READ_MAX = 1_000;
const LISTED_MAX = 10;

/** What those see of how Parley is set up here whom the table lets; nothing for others. */
export async function adminBlocks(ctx: HandlerContext, t: Translator, actor: Actor): Promise<readonly KnownBlock[]> {
  if ((await wouldRefuse(ctx, "audit", { ...actor, startedBy: undefined })) !== undefined) return [];
  const allow = await allowIn(ctx);
  const visitors = (deeds: readonly Deed[]) => deeds.map((deed) => t(`admin.text.deed.${deed}`)).join(", ") || t("admin.text.onlyRead");
  const lines = DEEDS.map((deed) => `• ${t.under(t(`admin.text.deed.${deed}`), whoIs(t, allow[deed]))}`);
  return [
    { type: "header", text: plainText(t("admin.header.admin")) },
    section(
      [
        t("admin.text.whoMay"),
        ...lines,
        t("admin.text.guestsMay", { deeds: visitors(allow.restricted) }),
        t("admin.text.othersMay", { deeds: visitors(allow.guests) }),
      ].join("\n"),
    ),
    { type: "actions", elements: [button(t("admin.button.decisions"), homeAction("decisions"), {})] },
  ];
}

export function whoIs(t: Translator, who: Who): string {
  const all = [who].flat();
  if (all.length === 0) return t("admin.text.nobody");
  const named = all.slice(0, LISTED_MAX).map((one) => (isWord(one) ? t(`admin.text.who.${one}`) : `<@${safeMrkdwn(one)}>`));
  return [...named, ...(all.length > LISTED_MAX ? [t("admin.text.more", { count: t.number(all.length - LISTED_MAX) })] : [])].join(", ");
}

const WORDS = ["anyone", "starter", "admins"] as const;
const isWord = (one: string): one is (typeof WORDS)[number] => WORDS.some((word) => word === one);

/** The last decisions of the audit log. */
export async function decisionsView(ctx: HandlerContext, t: Translator): Promise<ModalView> {
  const entries = await ctx.settings.decisions(ctx.me.team, { limit: ENTRIES_READ_MAX });
  const decisions = entries.filter(({ deed, allowed }) => !allowed || !isReading(deed)).slice(0, DECISIONS_SHOWN_MAX);
  if (decisions.length === 0) return noteView(t, t("admin.title.decisions"), section(t("admin.text.noDecisions")));
  return noteView(
    t,
    t("admin.title.decisions"),
    context(t("admin.text.decisions")),
    ...decisions.map(({ at, person, deed, subject, allowed, detail, times }) =>
      section(
        [
          `${allowed ? ":white_check_mark:" : ":no_entry_sign:"} ${mention(person)} *${safeMrkdwn(deed)}* \`${safeMrkdwn(shorten(subject, 100))}\`, ${t.at(at)}${times === undefined ? "" : `, ${t("admin.text.times", { count: times })}`}`,
          ...(detail === undefined ? [] : [`>${safeMrkdwn(shorten(detail.replaceAll(/\s+/g, " "), 300))}`]),
        ].join("\n"),
      ),
    ),
  );
}
