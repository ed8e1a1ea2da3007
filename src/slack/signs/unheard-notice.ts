import type { Clock } from "../../engine/clock.ts";
import type { Translator } from "../language/translator.ts";
import type { Listener, Whisper } from "./ephemeral.ts";

/** After a line to somebody, what else is not heard of them there is told in one, so much later. */
const GAP_MS = 60_000;

/** Tells persons that their words were not heard because they say too much: every one is told of, and nobody is flooded with it. */
export interface Unheard {
  /** `t`: of whoever is told. */
  tell(to: Listener, t: Translator, text: string): void;
  /** Resolves when what was still to be told has been; nobody waits for a minute any more. */
  close(): Promise<void>;
}

/** What is told next, and in whose language; how many were not heard since the last line. */
interface Line {
  more: number;
  text: string;
  t: Translator;
}

export function createUnheard({ whisper, clock }: { readonly whisper: Pick<Whisper, "tell">; readonly clock: Clock }): Unheard {
  const lines = new Map<string, Line & { told: Promise<void> }>();
  const closing = new AbortController();

  async function follow(key: string, to: Listener, line: Line): Promise<void> {
    await whisper.tell(to, line.text);
    do {
      await clock.sleep(GAP_MS, closing.signal);
      if (line.more === 0) break;
      const more = line.more;
      line.more = 0;
      await whisper.tell(to, line.t("unheard.text.more", { count: more, why: line.text }));
    } while (!closing.signal.aborted);
    lines.delete(key);
  }

  return {
    tell(to, t, text) {
      const key = `${to.user} ${to.channel} ${to.threadTs ?? ""}`;
      const line = lines.get(key);
      if (line) {
        line.more++;
        line.text = text;
        line.t = t;
        return;
      }
      const begun = { more: 0, text, t, told: Promise.resolve() };
      lines.set(key, begun);
      begun.told = follow(key, to, begun);
    },
    async close() {
      closing.abort();
      await Promise.all([...lines.values()].map(({ told }) => told));
    },
  };
}
