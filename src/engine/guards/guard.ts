import type { FileRef } from "../events/events.ts";
import { bytesOf, textIn } from "./text-files.ts";

/** Where words and files go: to a model, to a tool or the sandbox, or to people and the log. */
export type GuardedPlace = "model" | "tool" | "people";

/**
 * Looks at words before they go somewhere, and lets them pass, changes them, or stops what they are for. It may be asked for the same words again, and
 * then says the same: what was changed for a model once is changed in every later call.
 */
export interface Guard {
  readonly name: string;
  readonly at: readonly GuardedPlace[];
  look(words: string, going: Going): Verdict | Promise<Verdict>;
  /** The same for a file, whatever is in it. Without it, what is text in files is looked at as words are, and other files pass. */
  readonly lookAtFile?: ((file: GuardedFile, going: Going) => FileVerdict | Promise<FileVerdict>) | undefined;
}

/** A file on its way: an image to a model, what people have posted to the sandbox, what code and tools have made to people. */
export interface GuardedFile {
  readonly name: string;
  /** As whoever made it says; what is in it may be something else. */
  readonly mediaType: string;
  readonly bytes: number;
  readonly content: Uint8Array;
}

export interface Going {
  readonly to: GuardedPlace;
  /** Whose turn it is. */
  readonly agent: string;
  /** The tool, or the language of the code; `sandbox` for files that are put there. */
  readonly tool?: string;
  /** The name of the file that the words are of, or that is looked at. */
  readonly file?: string;
}

/** Nothing: the words pass. `stop`: one sentence for people, without what must not be seen. */
export type Verdict = undefined | { readonly words: string } | { readonly stop: string };

/** The same for a file. What is absent of `file` stays as it was. */
export type FileVerdict =
  | undefined
  | { readonly file: { readonly name?: string; readonly mediaType?: string; readonly content: Uint8Array } }
  | { readonly stop: string };

/** Where the content of files is kept, by its SHA-256 (hex). */
export interface KeptFiles {
  /** `undefined` where it is not kept. */
  read(hash: string): Promise<Uint8Array | undefined>;
  keep(content: Uint8Array): Promise<string>;
}

/** What a stop is called in failures of models, tools and turns. */
export const GUARDED = "guarded";

/** How a walk through a request or an event hands in what it comes by, and is given what goes on. */
export interface Look {
  words(words: string): Promise<string>;
  file(file: FileRef): Promise<FileRef>;
}

class Stop extends Error {}

/** One guard after the other, each on what those before it have left; a guard that breaks stops what it could not look at. */
export async function looking<Value>(
  guards: readonly Guard[],
  going: Going,
  files: KeptFiles,
  walk: (look: Look) => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly stop: string }> {
  try {
    return {
      value: await walk({ words: (words) => passWords(guards, words, going), file: (file) => passRef(guards, file, going, files) }),
    };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { stop: error.message };
  }
}

async function passWords(guards: readonly Guard[], words: string, going: Going): Promise<string> {
  let now = words;
  for (const guard of guards) {
    if (now === "") return now;
    const verdict = await unlessBroken(() => guard.look(now, going));
    if (verdict === undefined) continue;
    if ("stop" in verdict) throw new Stop(stopWords(guard, going, verdict.stop));
    now = verdict.words;
  }
  return now;
}

/** What is kept no longer nobody sees. */
async function passRef(guards: readonly Guard[], ref: FileRef, going: Going, files: KeptFiles): Promise<FileRef> {
  const content = await files.read(ref.hash);
  if (!content) return ref;
  const before = { name: ref.name, mediaType: ref.mediaType, bytes: content.byteLength, content };
  const { name, mediaType, bytes, ...after } = await passFile(guards, before, going);
  if (after.content === content && name === ref.name && mediaType === ref.mediaType) return ref;
  return { hash: after.content === content ? ref.hash : await files.keep(after.content), name, mediaType, bytes };
}

async function passFile(guards: readonly Guard[], file: GuardedFile, going: Going): Promise<GuardedFile> {
  let now = file;
  for (const guard of guards) {
    const verdict = await unlessBroken(() => fileVerdict(guard, now, { ...going, file: now.name }));
    if (verdict === undefined) continue;
    if ("stop" in verdict) throw new Stop(stopWords(guard, { ...going, file: now.name }, verdict.stop));
    const { content, name = now.name, mediaType = now.mediaType } = verdict.file;
    now = { name: cleanName(name), mediaType, bytes: content.byteLength, content };
  }
  return now;
}

/** What goes on of a file that is no part of a request or an event, such as one that is put into the sandbox. */
export async function lookedAtFile(
  guards: readonly Guard[],
  file: GuardedFile,
  going: Going,
): Promise<{ readonly value: GuardedFile } | { readonly stop: string }> {
  const own = guards.filter(({ at }) => at.includes(going.to));
  try {
    return { value: await passFile(own, file, going) };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { stop: error.message };
  }
}

async function fileVerdict(guard: Guard, file: GuardedFile, going: Going): Promise<FileVerdict> {
  if (guard.lookAtFile) return guard.lookAtFile(file, going);
  const text = textIn(file);
  if (text === undefined || text === "") return undefined;
  const verdict = await guard.look(text, going);
  return verdict && "words" in verdict ? { file: { content: bytesOf(verdict.words) } } : verdict;
}

const stopWords = ({ name }: Guard, going: Going, why: string): string =>
  `The guard "${name}" stopped ${going.file === undefined ? "this" : `the file ${going.file.slice(0, NAME_CHARS_SHOWN)}`} on its way to ${WHERE[going.to](going)}: ${why}`;

const NAME_CHARS_SHOWN = 100;

/** A guard names no folder. */
const cleanName = (name: string): string => name.replaceAll(/[/\\\0]/g, "_").slice(0, NAME_CHARS_MAX) || "file";

const NAME_CHARS_MAX = 200;

const WHERE: { readonly [Place in GuardedPlace]: (going: Going) => string } = {
  model: ({ agent }) => `the model of ${agent}`,
  tool: ({ tool }) => (tool === "sandbox" ? "the sandbox" : `the tool ${tool ?? ""}`.trim()),
  people: () => "people",
};

/** A guard that breaks stops what it could not look at. */
async function unlessBroken<Found>(look: () => Found | Promise<Found>): Promise<Found | { readonly stop: string }> {
  try {
    return await look();
  } catch (error) {
    return { stop: `it broke (${error instanceof Error ? error.message : String(error)}).` };
  }
}
