import type { KnownBlock, ModalView } from "@slack/types";
import type { StandingProposal } from "../../team-proposals.ts";
import type { Translator } from "../language/translator.ts";
import { noteView } from "../home/team-forms.ts";
import { ACTIONS, actions, button, context, section } from "../words/blocks.ts";
import { safeMrkdwn, shorten } from "../words/escape.ts";
import { PREFORMATTED_CHARS_MAX } from "../words/limits.ts";

const REASONS_SHOWN_MAX = 3;
const REASON_CHARS_MAX = 300;

/** What is said to whoever may take it; escaped. */
export function proposalText(t: Translator, team: string, { heldOut }: StandingProposal): string {
  return t("proposals.text.found", {
    team: safeMrkdwn(team),
    cases: heldOut.cases,
    before: t.percent(heldOut.before.value),
    after: t.percent(heldOut.after.value),
  });
}

export function proposalBlocks(t: Translator, team: string, standing: StandingProposal): readonly KnownBlock[] {
  return [
    section(proposalText(t, team, standing)),
    ...reasons(standing),
    context(figures(t, standing)),
    proposalButtons(t, team, standing),
  ];
}

/** Under it, wherever it is shown. */
export function proposalButtons(t: Translator, team: string, { at }: StandingProposal): KnownBlock {
  const value = { t: team, n: at };
  return actions(
    button(t("proposals.button.look"), ACTIONS.lookProposal, value),
    button(t("proposals.button.take"), ACTIONS.takeProposal, value, "primary"),
    button(t("proposals.button.notNow"), ACTIONS.declineProposal, value),
  );
}

/** What would change, line by line; as much of it as a block holds. `changed`: why it cannot be taken as it is, where that is so. */
export function proposalView(t: Translator, team: string, standing: StandingProposal, changed: string | undefined): ModalView {
  const { difference } = standing;
  const isCut = difference.length > PREFORMATTED_CHARS_MAX;
  const text = isCut ? `${difference.slice(0, PREFORMATTED_CHARS_MAX)}\n…` : difference;
  return noteView(
    t,
    t("proposals.title.look"),
    section(changed ?? proposalText(t, team, standing)),
    ...reasons(standing),
    { type: "rich_text", elements: [{ type: "rich_text_preformatted", border: 0, elements: [{ type: "text", text }] }] },
    context([figures(t, standing), ...(isCut ? [t("proposals.text.cut")] : [])].join("\n")),
  );
}

const reasons = ({ reasons: all }: StandingProposal): readonly KnownBlock[] => {
  const lines = all.slice(0, REASONS_SHOWN_MAX).filter((one) => one.trim() !== "");
  return lines.length === 0 ? [] : [section(lines.map((one) => `• ${safeMrkdwn(shorten(one, REASON_CHARS_MAX))}`).join("\n"))];
};

function figures(t: Translator, { heldOut, askedBy, file }: StandingProposal): string {
  const points = (share: number) => t.number(Math.round(share * 1_000) / 10);
  const { value, low, high } = heldOut.difference;
  return t("proposals.text.figures", {
    points: points(value),
    low: points(low),
    high: points(high),
    who: safeMrkdwn(askedBy),
    file: safeMrkdwn(file),
  });
}
