import type { Kept } from "../model.ts";
import type { Look } from "./guard.ts";

/**
 * Whether guards leave what a model gave along with its calls as it is. Changed it would be worth nothing to the model, so that there is no other way than
 * to leave it out; a stop is for these words alone, which nobody has said.
 */
export async function passesWhole({ what }: Kept, look: Look): Promise<boolean> {
  try {
    for (const text of readableIn(what)) if ((await look.words(text)) !== text) return false;
    return true;
  } catch {
    return false;
  }
}

/** What its provider has sealed or signed is as random as a key, and no words to anybody else. */
function readableIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (SEALED.has(name) && typeof inner === "string" ? [] : readableIn(inner)));
}

/** Fields of Anthropic (`signature`, `data`), OpenAI (`id`, `encrypted_content`), Google (`thought_signature`) and OpenRouter (`data`). */
const SEALED: ReadonlySet<string> = new Set(["id", "signature", "data", "encrypted_content", "thought_signature"]);
