import { expect, test } from "vitest";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { createUnheard } from "../../../src/slack/signs/unheard-notice.ts";
import { manualClock } from "../../support/clock.ts";

test("of words that are not heard every one is told of, the first at once and the others of a minute in one line", async () => {
  const clock = manualClock();
  const told: string[] = [];
  const whisper = {
    tell: async (to: { readonly threadTs?: string | undefined }, text: string) => void told.push(`${to.threadTs}: ${text}`),
  };
  const unheard = createUnheard({ whisper, clock });
  const [en, de] = [await loadTranslator("en"), await loadTranslator("de")];
  const here = { user: "U1", channel: "C1", threadTs: "1.1" };
  for (let message = 0; message < 50; message++) unheard.tell(here, en, `Not before ${message}.`);
  unheard.tell({ ...here, threadTs: "2.2" }, de, "Nor here.");
  await clock.untilSleeping(2);
  expect(told).toEqual(["1.1: Not before 0.", "2.2: Nor here."]);
  await clock.advance(60_000);
  expect(told.slice(2)).toEqual(["1.1: 49 more messages of yours here were not heard. Not before 49."]);
  unheard.tell(here, de, "Noch nicht.");
  await unheard.close();
  expect(told.slice(3)).toEqual(["1.1: 1 weitere Nachricht von dir hier wurde nicht gehört. Noch nicht."]);
});
