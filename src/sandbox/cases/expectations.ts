import { createHash } from "node:crypto";
import type { CodeResult } from "../executor.ts";

/** The format of a sandbox case file; its words are explained in the head of such a file. */
export interface CaseFile {
  readonly defaults?: Defaults;
  readonly cases: readonly SandboxCase[];
}

export interface Defaults {
  readonly timeoutMs?: number;
  readonly limits?: {
    readonly memoryMiB?: number;
    readonly cpus?: number;
    readonly pids?: number;
    readonly diskMiB?: number;
    readonly outputBytes?: number;
  };
  readonly artefacts?: { readonly maxFiles?: number; readonly maxBytesEach?: number; readonly maxTotalBytes?: number };
}

export interface Block {
  readonly session?: string;
  readonly language: string;
  readonly code: string;
  readonly timeoutMs?: number;
  readonly cancelAfterMs?: number;
  readonly expect?: Expected;
}

export interface SandboxCase extends Omit<Block, "code"> {
  readonly id: string;
  readonly category?: string;
  readonly code?: string;
  readonly blocks?: readonly Block[];
  readonly expect?: Expected;
  readonly appliesTo?: readonly string[];
  readonly requires?: readonly string[];
  readonly manual?: boolean;
  readonly action?: string;
  readonly level?: string;
  /** As many sessions at once, each with a RUN_ID of its own. */
  readonly parallel?: number;
}

export type TextRule =
  | string
  | { readonly capture: string; readonly max: number; readonly optional?: boolean }
  | { readonly text: string; readonly onlyIfStatus: string | readonly string[] };

export interface Expected {
  readonly status?: readonly string[];
  readonly exitCode?: readonly number[];
  readonly stdout?: readonly TextRule[];
  readonly stderr?: readonly TextRule[];
  readonly notStdout?: readonly string[];
  readonly truncated?: boolean;
  readonly maxOutputBytes?: number;
  readonly maxWallMs?: number;
  readonly artefacts?: {
    readonly exactly?: readonly string[];
    readonly notContaining?: readonly string[];
    readonly sha256?: Readonly<Record<string, string>>;
    readonly max?: number;
    readonly min?: number;
    readonly notice?: boolean;
  };
  readonly rendered?: { readonly noMentions?: boolean; readonly fenceIntact?: boolean; readonly escaped?: readonly string[] };
  readonly after?: readonly string[];
  /** For the reader: what people are to be told. */
  readonly message?: string;
}

/** A block that was run, or for which nothing could be found to run it in. */
export interface Outcome {
  readonly status: CodeResult["outcome"] | "unavailable";
  readonly result: CodeResult;
  readonly wallMs: number;
  /** What was run. */
  readonly code?: string;
}

/** Whether an output is shown to people as it should be; said by whoever shows it. */
export type RenderedCheck = (rule: NonNullable<Expected["rendered"]>, output: string) => string | undefined;

/**
 * What differs from what was expected, in one line; `undefined` when nothing does. The host's checks (`after`) are made elsewhere.
 *
 * @param rendered without it, how an output is shown is not looked at
 */
export function difference(expected: Expected, outcome: Outcome, rendered?: RenderedCheck): string | undefined {
  for (const [key, rule] of Object.entries(expected)) {
    if (key === "rendered") {
      const differs = rendered?.(rule as NonNullable<Expected["rendered"]>, outcome.result.output);
      if (differs !== undefined) return differs;
      continue;
    }
    const check = CHECKS[key];
    if (!check) return `the expectation "${key}" is not understood`;
    // Each check takes the rule of its own key.
    const differs = check(rule as never, outcome);
    if (differs !== undefined)
      return `${differs} (status ${outcome.status}, exit ${outcome.result.exitCode}, output ${shown(outcome.result.output)})`;
  }
  return undefined;
}

/**
 * Why a case that differs says nothing about Python in WebAssembly: its attack, or what it looks for, is not there at all. That nothing
 * was reached must hold all the same.
 */
export function lackInWasm(expected: Expected, { result }: Outcome): string | undefined {
  const reached = expected.notStdout && difference({ notStdout: expected.notStdout }, { status: result.outcome, result, wallMs: 0 });
  const content = expected.artefacts?.notContaining && artefactsDiffer({ notContaining: expected.artefacts.notContaining }, result);
  if (reached !== undefined || content !== undefined) return undefined;
  const lastWords = result.stderr.trimEnd().split("\n").at(-1) ?? "";
  if (result.outcome === "error" && NOT_THERE.test(lastWords)) return `WebAssembly has no such thing (${lastWords.slice(0, 120)})`;
  const bySignal = expected.exitCode?.every((code) => code < 0 || code > 128) === true;
  return bySignal && result.exitCode <= 128 ? "WebAssembly has no signals and no forbidden address" : undefined;
}

const NOT_THERE =
  /^(AttributeError: .*(has no attribute|unknown symbol)|ModuleNotFoundError|ImportError|NotImplementedError|OSError: \[Errno (52|138)\])/;

type Check<Key extends keyof Expected> = (rule: NonNullable<Expected[Key]>, outcome: Outcome) => string | undefined;

const CHECKS: { readonly [key: string]: (rule: never, outcome: Outcome) => string | undefined } = {
  status: ((rule, { status }) =>
    rule.includes(status) ? undefined : `status ${status}, not ${rule.join(" or ")}`) satisfies Check<"status">,
  // A signal may be told as 128 + n or as -n.
  exitCode: ((rule, { result: { exitCode } }) =>
    rule.some((code) => code === exitCode || (code < 0 && 128 - code === exitCode))
      ? undefined
      : `exit code ${exitCode}, not ${rule.join(" or ")}`) satisfies Check<"exitCode">,
  stdout: ((rules, outcome) =>
    firstOf(rules, (rule) => textDiffers(rule, outcome.result.stdout, outcome.status, "stdout"))) satisfies Check<"stdout">,
  stderr: ((rules, outcome) =>
    firstOf(rules, (rule) => textDiffers(rule, outcome.result.stderr, outcome.status, "stderr"))) satisfies Check<"stderr">,
  notStdout: ((rules, { result, code = "" }) => {
    const text = `${result.stdout}\n${withoutQuotes(result.stderr, code)}`;
    return firstOf(rules, (rule) => (new RegExp(rule, "m").test(text) ? `the output matches /${rule}/, and must not` : undefined));
  }) satisfies Check<"notStdout">,
  truncated: ((rule, { result }) =>
    result.outputBytesCut > 0 === rule ? undefined : `${result.outputBytesCut} bytes were cut`) satisfies Check<"truncated">,
  maxOutputBytes: ((rule, { result }) => {
    const bytes = Buffer.byteLength(result.stdout) + Buffer.byteLength(result.stderr);
    return bytes <= rule ? undefined : `${bytes} bytes of output were kept, more than ${rule}`;
  }) satisfies Check<"maxOutputBytes">,
  maxWallMs: ((rule, { wallMs }) =>
    wallMs <= rule ? undefined : `it took ${Math.round(wallMs)} ms, more than ${rule}`) satisfies Check<"maxWallMs">,
  artefacts: ((rule, { result }) => artefactsDiffer(rule, result)) satisfies Check<"artefacts">,
  after: () => undefined,
  message: () => undefined,
};

function textDiffers(rule: TextRule, text: string, status: string, name: string): string | undefined {
  if (typeof rule === "string") return new RegExp(rule, "m").test(text) ? undefined : `${name} does not match /${rule}/`;
  if ("text" in rule) {
    if (![rule.onlyIfStatus].flat().includes(status)) return undefined;
    return new RegExp(rule.text, "m").test(text) ? undefined : `${name} does not match /${rule.text}/`;
  }
  const found = new RegExp(rule.capture, "m").exec(text)?.[1];
  if (found === undefined) return rule.optional ? undefined : `${name} does not match /${rule.capture}/`;
  return Number(found) <= rule.max ? undefined : `/${rule.capture}/ gives ${found}, more than ${rule.max}`;
}

/** A traceback quotes the code's own lines; that a line of code names a thing does not say that it was had. */
function withoutQuotes(stderr: string, code: string): string {
  const quotable = new Set(code.split("\n").map((line) => line.trim()));
  return stderr
    .split("\n")
    .filter((line) => !quotable.has(line.trim()))
    .join("\n");
}

function artefactsDiffer(rule: NonNullable<Expected["artefacts"]>, { files, notices }: CodeResult): string | undefined {
  const names = files.map(({ name }) => name).toSorted();
  const { exactly, notContaining = [], sha256 = {}, max, min, notice } = rule;
  if (exactly && names.join("\n") !== exactly.toSorted().join("\n"))
    return `files ${JSON.stringify(names)}, not ${JSON.stringify(exactly)}`;
  if (max !== undefined && files.length > max) return `${files.length} files, more than ${max}`;
  if (min !== undefined && files.length < min) return `${files.length} files, fewer than ${min}`;
  if (notice && notices.length === 0) return "no notice tells what was left out";
  for (const unwanted of notContaining) {
    const found = files.find(({ content }) => Buffer.from(content).includes(unwanted));
    if (found) return `the file ${found.name} contains ${unwanted}`;
  }
  for (const [name, wanted] of Object.entries(sha256)) {
    const content = files.find((file) => file.name === name)?.content;
    const digest = content && createHash("sha256").update(content).digest("hex");
    if (digest !== wanted) return `the file ${name} has the digest ${digest ?? "of a missing file"}`;
  }
  return undefined;
}

function firstOf<T>(rules: readonly T[], check: (rule: T) => string | undefined): string | undefined {
  for (const rule of rules) {
    const differs = check(rule);
    if (differs !== undefined) return differs;
  }
  return undefined;
}

const shown = (text: string): string => JSON.stringify(text.length > 200 ? `${text.slice(0, 100)}…${text.slice(-100)}` : text);
