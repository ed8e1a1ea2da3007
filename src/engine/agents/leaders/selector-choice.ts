import { bracedIn } from "../../json-schema.ts";
import { mentionedTolerantly, nameWritten } from "./names-as-written.ts";

export interface Choice {
  readonly kind: "choice";
  readonly next: string;
  readonly reason: string;
  readonly instruction: string;
  readonly progress: boolean | undefined;
}

/** Structured answer first; text matching is the second line. */
export function readChoice(
  text: string,
  names: readonly string[],
  actions: readonly string[],
  everybody: readonly string[],
): Choice | { kind: "none"; trouble: string } {
  const structured = parseAnswer(text);
  if (structured) {
    const next = nameWritten([...names, ...actions], structured.next) ?? onlyOne(mentionedTolerantly(everybody, structured.next), names);
    if (next)
      return { kind: "choice", next, reason: structured.reason, instruction: structured.instruction, progress: structured.progress };
    return { kind: "none", trouble: `${JSON.stringify(structured.next.slice(0, NAME_CHARS_SHOWN))} cannot speak next.` };
  }
  const alone = nameWritten([...names, ...actions], text);
  if (alone !== undefined) return { kind: "choice", next: alone, reason: "", instruction: "", progress: undefined };
  const mentioned = mentionedTolerantly(everybody, text);
  const [name] = mentioned;
  if (!name) return { kind: "none", trouble: "That named none of them." };
  if (mentioned.length > 1) return { kind: "none", trouble: `That named several: ${mentioned.join(", ")}. Name exactly one.` };
  if (!names.includes(name)) return { kind: "none", trouble: `${name} spoke last and cannot speak again at once.` };
  return { kind: "choice", next: name, reason: "", instruction: "", progress: undefined };
}

/** Who is meant where nobody else is named. */
const onlyOne = (mentioned: readonly string[], names: readonly string[]): string | undefined =>
  mentioned.length === 1 ? names.find((name) => name === mentioned[0]) : undefined;

/** A name, or what was given as one. */
const NAME_CHARS_SHOWN = 100;
/** A reason is shown to people in one line. */
export const REASON_CHARS_MAX = 200;
const INSTRUCTION_CHARS_MAX = 1_000;

function parseAnswer(text: string): Omit<Choice, "kind"> | undefined {
  const json = bracedIn(text);
  if (!json) return undefined;
  try {
    const { next: written, reason, instruction, progress } = JSON.parse(json) as { [key: string]: unknown };
    const next = nameIn(written);
    if (next === undefined) return undefined;
    const line = (value: unknown, max: number) => (typeof value === "string" ? value.trim().slice(0, max) : "");
    return {
      next,
      reason: line(reason, REASON_CHARS_MAX),
      instruction: line(instruction, INSTRUCTION_CHARS_MAX),
      progress: typeof progress === "boolean" ? progress : undefined,
    };
  } catch {
    // Broken, or among other braces: a choice all the same, when it names one.
    const written = new Set([...text.matchAll(/"next"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].map(([, name = ""]) => name));
    const [next] = written;
    return next !== undefined && written.size === 1 ? { next, reason: "", instruction: "", progress: undefined } : undefined;
  }
}

/** Some models put the name into a list or an object. */
function nameIn(written: unknown): string | undefined {
  if (typeof written === "string") return written;
  if (Array.isArray(written)) return written.length === 1 ? nameIn(written[0]) : undefined;
  if (typeof written !== "object" || written === null) return undefined;
  const { name } = written as { readonly name?: unknown };
  return typeof name === "string" ? name : undefined;
}
