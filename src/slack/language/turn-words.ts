import type { CodeRan, Withheld } from "../../engine/events/events.ts";
import { duration, size } from "../words/blocks.ts";
import type { Translator } from "./translator.ts";

/** What the app says within the words of a turn: how code ended, and what stands in place of what is not shown there. */
export interface TurnWords {
  outcome(run: CodeRan): string;
  duration(ms: number): string;
  size(bytes: number): string;
  files(files: string): string;
  /** Within the output of code. */
  leftOut(chars: number): string;
  tableBelow(rows: number): string;
  linesBelow(lines: number): string;
  readonly noOutput: string;
  readonly saidNothing: string;
}

/**
 * Those that need nothing to be loaded. How many messages a turn makes is put down with it, before there is a reader: it is counted with these, and
 * a turn is shown with them where those of its language would make another number.
 */
export const COUNTED_WORDS: TurnWords = {
  outcome({ outcome, exitCode }) {
    switch (outcome) {
      case "ok":
        return "exit code 0";
      case "error":
        return `exit code ${exitCode}`;
      case "timeout":
        return "ended at the time limit";
      case "oom":
        return "ended at the memory limit";
      case "output_limit":
        return "ended: it printed too much";
      case "cancelled":
        return "stopped";
      case "rejected":
        return "not run";
      case "sandbox_lost":
        return "the sandbox was lost while it ran";
    }
  },
  duration,
  size,
  files: (files) => `Files: ${files}`,
  leftOut: (chars) => `… ${chars} characters are left out here …`,
  tableBelow: (rows) => `a table of ${rows} rows: in the file below, as CSV`,
  linesBelow: (lines) => `${lines} more lines: in the file below`,
  noOutput: "no output",
  saidNothing: "said nothing",
};

export const turnWordsIn = (t: Translator): TurnWords => ({
  outcome: (run) => outcomeIn(t, run),
  duration: (ms) => t.duration(ms),
  size: (bytes) => t.size(bytes),
  files: (files) => t("turns.text.files", { files }),
  leftOut: (chars) => t("turns.text.leftOut", { count: chars }),
  tableBelow: (rows) => t("turns.text.tableBelow", { count: rows }),
  linesBelow: (lines) => t("turns.text.linesBelow", { count: lines }),
  noOutput: t("turns.text.printedNothing"),
  saidNothing: t("turns.text.saidNothing"),
});

/** How code ended. */
export const outcomeIn = (t: Translator, { outcome, exitCode }: CodeRan): string =>
  outcome === "ok" || outcome === "error"
    ? t("turns.text.exitCode", { code: String(outcome === "ok" ? 0 : exitCode) })
    : t(`turns.text.code.${outcome}`);

/** Why code was not run, where no person was asked. */
export function withheldIn(t: Translator, { why, by = t("turns.text.somebody"), reason }: Withheld): string {
  switch (why) {
    case "off":
      return t("turns.text.codeIsOff");
    case "refused":
      return held(t, reason ? t("turns.text.heldRefusedWhy", { person: by, why: reason }) : t("turns.text.heldRefused", { person: by }));
    case "skipped":
      return held(t, t("turns.text.heldSkipped", { person: by }));
    case "changed":
      return held(t, t("turns.text.heldChanged", { person: by }));
    case "expired":
    case "asked":
      return held(t, t(`turns.text.held.${why}`));
    case "allowed":
      return held(t, "").trim();
  }
}

const held = (t: Translator, because: string): string => `${because} ${t("turns.text.heldBack")}`;
