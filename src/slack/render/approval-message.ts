import type { ContainerBlock, ContextBlock, KnownBlock, RichTextBlock } from "@slack/types";
import { isStanding } from "../../engine/approvals.ts";
import { codeBlocks } from "../../engine/code-blocks.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { shown } from "../../engine/reading/shown.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { ACTIONS, actions, button, context, markdown, mention, plainText as plainTitle, section, type Rendered } from "../words/blocks.ts";
import type { Translator } from "../language/translator.ts";
import { safeLine, safeMrkdwn } from "../words/escape.ts";
import { BUTTON_VALUE_CHARS_MAX, CARD_LINE_CHARS, CONTAINER_TITLE_CHARS_MAX } from "../words/limits.ts";
import { decisionOn, runOf, type Of } from "./log-reading.ts";
import { fenced, plainText } from "./turn-messages.ts";
import { codeFileEnding } from "./long-parts.ts";
import { excerptOf, isShownWhole, linesOf, shownWhole, type Excerpt } from "./code-excerpt.ts";

/** A call that waits for a person's yes: buttons until somebody has decided, then what became of it; a yes for the run can be taken back. */
export function renderApproval(t: Translator, request: Of<"approval.requested">, transcript: Transcript): Rendered {
  const own = runOf(transcript, request.seq);
  const { state } = own;
  const ofCall = <Type extends "approval.given" | "approval.expired" | "approval.withdrawn">(type: Type) =>
    decisionOn(own, type, request.call);
  const given = ofCall("approval.given");
  const what = given?.edited ?? request.what;
  const wished = wish(t, { ...request, what }, safeMrkdwn(request.agent));
  const title = `${state.startedBy ? `${mention(state.startedBy)} ` : ""}${t("approvals.text.title", { what: wished })}`;
  const excerpt = excerptOf(what);
  // Seen already: in the turn above, or before it was decided. What a person has changed stands nowhere else; what hides a part of itself is
  // looked at before it is decided.
  const isSeen = given !== undefined || (standsAbove(request, transcript) && shown(what) === what);
  const isFolded = given?.edited === undefined && isSeen;
  const notes = [...whyOn(t, request), ...notesOn(t, excerpt, what, given?.edited === undefined ? request : undefined)];
  const card = (...below: readonly KnownBlock[]): Rendered => {
    const rest = [...notes.map(context), ...below];
    return {
      kind: "message",
      text: t("approvals.text.short", { what: wished, code: line1(shown(what)) }),
      plain: [title, plainText(shownWhole(what)), ...notes].join("\n"),
      blocks: [section(title), ...(isFolded ? [folded(t, excerpt, what, request)] : preformatted(t, excerpt)), ...rest],
      fallback: [section(title), ...inFences(t, excerpt), ...rest],
    };
  };

  if (given && !given.approved) {
    const person = mention(given.person);
    return card(
      context(given.reason ? t("approvals.text.deniedWhy", { person, why: line1(given.reason) }) : t("approvals.text.denied", { person })),
    );
  }
  if (given) {
    const by = t(given.edited === undefined ? "approvals.text.allowed" : "approvals.text.changed", { person: mention(given.person) });
    if (given.scope !== "run") return card(context(by));
    const withdrawn = ofCall("approval.withdrawn");
    if (withdrawn) return card(context(t("approvals.text.tookBack", { what: by, person: mention(withdrawn.person) })));
    if (!isStanding(transcript, request.call)) return card(context(t("approvals.text.forRun", { what: by })));
    const from =
      request.tool === undefined
        ? t("approvals.text.codeFromHere", { what: by, agent: safeMrkdwn(request.agent) })
        : t("approvals.text.toolFromHere", { what: by, tool: named(request.tool) });
    return card(context(from), actions(button(t("approvals.button.askAgain"), ACTIONS.askAgain, valueOf(request))));
  }
  if (ofCall("approval.expired")) return card(context(t("approvals.text.expired")));
  if (!state.running) return card(context(t("approvals.text.runStopped")));
  if (!state.approvals.some(({ call }) => call === request.call)) return card(context(t("approvals.text.turnSkipped")));
  const value = valueOf(request);
  return card(
    actions(
      ...yesButtons(t, request, value),
      button(t("approvals.button.edit"), ACTIONS.editCall, value),
      button(t("approvals.button.deny"), ACTIONS.deny, value, "danger"),
      button(t("approvals.button.denyWhy"), ACTIONS.denyWhy, value),
    ),
    ...(request.only ? [context(t("logins.text.only", { person: mention(request.only) }))] : []),
    ...(request.approveBy === undefined ? [] : [context(t("approvals.text.without", { at: t.at(request.approveBy) }))]),
  );
}

/** What has not been shown whole can be allowed once, and no more with it. */
function yesButtons(t: Translator, request: Of<"approval.requested">, value: object) {
  const once = button(t("approvals.button.once"), ACTIONS.approve, value, "primary");
  if (!isShownWhole(request)) return [once];
  // A tool that is asked for once has no yes that holds for less than the thread.
  if (request.lasting) return [button(t("approvals.button.thread"), ACTIONS.approve, value, "primary")];
  return [once, button(t("approvals.button.run"), ACTIONS.allowRun, value)];
}

/** All of it, in the form in which the card shows a part. */
export function renderApprovalFile(t: Translator, request: Of<"approval.requested">): Rendered {
  const text = shown(request.what);
  const marks = text === request.what ? "" : ` ${t("notes.text.marks")}`;
  return {
    kind: "file",
    name: wholeFileName(request),
    alt: all(t, request, request.agent),
    comment: `${all(t, request, `*${safeMrkdwn(request.agent)}*`)}.${marks}`,
    content: { text: text.endsWith("\n") ? text : `${text}\n` },
  };
}

const wholeFileName = ({ seq, language, tool }: Of<"approval.requested">): string =>
  tool === undefined ? `code-to-run-${seq}.${codeFileEnding(language)}` : `call-${seq}.txt`;

/** `agent`: its name as it is to be shown. */
function wish(t: Translator, request: Of<"approval.requested">, agent: string): string {
  const { tool, language } = request;
  if (tool !== undefined) return t(request.lasting ? "approvals.text.callFirst" : "approvals.text.call", { agent, tool: named(tool) });
  if (language === undefined) return t("approvals.text.some", { agent });
  return t("approvals.text.code", { agent, lines: linesIn(t, request.what), language: named(language) });
}

/** The same of the file that has all of it. */
function all(t: Translator, request: Of<"approval.requested">, agent: string): string {
  const { tool, language } = request;
  if (tool !== undefined) return t("approvals.text.allCall", { agent, tool: named(tool) });
  if (language === undefined) return t("approvals.text.allSome", { agent });
  return t("approvals.text.allCode", { agent, lines: linesIn(t, request.what), language: named(language) });
}

const named = (name: string): string => safeMrkdwn(safeLine(name, CARD_LINE_CHARS));
const linesIn = (t: Translator, code: string): string => t("approvals.text.lines", { count: linesOf(code) });

/** Why it is asked for beside the tool's rule. */
function whyOn(t: Translator, { because, says }: Of<"approval.requested">): readonly string[] {
  const tools = (names: readonly string[]) => names.map((name) => `\`${named(name)}\``).join(", ");
  return [
    ...(because ? [t("approvals.text.leak", { private: tools(because.private), untrusted: tools(because.untrusted) })] : []),
    ...(says === undefined ? [] : [t("approvals.text.toolChanged", { says: safeMrkdwn(safeLine(says, SAYS_CHARS)) })]),
  ];
}

/** Of what a tool says of itself; the rest is cut. */
const SAYS_CHARS = 1_000;

/** What a reader has to know of what they see. `request`: where there is a file with all of it. */
function notesOn(t: Translator, excerpt: Excerpt, what: string, request: Of<"approval.requested"> | undefined): readonly string[] {
  const notes = shownWhole(what) === what ? [] : [t("notes.text.marks")];
  if (excerpt.kind === "whole") return notes;
  const { hiddenChars, hiddenLines } = excerpt;
  const characters = t("approvals.text.characters", { count: hiddenChars });
  const left = hiddenLines > 0 ? `${t("approvals.text.lines", { count: hiddenLines })} (${characters})` : characters;
  const hidden = request
    ? t("approvals.text.hiddenInFile", { what: left, file: wholeFileName(request) })
    : t("approvals.text.hidden", { what: left });
  return [hidden, ...notes];
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
function folded(t: Translator, excerpt: Excerpt, what: string, { language, tool }: Of<"approval.requested">): ContainerBlock {
  const lines = linesIn(t, what);
  const code = language === undefined ? t("approvals.text.ofCode", { lines }) : t("approvals.text.ofLanguage", { lines, language });
  const name = tool === undefined ? code : t("approvals.text.calledWith", { tool });
  return {
    type: "container",
    title: plainTitle(safeLine(name, CONTAINER_TITLE_CHARS_MAX)),
    width: "full",
    is_collapsible: true,
    default_collapsed: true,
    child_blocks: preformatted(t, excerpt),
  };
}

/** Each piece in a frame of its own: nothing in the code can pass for the line between them. */
const preformatted = (t: Translator, excerpt: Excerpt): (RichTextBlock | ContextBlock)[] =>
  inPieces(t, excerpt, (text): RichTextBlock => ({
    type: "rich_text",
    elements: [{ type: "rich_text_preformatted", elements: [{ type: "text", text }], border: 0 }],
  }));

const inFences = (t: Translator, excerpt: Excerpt): readonly KnownBlock[] => inPieces(t, excerpt, (text) => markdown(fenced(text)));

function inPieces<Piece>(t: Translator, excerpt: Excerpt, block: (text: string) => Piece): (Piece | ContextBlock)[] {
  if (excerpt.kind === "whole") return excerpt.text === "" ? [context(t("approvals.text.nothing"))] : [block(excerpt.text)];
  return [block(excerpt.head), context("⋯"), block(excerpt.tail)];
}

/** The number says which one it is; the call's id, which a model may have chosen, goes along while it is short. */
const valueOf = ({ seq, call }: Of<"approval.requested">) => ({ seq, ...(call.length < BUTTON_VALUE_CHARS_MAX / 8 ? { call } : {}) });

/** One escaped line. */
const line1 = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));
