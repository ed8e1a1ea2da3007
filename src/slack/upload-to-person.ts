import { failureOf } from "./api-errors.ts";
import type { Desk } from "./desk.ts";
import { sendBytes } from "./upload.ts";

/** A file for one person. */
interface Parcel {
  /** The same each time it is asked for once. */
  readonly key: string;
  readonly user: string;
  readonly file: { readonly name: string; readonly alt: string; readonly comment: string; readonly bytes: Uint8Array };
}

/** The last step was never begun: Slack knows of no such file. */
function unshared(error: unknown): { readonly file: undefined } {
  if (failureOf(error).code === "file_not_found") return { file: undefined };
  throw error;
}

const NEVER = new AbortController().signal;

/**
 * Puts a file into the person's DM with the bot, once for its key: the file's id is noted before it is shared, and after a crash Slack is asked
 * whether it was. Resolves to where it is, or to why it is not.
 */
export async function uploadToPerson(
  desk: Desk,
  { key, user, file }: Parcel,
): Promise<{ readonly permalink: string | undefined } | { readonly code: string }> {
  const { web, store, pace } = desk;
  const note = `parcel/${key}`;
  try {
    const sent = await store.note(note);
    if (sent !== undefined) {
      const { file: found } = await web.read.files.info({ file: sent }).catch(unshared);
      if (found?.shares && Object.keys(found.shares).length > 0) return { permalink: found.permalink };
    }
    await pace.uploads.take(NEVER);
    const { channel } = await web.write.conversations.open({ users: user });
    const described = { filename: file.name, length: file.bytes.byteLength, alt_txt: file.alt };
    const { upload_url: url, file_id: id } = await web.write.files.getUploadURLExternal(described);
    if (!channel?.id || !url || !id) return { code: "no_upload_url" };
    const failed = await sendBytes(url, file.bytes, NEVER);
    if (failed) return { code: failed.code };
    await store.putNote(note, id);
    await pace.uploads.take(NEVER);
    const shared = await web.write.files.completeUploadExternal({
      files: [{ id, title: file.name }],
      channel_id: channel.id,
      initial_comment: file.comment,
    });
    return { permalink: shared.files?.[0]?.permalink };
  } catch (error) {
    return { code: failureOf(error).code };
  }
}
