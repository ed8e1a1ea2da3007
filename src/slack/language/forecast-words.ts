import type { Band, Forecast } from "../../engine/events/events.ts";
import type { Translator } from "./translator.ts";

/** What a run will probably take, in the reader's language: `4 of 5 such runs took $0.02–$0.05 and 20 s–1 min 5 s`. */
export function forecastIn(t: Translator, { usd, ms }: Forecast): string {
  const time = between(ms, (amount) => t.duration(amount));
  return t("cards.text.forecast", { what: t.list(usd ? [between(usd, (amount) => t.dollars(amount)), time] : [time]) });
}

/** What looks the same at both ends is said once. */
function between({ least, most }: Band, words: (amount: number) => string): string {
  const [from, to] = [words(least), words(most)];
  return from === to ? from : `${from}–${to}`;
}
