import type { ContainerBlock, ContextBlock, KnownBlock, RichTextBlock } from "@slack/types";
import { isStanding } from "../../engine/approvals.ts";
import { codeBlocks } from "../../engine/code-blocks.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { MARKS_EXPLAINED, shown } from "../../engine/reading/shown.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import {
  ACTIONS,
  actions,
  button,
  context,
  markdown,
  mention,
  plainText as plainTitle,
  plural,
  section,
  timeOf,
  type Rendered,
} from "../words/blocks.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { BUTTON_VALUE_CHARS_MAX, CARD_LINE_CHARS, CONTAINER_TITLE_CHARS_MAX } from "../words/limits.ts";
import { decisionOn, runOf, type Of } from "./log-reading.ts";
import { fenced, plainText } from "./turn-messages.ts";
import { codeFileEnding } from "./long-parts.ts";
import { excerptOf, isShownWhole, linesOf, shownWhole, type Excerpt } from "./code-excerpt.ts";

/** A call that waits for a person's yes: buttons until somebody has decided, then what became of it; a yes for the run can be taken back. */
export function renderApproval(request: Of<"approval.requested">, transcript: Transcript): Rendered {
  const own = runOf(transcript, request.seq);
  const { state } = own;
  const ofCall = <Type extends "approval.given" | "approval.expired" | "approval.withdrawn">(type: Type) =>
    decisionOn(own, type, request.call);
  const given = ofCall("approval.given");
  const what = given?.edited ?? request.what;
  const wished = wish({ ...request, what });
  const title = `${state.startedBy ? `${mention(state.startedBy)} ` : ""}*${safeMrkdwn(request.agent)} ${wished}:*`;
  const excerpt = excerptOf(what);
  // Seen already: in the turn above, or before it was decided. What a person has changed stands nowhere else; what hides a part of itself is
  // looked at before it is decided.
  const isSeen = given !== undefined || (standsAbove(request, transcript) && shown(what) === what);
  const isFolded = given?.edited === undefined && isSeen;
  const notes = notesOn(excerpt, what, given?.edited === undefined ? request : undefined);
  const card = (...below: readonly KnownBlock[]): Rendered => {
    const rest = [...notes.map(context), ...below];
    return {
      kind: "message",
      text: `${safeMrkdwn(request.agent)} ${wished}: ${line1(shown(what))}`,
      plain: [title, plainText(shownWhole(what)), ...notes].join("\n"),
      blocks: [section(title), ...(isFolded ? [folded(excerpt, what, request)] : preformatted(excerpt)), ...rest],
      fallback: [section(title), ...inFences(excerpt), ...rest],
    };
  };

  if (given && !given.approved) return card(context(`denied by ${mention(given.person)}${given.reason ? `: ${line1(given.reason)}` : ""}`));
  if (given) {
    const by = `${given.edited === undefined ? "allowed" : "changed and allowed"} by ${mention(given.person)}`;
    if (given.scope !== "run") return card(context(by));
    const withdrawn = ofCall("approval.withdrawn");
    if (withdrawn) return card(context(`${by} for this run; ${mention(withdrawn.person)} took that back`));
    const rest = request.tool === undefined ? `code of *${safeMrkdwn(request.agent)}*` : `\`${safeLine(request.tool, CARD_LINE_CHARS)}\``;
    if (!isStanding(transcript, request.call)) return card(context(`${by} for this run`));
    return card(
      context(`${by} for this run: ${rest} runs without a question from here on`),
      actions(button("Ask me again", ACTIONS.askAgain, valueOf(request))),
    );
  }
  if (ofCall("approval.expired")) return card(context("nobody allowed it in time; it was not run"));
  if (!state.running) return card(context("not decided; the run has stopped"));
  if (!state.approvals.some(({ call }) => call === request.call)) return card(context("not decided; the turn was skipped"));
  const value = valueOf(request);
  return card(
    actions(
      ...yesButtons(request, value),
      button("Edit…", ACTIONS.editCall, value),
      button("Deny", ACTIONS.deny, value, "danger"),
      button("Deny and say why…", ACTIONS.denyWhy, value),
    ),
    ...(request.approveBy === undefined ? [] : [context(`without a yes it is not run, after ${timeOf(request.approveBy)}`)]),
  );
}

/** What has not been shown whole can be allowed once, and no more with it. */
function yesButtons(request: Of<"approval.requested">, value: object) {
  const once = button("Run once", ACTIONS.approve, value, "primary");
  if (!isShownWhole(request)) return [once];
  // A tool that is asked for once has no yes that holds for less than the thread.
  if (request.lasting) return [button("Allow in this thread", ACTIONS.approve, value, "primary")];
  return [once, button("Allow for this run", ACTIONS.allowRun, value)];
}

/** All of it, in the form in which the card shows a part. */
export function renderApprovalFile(request: Of<"approval.requested">): Rendered {
  const text = shown(request.what);
  const marks = text === request.what ? "" : ` ${MARKS_EXPLAINED}`;
  return {
    kind: "file",
    name: wholeFileName(request),
    alt: `All that ${request.agent} ${wish(request)}`,
    comment: `All that *${safeMrkdwn(request.agent)}* ${wish(request)}.${marks}`,
    content: { text: text.endsWith("\n") ? text : `${text}\n` },
  };
}

const wholeFileName = ({ seq, language, tool }: Of<"approval.requested">): string =>
  tool === undefined ? `code-to-run-${seq}.${codeFileEnding(language)}` : `call-${seq}.txt`;

function wish({ tool, language, what, lasting }: Of<"approval.requested">): string {
  if (tool !== undefined) return `wants to call \`${safeMrkdwn(safeLine(tool, CARD_LINE_CHARS))}\`${lasting ? " for the first time" : ""}`;
  if (language === undefined) return "asks for approval";
  return `wants to run ${plural(linesOf(what), "line")} of ${safeMrkdwn(safeLine(language, CARD_LINE_CHARS))}`;
}

/** What a reader has to know of what they see. `request`: where there is a file with all of it. */
function notesOn(excerpt: Excerpt, what: string, request: Of<"approval.requested"> | undefined): readonly string[] {
  const notes = shownWhole(what) === what ? [] : [MARKS_EXPLAINED];
  if (excerpt.kind === "whole") return notes;
  const { hiddenChars, hiddenLines } = excerpt;
  const left = hiddenLines > 0 ? `${plural(hiddenLines, "line")} (${plural(hiddenChars, "character")})` : plural(hiddenChars, "character");
  const where = request ? `; all of it is in the file ${wholeFileName(request)} above` : "";
  return [`${left} in the middle ${hiddenChars === 1 ? "is" : "are"} not shown here${where}`, ...notes];
}

/** Whether the agents' last words before it hold this very code. */
function standsAbove({ seq, what, tool }: Of<"approval.requested">, { events }: Transcript): boolean {
  if (tool !== undefined) return false;
  let at = Math.min(seq - 1, events.length) - 1;
  while (at >= 0 && !isTurn(events[at])) at--;
  const last = events[at] as TurnWords | undefined;
  return last !== undefined && codeBlocks(last.text).some(({ code }) => code.trim() === what.trim());
}

type TurnWords = Of<"code.written"> | Extract<RunEvent, { readonly type: "message.posted"; readonly agent: string }>;

const isTurn = (event: RunEvent | undefined): boolean =>
  event?.type === "code.written" || (event?.type === "message.posted" && "agent" in event);

/** All of it under its title, to be opened: the thread shows it once, and whoever decides has it here. */
function folded(excerpt: Excerpt, what: string, { language, tool }: Of<"approval.requested">): ContainerBlock {
  const name = tool === undefined ? `${plural(linesOf(what), "line")} of ${language ?? "code"}` : `What ${tool} is called with`;
  return {
    type: "container",
    title: plainTitle(safeLine(name, CONTAINER_TITLE_CHARS_MAX)),
    width: "full",
    is_collapsible: true,
    default_collapsed: true,
    child_blocks: preformatted(excerpt),
  };
}

/** Each piece in a frame of its own: nothing in the code can pass for the line between them. */
const preformatted = (excerpt: Excerpt): (RichTextBlock | ContextBlock)[] =>
  inPieces(excerpt, (text): RichTextBlock => ({
    type: "rich_text",
    elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }], border: 0 }],
  }));

const inFences = (excerpt: Excerpt): readonly KnownBlock[] => inPieces(excerpt, (text) => markdown(fenced(text)));

function inPieces<Piece>(excerpt: Excerpt, block: (text: string) => Piece): (Piece | ContextBlock)[] {
  if (excerpt.kind === "whole") return excerpt.text === "" ? [context("(nothing)")] : [block(excerpt.text)];
  return [block(excerpt.head), context("⋯"), block(excerpt.tail)];
}

/** The number says which one it is; the call's id, which a model may have chosen, goes along while it is short. */
const valueOf = ({ seq, call }: Of<"approval.requested">) => ({ seq, ...(call.length < BUTTON_VALUE_CHARS_MAX / 8 ? { call } : {}) });

/** One escaped line. */
const line1 = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));
