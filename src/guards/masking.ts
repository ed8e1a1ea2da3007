/** Something in a text that is not to be seen. */
export interface Finding {
  readonly from: number;
  readonly to: number;
  /** As people call it: `GitHub token`. */
  readonly what: string;
}

export type Look = (words: string) => Promise<undefined | { readonly words: string } | { readonly stop: string }>;

/** What is found is masked, or stops the words. What was looked at once is remembered for a while: a model is sent the same messages again and again. */
export function looking(
  find: (words: string) => Promise<readonly Finding[]>,
  { found, shown }: { readonly found: "mask" | "stop"; readonly shown: string },
): Look {
  return remembering(async (words) => {
    const findings = apart(await find(words));
    if (findings.length === 0) return undefined;
    if (found === "stop") return { stop: `it holds ${listed(findings)}. Nothing went there; take that out and say it again.` };
    return { words: masked(words, findings, shown) };
  });
}

/** In order, none within another; of two that overlap, both as one. */
function apart(findings: readonly Finding[]): readonly Finding[] {
  const kept: Finding[] = [];
  for (const finding of findings.toSorted((one, other) => one.from - other.from || other.to - one.to)) {
    const last = kept.at(-1);
    if (last && finding.from < last.to) kept[kept.length - 1] = { ...last, to: Math.max(last.to, finding.to) };
    else kept.push(finding);
  }
  return kept;
}

function masked(words: string, findings: readonly Finding[], shown: string): string {
  let text = "";
  let upTo = 0;
  for (const { from, to, what } of findings) {
    text += `${words.slice(upTo, from)}[${shown}: ${what}]`;
    upTo = to;
  }
  return text + words.slice(upTo);
}

function listed(findings: readonly Finding[]): string {
  const counts = new Map<string, number>();
  for (const { what } of findings) counts.set(what, (counts.get(what) ?? 0) + 1);
  return [...counts].map(([what, count]) => (count === 1 ? `one ${what}` : `${count} times: ${what}`)).join(", ");
}

const REMEMBERED_CHARS_MAX = 4_000_000; // A few long threads.

function remembering(look: Look): Look {
  const known = new Map<string, Awaited<ReturnType<Look>>>();
  let chars = 0;
  return async (words) => {
    if (known.has(words)) return known.get(words);
    const verdict = await look(words);
    known.set(words, verdict);
    chars += words.length;
    for (const oldest of known.keys()) {
      if (chars <= REMEMBERED_CHARS_MAX) break;
      known.delete(oldest);
      chars -= oldest.length;
    }
    return verdict;
  };
}
