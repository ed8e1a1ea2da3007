import { approvalOf, denial } from "../../engine/approvals.ts";
import { withShownCode } from "../../engine/code-blocks.ts";
import { defaultNotice } from "../../engine/agents/handoff.ts";
import type { CodeRan, HandoffMade, RunEvent } from "../../engine/events/events.ts";
import { turnsAt } from "../../engine/reading/runs.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import { context, markdown, section, type Rendered } from "../words/blocks.ts";
import { safeMarkdown, safeMrkdwn, shorten, wholeCharacters } from "../words/escape.ts";
import { withoutStopWord } from "../../engine/reading/answer.ts";
import { MARKDOWN_CHARS_MAX, OUTPUT_CHARS_SHOWN, POST_TEXT_CHARS_MAX, SUMMARY_CHARS, TURN_PARTS_MAX } from "../words/limits.ts";
import { DEFAULT_LANGUAGE } from "../language/languages.ts";
import type { Translator } from "../language/translator.ts";
import { COUNTED_WORDS, turnWordsIn, withheldIn, type TurnWords } from "../language/turn-words.ts";
import type { TeamCard } from "../../team-shelf.ts";
import { withoutLong, type LongPart } from "./long-parts.ts";
import { codeCards, excerpt } from "./code-cards.ts";
import { footerWithMenu, memoryLines, sandboxOf, whyOf } from "./turn-footer.ts";
import { sourcesLine } from "../search/sources.ts";
import { endUnder } from "./result-message.ts";
import { oneTurnAt, spentInTurn, turnBefore, wordsBeside, type Turn, type TurnEnd } from "./log-reading.ts";
import { splitMarkdown } from "../words/split-markdown.ts";

/** A turn is posted once, finished, under the agent's own name and face. How many messages it makes, and whether a file holds what they leave out. */
export function turnPosts(
  end: TurnEnd,
  transcript: Transcript,
): readonly { readonly kind: "turn" | "turn-file" | "attachment"; readonly part: number }[] {
  // Stop words are the team's, and no team is at hand here; with them the turn is a little longer, never shorter.
  const { parts, isWhole, files } = contentOf(end, turnBefore(transcript, end.seq, end.agent), []);
  return [
    ...parts.map((_, part) => ({ kind: "turn" as const, part })),
    ...files.map((_, part) => ({ kind: "attachment" as const, part })),
    ...(isWhole ? [] : [{ kind: "turn-file" as const, part: 0 }]),
  ];
}

export function renderTurn(t: Translator, end: TurnEnd, part: number, transcript: Transcript, team: TeamCard): Rendered {
  const turn = turnBefore(transcript, end.seq, end.agent);
  const { parts, isWhole } = contentIn(t, { end, turn, transcript, stopWords: team.stopWords });
  const text = parts[part];
  if (text === undefined) return { kind: "nothing", why: "the turn has fewer parts" };
  const isLast = part === parts.length - 1;
  const one = isLast && end.type === "message.posted" ? oneTurnAt(transcript, end.seq) : undefined;
  const over = one && endUnder(t, one);
  const footer = isLast
    ? footerOf(t, end, turn, transcript, over, isWhole ? undefined : t("turns.text.wholeIsIn", { file: fileName(end, turn, transcript) }))
    : t("turns.text.part", { part: t.number(part + 1), parts: t.number(parts.length) });
  // A turn inside a team that is a participant, and code that is about to run, are no place to go on from.
  const hasMenu = isLast && end.type !== "code.written" && end.within === undefined;
  const sources = isLast && end.type !== "code.written" ? sourcesLine(t, end.agent, turn.events, end.text) : undefined;
  const below = [
    ...(sources === undefined ? [] : [context(sources)]),
    ...(over?.results === undefined ? [] : [section(over.results)]),
    ...(over?.buttons ?? []),
    ...(footer === "" ? [] : [hasMenu ? footerWithMenu(t, footer, end.seq) : context(footer)]),
  ];
  const words = [markdown(text), ...below];
  // An agent without a model says nothing but what the code did.
  const cards = end.type === "message.posted" && end.model === undefined && parts.length === 1 ? codeCards(t, turn.codeRuns) : undefined;
  return {
    kind: "message",
    speaker: end.agent,
    text: summary(text),
    plain: plainText(text),
    markdown: text,
    blocks: cards ? [...cards, ...below] : words,
    ...(cards ? { fallback: words } : {}),
    // Feedback buttons are not known to every Slack.
    ...(one ? { ends: one.stopped.seq, fallback: words.filter(({ type }) => type !== "context_actions") } : {}),
  };
}

/** A table or a program that is too long to be read in a message. */
export function renderAttachment(t: Translator, end: TurnEnd, part: number, transcript: Transcript): Rendered {
  const { files } = contentOf(end, turnBefore(transcript, end.seq, end.agent), []);
  const file = files[part];
  if (!file) return { kind: "nothing", why: "the turn has fewer files" };
  const number = String(numberOf(end, transcript));
  const what = `turns.text.file.${file.what}` as const;
  const name = file.name.replace("-", `-${number}-`);
  return {
    kind: "file",
    name,
    alt: t(what, { turn: number, agent: end.agent }),
    comment: t(what, { turn: number, agent: `*${safeMrkdwn(end.agent)}*` }),
    content: { text: file.text },
  };
}

export function renderTurnFile(t: Translator, end: TurnEnd, transcript: Transcript): Rendered {
  const turn = turnBefore(transcript, end.seq, end.agent);
  const name = fileName(end, turn, transcript);
  return {
    kind: "file",
    name,
    alt: t("turns.text.wholeTurnOf", { agent: end.agent }),
    comment: t("turns.text.wholeTurn", { agent: safeMrkdwn(end.agent) }),
    content: { text: fullText(end, turn) },
  };
}

/** The words as they were said; of a turn that ran code, with all that the code printed. */
function fullText(end: TurnEnd, turn: Turn): string {
  const words = end.type === "handoff.made" ? handoverWords(end, turn) : end.text;
  const runsCode = end.type === "message.posted" && end.model !== undefined && turn.codeRuns.length > 0;
  return runsCode ? [...turn.codeRuns.map((run) => run.output), words].join("\n\n") : words;
}

/** Of emphasis and code; not between letters or figures, and not alone: `3*4` and `3 * 4` are words. */
const MARKS = /(?<![\p{L}\p{N}])[`*]+(?=\S)|(?<=\S)[`*]+(?![\p{L}\p{N}])/gu;

/** For notifications and screen readers: the first words. Who says them is for whoever posts them. */
function summary(text: string): string {
  const words = text
    .replaceAll(/^[#>*\s]+/gm, " ")
    .replaceAll(MARKS, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  return safeMrkdwn(shorten(words, SUMMARY_CHARS)) || "…";
}

export const plainText = (text: string): string => wholeCharacters(safeMrkdwn(text), POST_TEXT_CHARS_MAX);

/** Whether a hand-over to another agent has words for people: what the model wrote beside it, or a message of the team's own. */
export const handoverWords = (handoff: HandoffMade, turn: Turn): string =>
  wordsBeside(turn, handoff.call) || (handoff.text === defaultNotice(handoff.to) ? "" : handoff.text);

interface Content {
  readonly parts: readonly string[];
  readonly isWhole: boolean;
  /** What of the words is in files of its own. */
  readonly files: readonly LongPart[];
}

/** In the language of the run, where its words make as many messages as were put down with the turn. */
function contentIn(
  t: Translator,
  {
    end,
    turn,
    transcript,
    stopWords,
  }: { readonly end: TurnEnd; readonly turn: Turn; readonly transcript: Transcript; readonly stopWords: readonly string[] },
): Content {
  const counted = contentOf(end, turn, stopWords);
  if (t.language === DEFAULT_LANGUAGE) return counted;
  const own = contentOf(end, turn, stopWords, { say: turnWordsIn(t), refusal: (run) => refusalIn(t, run, transcript) });
  return own.parts.length === counted.parts.length && own.isWhole === counted.isWhole ? own : counted;
}

/** What a person's no says, that nobody gave a yes in time, or why nobody was asked, where a run of code says it to the agents. */
function refusalIn(t: Translator, { source, output, withheld }: CodeRan, transcript: Transcript): string | undefined {
  if (withheld) return withheldIn(t, withheld);
  const answer = approvalOf(transcript, `code-${source.seq}-${source.block}`);
  if ((answer.kind !== "given" && answer.kind !== "expired") || output !== denial(answer)) return undefined;
  if (answer.kind === "expired") return t("approvals.text.expired");
  const person = answer.person.name;
  return answer.reason ? t("approvals.text.deniedWhy", { person, why: answer.reason }) : t("approvals.text.denied", { person });
}

interface Said {
  readonly say: TurnWords;
  /** In place of what a run that was refused says; as it is in the log where there is nothing. */
  readonly refusal: (run: CodeRan) => string | undefined;
}
const COUNTED: Said = { say: COUNTED_WORDS, refusal: () => undefined };

function contentOf(end: TurnEnd, turn: Turn, stopWords: readonly string[], said = COUNTED): Content {
  const { say } = said;
  if (end.type === "handoff.made") return inMessages(handoverWords(end, turn), say);
  // A turn that is the stop word alone says nothing to people; the end of the run is told by its own card.
  const words = end.text.trim() === "" ? `_(${say.saidNothing})_` : withoutStopWord(end.text, stopWords);
  if (end.type === "code.written" || turn.codeRuns.length === 0) return inMessages(words, say);
  const report = codeReport(turn.codeRuns, said);
  // Without a model the words are the outputs once more, for the other agents.
  const content = divided(end.model === undefined ? report.text : `${report.text}\n\n${safeMarkdown(words)}`);
  return { ...content, isWhole: content.isWhole && report.isWhole };
}

/** The beginning of a turn's words, as its message would show them: without a last line whose end says how it is read, such as a fence or a table's row. */
export function partialTurn(text: string, stopWords: readonly string[]): string {
  const words = withoutStopWord(text.replace(/(?:^|\n)[ \t]*(?:`{1,3}|~{1,3}|\|)[^\n]*$/, ""), stopWords).trimEnd();
  return words === "" ? "" : safeMarkdown(withShownCode(words));
}

/** What is too long for a message is in files of its own. In code nothing is taken out that would run. */
function inMessages(text: string, say: TurnWords): Content {
  const { words, files } = withoutLong(text, say);
  return { ...divided(safeMarkdown(withShownCode(words))), files };
}

/** Each part of a long turn is rendered by itself; the text is divided once for all of them. A cache: without it the parts are the same. */
const dividedLately = new Map<string, Content>();
const DIVIDED_KEPT_MAX = 30;

function divided(text: string): Content {
  if (text.trim() === "") return { parts: [], isWhole: true, files: [] };
  const known = dividedLately.get(text);
  if (known) return known;
  const { parts, rest } = splitMarkdown(text, { charsMax: MARKDOWN_CHARS_MAX, partsMax: TURN_PARTS_MAX });
  const content = { parts, isWhole: rest === "", files: [] };
  if (text.length <= MARKDOWN_CHARS_MAX) return content;
  const [oldest] = dividedLately.keys();
  if (dividedLately.size >= DIVIDED_KEPT_MAX && oldest !== undefined) dividedLately.delete(oldest);
  dividedLately.set(text, content);
  return content;
}

/** The results as they are, each in a fence; the log keeps them as text, where `#` or `*` would become markup. */
function codeReport(runs: readonly CodeRan[], { say, refusal }: Said): { readonly text: string; readonly isWhole: boolean } {
  const charsMax = Math.max(300, Math.floor(Math.min(OUTPUT_CHARS_SHOWN, (MARKDOWN_CHARS_MAX * 0.7) / runs.length)));
  const results = runs.map((run) => {
    const output = safeMarkdown(refusal(run) ?? run.output).trimEnd();
    const head = [
      `**${safeMarkdown(run.language)}**`,
      say.outcome(run),
      ...(run.outcome === "rejected" ? [] : [say.duration(run.elapsedMs)]),
    ].join(" · ");
    const files = run.files.map((file) => `${safeMarkdown(file.name).replaceAll(/[`\n]/g, "")} (${say.size(file.bytes)})`);
    const body = output === "" ? `_${say.noOutput}_` : run.outcome === "rejected" ? output : fenced(excerpt(output, charsMax, say.leftOut));
    return [head, "", body, ...(files.length > 0 ? ["", say.files(files.join(", "))] : [])].join("\n");
  });
  return { text: results.join("\n\n"), isWhole: runs.every((run) => run.output.length <= charsMax) };
}

/** A fence that nothing in the text can close. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = "`".repeat(Math.min(longest + 1, 50));
  return `${marks}\n${text.replaceAll(/`{50,}/g, (run) => "'".repeat(run.length))}\n${marks}`;
}

/**
 * `#5 · why: selector – "claim needs a test" · 1.2k tokens · $0.01`: only what is known, and as estimated what is. `over`: the end that the
 * turn tells, with what the whole run has cost.
 */
function footerOf(
  t: Translator,
  end: TurnEnd,
  turn: Turn,
  transcript: Transcript,
  over: ReturnType<typeof endUnder> | undefined,
  note: string | undefined,
): string {
  const isEnd = end.type !== "code.written";
  const spent = isEnd && !over ? spentInTurn(turn, end) : undefined;
  const executors = isEnd ? [...new Set(turn.codeRuns.flatMap(sandboxOf))].join(", ") : "";
  const known = [
    end.within === undefined ? `#${numberOf(end, transcript)}` : t("turns.text.in", { team: safeMrkdwn(end.within) }),
    whyOf(t, end, turn, transcript),
    executors ? safeMrkdwn(executors) : undefined,
    ...memoryLines(t, handedOverInSilence(turn, transcript)),
    ...memoryLines(t, { agent: end.agent, events: turn.events }),
    end.type === "handoff.made" ? t("cards.text.handsOver", { agent: safeMrkdwn(end.to) }) : undefined,
    spent && t.tokens(spent.usage),
    spent && t.cost(spent.usage, spent.priced),
    ...(over?.spent ?? []),
    note,
    over?.title,
    over?.next,
  ];
  return known.filter((part) => part !== undefined).join(" · ");
}

/** The turn that gave this agent the floor, where it had no words of its own and hence no message. */
function handedOverInSilence({ selected }: Turn, transcript: Transcript): { readonly agent: string; readonly events: readonly RunEvent[] } {
  const before = selected && transcript.events[selected.seq - 2];
  if (before?.type !== "handoff.made" || before.to !== selected?.agent) return { agent: "", events: [] };
  const turn = turnBefore(transcript, before.seq, before.agent);
  return { agent: before.agent, events: handoverWords(before, turn) === "" ? turn.events : [] };
}

const numberOf = (end: TurnEnd, transcript: Transcript): number => turnsAt(transcript, end.seq) + (end.type === "code.written" ? 1 : 0);

function fileName(end: TurnEnd, turn: Turn, transcript: Transcript): string {
  return turn.codeRuns.length > 0 ? `output-${numberOf(end, transcript)}.txt` : `turn-${numberOf(end, transcript)}.md`;
}
