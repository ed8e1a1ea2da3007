import { expect, test } from "vitest";
import type { CodeRan } from "../../../src/engine/events/events.ts";
import { FAILURES } from "../../../src/models/refusals/failure-table.ts";
import { failureIn } from "../../../src/slack/language/failure-words.ts";
import { LANGUAGES } from "../../../src/slack/language/languages.ts";
import { reasonIn } from "../../../src/slack/language/limit-words.ts";
import { renderNoCode } from "../../../src/slack/render/run-cards.ts";
import { loadTranslator, type Translator } from "../../../src/slack/language/translator.ts";

const [en, de, fr] = (await Promise.all(LANGUAGES.map(loadTranslator))) as [Translator, Translator, Translator];
const message = 'OpenAI model "gpt-x" is overloaded: try again in a few minutes. (529)';

test("why a model gave no answer is said in the reader's language, with the log's sentence for whoever mends it", () => {
  const failure = { kind: "overloaded", message };
  expect(failureIn(en, failure)).toBe(message);
  expect(failureIn(de, failure)).toBe(`das Modell ist überlastet; versuche es in ein paar Minuten wieder (im Wortlaut: ${message})`);
  expect(reasonIn(fr, { kind: "failure", agent: "Ana", error: failure })).toBe(
    `Ana n’a pas pu répondre\u00A0: le modèle est surchargé\u202F; réessayez dans quelques minutes (texte d’origine\u00A0: ${message})`,
  );
});

test("every way in which a call fails has words; what nobody knows stays as it was said", () => {
  // The run says itself that somebody stopped it.
  const kinds = Object.keys(FAILURES).filter((kind) => kind !== "aborted");
  for (const t of [de, fr]) expect(kinds.filter((kind) => failureIn(t, { kind, message }) === message)).toEqual([]);
  expect(failureIn(de, { kind: "bad_arguments", message: "no such file" })).toBe("no such file");
});

test("a limit that stands in the way of the next call is named by its amount", () => {
  const money = { kind: "limit", message: "the next call could pass …", limit: { kind: "usd", of: 0.5 } } as const;
  expect(failureIn(de, money)).toBe("der nächste Aufruf könnte die Grenze überschreiten: 0,50\u00A0$");
  expect(failureIn(fr, { ...money, limit: { kind: "tokens", of: 2_000 } })).toBe(
    "le prochain appel pourrait dépasser la limite de 2k tokens",
  );
  expect(failureIn(de, { kind: "limit", message: "of a budget …" })).toBe(
    "von einem Tagesbudget ist nichts mehr für den nächsten Aufruf übrig",
  );
});

test("why no code is run is said to whoever runs Parley as the sandbox says it, behind what it means for everybody", () => {
  const why = 'No Docker engine answers at unix:///nowhere. Start Docker, or set "sandbox: { executor: os }".';
  const ran = {
    type: "code.ran",
    agent: "Runner",
    outcome: "rejected",
    exitCode: 1,
    output: why,
    elapsedMs: 0,
    executor: "off",
    files: [],
  };
  const said = (t: Translator) => (renderNoCode(t, ran as unknown as CodeRan, undefined) as { readonly plain: string }).plain;
  expect(said(de)).toBe(
    `In dieser Installation läuft kein Code; die Agenten denken also nur darüber nach. Für die, die Parley betreiben: ${why}`,
  );
  expect(said(fr)).toContain(`Pour les personnes qui gèrent Parley\u00A0: ${why}`);
});
