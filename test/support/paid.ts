import { encode } from "gpt-tokenizer/encoding/o200k_base";

/** A request as a provider reads it, in parts: schema and tools, instructions, messages. `by`: who pays it; `model`: whose cache it is. */
export interface Prompt {
  readonly by: "agent" | "selector";
  readonly model: string;
  readonly parts: readonly string[];
}

export interface Paid {
  readonly calls: number;
  readonly tokens: number;
  readonly cached: number;
  /** Tokens at the full price: a cached one counts a tenth. */
  readonly units: number;
  readonly selectorTokens: number;
  readonly selectorUnits: number;
}

/**
 * How a provider's cache works, as OpenAI tells it (developers.openai.com/api/docs/guides/prompt-caching, November 2026): prompts of 1,024 tokens or
 * more are cached by exact prefix, in steps of 128 tokens; a schema for the answer stands before the instructions and is a part of the prefix, as
 * tools are. Cached input costs a tenth (OpenAI's and Anthropic's price lists). Nothing is dropped from it here: a debate takes minutes.
 */
const CACHED_TOKENS_MIN = 1_024;
const CACHED_TOKENS_STEP = 128;
const CACHED_SHARE_PAID = 0.1;

const known = new Map<string, readonly number[]>();
/** A part with its frame: role and borders, as chat formats have them. */
function tokensOf(part: string): readonly number[] {
  const found = known.get(part) ?? [...encode(part, { disallowedSpecial: new Set() }), -1, -2, -3];
  known.set(part, found);
  return found;
}

/** What these requests cost, in the order in which they were made. */
export function paid(prompts: readonly Prompt[]): Paid {
  const before = new Map<string, (readonly string[])[]>();
  let [tokens, cached, selectorTokens, selectorCached] = [0, 0, 0, 0];
  for (const { by, model, parts } of prompts) {
    const earlier = before.get(model) ?? [];
    const own = parts.reduce((sum, part) => sum + tokensOf(part).length, 0);
    const common = Math.max(0, ...earlier.map((one) => commonTokens(one, parts)));
    const hit = common < CACHED_TOKENS_MIN ? 0 : Math.floor(common / CACHED_TOKENS_STEP) * CACHED_TOKENS_STEP;
    tokens += own;
    cached += hit;
    if (by === "selector") [selectorTokens, selectorCached] = [selectorTokens + own, selectorCached + hit];
    before.set(model, [...earlier, parts]);
  }
  const unitsOf = (all: number, hit: number) => all - hit + hit * CACHED_SHARE_PAID;
  return { calls: prompts.length, tokens, cached, units: unitsOf(tokens, cached), selectorTokens, selectorUnits: unitsOf(selectorTokens, selectorCached) }; // prettier-ignore
}

function commonTokens(one: readonly string[], other: readonly string[]): number {
  let common = 0;
  for (let nth = 0; nth < Math.min(one.length, other.length); nth++) {
    const [left, right] = [tokensOf(one[nth] ?? ""), tokensOf(other[nth] ?? "")];
    if (one[nth] === other[nth]) common += right.length;
    else {
      let at = 0;
      while (at < left.length && left[at] === right[at]) at++;
      return common + at;
    }
  }
  return common;
}
