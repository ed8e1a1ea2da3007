import type { ContainerBlock, KnownBlock } from "@slack/types";
import type { CodeRan } from "../../engine/events/events.ts";
import { outcomeIn } from "../language/turn-words.ts";
import type { Translator } from "../language/translator.ts";
import { context, plainText } from "../words/blocks.ts";
import { safeLine, safeMarkdown, safeMrkdwn, wholeCharacters } from "../words/escape.ts";
import { CODE_RUNS_AS_CARDS_MAX, CONTAINER_TITLE_CHARS_MAX, OPEN_OUTPUT_LINES_MAX, PREFORMATTED_CHARS_MAX } from "../words/limits.ts";

/**
 * Each run of code as a card that folds: what ran and how it ended, below it what it printed. A failure is open, and so is an output that
 * one sees at a glance. `undefined` where words say it better: code that was not run, or too many runs for one message.
 */
export function codeCards(t: Translator, runs: readonly CodeRan[]): readonly KnownBlock[] | undefined {
  if (runs.length === 0 || runs.length > CODE_RUNS_AS_CARDS_MAX || runs.some((run) => run.outcome === "rejected")) return undefined;
  return runs.map((run) => card(t, run));
}

function card(t: Translator, run: CodeRan): ContainerBlock {
  const output = safeMarkdown(run.output).trimEnd();
  const files = run.files.map((file) => `${safeMrkdwn(safeLine(file.name, 100))} (${t.size(file.bytes)})`);
  return {
    type: "container",
    title: plainText(safeLine(`${run.language} · ${outcomeIn(t, run)} · ${t.duration(run.elapsedMs)}`, CONTAINER_TITLE_CHARS_MAX)),
    width: "full",
    is_collapsible: true,
    default_collapsed: run.outcome === "ok" && output.split("\n").length > OPEN_OUTPUT_LINES_MAX,
    child_blocks: [
      {
        type: "rich_text",
        elements: [
          {
            type: "rich_text_preformatted",
            elements: [
              {
                type: "text",
                text:
                  output === ""
                    ? `(${t("turns.text.printedNothing")})`
                    : excerpt(output, PREFORMATTED_CHARS_MAX, (count) => t("turns.text.leftOut", { count })),
              },
            ],
            border: 0,
          },
        ],
      },
      // Where it ran is in the turn's footer.
      ...(files.length > 0 ? [context(t("turns.text.files", { files: files.join(", ") }))] : []),
    ],
  };
}

/** The beginning and, mostly, the end: that is where results and errors are. */
export function excerpt(output: string, charsMax: number, leftOut: (chars: number) => string): string {
  if (output.length <= charsMax) return output;
  const head = wholeCharacters(output, Math.floor(charsMax / 4));
  const tail = output.slice(-Math.floor((charsMax * 3) / 4)).toWellFormed();
  return `${head}\n${leftOut(output.length - head.length - tail.length)}\n${tail}`;
}
