import { createHash } from "node:crypto";
import { NOTE_CHARS_MAX, type NoteDraft } from "../../engine/memory.ts";
import { SCHEDULE_BYTES_MAX } from "../schedules/schedules.ts";
import { SETTING_BYTES_MAX, SETTING_NAME_CHARS_MAX } from "../settings.ts";
import { type Envelope, StoreError } from "../store.ts";

/** A note is small state under a key; what is larger is a file or a log. */
const NOTE_BYTES_MAX = 256 * 1024;
/** Content is written and hashed in one go, which blocks the event loop: about 0.1 s at this size. */
const FILE_BYTES_MAX = 32 * 1024 * 1024;
const NOTE_KEY_CHARS_MAX = 512;
/** The largest envelopes seen from Slack are some 100 KB. */
const ENVELOPE_BYTES_MAX = 1024 * 1024;

/** Throws StoreError for a note that is too large. */
export function checkNote(key: string, value: string): void {
  const bytes = Buffer.byteLength(value);
  if (key.length > NOTE_KEY_CHARS_MAX)
    throw new StoreError(`note ${key.slice(0, 60)}…: its key has ${key.length} characters; at most ${NOTE_KEY_CHARS_MAX} are kept.`);
  if (bytes > NOTE_BYTES_MAX)
    throw new StoreError(`note ${key}: has ${bytes} bytes; at most ${NOTE_BYTES_MAX} are kept. Put it in a file.`);
}

/** The SHA-256 of a file, hex. Throws StoreError for one that is too large. */
export function fileHash(content: Uint8Array): string {
  if (content.byteLength > FILE_BYTES_MAX)
    throw new StoreError(`a file has ${content.byteLength} bytes; at most ${FILE_BYTES_MAX} are kept. Split it.`);
  return createHash("sha256").update(content).digest("hex");
}

/** Throws StoreError for an envelope that is too large. */
export function checkEnvelope({ id, body }: Envelope): void {
  const bytes = Buffer.byteLength(body);
  if (bytes > ENVELOPE_BYTES_MAX)
    throw new StoreError(`envelope ${id.slice(0, 100)}: has ${bytes} bytes; at most ${ENVELOPE_BYTES_MAX} are kept.`);
}

/** Throws StoreError for a setting that is too large; `text`: its value as JSON, nothing where it is taken away. */
export function checkSetting(name: string, text: string | undefined): void {
  if (name.length > SETTING_NAME_CHARS_MAX)
    throw new StoreError(
      `setting ${name.slice(0, 60)}…: its name has ${name.length} characters; at most ${SETTING_NAME_CHARS_MAX} are kept.`,
    );
  const bytes = Buffer.byteLength(text ?? "");
  if (bytes > SETTING_BYTES_MAX)
    throw new StoreError(`setting ${name}: has ${bytes} bytes; at most ${SETTING_BYTES_MAX} are kept. Shorten it.`);
}

/** As {@link checkSetting}, for what starts by itself. */
export function checkSchedule(id: string, text: string | undefined): void {
  const bytes = Buffer.byteLength(text ?? "");
  if (bytes > SCHEDULE_BYTES_MAX)
    throw new StoreError(`schedule ${id}: has ${bytes} bytes; at most ${SCHEDULE_BYTES_MAX} are kept. Shorten its task.`);
}

/** Names of scopes are made of ids of the chat service, which are far shorter. */
const SCOPE_CHARS_MAX = 512;

/** Throws StoreError for something to remember that is too large. */
export function checkMemory({ scope, text }: NoteDraft): void {
  if (scope.length > SCOPE_CHARS_MAX)
    throw new StoreError(`memory ${scope.slice(0, 60)}…: its name has ${scope.length} characters; at most ${SCOPE_CHARS_MAX} are kept.`);
  if (text.length > NOTE_CHARS_MAX)
    throw new StoreError(`a note for ${scope} has ${text.length} characters; at most ${NOTE_CHARS_MAX} are kept. Shorten it.`);
}
