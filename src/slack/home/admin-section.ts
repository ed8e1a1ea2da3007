import type { KnownBlock, ModalView } from "@slack/types";
import type { Actor } from "../people/affiliation.ts";
import { button, context, mention, plainText, section, timeOf } from "../words/blocks.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import type { Deed, Who } from "../people/permissions.ts";
import { isReading } from "../people/reading-records.ts";
import { allowIn, wouldRefuse } from "../people/permission-check.ts";
import { homeAction, noteView } from "./team-forms.ts";

const DECISIONS_SHOWN_MAX = 40;
/** Many of them are of those who read. */
const ENTRIES_READ_MAX = 1_000;
const LISTED_MAX = 10;

/** What those see of how Parley is set up here whom the table lets; nothing for others. */
export async function adminBlocks(ctx: HandlerContext, actor: Actor): Promise<readonly KnownBlock[]> {
  if ((await wouldRefuse(ctx, "audit", { ...actor, startedBy: undefined })) !== undefined) return [];
  const allow = await allowIn(ctx);
  const visitors = (deeds: readonly Deed[]) => deeds.map((deed) => DEEDS[deed]).join(", ") || "nothing; they read along";
  const lines = (Object.keys(DEEDS) as (keyof typeof DEEDS)[]).map((deed) => `• ${DEEDS[deed]}: ${whoIs(allow[deed])}`);
  return [
    { type: "header", text: plainText("Admin") },
    section(
      [
        "*Who may do what*, where a channel says nothing else",
        ...lines,
        `• guests of the workspace may ${visitors(allow.restricted)}`,
        `• people of other organisations may ${visitors(allow.guests)}`,
      ].join("\n"),
    ),
    { type: "actions", elements: [button("Decisions…", homeAction("decisions"), {})] },
  ];
}

const DEEDS: { readonly [deed in Deed]: string } = {
  start: "start a run",
  steer: "speak to the agents",
  answer: "answer questions",
  approve: "allow code to run",
  stop: "stop a run",
  forget: "delete notes",
  forgetThread: "forget a thread",
  raise: "raise a limit",
  export: "share results, take out transcripts and teams",
  schedule: "have work start by itself",
  editTeams: "change teams and settings",
  audit: "see this, and who decided what",
};

export function whoIs(who: Who): string {
  const all = [who].flat();
  if (all.length === 0) return "nobody";
  const named = all.slice(0, LISTED_MAX).map((one) => (one in WORDS ? WORDS[one as keyof typeof WORDS] : `<@${safeMrkdwn(one)}>`));
  return [...named, ...(all.length > LISTED_MAX ? [`${all.length - LISTED_MAX} more`] : [])].join(", ");
}

const WORDS = { anyone: "everybody in the channel", starter: "who started it", admins: "admins of the workspace" } as const;

/** The last decisions of the audit log. */
export async function decisionsView(ctx: HandlerContext): Promise<ModalView> {
  const entries = await ctx.settings.decisions(ctx.me.team, { limit: ENTRIES_READ_MAX });
  const decisions = entries.filter(({ deed, allowed }) => !allowed || !isReading(deed)).slice(0, DECISIONS_SHOWN_MAX);
  if (decisions.length === 0) return noteView("Decisions", section("Nobody has decided anything yet."));
  return noteView(
    "Decisions",
    context("Who did, or was not let do, what not everybody may; newest first. `parley audit` also tells who has read and taken out what."),
    ...decisions.map(({ at, person, deed, subject, allowed, detail, times }) =>
      section(
        [
          `${allowed ? ":white_check_mark:" : ":no_entry_sign:"} ${mention(person)} *${safeMrkdwn(deed)}* \`${safeMrkdwn(shorten(subject, 100))}\`, ${timeOf(at)}${times === undefined ? "" : `, ${times} times`}`,
          ...(detail === undefined ? [] : [`>${safeMrkdwn(shorten(detail.replaceAll(/\s+/g, " "), 300))}`]),
        ].join("\n"),
      ),
    ),
  );
}
