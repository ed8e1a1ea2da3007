import { shownName } from "../../engine/reading/attribution.ts";
import type { Beside, FileRef } from "../../engine/events/events.ts";
import type { Store } from "../../store/store.ts";
import type { Clock } from "../../engine/clock.ts";
import { BRIEFLY, patiently } from "../api/retry-rate-limited.ts";
import {
  FILES_CHARS_MAX,
  FILES_READ_MS_MAX,
  isOfFile,
  linkOnly,
  wordsOfClip,
  wordsOfEmail,
  wordsOfFile,
  type FileWords,
} from "./file-words.ts";
import { SharedFile } from "../words/payload-parts.ts";
import { slackErrorCode, type Log } from "../api/web-client.ts";
import { LACKS_SCOPE, type FileContent } from "./file-content.ts";

/** What was posted with a message. */
export interface Attached {
  /** Taken, and kept in the store. */
  readonly files: readonly FileRef[];
  /** What the agents are told of them, also of those that were not taken; empty without any. */
  readonly note: string;
  /** What they say: documents and text, clips by their transcription, e-mails. */
  readonly words: Beside;
}

/** Fetches the files of a message, once each; called twice with the same message it gives the same. Never fails: what cannot be had is said. */
export type Attachments = (message: {
  readonly files?: readonly SharedFile[] | undefined;
  /** Of what they say, together; {@link FILES_CHARS_MAX} when absent. */
  readonly charsMax?: number;
}) => Promise<Attached>;

/** What agents read of them beside a message's own words. */
export const attachedBeside = ({ words, note }: Attached): Beside => [...words, ...(note === "" ? [] : [{ text: note }])];

export interface AttachmentParts {
  readonly store: Pick<Store, "putFile">;
  readonly contentOf: FileContent;
  /** What Slack says of a file of which a message has no more than the id. Rejects as Slack does. */
  readonly infoOf: (file: string) => Promise<unknown>;
  readonly clock: Clock;
  readonly log: Log;
}

const FILES_MAX = 10; // Slack's own composer takes ten.
const FILE_BYTES_MAX = 8 * 1024 * 1024; // What a sandbox takes, too.
const FILES_BYTES_MAX = 16 * 1024 * 1024; // of one message
const NAME_CHARS_MAX = 200;

export function createAttachments({ store, contentOf, infoOf, clock, log }: AttachmentParts): Attachments {
  /** A file of a channel that is shared with others, or that is just being uploaded, comes as a stub. */
  async function whole(file: SharedFile): Promise<SharedFile | string> {
    const isStub = file.file_access === "check_file_info" || file.mode === "file_access";
    if (!isStub || file.id === undefined) return file;
    try {
      return (await ask(file.id)) ?? file;
    } catch (error) {
      const code = slackErrorCode(error);
      if (code === "missing_scope") log(LACKS_SCOPE);
      return REASONS[code ?? ""] ?? `Slack does not give it to the app${code === undefined ? "" : ` (${code})`}`;
    }
  }

  const ask = async (file: string): Promise<SharedFile | undefined> =>
    SharedFile.safeParse(await patiently(clock, () => infoOf(file), BRIEFLY)).data;

  /** What a file says that is none to be read as a document. */
  async function saidIn(file: SharedFile): Promise<FileWords | undefined> {
    return wordsOfEmail(file) ?? (await wordsOfClip(file, (id) => ask(id).catch(() => undefined), clock));
  }

  return async ({ files: shared = [], charsMax = FILES_CHARS_MAX }) => {
    const files: FileRef[] = [];
    const missed: string[] = [];
    const linked: string[] = [];
    const unread: string[] = [];
    const words: Beside[number][] = [];
    let charsLeft = charsMax;
    let bytesLeft = FILES_BYTES_MAX;
    let readMsLeft = FILES_READ_MS_MAX;
    for (const told of shared.slice(0, FILES_MAX)) {
      const found = await whole(told);
      const file = typeof found === "string" ? told : found;
      const name = cleanName(file.name ?? file.title ?? "", files.length + 1);
      const link = typeof found === "string" ? undefined : linkOnly(file);
      if (link !== undefined) {
        linked.push(link);
        continue;
      }
      const said = typeof found === "string" ? undefined : await saidIn(file);
      const content = typeof found === "string" ? found : await contentOf(file, Math.min(FILE_BYTES_MAX, bytesLeft));
      if (typeof content === "string") {
        // An e-mail or a clip may be read all the same.
        if (said?.words) words.push(said.words);
        else missed.push(`${described(name, file.mimetype, file.size)}: ${content}`);
        continue;
      }
      bytesLeft -= content.byteLength;
      const mediaType = /^[\w.+-]{1,60}\/[\w.+-]{1,80}$/.test(file.mimetype ?? "") ? (file.mimetype ?? "") : "application/octet-stream";
      files.push({ hash: await store.putFile(content), name, mediaType, bytes: content.byteLength });
      const beginMs = clock.now();
      const read = said ?? (await wordsOfFile({ name, mediaType }, content, { chars: charsLeft, readMs: readMsLeft }));
      readMsLeft -= Math.max(0, clock.now() - beginMs);
      if (read.failure !== undefined) log(`a file could not be read as a document: ${read.failure}`);
      if (read.words) {
        words.push(read.words);
        charsLeft -= read.words.text.length;
      }
      if (read.unread !== undefined) unread.push(`${shownName(name)}: ${read.unread}`);
    }
    if (shared.length > FILES_MAX) missed.push(`${shared.length - FILES_MAX} more: at most ${FILES_MAX} are read`);
    const notes = [
      files.length > 0 &&
        `(Attached: ${files.map(({ name, mediaType, bytes }) => described(name, mediaType, bytes)).join("; ")}. Code that is run finds them in the folder in/.)`,
      unread.length > 0 && `(Attached, but only as files: ${unread.join("; ")}.)`,
      linked.length > 0 && `(Attached: ${linked.join("; ")}.)`,
      missed.length > 0 && `(Attached, but not readable for you: ${missed.join("; ")}.)`,
    ];
    return { files, note: notes.filter(Boolean).join("\n"), words };
  };
}

/** What was said of the files, and what they say, among what came along with a message. */
export const notesOn = (beside: Beside = []): Beside =>
  beside.filter((one) => isOfFile(one) || (one.source === undefined && one.text.startsWith("(Attached")));

/** Why Slack tells nothing of a file, as a person would say it. */
const REASONS: { readonly [code: string]: string } = {
  file_deleted: "it was deleted",
  missing_scope: "the app may not read files",
  ratelimited: "Slack answers no more questions about files just now",
};

/** Without folders, control or direction marks; never hidden, never empty. */
function cleanName(raw: string, number: number): string {
  const name = raw
    .normalize("NFC")
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029\ufffd/\\[\]]/gu, "_")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(-NAME_CHARS_MAX);
  return /^\.*$/.test(name) ? `file-${number}` : name;
}

function described(name: string, mediaType: string | undefined, bytes: number | undefined): string {
  const about = [mediaType?.replaceAll(/[^\w.+/-]/g, ""), bytes === undefined ? undefined : `${bytes} bytes`].filter(Boolean).join(", ");
  return about ? `${shownName(name)} (${about})` : shownName(name);
}
