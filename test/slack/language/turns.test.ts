import fc from "fast-check";
import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import { LANGUAGES, type Language } from "../../../src/slack/language/languages.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { lastForm, noticeOf } from "../../../src/slack/post/message-forms.ts";
import { plan, render } from "../../../src/slack/render/render.ts";
import { CODE_LINES_SHOWN, MARKDOWN_CHARS_MAX, TABLE_ROWS_MAX } from "../../../src/slack/words/limits.ts";
import { englishIn } from "../../support/slack/english.ts";
import { asks, logOf, ran, says, selects, started, TEAM } from "../log.ts";

const MARIA = { id: "U0MARIA", name: "Maria" };
const report: EventBody = { type: "message.posted", agent: "Runner", text: "…" };

/** The words of the last event's turn, in each of its messages. */
async function words(language: Language, ...events: readonly EventBody[]): Promise<readonly string[]> {
  const t = await loadTranslator(language);
  const log = logOf(started(), asks("Aufgabe"), selects("Runner"), ...events);
  const last = log.events.at(-1) as RunEvent;
  const parts = plan(last, { events: log.events.slice(0, -1) }).filter(({ kind }) => kind === "turn");
  return parts.map((post) => {
    const shown = render(t, { seq: last.seq, ...post }, log, TEAM);
    if (shown.kind !== "message") throw new Error(`no message: ${JSON.stringify(shown)}`);
    return shown.markdown ?? shown.plain;
  });
}

const request: EventBody = { type: "approval.requested", agent: "Runner", call: "code-4-0", what: "print(1)", language: "python" };
const no: EventBody = { type: "approval.given", call: "code-4-0", approved: false, reason: "Zu teuer", person: MARIA };
const notRun = (output: string): EventBody => ran(output, { outcome: "rejected", exitCode: 1, executor: "none" });

test("code that nobody let run says so in the language of its run, and whose no it was", async () => {
  const refused = [request, no, notRun("Maria said no: Zu teuer"), report];
  expect(await words("en", ...refused)).toEqual(["**python** · not run\n\nMaria said no: Zu teuer"]);
  expect(await words("de", ...refused)).toEqual(["**python** · nicht ausgeführt\n\nabgelehnt von Maria: Zu teuer"]);
  expect(await words("fr", ...refused)).toEqual(["**python** · non exécuté\n\nrefusé par Maria\u00A0: Zu teuer"]);
  const late = [request, { type: "approval.expired", call: "code-4-0" } as const, notRun("Nobody allowed it in time."), report];
  expect(await words("de", ...late)).toEqual([
    "**python** · nicht ausgeführt\n\nniemand hat es rechtzeitig erlaubt; es wurde nicht ausgeführt",
  ]);
  expect(englishIn([...(await words("de", ...refused)), ...(await words("fr", ...late))])).toEqual([]);
  // What something else says is left as it is.
  expect(await words("de", request, no, notRun("Start Docker"), report)).toEqual(["**python** · nicht ausgeführt\n\nStart Docker"]);
});

test("code that is run for nobody says why in the language of its run", async () => {
  const withheld = (more: object): EventBody =>
    ran("In English.", { outcome: "rejected", exitCode: 1, executor: "none", withheld: more as never });
  const german = async (more: object) => (await words("de", withheld(more), report))[0]?.split("\n\n")[1];
  const back = "Unverändert wird er in diesem Lauf nicht mehr ausgeführt; wenn hier eine Person geschrieben hat, wird nach ihm gefragt.";
  expect(await german({ why: "off" })).toBe("Code wird hier nicht ausgeführt: An diesem Ort oder für das Team ist das ausgeschaltet.");
  expect(await german({ why: "refused", by: "Maria", reason: "Zu teuer." })).toBe(
    `Maria hat diesen Code schon abgelehnt: Zu teuer. ${back}`,
  );
  expect(await german({ why: "refused" })).toBe(`Eine Person hat diesen Code schon abgelehnt. ${back}`);
  expect(await german({ why: "expired" })).toBe(`Niemand hat diesen Code rechtzeitig erlaubt, als zuvor danach gefragt wurde. ${back}`);
  expect(await german({ why: "skipped", by: "Maria" })).toMatch(/^Maria hat den Beitrag übersprungen/);
  expect(await german({ why: "asked" })).toMatch(/^Eine Person wurde nach diesem Code gefragt und hat noch nicht zugestimmt\. Un/);
  expect(await words("fr", withheld({ why: "off" }), report)).toEqual([
    "**python** · non exécuté\n\nLe code n’est pas exécuté ici\u00A0: c’est désactivé à cet endroit, ou pour l’équipe.",
  ]);
  expect(await words("en", withheld({ why: "off" }), report)).toEqual(["**python** · not run\n\nIn English."]);
});

test("how code ended is said in the language of its run where that is text", async () => {
  const file = { name: "summe.csv", bytes: 12_000, hash: "a".repeat(64), mediaType: "text/csv" };
  const ended = [ran("", { files: [file] }), ran("a\n".repeat(4_000), { outcome: "timeout" }), says("Runner", "Das war es.")];
  const [german = ""] = await words("de", ...ended);
  expect(german).toContain("**python** · Exit-Code 0 · 2,1 s\n\n_keine Ausgabe_\n\nDateien: summe.csv (12 kB)");
  expect(german).toMatch(/\*\*python\*\* · am Zeitlimit beendet · 2,1 s\n\n```\n[^`]*\n… [\d.]+ Zeichen sind hier weggelassen …\n/);
  const [french = ""] = await words("fr", ...ended);
  expect(french).toContain("_aucune sortie_\n\nfichiers\u00A0: summe.csv (12 ko)");
});

test("what is too long to be read in a message is named in the language of its run", async () => {
  const rows = TABLE_ROWS_MAX + 5;
  const table = `| a | b |\n|---|---|\n${"| 1 | 2 |\n".repeat(rows)}`;
  const program = `\`\`\`python\n${"print(1)\n".repeat(CODE_LINES_SHOWN + 10)}\`\`\``;
  const [german = ""] = await words("de", says("Runner", `${table}\n${program}`));
  expect(german).toContain(`_(eine Tabelle mit ${rows} Zeilen: in der Datei darunter, als CSV)_`);
  expect(german).toMatch(/_\(\d+ weitere Zeilen: in der Datei darunter\)_/);
  const [french = ""] = await words("fr", says("Runner", `${table}\n${program}`));
  expect(french).toContain(`_(un tableau de ${rows} lignes\u00A0: dans le fichier ci-dessous, en CSV)_`);
  expect(await words("de", says("Runner", " "))).toEqual(["_(hat nichts gesagt)_"]);
});

test.each([
  [
    "de",
    "plot.png (70 Bytes) konnte nicht hochgeladen werden: der App fehlt die Berechtigung files:write; gib sie ihr und installiere die App neu. Die Datei liegt in Parleys Protokoll.",
    "konnte nicht hochgeladen werden: In diesem Workspace ist das Hochladen ausgeschaltet. Frage eine Person, die den Workspace verwaltet. Die Datei",
    "Ein Beitrag von Ada konnte hier nicht gepostet werden (no_text). Er steht in Parleys Protokoll.",
  ],
  [
    "fr",
    "plot.png (70 octets) n’a pas pu être téléversé\u00A0: l’app n’a pas l’autorisation «\u00A0files:write\u00A0»\u202F; ajoutez-la et réinstallez l’app. Le fichier est gardé dans le journal de Parley.",
    "n’a pas pu être téléversé\u00A0: Le téléversement est désactivé dans cet espace de travail. Demandez à une personne qui gère l’espace de travail. Le",
    "Un message de Ada n’a pas pu être publié ici (no_text). Il est gardé dans le journal de Parley.",
  ],
] as const)("what Slack does not take is told in the language of the run: %s", async (language, notUploaded, notAllowed, notPosted) => {
  const t = await loadTranslator(language);
  const file = { kind: "file", name: "plot.png", alt: "", comment: "", content: { hash: "", bytes: 70 } } as const;
  expect(noticeOf(t, { file, code: "missing_scope", message: undefined }).plain).toBe(notUploaded);
  expect(noticeOf(t, { file, code: "file_uploads_disabled", message: undefined }).plain).toContain(notAllowed);
  const turn = { kind: "message", speaker: "Ada", text: "", plain: "", blocks: [] } as const;
  expect(lastForm(t, turn, "no_text").notice?.plain).toBe(notPosted);
});

test("in every language a turn makes the messages that were put down with it, also where a word more would make another", async () => {
  const OUTCOMES = ["ok", "timeout", "rejected", "cancelled"] as const;
  const run = fc.record({ outcome: fc.constantFrom(...OUTCOMES), lines: fc.integer({ min: 0, max: 400 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 12 }), fc.integer({ min: -80, max: 80 }), async (runs, off) => {
      const events = runs.map(({ outcome, lines }) => ran("word ".repeat(lines), { outcome }));
      const plain = (await words("en", ...events, says("Runner", "x"))).join("").length;
      // The last words fill the message up to about its end.
      const full = [...events, says("Runner", "x".repeat(Math.max(1, MARKDOWN_CHARS_MAX - plain + off)))];
      const [english, ...others] = await Promise.all(LANGUAGES.map((language) => words(language, ...full)));
      for (const other of others) expect(other.length).toBe(english?.length);
    }),
    { numRuns: 60, verbose: true },
  );
});
