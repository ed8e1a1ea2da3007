import type { Clock } from "../../engine/clock.ts";
import { shownName } from "../../engine/reading/attribution.ts";
import type { Beside } from "../../engine/events/events.ts";
import { readDocument } from "../../documents/read-document.ts";
import type { SharedFile } from "../words/payload-parts.ts";
import { wholeCharacters } from "../words/escape.ts";

/** Of one file, about 3,500 words; and of all of a message, or of a thread that is read. The rest is in the file itself. */
const FILE_CHARS_MAX = 20_000;
export const FILES_CHARS_MAX = 40_000;
/** All files of a message, with their wait for each other and for those of other messages: the task waits for them. */
export const FILES_READ_MS_MAX = 30_000;
/** A clip is transcribed within seconds after it was posted. */
const TRANSCRIBED_LOOKS = 3;
const TRANSCRIBED_LOOK_MS = 2_500;

/** Begins the source of what a file says, as agents read it. */
const SAYS = "file ";

/** What a posted file says, as words of somebody else's; `unread`: why it says nothing that can be read, where it is of a kind that does. */
export interface FileWords {
  readonly words?: Beside[number];
  readonly unread?: string;
  /** What failed in the program that reads it, for its operator. */
  readonly failure?: string;
}

/** What the files of a message have left. */
export interface FilesLeft {
  readonly chars: number;
  readonly readMs: number;
}

/** Never rejects. */
export async function wordsOfFile(
  { name, mediaType }: { readonly name: string; readonly mediaType: string },
  content: Uint8Array,
  left: FilesLeft,
): Promise<FileWords> {
  if (left.chars <= 0) return { unread: `what it says was left out: ${FILES_CHARS_MAX} characters of files are read at once` };
  if (left.readMs <= 0)
    return { unread: `what it says was left out: ${FILES_READ_MS_MAX / 1_000} s are taken to read all files of a message` };
  const limits = { charsMax: Math.min(FILE_CHARS_MAX, left.chars), wholeMsMax: left.readMs };
  const found = await readDocument({ name, mediaType, content }, limits);
  if (found === undefined) return {};
  if (found.kind === "unread") {
    const unread = `its words could not be read: ${found.why}`;
    return found.failure === undefined ? { unread } : { unread, failure: found.failure };
  }
  const part = found.part === undefined ? "" : `\n(Only ${found.part}: more is not read here.)`;
  return { words: { source: `${SAYS}${shownName(name)}`, text: `${found.text}${part}` } };
}

/** What is said in a clip, as Slack has transcribed it; it is asked for again while that is under way. `undefined`: the file is no clip. */
export async function wordsOfClip(
  told: SharedFile,
  ask: (file: string) => Promise<SharedFile | undefined>,
  clock: Pick<Clock, "sleep">,
): Promise<FileWords | undefined> {
  if (told.subtype !== "slack_audio" && told.subtype !== "slack_video" && told.transcription === undefined) return undefined;
  let file = told;
  for (let look = 0; isUnderWay(file) && file.id !== undefined && look < TRANSCRIBED_LOOKS; look++) {
    if (look > 0) await clock.sleep(TRANSCRIBED_LOOK_MS);
    file = (await ask(file.id)) ?? file;
  }
  const preview = file.transcription?.preview;
  const said = preview?.content?.trim() ?? "";
  if (said === "") return { unread: `what is said in it could not be read: ${whyUnsaid(file)}` };
  const more = preview?.has_more === true ? "\n(This is its beginning: Slack gives apps no more of it.)" : "";
  const name = shownName(file.name ?? file.title ?? "clip");
  return { words: { source: `${SAYS}${name}, as Slack has transcribed it`, text: `${clipped(said)}${more}` } };
}

/** An e-mail that was sent into Slack. `undefined`: it is none. */
export function wordsOfEmail({ mode, filetype, subject, from, plain_text: text }: SharedFile): FileWords | undefined {
  if (mode !== "email" && filetype !== "email") return undefined;
  const sender = from?.map(({ original, address }) => original ?? address).filter(Boolean).join(", ") ?? ""; // prettier-ignore
  const head = [sender && `From: ${sender}`, subject && `Subject: ${subject}`].filter(Boolean);
  const said = [...head, text?.trim() ?? ""].filter(Boolean).join("\n");
  return said === "" ? { unread: "Slack gives none of its words" } : { words: { source: `${SAYS}e-mail`, text: clipped(said) } };
}

/** What Slack gives apps no more of than its title and a link: a canvas, a list, a file that lies elsewhere. */
export function linkOnly({
  mode,
  filetype,
  external_type: where,
  title,
  name,
  permalink,
  url_private: url,
}: SharedFile): string | undefined {
  const kind = [mode, filetype].map((one) => LINKED[one ?? ""]).find(Boolean);
  const isElsewhere = mode === "external" || (where ?? "") !== "";
  if (kind === undefined && !isElsewhere) return undefined;
  const link = [isElsewhere ? url : permalink, permalink, url].find((one) => URL.parse(one ?? "")?.protocol.startsWith("http"));
  const called = shownName(title ?? name ?? "without a title");
  const what = kind === undefined ? `a file in ${shownName(where ?? "")}`.replace(/ in ""$/, " elsewhere") : `the ${kind}`;
  return `${what} ${called}${link === undefined ? "" : `, ${link.replaceAll(/[\s()[\]]/g, "")}`}: its title and link are all that is given to an app`;
}

const LINKED: { readonly [mode: string]: string } = { canvas: "canvas", quip: "canvas", list: "list" };

/** Whether it is what a file says, among what came along with a message. */
export const isOfFile = ({ source }: Beside[number]): boolean => source?.startsWith(SAYS) === true;

const isUnderWay = ({ transcription }: SharedFile): boolean =>
  transcription?.preview?.content === undefined && !ENDED.has(transcription?.status ?? "");
const ENDED: ReadonlySet<string> = new Set(["complete", "failed", "none", "skipped"]);

function whyUnsaid({ transcription }: SharedFile): string {
  const status = transcription?.status;
  if (status === "complete") return "nobody speaks in it";
  return status === undefined || ENDED.has(status) ? "Slack has not transcribed it" : "Slack is still transcribing it";
}

const clipped = (text: string): string =>
  text.length <= FILE_CHARS_MAX
    ? text
    : `${wholeCharacters(text, FILE_CHARS_MAX)}\n(cut here: ${text.length - FILE_CHARS_MAX} more characters were not read)`;
