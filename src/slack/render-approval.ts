import type { KnownBlock } from "@slack/types";
import { isStanding } from "../engine/agents/approvals.ts";
import type { Transcript } from "../engine/transcript.ts";
import { ACTIONS, actions, button, context, markdown, mention, plural, section, timeOf, type Rendered } from "./blocks.ts";
import { safeLine, safeMarkdown, safeMrkdwn, shorten } from "./escape.ts";
import { BUTTON_VALUE_CHARS_MAX, CARD_LINE_CHARS } from "./limits.ts";
import { runOf, type Of } from "./reading.ts";
import { fenced, plainText } from "./render-turn.ts";

/** What is shown of code; what the log has of it is shorter. */
const WHAT_CHARS_MAX = 6_000;

/** A call that waits for a person's yes: buttons until somebody has decided, then what became of it; a yes for the run can be taken back. */
export function renderApproval(asked: Of<"approval.requested">, transcript: Transcript): Rendered {
  const { state, events } = runOf(transcript, asked.seq);
  const ofCall = <Type extends "approval.given" | "approval.expired" | "approval.withdrawn">(type: Type) =>
    events.find((event) => event.type === type && event.call === asked.call) as Of<Type> | undefined;
  const given = ofCall("approval.given");
  const title = `${state.startedBy ? `${mention(state.startedBy)} ` : ""}*${safeMrkdwn(asked.agent)} ${wish(asked)}:*`;
  const what = fenced(shorten(safeMarkdown(given?.edited ?? asked.what), WHAT_CHARS_MAX));
  const shown = (...below: readonly KnownBlock[]): Rendered => ({
    kind: "message",
    text: `${safeMrkdwn(asked.agent)} ${wish(asked)}: ${line1(asked.what)}`,
    plain: `${title}\n${plainText(what)}`,
    blocks: [section(title), markdown(what), ...below],
  });

  if (given && !given.approved)
    return shown(context(`denied by ${mention(given.person)}${given.reason ? `: ${line1(given.reason)}` : ""}`));
  if (given) {
    const by = `${given.edited === undefined ? "allowed" : "changed and allowed"} by ${mention(given.person)}`;
    if (given.scope !== "run") return shown(context(by));
    const withdrawn = ofCall("approval.withdrawn");
    if (withdrawn) return shown(context(`${by} for this run; ${mention(withdrawn.person)} took that back`));
    const rest = asked.tool === undefined ? `code of *${safeMrkdwn(asked.agent)}*` : `\`${safeLine(asked.tool, CARD_LINE_CHARS)}\``;
    if (!isStanding(transcript, asked.call)) return shown(context(`${by} for this run`));
    return shown(
      context(`${by} for this run: ${rest} runs without a question from here on`),
      actions(button("Ask me again", ACTIONS.askAgain, valueOf(asked))),
    );
  }
  if (ofCall("approval.expired")) return shown(context("nobody allowed it in time; it was not run"));
  if (!state.running) return shown(context("not decided; the run has stopped"));
  if (!state.approvals.includes(asked.call)) return shown(context("not decided; the turn was skipped"));
  const value = valueOf(asked);
  // A tool that is asked for once has no yes that holds for less than the thread.
  const yes = asked.lasting
    ? [button("Allow in this thread", ACTIONS.approve, value, "primary")]
    : [button("Run once", ACTIONS.approve, value, "primary"), button("Allow for this run", ACTIONS.allowRun, value)];
  return shown(
    actions(
      ...yes,
      button("Edit…", ACTIONS.editCall, value),
      button("Deny", ACTIONS.deny, value, "danger"),
      button("Deny and say why…", ACTIONS.denyWhy, value),
    ),
    ...(asked.approveBy === undefined ? [] : [context(`without a yes it is not run, after ${timeOf(asked.approveBy)}`)]),
  );
}

function wish({ tool, language, what, lasting }: Of<"approval.requested">): string {
  if (tool !== undefined) return `wants to call \`${safeMrkdwn(safeLine(tool, CARD_LINE_CHARS))}\`${lasting ? " for the first time" : ""}`;
  if (language === undefined) return "asks for approval";
  return `wants to run ${plural(what.trimEnd().split("\n").length, "line")} of ${safeMrkdwn(safeLine(language, CARD_LINE_CHARS))}`;
}

/** The number says which one it is; the call's id, which a model may have chosen, goes along while it is short. */
const valueOf = ({ seq, call }: Of<"approval.requested">) => ({ seq, ...(call.length < BUTTON_VALUE_CHARS_MAX / 8 ? { call } : {}) });

/** One escaped line. */
const line1 = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));
