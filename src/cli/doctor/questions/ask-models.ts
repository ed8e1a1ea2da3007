import { readEnv, type Env } from "../../../config/env.ts";
import { createModelFor } from "../../../config/build/models.ts";
import { loadSettings, type ModelSettings, type Settings } from "../../../config/load.ts";
import { nearest } from "../../../engine/reading/nearest.ts";
import { createRedactor } from "../../../config/secrets.ts";
import { systemClock, type Clock } from "../../../engine/clock.ts";
import type { Model } from "../../../engine/model.ts";
import type { Lesson } from "../../../parley.ts";
import { print, UsageError, type Io } from "../../command.ts";
import { whyNotAsked } from "../../model-reach.ts";
import { forget, placeOfModel, remembered, type Remembered } from "./lessons.ts";
import { measured } from "./measured.ts";
import { QUESTIONS, readImage, type Asked, type Question, type QuestionName } from "./questions.ts";
import { HEAD, lineOf, oneLine, type Row } from "./table.ts";

/** What was said to `parley doctor --models`, as it was typed. */
export interface ModelOptions {
  readonly file: string | undefined;
  /** Of the team file; all of its models when absent. */
  readonly name: string | undefined;
  readonly only: readonly string[];
  /** How long one question may take. */
  readonly seconds: string | undefined;
  readonly forget: boolean;
  readonly json: boolean;
}

/**
 * Asks each model small real questions and says what it can, what was conceded, how long it took and what Parley does about each gap. Resolves to
 * 0 when nothing failed, 1 when something did. Never waits for longer than its limits.
 * @throws UsageError, and ConfigError where the team file cannot be read.
 */
export async function askModels(options: ModelOptions, io: Io, clock: Clock = systemClock): Promise<number> {
  const limitMs = limitOf(options.seconds);
  const questions = chosen(options.only);
  const env = readEnv(io.cwd, io.env);
  const settings = loadSettings({ env, cwd: io.cwd, ...(options.file === undefined ? {} : { file: options.file }) });
  const models = named(options.name, settings);
  const redact = createRedactor(env);
  const say = (text: string) => print(io.stdout, redact(text));
  const asJson = (name: string, line: object) => say(JSON.stringify({ model: name, ...line }));
  const stopping = new AbortController();
  const stopListening = io.onInterrupt(() => stopping.abort());
  let isWhole = true;
  try {
    for (const [name, model] of models) {
      if (stopping.signal.aborted) return 1;
      if (options.forget) {
        const forgotten = await forgetAbout(name, model, settings, env);
        await (options.json ? asJson(name, { forgotten }) : say(forgottenInWords(name, forgotten)));
        continue;
      }
      const place = placeOfModel(model, settings, env);
      if (!options.json) await say(`${name}: ${titleOf(model, place?.address)}`);
      const trouble = await whyNotAsked(name, model, settings, env);
      if (model.provider === "replay" || trouble !== undefined) {
        const row = { outcome: trouble ? "fail" : "skipped", found: trouble ?? "replays a file; there is nobody to ask" };
        isWhole &&= trouble === undefined;
        await (options.json ? asJson(name, row) : say(`  ${trouble ? "FAIL" : "–"} ${oneLine(row.found)}\n`));
        continue;
      }
      if (!options.json) await say(HEAD);
      const rows = asked(questions, { name, model, settings, env, clock, limitMs, signal: stopping.signal });
      for await (const row of rows) {
        isWhole &&= row.outcome !== "fail";
        await (options.json ? asJson(name, row) : say(lineOf(row)));
      }
      const known = place ? await remembered(place.lessonKey, settings) : [];
      if (options.json && known.length > 0) await asJson(name, { remembers: known });
      if (!options.json)
        await say([...known.map((one) => rememberedInWords(one)), ...(known.length > 0 ? [mendOf(name)] : []), ""].join("\n"));
    }
  } finally {
    stopListening();
  }
  return isWhole && !stopping.signal.aborted ? 0 : 1;
}

const SECONDS_DEFAULT = 60; // A cold local model has to be loaded first.
const SECONDS_MAX = 3_600;

function limitOf(given: string | undefined): number {
  const seconds = Number(given ?? SECONDS_DEFAULT);
  if (Number.isInteger(seconds) && seconds > 0 && seconds <= SECONDS_MAX) return seconds * 1_000;
  throw new UsageError(`--seconds takes whole seconds, from 1 to ${SECONDS_MAX}; "${given}" is none.`);
}

function chosen(only: readonly string[]): readonly Question[] {
  const names: readonly string[] = QUESTIONS.map(({ name }) => name);
  for (const name of only) {
    if (names.includes(name)) continue;
    const guess = nearest(name, names);
    throw new UsageError(`There is no question "${name}". ${guess ? `Did you mean "${guess}"?` : `There are ${names.join(", ")}.`}`);
  }
  // Whether it answers at all is asked in any case, and what follows from a question comes with it.
  const wanted = new Set<string>([
    "word",
    ...only,
    ...(only.includes("result") ? ["tool"] : []),
    ...(only.includes("after") ? ["stop"] : []),
  ]);
  return only.length === 0 ? QUESTIONS : QUESTIONS.filter(({ name }) => wanted.has(name));
}

function named(name: string | undefined, { file, models }: Settings): readonly (readonly [string, ModelSettings])[] {
  if (name === undefined) return [...models];
  const model = models.get(name);
  if (model) return [[name, model]];
  const guess = nearest(name, models.keys());
  throw new UsageError(
    `${file} has no model "${name}". ${guess ? `Did you mean "${guess}"?` : `It has ${[...models.keys()].join(", ")}.`}`,
  );
}

const titleOf = (model: ModelSettings, address: string | undefined): string =>
  model.provider === "replay" ? `replays ${model.file}` : oneLine(`${model.provider} ${model.model ?? ""}${address === undefined ? "" : ` at ${address}`}`); // prettier-ignore

async function forgetAbout(name: string, model: ModelSettings, settings: Settings, env: Env): Promise<readonly Remembered[]> {
  const place = placeOfModel(model, settings, env);
  return place ? forget(place.lessonKey, settings) : [];
}

const forgottenInWords = (name: string, forgotten: readonly Remembered[]): string =>
  forgotten.length === 0
    ? `${name}: nothing was remembered of it.`
    : [`${name}: forgotten, and asked for again within a minute:`, ...forgotten.map((one) => rememberedInWords(one))].join("\n");

/** Since when, and until when. */
export const rememberedInWords = ({ told, since, until }: Remembered): string =>
  `  remembered since ${since.slice(0, 10)}, until ${until.slice(0, 10)}: it ${oneLine(told)}`;

export const mendOf = (name: string): string => `  After an upgrade of its server: parley doctor --models ${name} --forget`;

interface Asking {
  readonly name: string;
  readonly model: ModelSettings;
  readonly settings: Settings;
  readonly env: Env;
  readonly clock: Clock;
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

/** One row after the other; when it does not answer at all, the rest is not asked. */
async function* asked(questions: readonly Question[], asking: Asking): AsyncGenerator<Row, void, void> {
  const { name, model, settings, clock, limitMs, signal } = asking;
  const { asksOf, learnt } = await bareModel(asking);
  const known = {
    images: imagesOf(model),
    toolUsers: toolUsersOf(name, settings),
    fallback: "fallback" in model ? model.fallback : [],
    limitMs,
  };
  let called: Asked["called"];
  let isThere = true;
  for (const { name: question, asks, request, verdict, breaksOffAfterMs } of questions) {
    if (signal.aborted) return;
    const now = (): Asked => ({ ...known, called, learnt: new Set(learnt.map(({ what }) => what)) });
    const wanted = isThere ? request(now()) : undefined;
    const before = learnt.length;
    const call = wanted && (await measured(asksOf(question), wanted, { limitMs, clock, signal, ...(breaksOffAfterMs === undefined ? {} : { breaksOffAfterMs }) })); // prettier-ignore
    const judged = isThere ? verdict(call, now()) : { outcome: "skipped" as const, found: "not asked: it does not answer" };
    if (question === "word" && judged.outcome === "fail") isThere = false;
    const reply = typeof call?.reply === "object" ? call.reply : undefined;
    if (question === "tool" && judged.outcome === "ok" && reply?.kind === "answer") called = reply;
    const conceded = await Promise.all(learnt.slice(before).map(inWords));
    const usage = reply?.usage;
    yield {
      question,
      asks,
      ...judged,
      ...(call?.firstMs === undefined ? {} : { firstMs: call.firstMs }),
      ...(call === undefined ? {} : { wholeMs: call.wholeMs }),
      ...(usage ? { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens } : {}),
      ...(usage?.estimated ? { estimated: true as const } : {}),
      ...(usage?.usd === undefined ? {} : { usd: usage.usd }),
      conceded,
    };
  }
}

const inWords = async (lesson: Lesson): Promise<string> => (await import("../../../parley.ts")).lessonInWords(lesson);

/**
 * The model as it stands in the team file, but asked once, and as if nothing had been learnt of it; that which is asked about an image sees images. Both learn from
 * each other, and nothing is written down.
 */
async function bareModel({ name, model, settings, env, clock }: Asking) {
  const { lessonsInMemory } = await import("../../../parley.ts");
  const learnt: Lesson[] = [];
  const memory = lessonsInMemory();
  const lessons = {
    ...memory,
    learn(key: string, lesson: Lesson) {
      learnt.push(lesson);
      return memory.learn(key, lesson);
    },
  };
  const create = createModelFor({ env, clock, registry: settings.registry, lessons, readFile: readImage });
  const made = (more: object): Model => create({ ...model, ...more } as ModelSettings, name, settings.file);
  const isOurs = placeOfModel(model, settings, env) !== undefined;
  const [plain, seeing] = isOurs ? [made({ attempts: 1 }), made({ attempts: 1, images: true })] : [made({}), made({})];
  return { learnt, asksOf: (question: QuestionName): Model => (question === "image" ? seeing : plain) };
}

const imagesOf = (model: ModelSettings): boolean => "images" in model && model.images;

/** Hand-overs and notes are tools, too. */
const toolUsersOf = (name: string, { teams }: Settings): readonly string[] =>
  [...teams].flatMap(([team, { agents }]) =>
    agents.flatMap((agent) => {
      if (!("model" in agent) || agent.model !== name || !("tools" in agent)) return [];
      return agent.tools.length > 0 || agent.handoffs.length > 0 || agent.memory !== false ? [`${agent.name} (${team})`] : [];
    }),
  );
