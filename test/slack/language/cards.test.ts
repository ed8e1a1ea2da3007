import { expect, test } from "vitest";
import { blockProblems } from "../../../local-slack/blocks/blocks.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { LANGUAGES, type Language } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { render } from "../../../src/slack/render/render.ts";
import { englishIn, textsIn } from "../../support/slack/english.ts";
import { wordsOf } from "../../support/slack/thread.ts";
import { asks, logOf, selects, started, stopped, TEAM } from "../log.ts";

const MARIA = { id: "U0MARIA", name: "Maria" };
const ADA = { id: "U0ADA", name: "Ada" };
const UNTIL = "2026-01-05T10:00:00.000Z";

/** What people read of the message that the third event makes; in any language Slack takes it, and it is in that language alone. */
async function shown(language: Language, kind: string, ...events: readonly EventBody[]): Promise<string> {
  const post = { seq: 3, kind, part: 0 } as const;
  const rendered = render(await loadTranslator(language), post, logOf(started(), asks("Aufgabe"), ...events), TEAM);
  if (language !== "en") expect(englishIn(textsIn(rendered))).toEqual([]);
  if (rendered.kind === "file") return `${rendered.name}: ${rendered.alt}. ${rendered.comment}`;
  if (rendered.kind !== "message") throw new Error(rendered.why);
  expect(blockProblems(rendered.blocks, "message", "/blocks")).toEqual([]);
  return wordsOf({ blocks: rendered.blocks, text: rendered.text, files: [] } as never);
}

const request = (more: object = {}): EventBody =>
  ({ type: "approval.requested", agent: "Runner", call: "c1", what: "print(1)", language: "python", ...more }) as EventBody;
const tool = { language: undefined, tool: "web_fetch", what: 'web_fetch {"url":"https://example.com/"}' };
const given = (more: object = {}): EventBody =>
  ({ type: "approval.given", call: "c1", approved: true, scope: "call", person: MARIA, ...more }) as EventBody;
const forRun = given({ scope: "run" });
const withdrawn: EventBody = { type: "approval.withdrawn", call: "c1", person: ADA };
const expired: EventBody = { type: "approval.expired", call: "c1" };
const skipped: EventBody = { type: "turn.skipped", agent: "Runner", person: ADA };

const long = Array.from({ length: 151 }, (_, line) => `print(${line}, "${"x".repeat(40)}")`).join("\n");
const date = (words: string): string => `<!date^1767607200^${words}|2026-01-05 10:00 UTC>`;

/** The small print under a card, and what comes after it. */
const below = (words: string): string | undefined =>
  words
    .split("\n(")
    .at(-1)
    ?.replace(/[)\]]$/, "");

test("code that waits for a yes asks for it in the language of its run", async () => {
  const timed = request({ approveBy: UNTIL });
  expect(await shown("en", "approval", timed)).toBe(
    `<@U0MARIA> *Runner wants to run 1 line of python:*\nprint(1)\n[Run once] [Allow for this run] [Edit…] [Deny] [Deny and say why…]\n(without a yes it is not run, after ${date("{date_short} at {time}")})`,
  );
  expect(await shown("de", "approval", timed)).toBe(
    `<@U0MARIA> *Runner möchte 1 Zeile python ausführen:*\nprint(1)\n[Einmal ausführen] [Für diesen Lauf erlauben] [Ändern…] [Ablehnen] [Mit Begründung ablehnen…]\n(ohne ein Ja bis ${date("{date_short} um {time}")} wird es nicht ausgeführt)`,
  );
  expect(await shown("fr", "approval", timed)).toBe(
    `<@U0MARIA> *Runner veut exécuter 1 ligne de python\u00A0:*\nprint(1)\n[Exécuter une fois] [Autoriser pour cette exécution] [Modifier…] [Refuser] [Refuser et dire pourquoi…]\n(sans accord avant le ${date("{date_short} à {time}")}, cela n’est pas exécuté)`,
  );
});

test("a tool that is asked for once says so", async () => {
  const once = request({ ...tool, lasting: true });
  expect(await shown("de", "approval", once)).toMatch(
    /\*Runner möchte `web_fetch` zum ersten Mal aufrufen:\*[^]*\[In diesem Thread erlauben\]/,
  );
  expect(await shown("fr", "approval", once)).toMatch(
    /\*Runner veut appeler `web_fetch` pour la première fois\u00A0:\*[^]*\[Autoriser dans ce fil\]/,
  );
});

test("of code that does not fit, what is left out is counted, and its file is named", async () => {
  const cut = request({ what: long });
  expect(await shown("de", "approval", cut)).toMatch(
    /\nHier in der Mitte weggelassen: \d+ Zeilen \([\d.]+ Zeichen\); alles steht in der Datei code-to-run-3\.py darüber|\(Hier in der Mitte weggelassen: \d+ Zeilen \([\d.]+ Zeichen\); alles steht in der Datei code-to-run-3\.py darüber\)/,
  );
  expect(await shown("fr", "approval", cut)).toMatch(
    /Omis ici, au milieu\u00A0: \d+ lignes \([\d\u202f]+ caractères\)\u202F; tout est dans le fichier code-to-run-3\.py ci-dessus/,
  );
  expect(await shown("de", "approval-file", cut)).toBe(
    "code-to-run-3.py: Alles, was Runner ausführen möchte: 151 Zeilen python. Alles, was *Runner* ausführen möchte: 151 Zeilen python.",
  );
  expect(await shown("fr", "approval-file", request({ ...tool, what: `web_fetch ${long}` }))).toBe(
    "call-3.txt: Tout ce avec quoi Runner veut appeler `web_fetch`. Tout ce avec quoi *Runner* veut appeler `web_fetch`.",
  );
});

test.each([
  ["once", [given()], "erlaubt von <@U0MARIA>", "autorisé par <@U0MARIA>"],
  ["changed", [given({ edited: "print(2)" })], "geändert und erlaubt von <@U0MARIA>", "modifié et autorisé par <@U0MARIA>"],
  ["no", [given({ approved: false })], "abgelehnt von <@U0MARIA>", "refusé par <@U0MARIA>"],
  [
    "no, and why",
    [given({ approved: false, reason: "Zu teuer" })],
    "abgelehnt von <@U0MARIA>: Zu teuer",
    "refusé par <@U0MARIA>\u00A0: Zu teuer",
  ],
  [
    "for the run",
    [forRun],
    "erlaubt von <@U0MARIA>, für diesen Lauf: Code von *Runner* läuft ab jetzt ohne Nachfrage)\n[Wieder fragen",
    "autorisé par <@U0MARIA> pour cette exécution\u00A0: le code de *Runner* s’exécute désormais sans demander)\n[Me redemander",
  ],
  [
    "for the run, taken back",
    [forRun, withdrawn],
    "erlaubt von <@U0MARIA>, für diesen Lauf; <@U0ADA> hat das zurückgenommen",
    "autorisé par <@U0MARIA> pour cette exécution\u202F; <@U0ADA> a retiré cet accord",
  ],
  [
    "for the run, which is over",
    [forRun, stopped()],
    "erlaubt von <@U0MARIA>, für diesen Lauf",
    "autorisé par <@U0MARIA> pour cette exécution",
  ],
  [
    "too late",
    [expired],
    "niemand hat es rechtzeitig erlaubt; es wurde nicht ausgeführt",
    "personne ne l’a autorisé à temps\u202F; cela n’a pas été exécuté",
  ],
  ["the run ended", [stopped()], "nicht entschieden; der Lauf hat aufgehört", "sans décision\u202F; l’exécution s’est arrêtée"],
  ["its turn was skipped", [skipped], "nicht entschieden; der Beitrag wurde übersprungen", "sans décision\u202F; le tour a été passé"],
] as const)("what became of it is said in the language of the run: %s", async (_what, events, german, french) => {
  expect(below(await shown("de", "approval", request(), ...events))).toBe(german);
  expect(below(await shown("fr", "approval", request(), ...events))).toBe(french);
});

type Reached = Extract<EventBody, { readonly type: "limit.reached" }>;
const reached = (reasons: Reached["reasons"], more: Partial<Reached> = {}): EventBody => ({
  type: "limit.reached",
  run: "run-1",
  reason: "a limit",
  reasons,
  ...more,
});
const atTurns = reached([{ kind: "maxTurns", limit: 20, count: 20 }], { until: UNTIL });
const raised = (more: object = {}): EventBody => ({ type: "limit.raised", run: "run-1", person: ADA, to: { turns: 40 }, ...more });
const summary: EventBody = { type: "summary.requested", run: "run-1", person: ADA };
const byPerson: EventBody = {
  type: "run.stopped",
  run: "run-1",
  reason: "stopped by Ada",
  reasons: [{ kind: "person", person: ADA }],
  outcome: "stopped",
};

test("a run at a limit says in its language what is reached, what that means and what can be done", async () => {
  expect(await shown("en", "halt", atTurns)).toBe(
    `<@U0MARIA> :hourglass: *The limit of 20 turns is reached.*\n(The agents wait; nothing more is spent. Without a decision the run stops ${date("{date_short} at {time}")}.)\n[Raise to 40 turns] [Finish with a summary] [Stop]`,
  );
  expect(await shown("de", "halt", atTurns)).toBe(
    `<@U0MARIA> :hourglass: *Die Grenze ist erreicht: 20 Beiträge.*\n(Die Agenten warten; es wird nichts mehr ausgegeben. Ohne Entscheidung endet der Lauf am ${date("{date_short} um {time}")}.)\n[Erhöhen auf 40 Beiträge] [Mit Zusammenfassung beenden] [Stoppen]`,
  );
  expect(await shown("fr", "halt", atTurns)).toBe(
    `<@U0MARIA> :hourglass: *La limite de 20 tours est atteinte.*\n(Les agents attendent\u202F; plus rien n’est dépensé. Sans décision, l’exécution s’arrête le ${date("{date_short} à {time}")}.)\n[Porter à 40 tours] [Terminer par un résumé] [Arrêter]`,
  );
});

test.each([
  [
    "minutes",
    reached([{ kind: "minutes", limit: 1, elapsed: 1.2 }]),
    "Die Grenze ist erreicht: 1 Minute.*\n(1 Minute gebraucht. Die Agenten",
    "La limite de 1 minute est atteinte.*\n(durée\u00A0: 1 minute. Les agents",
  ],
  [
    "tokens",
    reached([{ kind: "tokens", limit: 200_000, total: 201_500, input: 200_000, output: 1_500 }]),
    "Die Grenze ist erreicht: 200k Tokens.*\n(202k Tokens verbraucht. ",
    "La limite de 200k tokens est atteinte.*\n(202k tokens utilisés. ",
  ],
  [
    "money",
    reached([{ kind: "usd", limit: 1, spent: 1.05 }]),
    "Die Grenze ist erreicht: 1,00\u00a0$.*\n(1,05\u00a0$ ausgegeben. ",
    "La limite de 1,00\u00a0$ est atteinte.*\n(1,05\u00a0$ dépensés. ",
  ],
  [
    "a budget of the day, at its ceiling",
    reached([{ kind: "budget", account: "workspace", day: "2026-01-05", limit: 5, spent: 5.25, priced: false }], {
      offer: { to: {}, atCeiling: [{ limit: "budget", account: "workspace", most: 5 }] },
    }),
    "Das heutige Budget für den Workspace (5,00\u00a0$) ist aufgebraucht.*\n(mindestens 5,25\u00a0$ heute ausgegeben. Die Agenten warten; es wird nichts mehr ausgegeben. Weiter kann das hier niemand erhöhen: das Budget für den Workspace auf 5,00\u00a0$ am Tag, höchstens (`ceilings.raised` in der Teamdatei).)\n[Mit Zusammenfassung",
    "Le budget du jour pour l’espace de travail, 5,00\u00a0$, est épuisé.*\n(au moins 5,25\u00a0$ dépensés aujourd’hui. Les agents attendent\u202F; plus rien n’est dépensé. Personne ne peut relever cela davantage ici\u00A0: le budget pour l’espace de travail à 5,00\u00a0$ par jour au plus (`ceilings.raised` dans le fichier d’équipes).)\n[Terminer",
  ],
  [
    "a call that would pass it",
    reached([{ kind: "failure", agent: "Coder", error: { kind: "limit", message: "Zu teuer.", limit: { kind: "usd", of: 1 } } } as never]),
    "Der nächste Aufruf könnte die Grenze überschreiten: 1,00\u00a0$.*\n(",
    "Le prochain appel pourrait dépasser la limite de 1,00\u00a0$.*\n(",
  ],
] as const)("each limit has its words: %s", async (_what, event, german, french) => {
  expect(await shown("de", "halt", event)).toContain(german);
  expect(await shown("fr", "halt", event)).toContain(french);
});

test.each([
  ["raised", [raised()], "von <@U0ADA> auf 40 Beiträge erhöht", "<@U0ADA> l’a portée à 40 tours"],
  [
    "raised with budgets",
    [raised({ to: { turns: 40, usd: 2 }, budgets: [{ account: "workspace", usd: 10 }] })],
    "von <@U0ADA> auf 40 Beiträge, 2,00\u00a0$ und 10,00\u00a0$ heute erhöht",
    "<@U0ADA> l’a portée à 40 tours, 2,00\u00a0$ et 10,00\u00a0$ aujourd’hui",
  ],
  [
    "a new day",
    [raised({ person: undefined, to: {} })],
    "es gibt wieder Budget; der Lauf geht weiter",
    "il y a de nouveau du budget\u202F; l’exécution continue",
  ],
  ["a summary", [summary], "endet mit einer Zusammenfassung, gewünscht von <@U0ADA>", "se termine par un résumé, à la demande de <@U0ADA>"],
  ["stopped", [byPerson], "gestoppt von <@U0ADA>", "arrêtée par <@U0ADA>"],
  [
    "nobody",
    [stopped()],
    "niemand hat rechtzeitig entschieden; der Lauf hat aufgehört",
    "personne n’a décidé à temps\u202F; l’exécution s’est arrêtée",
  ],
] as const)("what was decided at the limit is said in the language of the run: %s", async (_what, events, german, french) => {
  expect(await shown("de", "halt", atTurns, ...events)).toBe(`:hourglass: *Die Grenze ist erreicht: 20 Beiträge.*\n(${german})`);
  expect(await shown("fr", "halt", atTurns, ...events)).toBe(`:hourglass: *La limite de 20 tours est atteinte.*\n(${french})`);
});

test.each(LANGUAGES)("a question is asked in %s, colon and all", async (language) => {
  const asked: EventBody = { type: "handoff.made", agent: "Coder", to: "human", text: "Tabs?", options: [] };
  const post = { seq: 4, kind: "question", part: 0 } as const;
  const rendered = render(await loadTranslator(language), post, logOf(started(), asks("x"), selects("Coder"), asked), TEAM);
  expect(rendered).toHaveProperty(
    "text",
    { en: "Coder asks: Tabs?", de: "Coder fragt: Tabs?", fr: "Coder demande\u00A0: Tabs?" }[language],
  );
  expect(JSON.stringify(rendered)).toContain({ en: "Coder asks:*", de: "Coder fragt:*", fr: "Coder demande\u00A0:*" }[language]);
});
