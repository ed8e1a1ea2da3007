import { diffLines } from "diff";

/** JSON as people read it, line by line: a text with several lines has each on one of its own, so that what differs is seen. */
export function readableLines(json: string): string {
  try {
    return written(JSON.parse(json), "").trimStart();
  } catch {
    return json;
  }
}

function written(value: unknown, indent: string): string {
  if (Array.isArray(value)) return value.length === 0 ? " []" : value.map((one) => `\n${indent}-${written(one, `${indent}  `)}`).join("");
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value);
    return fields.length === 0 ? " {}" : fields.map(([key, one]) => `\n${indent}${key}:${written(one, `${indent}  `)}`).join("");
  }
  if (typeof value !== "string") return ` ${JSON.stringify(value)}`;
  if (!value.includes("\n")) return ` ${value}`;
  return value
    .split("\n")
    .map((line) => `\n${indent}| ${line}`)
    .join("");
}

export type DiffRow =
  | { readonly kind: "same" | "added" | "removed"; readonly line: string }
  /** So many lines are alike, and are left out. */
  | { readonly kind: "alike"; readonly lines: readonly string[] };

/** Lines around a difference that are shown with it. */
const AROUND_LINES = 3;
/** Texts that have less in common are not compared any further. */
const EDITS_MAX = 5_000;

/** What differs between two texts, with a few lines around; nothing where they have too little in common. */
export function differences(before: string, after: string): readonly DiffRow[] | undefined {
  const parts = diffLines(`${before}\n`, `${after}\n`, { maxEditLength: EDITS_MAX });
  return parts?.flatMap(({ value, added, removed }, index): DiffRow[] => {
    const lines = value.replace(/\n$/, "").split("\n");
    if (added || removed) return lines.map((line) => ({ kind: added ? "added" : "removed", line }));
    const [head, tail] = [index === 0 ? 0 : AROUND_LINES, index === parts.length - 1 ? 0 : AROUND_LINES];
    const same = (some: readonly string[]): DiffRow[] => some.map((line) => ({ kind: "same", line }));
    if (lines.length <= head + tail + 1) return same(lines);
    return [
      ...same(lines.slice(0, head)),
      { kind: "alike", lines: lines.slice(head, lines.length - tail) },
      ...same(lines.slice(lines.length - tail)),
    ];
  });
}
