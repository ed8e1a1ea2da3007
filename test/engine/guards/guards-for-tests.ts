import type { Guard, GuardedPlace, Going, KeptFiles } from "../../../src/engine/guards/guard.ts";
import { bytesOf, textIn } from "../../../src/engine/guards/text-files.ts";

const EVERYWHERE: readonly GuardedPlace[] = ["model", "tool", "people"];

/** Masks the secret word, wherever it stands, and notes what it was asked. */
export function masking(secret: string, at = EVERYWHERE) {
  const asked: { readonly words: string; readonly going: Going }[] = [];
  const guard: Guard = {
    name: "mask",
    at,
    look(words, going) {
      asked.push({ words, going });
      return words.includes(secret) ? { words: words.replaceAll(secret, "[masked]") } : undefined;
    },
  };
  return { guard, asked };
}

export const stopping = (word: string, at = EVERYWHERE): Guard => ({
  name: "gate",
  at,
  look: (words) => (words.includes(word) ? { stop: "it is not for others." } : undefined),
});

/** Files in memory, each under a name that is made of its text. */
export function filesInMemory(...texts: readonly string[]) {
  const kept = new Map(texts.map((text) => [`hash of ${text}`, bytesOf(text)]));
  const files: KeptFiles = {
    read: async (hash) => kept.get(hash),
    async keep(content) {
      const hash = `hash of ${textIn({ mediaType: "text/plain", content }) ?? ""}`;
      kept.set(hash, content);
      return hash;
    },
  };
  const ref = (text: string, name = "note.txt") => ({
    hash: `hash of ${text}`,
    name,
    mediaType: "text/plain",
    bytes: bytesOf(text).byteLength,
  });
  return { files, ref };
}
