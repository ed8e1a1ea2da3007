import { stripVTControlCharacters, styleText } from "node:util";
import type { Env } from "../config/env.ts";
import { MARKS_EXPLAINED, shown as shownForm, withShownCode } from "../config/shown.ts";
import type { Delta, RunEvent } from "../parley.ts";

import { saidWith } from "../engine/events/events.ts";
import { whyAsked } from "../engine/reading/touched.ts";
import { NOTHING_SPENT, spend, tokensOf } from "../engine/limits/usage.ts";
import { costOf } from "./cost.ts";

/** Turns what happens in a thread into text for a terminal, piece by piece. */
export interface Terminal {
  /** The text to write for this event or delta; often empty. Ends with a line break but in the middle of a streamed message. */
  show(item: RunEvent | Delta): string;
}

export interface TerminalOptions {
  readonly colours: boolean;
  /** Whether to show words as they come; without it, each message is shown when it is whole. */
  readonly live: boolean;
}

/** https://no-color.org: any value but an empty one turns colours off. */
export const wantsColours = (stdout: { readonly isTTY?: boolean }, env: Env): boolean =>
  stdout.isTTY === true && !env["NO_COLOR"] && env["TERM"] !== "dumb";

/** Agents' words, code output and names may hold anything: what a terminal would obey is taken out. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text).replaceAll(CONTROL, "");
}

/** Control characters but tab and line break, and marks that change the direction of what follows. */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

export function createTerminal({ colours, live }: TerminalOptions): Terminal {
  const colourOf = new Map<string, Colour>();
  /** What has been shown of the message that is being streamed. */
  let streaming: { readonly agent: string; shown: string } | undefined;
  /** Calls that have not ended, by id; one of them may have the line that the cursor is on. */
  const calls = new Map<string, string>();
  let callShown: string | undefined;
  /** The words beside a call that were last shown. */
  let besideShown: string | undefined;
  /** Since the last turn ended. */
  let spent = NOTHING_SPENT;

  function show(item: RunEvent | Delta): string {
    if ("usage" in item && item.usage) spent = spend(spent, item.usage);
    return shown(item) + ("notices" in item ? (item.notices ?? []).map((notice) => dim(`  ${oneLine(notice)}`)).join("") : "");
  }

  function shown(item: RunEvent | Delta): string {
    switch (item.type) {
      case "text.delta":
        return live ? stream(item.agent, harmless(item.text)) : "";
      case "reasoning.delta": // Thoughts are no part of what is said.
      case "activity":
        return "";
      case "message.posted":
        // A person's words were typed here: they can be read above.
        return "agent" in item ? message(item.agent, harmless(withShownCode(item.text))) + cost(item) : "";
      case "speaker.selected":
        return item.reason ? endLine() + dim(`→ ${oneLine(item.agent)}: ${oneLine(item.reason)}`) : "";
      case "tool.called":
        return called(item);
      case "tool.returned":
        return ended(item.call, item.tool, `→ ${oneLine(item.output) || "nothing"}`) + files(item.files);
      case "tool.failed":
        return ended(item.call, item.tool, `failed: ${oneLine(item.error.message)}`) + files(item.files);
      case "code.ran":
        return (
          endLine() +
          dim(`  ran ${oneLine(item.language)}: ${item.outcome}, ${(item.elapsedMs / 1000).toFixed(1)} s (${oneLine(item.executor)})`) +
          files(item.files)
        );
      case "run.summarized":
        return item.text === "" ? "" : endLine() + line(`\n${paint("bold", "In short:")} ${harmless(item.text)}`) + cost(item);
      case "stance.given":
        return item.stance === "agree"
          ? ""
          : endLine() +
              dim(
                `  ${oneLine(item.agent)} ${item.stance === "disagree" ? "disagrees" : "does not say yes"}: ${oneLine(item.error?.message ?? item.reason)}`,
              );
      case "handoff.made":
        return item.to === "human"
          ? endLine() + question(item)
          : endLine() + dim(`  ${oneLine(item.agent)} hands over to ${oneLine(item.to)}`) + cost(item);
      case "approval.requested":
        return endLine() + approval(item);
      case "approval.given":
        return (
          endLine() +
          dim(
            `  ${oneLine(item.person.name)} said ${item.approved ? "yes" : "no"}${item.scope === "run" ? ", for this run" : ""}${item.edited === undefined ? "" : ", and changed it"}`,
          )
        );
      case "approval.expired":
        return endLine() + dim("  nobody allowed it in time; it is not run");
      case "approval.withdrawn":
        return endLine() + dim(`  ${oneLine(item.person.name)} wants to be asked again`);
      case "turn.failed":
        return (
          endLine() + line(`${paint("red", "!")} ${oneLine(item.agent)} could not answer: ${harmless(item.error.message)}`) + cost(item)
        );
      case "turn.ended":
        return cost(item);
      case "run.stopped":
        return endLine() + unended() + line(`\n${paint("bold", "■")} ${item.outcome}: ${harmless(item.reason)}`);
      case "run.resumed":
        return endLine() + dim("  Parley was away; the run goes on");
      case "context.summarized":
        return endLine() + dim(`  ${oneLine(item.agent)} has put what was said before in short`);
      case "turn.skipped":
        return endLine() + dim(`  ${oneLine(item.person.name)} skipped the turn of ${oneLine(item.agent)}`);
      case "run.paused":
        return endLine() + dim(`  paused by ${oneLine(item.person.name)}`);
      case "question.expired":
        return endLine() + dim("  nobody answered in time; the run goes on");
      case "limit.reached":
        return endLine() + line(`\n${paint("bold", "?")} a limit is reached: ${harmless(item.reason)}`);
      case "limit.neared":
        return (
          endLine() +
          dim(`  near a limit: ${Number(item.used.toFixed(2))} of ${item.of} ${item.limit === "budget" ? "usd a day" : item.limit}`)
        );
      case "limit.raised":
        return endLine() + dim(item.person ? `  ${oneLine(item.person.name)} raised the limit` : "  a new day has begun; the run goes on");
      case "summary.requested":
        return endLine() + dim(`  ${oneLine(item.person.name)} asked for a summary`);
      case "speaker.requested":
      case "run.unpaused":
      case "message.edited":
      case "message.deleted":
      case "feedback.given":
      case "run.started":
      case "code.written": // It is shown as it comes, and by what it prints.
      case "finish.decided": // The end of the run says it.
      case "stop.requested":
        return "";
    }
  }

  function stream(agent: string, text: string): string {
    const begun = streaming?.agent === agent ? "" : endLine() + head(agent);
    streaming = { agent, shown: (begun ? "" : (streaming?.shown ?? "")) + text };
    return begun + text;
  }

  /** The recorded message replaces what was streamed; most often it is the same. */
  function message(agent: string, text: string): string {
    const shown = streaming?.agent === agent ? streaming.shown : undefined;
    if (shown !== undefined && text.startsWith(shown)) {
      streaming = undefined;
      return line(text.slice(shown.length), shown.endsWith("\n"));
    }
    return endLine() + head(agent) + line(text);
  }

  /** A call and what came of it share a line; of a hand-over, which is a call too, the hand-over tells. */
  function called({ agent, call, tool, args, text: words = "" }: Extract<RunEvent, { type: "tool.called" }>): string {
    // Words beside a question to a person are mostly the question.
    const said = words.trim() === "" || tool === ASKING_TOOL ? "" : message(agent, harmless(words));
    if (said !== "") besideShown = words;
    if (tool.startsWith(HANDOFF_TOOL)) return said;
    const text = `  ${oneLine(agent)}: ${oneLine(tool)} ${oneLine(args)}`;
    calls.set(call, text);
    if (!live) return said;
    const before = said + endLine();
    callShown = call;
    return before + paint("dim", text);
  }

  function ended(call: string, tool: string, outcome: string): string {
    const text = calls.get(call);
    if (text === undefined) return tool.startsWith(HANDOFF_TOOL) ? "" : endLine() + dim(`  ${oneLine(tool)} ${outcome}`);
    calls.delete(call);
    if (callShown !== call) return endLine() + dim(`${text} ${outcome}`);
    callShown = undefined;
    return dim(` ${outcome}`);
  }

  /** Calls whose end nobody waited for. */
  function unended(): string {
    const text = [...calls.values()].map((one) => dim(`${one} (not finished)`)).join("");
    calls.clear();
    return text;
  }

  function endLine(): string {
    const open = callShown !== undefined || (streaming !== undefined && !streaming.shown.endsWith("\n"));
    streaming = undefined;
    callShown = undefined;
    return open ? "\n" : "";
  }

  /** What the turn that has just ended took, with the choice of its speaker. Members of a team count when its turn ends. */
  function cost(event: RunEvent): string {
    if (event.within !== undefined || tokensOf(spent.usage) === 0) return "";
    const text = costOf(spent);
    spent = NOTHING_SPENT;
    return dim(`  ${text}`);
  }

  function question(asked: Extract<RunEvent, { type: "handoff.made" }>): string {
    const { agent, options = [] } = asked;
    // Live, what stands before a question has been shown as it came; beside a hand-over with a name of its own, with its call.
    const text = live || asked.beside === besideShown ? asked.text : saidWith(asked);
    return (
      head(agent) +
      line(
        [
          `${paint("bold", "?")} ${harmless(withShownCode(text))}`,
          ...options.map((option, index) => `  ${index + 1}. ${oneLine(option)}`),
        ].join("\n"),
      )
    );
  }

  /** Whole, as it is run. */
  function approval(request: Extract<RunEvent, { type: "approval.requested" }>): string {
    const { agent, what, language } = request;
    const text = shownForm(what);
    const wish = language === undefined ? "call " : `run this ${oneLine(language)}:\n`;
    const marks = text === what ? "" : dim(`  ${MARKS_EXPLAINED}`);
    const why = whyAsked(request).map((sentence) => dim(`  ${harmless(sentence)}`));
    return line(`\n${paint("bold", "?")} ${oneLine(agent)} wants to ${wish}${text}`) + why.join("") + marks;
  }

  const files = (made: Extract<RunEvent, { type: "tool.returned" }>["files"] = []): string =>
    made.map((file) => dim(`  file ${oneLine(file.name)} (${oneLine(file.mediaType)}, ${file.bytes} bytes)`)).join("");

  function head(agent: string): string {
    const colour = colourOf.get(agent) ?? (COLOURS[colourOf.size % COLOURS.length] as Colour);
    colourOf.set(agent, colour);
    return `\n${paint(colour, oneLine(agent))}\n`;
  }

  const dim = (text: string): string => line(paint("dim", text));
  const paint = (style: Colour | "bold" | "dim" | "red", text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text;

  return { show };
}

const line = (text: string, endedBefore = false): string => (text.endsWith("\n") || (text === "" && endedBefore) ? text : `${text}\n`);

/** The tools by which the floor is handed over. */
const HANDOFF_TOOL = "transfer_to_";
const ASKING_TOOL = `${HANDOFF_TOOL}human`;

const COLOURS = ["cyan", "magenta", "yellow", "green", "blue", "cyanBright", "magentaBright", "yellowBright"] as const;
type Colour = (typeof COLOURS)[number];

const LINE_LENGTH_MAX = 160;

/** For what is only an aside: on one line, and cut. */
function oneLine(text: string): string {
  const plain = harmless(text).replaceAll(/\s+/g, " ").trim();
  return plain.length > LINE_LENGTH_MAX ? `${plain.slice(0, LINE_LENGTH_MAX)}…` : plain;
}
