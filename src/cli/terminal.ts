import { stripVTControlCharacters, styleText } from "node:util";
import type { Env } from "../config/env.ts";
import type { Delta, RunEvent } from "../parley.ts";

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

  function show(item: RunEvent | Delta): string {
    switch (item.type) {
      case "text.delta":
        return live ? stream(item.agent, harmless(item.text)) : "";
      case "output.delta":
      case "activity":
        return "";
      case "message.posted":
        // A person's words were typed here: they can be read above.
        return "agent" in item ? message(item.agent, harmless(item.text)) : "";
      case "speaker.selected":
        return item.reason ? endStream() + dim(`→ ${harmless(item.agent)}: ${oneLine(item.reason)}`) : "";
      case "tool.called":
        return endStream() + dim(`  ${harmless(item.agent)} calls ${oneLine(item.tool)} ${oneLine(item.args)}`);
      case "tool.returned":
        return dim(`  ${oneLine(item.tool)} gave ${oneLine(item.output)}`);
      case "tool.failed":
        return dim(`  ${oneLine(item.tool)} failed: ${oneLine(item.error.message)}`);
      case "code.ran":
        return (
          endStream() +
          dim(`  ran ${oneLine(item.language)}: ${item.outcome}, ${(item.elapsedMs / 1000).toFixed(1)} s (${oneLine(item.executor)})`) +
          files(item)
        );
      case "handoff.made":
        return item.to === "human"
          ? endStream() + question(item)
          : endStream() + dim(`  ${harmless(item.agent)} hands over to ${harmless(item.to)}`);
      case "approval.requested":
        return endStream() + line(`${paint("bold", "?")} ${harmless(item.agent)} wants to ${oneLine(item.what)}`);
      case "turn.failed":
        return endStream() + line(`${paint("red", "!")} ${harmless(item.agent)} could not answer: ${harmless(item.error.message)}`);
      case "run.stopped":
        return endStream() + line(`\n${paint("bold", "■")} ${item.outcome}: ${harmless(item.reason)}`);
      case "run.resumed":
        return endStream() + dim("  Parley was away; the run goes on");
      case "run.started":
      case "code.written": // It is shown as it comes, and by what it prints.
      case "turn.ended":
      case "approval.given":
      case "finish.decided": // The end of the run says it.
      case "stop.requested":
        return "";
    }
  }

  function stream(agent: string, text: string): string {
    const begun = streaming?.agent === agent ? "" : endStream() + head(agent);
    streaming = { agent, shown: (begun ? "" : (streaming?.shown ?? "")) + text };
    return begun + text;
  }

  /** The recorded message replaces what was streamed; most often it is the same. */
  function message(agent: string, text: string): string {
    const shown = streaming?.agent === agent ? streaming.shown : undefined;
    if (shown !== undefined && text.startsWith(shown)) {
      streaming = undefined;
      return `${text.slice(shown.length)}\n`;
    }
    return endStream() + head(agent) + line(text);
  }

  function endStream(): string {
    const open = streaming !== undefined;
    streaming = undefined;
    return open ? "\n" : "";
  }

  function question({ agent, text, options = [] }: Extract<RunEvent, { type: "handoff.made" }>): string {
    return (
      head(agent) +
      line([`${paint("bold", "?")} ${harmless(text)}`, ...options.map((option, index) => `  ${index + 1}. ${oneLine(option)}`)].join("\n"))
    );
  }

  const files = (event: Extract<RunEvent, { type: "code.ran" }>): string =>
    event.files.map((file) => dim(`  file ${oneLine(file.name)} (${file.mediaType}, ${file.bytes} bytes)`)).join("");

  function head(agent: string): string {
    const colour = colourOf.get(agent) ?? (COLOURS[colourOf.size % COLOURS.length] as Colour);
    colourOf.set(agent, colour);
    return `\n${paint(colour, harmless(agent))}\n`;
  }

  const dim = (text: string): string => line(paint("dim", text));
  const line = (text: string): string => (text.endsWith("\n") ? text : `${text}\n`);
  const paint = (style: Colour | "bold" | "dim" | "red", text: string): string =>
    colours ? styleText(style, text, { validateStream: false }) : text;

  return { show };
}

const COLOURS = ["cyan", "magenta", "yellow", "green", "blue", "cyanBright", "magentaBright", "yellowBright"] as const;
type Colour = (typeof COLOURS)[number];

const LINE_LENGTH_MAX = 160;

/** For what is only an aside: on one line, and cut. */
function oneLine(text: string): string {
  const plain = harmless(text).replaceAll(/\s+/g, " ").trim();
  return plain.length > LINE_LENGTH_MAX ? `${plain.slice(0, LINE_LENGTH_MAX)}…` : plain;
}
