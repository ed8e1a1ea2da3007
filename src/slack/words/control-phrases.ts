/**
 * What can be said to a run in its thread. One table: the code hears by it, the help is made of it, and the README and docs/doors.md are held to
 * it by a test.
 */

export type Word = (typeof CONTROL_WORDS)[number]["word"];

/** What each does, people read in their language (`help.text.word`). */
export const CONTROL_WORDS = [
  { word: "stop" },
  { word: "pause" },
  { word: "resume" },
  { word: "skip" },
  { word: "summary" },
  { word: "help" },
] as const;

export interface Phrase {
  readonly word: Word;
  /**
   * Where it means that. `paused`: in a paused run alone; elsewhere it is an answer, or a task. `idle`: while no agent talks. `alone`: where
   * nothing was said before that it could be about.
   */
  readonly when: "anywhere" | "paused" | "idle" | "alone";
}

/** How else people say so, alone on a line. Short, and nothing that is said of anything else. */
const SAID: { readonly [word in Word]: readonly string[] } = {
  stop: [
    "abort", "cancel", "halt", "make it stop",
    "stopp", "stoppen", "halt stopp", "stopp halt", "stop stopp", "abbrechen", "abbruch", "aufhören", "hör auf", "hört auf", "brich ab", "brecht ab", "schluss",
    "arrête", "arrêtez", "arrêter", "arrête-toi", "arrêtez-vous", "stoppe", "stoppez", "stopper",
    "detente", "detén", "detener", "parad", "para", "alto",
    "ferma", "fermati", "fermatevi", "fermate", "basta",
    "pare", "parar", "parem", "cancele",
    "hou op", "ophouden", "stoppen maar",
    "zatrzymaj", "przestań", "przestańcie",
    "стоп", "остановись", "остановитесь", "хватит", "зупинись", "зупиніться",
    "ストップ", "止めて", "止めてください", "止まって", "停止", "停止して", "停止してください", "やめて", "やめてください", "中止",
    "停", "停下", "停止吧", "停一下", "정지", "중지", "멈춰", "그만",
    "durdur",
  ],
  pause: [
    "take a break", "pausieren", "pausiere", "pausiert", "mach pause", "macht pause", "mach eine pause", "macht eine pause", "anhalten", "halt an", "haltet an",
    "mettre en pause", "mets en pause", "mettez en pause", "en pause", "fais une pause", "faites une pause", "pausa", "pausar", "haz una pausa", "metti in pausa", "pauze", "pauzeren", "pauza",
    "пауза", "一時停止", "一時停止して", "一時停止してください", "暂停", "暫停", "일시정지", "일시중지",
  ],
  resume: ["unpause", "fortsetzen", "reprendre", "reprends", "reprenez", "reprenons", "on reprend", "reanudar", "riprendi", "riprendere", "retomar", "hervatten", "hervat", "wznów", "возобнови", "возобновить", "再開", "再開して", "再開してください", "恢复"],
  skip: [
    "skip this", "skip that", "skip turn", "skip this one", "skip them",
    "überspringen", "überspring", "überspringe", "überspring das", "passer", "passe", "passez", "passe ce tour", "passer ce tour", "passez ce tour", "saltar", "salta", "omitir", "pular", "pule", "overslaan", "sla over", "pomiń",
    "пропусти", "пропустить", "スキップ", "スキップして", "スキップしてください", "跳过", "跳過", "건너뛰기",
  ],
  summary: [
    "summarize", "summarise", "sum up", "sum it up", "summary so far", "recap", "tldr", "tl dr", "status", "where are we", "where do we stand",
    "zusammenfassung", "zusammenfassen", "fass zusammen", "fasse zusammen", "fasst zusammen", "résumé", "résumer", "résume", "résumez", "resumen", "resumir",
    "riassunto", "riassumi", "resumo", "samenvatting", "vat samen", "podsumowanie", "podsumuj", "итог", "итоги", "要約", "要約して", "要約してください", "まとめ", "总结",
    "總結", "摘要", "요약",
  ],
  help: ["hilfe", "aide", "ayuda", "aiuto", "ajuda", "hulp", "pomoc", "помощь", "допомога", "ヘルプ", "帮助", "幫助", "도움말"],
}; // prettier-ignore

/** Of the app itself, as long as no agent talks. */
const ABOUT_THE_APP: readonly string[] = ["what can you do", "what can i say", "was kannst du"];

/** Said where something stands already, these are about that. */
const CRIES_FOR_HELP: readonly string[] = [
  "help me",
  "how does this work",
  "how does it work",
  "hilf mir",
  "helft mir",
  "aide-moi",
  "aidez-moi",
  "à l'aide",
  "помоги",
];

/** Said while agents talk, these are for them; said in a paused run, for it. */
const SAID_WHEN_PAUSED: readonly string[] = [
  "continue", "go on", "go ahead", "go", "carry on", "keep going", "proceed", "start again",
  "weiter", "weitermachen", "mach weiter", "macht weiter", "weiter geht's", "weiter gehts", "geht weiter", "fortfahren", "fahr fort", "fahrt fort",
  "continuer", "continuez", "on continue", "vas-y", "allez-y",
  "continúa", "continua", "continuar", "continúen", "sigue", "sigan", "seguir", "adelante",
  "continuate", "continuare", "avanti", "vai avanti", "andate avanti", "prossegui", "continuem", "prosseguir", "segue",
  "ga door", "doorgaan", "verder", "ga verder", "dalej", "kontynuuj", "kontynuujcie",
  "дальше", "продолжай", "продолжайте", "продолжить", "продовжуй", "продовжуйте",
  "続けて", "続けてください", "続行", "継続", "继续", "繼續", "계속", "계속해", "devam", "devam et",
]; // prettier-ignore

/** A line as phrases are looked up: without marks and case, each elongated letter and each repeated word once. */
export const phraseKey = (line: string): string =>
  line
    .normalize("NFKC")
    .toLowerCase()
    .replaceAll(/[’‘`´]/g, "'")
    .replaceAll(/(?<![\p{L}\p{N}])'|'(?![\p{L}\p{N}])/gu, " ")
    .replaceAll(/[^\p{L}\p{M}\p{N}']+/gu, " ")
    .replaceAll(/(\p{L})\1{2,}/gu, "$1")
    .replaceAll(/(?<=^| )(\S+)(?: \1)+(?= |$)/g, "$1")
    .trim();

export const PHRASES: ReadonlyMap<string, Phrase> = new Map<string, Phrase>([
  ...SAID_WHEN_PAUSED.map((said): [string, Phrase] => [phraseKey(said), { word: "resume", when: "paused" }]),
  ...ABOUT_THE_APP.map((said): [string, Phrase] => [phraseKey(said), { word: "help", when: "idle" }]),
  ...CRIES_FOR_HELP.map((said): [string, Phrase] => [phraseKey(said), { word: "help", when: "alone" }]),
  ...(Object.keys(SAID) as Word[]).flatMap((word) =>
    SAID[word].map((said): [string, Phrase] => [phraseKey(said), { word, when: "anywhere" }]),
  ),
]);
