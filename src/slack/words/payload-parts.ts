import { z } from "zod";

/**
 * What the shapes of Slack's payloads are made of. Objects may carry more than is named, as Slack's do. What is null is read as absent, and so is an
 * empty word where an id, a time or a name would stand, and an object without a field: forms have no other way to say that there is none, and some servers
 * write them all.
 */
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);
export const timestamp = z.string().regex(/^\d{1,12}\.\d{1,6}$/);
export const maybe = <S extends z.ZodType>(schema: S) => z.preprocess(orAbsent, schema.optional());
const orAbsent = (value: unknown): unknown => (value === null || value === "" || isEmpty(value) ? undefined : value);

function isEmpty(value: unknown): boolean {
  if (typeof value !== "object" || Array.isArray(value)) return false;
  for (const _ in value) return false;
  return true;
}
export const short = z.string().max(500);

const address = maybe(z.string().max(2_000)).catch(undefined);
/** A file of a message, or what files.info says of it. */
export const SharedFile = z.object({
  id: maybe(id).catch(undefined),
  mode: maybe(short).catch(undefined),
  /** `check_file_info`: Slack tells what it is when asked. */
  file_access: maybe(short).catch(undefined),
  name: maybe(short).catch(undefined),
  title: maybe(short).catch(undefined),
  mimetype: maybe(short).catch(undefined),
  size: maybe(z.number()).catch(undefined),
  filetype: maybe(short).catch(undefined),
  /** `slack_audio`, `slack_video`: a clip that was recorded in Slack. */
  subtype: maybe(short).catch(undefined),
  permalink: address,
  /** Where a file lies that is not in Slack: `gdrive`, `dropbox`. */
  external_type: maybe(short).catch(undefined),
  /** Of a clip; the words come later than the message. */
  transcription: maybe(
    z.object({ status: maybe(short), preview: maybe(z.object({ content: maybe(z.string()), has_more: maybe(z.boolean()) })) }),
  ).catch(undefined),
  vtt: address,
  /** Of an e-mail. */
  subject: maybe(z.string()).catch(undefined),
  from: maybe(z.array(z.object({ original: maybe(z.string()), address: maybe(z.string()) }))).catch(undefined),
  plain_text: maybe(z.string()).catch(undefined),
  url_private: address,
  url_private_download: address,
});

export type SharedFile = z.output<typeof SharedFile>;

/** Those of a message; of one that is none it is known that it was there, and it takes no other with it. */
export const SharedFiles = maybe(z.array(SharedFile.catch({}))).catch(undefined);

/** Blocks and attachments of a message: anybody's, and read with that in mind (block-words.ts, message-words.ts). */
export const carried = maybe(z.array(z.unknown())).catch(undefined);

export const Person = z.object({ id, team_id: maybe(id) });
