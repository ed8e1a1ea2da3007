import { takenOver, whileOurs } from "../api/while-ours.ts";
import { failureOf, isUnsure, type CallFailure } from "../api/api-errors.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { RECONCILE_READ_GAP_MS, RECONCILE_READS } from "../words/limits.ts";
import { patiently } from "../api/retry-rate-limited.ts";
import { conversationOf } from "./post-or-find.ts";
import { sendBytes } from "./upload.ts";

/** A file for one person. */
interface Parcel {
  /** The same each time it is asked for once. */
  readonly key: string;
  readonly user: string;
  readonly file: { readonly name: string; readonly alt: string; readonly comment: string; readonly bytes: Uint8Array };
}

const TRIES_MAX = 3;
const STOPPED: CallFailure = { kind: "ambiguous", code: "stopped" };

type Context = Pick<HandlerContext, "web" | "store" | "clock" | "pace">;
type Delivered = { readonly permalink: string | undefined } | { readonly code: string };

/**
 * Puts a file into the person's DM with the bot, once for its key: the file's id is noted before it is shared, and after a crash, or an answer
 * that does not come, Slack is asked whether it was. Resolves to where it is, or to why it is not. Rejects where that is for another process to say by now.
 */
export function uploadToPerson(ctx: Context, parcel: Parcel): Promise<Delivered> {
  return ctx.store.exclusively(noteKey(parcel.key), async (lost) => {
    const delivered = await uploadOnce(ctx, parcel, lost);
    if (lost.aborted) throw takenOver(`the file ${parcel.file.name}`, lost);
    return delivered;
  });
}

async function uploadOnce(ctx: Context, parcel: Parcel, lost: AbortSignal): Promise<Delivered> {
  let failed: CallFailure | undefined;
  for (let tries = 0; ; tries++) {
    const found = await findShared(ctx, parcel);
    if (found) return found;
    if (failed && (tries >= TRIES_MAX || !isUnsure(failed) || lost.aborted)) return { code: failed.code };
    try {
      const shared = await share(ctx, parcel, lost);
      if (!("kind" in shared)) return shared;
      failed = shared;
    } catch (error) {
      failed = failureOf(error);
    }
  }
}

/** Where an earlier try has put it; why nobody can tell, for then it is not shared again; `undefined`: it is not there. */
async function findShared({ web, store, clock }: Context, { key }: Parcel): Promise<Delivered | undefined> {
  const id = await store.note(noteKey(key));
  if (!id) return undefined;
  for (let read = 1; ; read++) {
    try {
      const { file } = await patiently(clock, () => web.read.files.info({ file: id }));
      if (file?.shares && Object.keys(file.shares).length > 0) return { permalink: file.permalink };
    } catch (error) {
      // The last step was never begun: Slack knows of no such file.
      const { code } = failureOf(error);
      if (code !== "file_not_found") return { code };
    }
    if (read === RECONCILE_READS) return undefined;
    await clock.sleep(RECONCILE_READ_GAP_MS);
  }
}

async function share(ctx: Context, { key, user, file }: Parcel, lost: AbortSignal): Promise<Delivered | CallFailure> {
  const { web, store, pace } = ctx;
  if (!(await pace.uploads.take(lost))) return STOPPED;
  const channel = await conversationOf(ctx, user);
  const described = { filename: file.name, length: file.bytes.byteLength, alt_txt: file.alt };
  const { upload_url: url, file_id: id } = await web.write.files.getUploadURLExternal(described);
  if (!url || !id) return { code: "no_upload_url" };
  const failed = await sendBytes(url, file.bytes, lost);
  if (failed) return failed;
  if (lost.aborted) return STOPPED;
  await store.putNote(noteKey(key), id);
  if (!(await pace.uploads.take(lost))) return STOPPED;
  const shared = await whileOurs(lost, () =>
    web.write.files.completeUploadExternal({
      files: [{ id, title: file.name }],
      channel_id: channel,
      initial_comment: file.comment,
    }),
  );
  return { permalink: shared.files?.[0]?.permalink };
}

const noteKey = (key: string): string => `parcel/${key}`;
