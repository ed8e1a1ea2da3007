import { parseEnv } from "node:util";
import type { Mistake } from "./config-error.ts";

/** `NAME=value`, also behind `export`; what stands behind the sign. */
const ASSIGNMENT = /^\s*(?:export\s+)?[A-Za-z_][\w.-]*\s*=(.*)$/;
/** The quote with which a value begins, and what stands behind that. */
const QUOTED = /^(["'`]?)(.*)$/;
/** Some editors begin a file with it; node would take it for the beginning of the first name. */
const BYTE_ORDER_MARK = /^\uFEFF/;
const SILENT = /^\s*(#|$)/;

/**
 * What a file of variables says, as node reads it, and its lines that set nothing. These are left out before node sees them: it would take such a
 * line for the beginning of the next name, and that variable would be missing, too.
 */
export function readEnvFile(text: string): {
  readonly variables: { readonly [name: string]: string };
  readonly unread: readonly Mistake[];
} {
  const unread: Mistake[] = [];
  const kept: string[] = [];
  const lines = text.replace(BYTE_ORDER_MARK, "").split(/\r?\n/);
  /** Of a value over several lines: its quote, and where it began. */
  let open: { readonly quote: string; readonly line: number; isTold: boolean } | undefined;
  lines.forEach((line, index) => {
    const tell = (message: string) => void unread.push({ file: ".env", line: index + 1, path: "", message });
    const [assigned, given = ""] = ASSIGNMENT.exec(line) ?? [];
    const [, quote = "", value = ""] = QUOTED.exec(given.trimStart()) ?? [];
    if (open) {
      if (assigned !== undefined && /^\s*(?:export\s+)?[A-Z][A-Z0-9_]{3,}=./.test(line) && !open.isTold) {
        tell(`sets nothing, for it is part of the value that begins in line ${open.line}: the quote there is not closed in its line.`);
        open.isTold = true;
      }
      if (line.includes(open.quote)) open = undefined;
    } else if (assigned === undefined && !SILENT.test(line)) {
      tell("sets nothing. A line is NAME=value, or a comment behind #.");
      kept.push("");
      return;
    } else if (quote !== "" && !value.includes(quote) && lines.slice(index + 1).some((later) => later.includes(quote))) {
      open = { quote, line: index + 1, isTold: false };
    }
    kept.push(line);
  });
  return { variables: parseEnv(kept.join("\n")) as { readonly [name: string]: string }, unread };
}
