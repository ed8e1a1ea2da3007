import type { CodeBlock, CodeResult } from "../executor.ts";

/** What a fence may say for each language, and the ending of its file. */
const LANGUAGES: { readonly [language: string]: { readonly aliases: readonly string[]; readonly ending: string } } = {
  python: { aliases: ["py", "python3"], ending: "py" },
  sh: { aliases: ["shell"], ending: "sh" },
  bash: { aliases: [], ending: "bash" },
  javascript: { aliases: ["js", "node", "mjs", "cjs"], ending: "js" },
  typescript: { aliases: ["ts", "mts", "cts"], ending: "ts" },
};

const CODE_BYTES_MAX = 1024 * 1024; // A model writes a few thousand bytes; a megabyte is a mistake or an attack.
const FILE_PATH = /^[\p{L}\p{N}_][\p{L}\p{N}_.+ -]*(?:\/[\p{L}\p{N}_][\p{L}\p{N}_.+ -]*)*$/u;
const FILE_PATH_CHARS_MAX = 200;

export interface Runnable {
  readonly language: string;
  readonly code: string;
  /** In the workspace, relative. */
  readonly fileName?: string;
  readonly ending: string;
}

export type Parsed = (Runnable & { readonly kind: "runnable" }) | { readonly kind: "refused"; readonly why: string };

/** Checks a block before anything is run: its language, its size, and the file name that its first line may give. */
export function parseBlock(block: CodeBlock, languages: readonly string[]): Parsed {
  const asked = block.language.trim().toLowerCase();
  const language = languages.includes(asked) ? asked : Object.keys(LANGUAGES).find((name) => LANGUAGES[name]?.aliases.includes(asked));
  if (language === undefined || !languages.includes(language)) {
    return { kind: "refused", why: `unknown language ${shown(asked)}; this sandbox runs ${languages.join(", ") || "nothing"}.` };
  }
  if (Buffer.byteLength(block.code) > CODE_BYTES_MAX) return { kind: "refused", why: `the code is larger than ${CODE_BYTES_MAX} bytes.` };
  const ending = LANGUAGES[language]?.ending ?? language;
  const fileName = /^\s*(?:#|\/\/)\s*filename:(.*)/i.exec(firstLine(block.code))?.[1]?.trim();
  if (fileName === undefined) return { kind: "runnable", language, code: block.code, ending };
  if (!FILE_PATH.test(fileName) || fileName.length > FILE_PATH_CHARS_MAX) {
    return {
      kind: "refused",
      why: `the file name ${shown(fileName)} is not in the workspace; use a plain relative name such as plot.${ending}.`,
    };
  }
  return { kind: "runnable", language, code: block.code, fileName, ending };
}

/** A result for code that was not run. */
export function refused(outcome: "rejected" | "cancelled" | "sandbox_lost", why: string): CodeResult {
  return { outcome, exitCode: 1, output: why, stdout: "", stderr: why, outputBytesCut: 0, elapsedMs: 0, files: [], notices: [] };
}

const firstLine = (code: string): string => code.slice(0, 1000).split("\n", 1)[0] ?? "";
const shown = (text: string): string => text.slice(0, 100).replace(/[^\p{L}\p{N}_./+ -]/gu, "?") || "(none)";
