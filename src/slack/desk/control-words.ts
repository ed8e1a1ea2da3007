import { isWrittenTogether, nameKey } from "../../engine/names.ts";

/** What a reply in a thread asks of the run itself, and to whom it speaks. */

export type Word = (typeof WORDS)[number];

const WORDS = ["stop", "pause", "resume", "skip", "summary", "help"] as const;

/** Alone in the message, so that "stop guessing and ask" stays steering. */
export function commandWord(text: string): Word | undefined {
  const word = /^!?([a-z]{4,7})[.!?]*$/i.exec(text.trim())?.[1]?.toLowerCase();
  return WORDS.find((known) => known === word);
}

/** `critic: …`, `Critic, …` or `@Critic …`, where the first words are an agent's name. The words stay whole: agents read whom they are for. */
export function addressee(text: string, agents: readonly { readonly name: string }[]): string | undefined {
  const start = nameKey(text.trimStart());
  return agents
    .toSorted((one, other) => other.name.length - one.name.length)
    .find(({ name }) => {
      const own = nameKey(name);
      const isCalled = start.startsWith(`@${own}`);
      const rest = start.slice(own.length + (isCalled ? 1 : 0));
      if (isCalled) return isWrittenTogether(own.at(-1) ?? "") || /^[\s,:、]/.test(rest);
      return start.startsWith(own) && /^\s?[:,、]\s*\S/.test(rest);
    })?.name;
}
