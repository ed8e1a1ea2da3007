import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import type { Post, Store } from "../../store/store.ts";
import { takenOver, whileOurs } from "../api/while-ours.ts";
import { failureOf, httpFailure, isUnsure, type CallFailure } from "../api/api-errors.ts";
import type { RenderedFile } from "../words/blocks.ts";
import { RECONCILE_READ_GAP_MS, RECONCILE_READS, UPLOAD_TIMEOUT_MS } from "../words/limits.ts";
import type { NoteStore } from "./post-once.ts";
import type { Bucket } from "../api/pacer.ts";
import type { Place } from "../words/place.ts";

export type Uploaded = { readonly kind: "done"; readonly receipt: string } | { readonly kind: "failed"; readonly failure: CallFailure };

export interface Uploading {
  readonly web: { readonly read: WebClient; readonly write: WebClient };
  readonly store: Pick<Store, "note" | "putNote">;
  readonly bucket: Bucket;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Puts a file into the thread: asks for an address, sends the bytes there, and shares. Only the last call is seen by people; its answer
 * names no message, so the receipt is the file's id. The id is written down before it: uploads carry no metadata to find them by.
 */
export async function uploadFile(
  file: RenderedFile & { readonly bytes: Uint8Array },
  place: Place,
  post: Post,
  uploading: Uploading,
): Promise<Uploaded> {
  const { web, store, bucket, signal } = uploading;
  try {
    if (!(await bucket.take(signal))) return STOPPED;
    // The documented argument is `alt_txt`; the client sends what it is given.
    const described = { filename: file.name, length: file.bytes.byteLength, alt_txt: file.alt };
    const { upload_url: url, file_id: id } = await web.write.files.getUploadURLExternal(described);
    if (!url || !id) return { kind: "failed", failure: { kind: "refused", code: "no_upload_url" } };
    const sent = await sendBytes(url, file.bytes, signal);
    if (sent) return { kind: "failed", failure: sent };
    if (signal.aborted) return STOPPED;
    await store.putNote(noteKey(post), id);
    if (!(await bucket.take(signal))) return STOPPED;
    await whileOurs(signal, () =>
      web.write.files.completeUploadExternal({
        files: [{ id, title: file.name }],
        channel_id: place.channel,
        thread_ts: place.ts,
        initial_comment: file.comment,
      }),
    );
    return { kind: "done", receipt: id };
  } catch (error) {
    return { kind: "failed", failure: failureOf(error) };
  }
}

const STOPPED: Uploaded = { kind: "failed", failure: { kind: "ambiguous", code: "stopped" } };

export async function sendBytes(url: string, bytes: Uint8Array, signal: AbortSignal): Promise<CallFailure | undefined> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/octet-stream" },
      body: bytes as Uint8Array<ArrayBuffer>,
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_TIMEOUT_MS)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    return httpFailure(answer.status);
  } catch (error) {
    return { kind: "ambiguous", code: error instanceof Error && error.name === "TimeoutError" ? "timeout" : "network" };
  }
}

/**
 * {@link uploadFile}, one at a time for this post; where it does not come back, or is tried again after a crash, it is looked for first, and tried a few
 * times. Rejects where it is another process' by now.
 */
export async function uploadLooking(
  file: RenderedFile & { readonly bytes: Uint8Array },
  place: Place,
  post: Post,
  uploading: Uploading & { readonly store: NoteStore },
): Promise<Uploaded> {
  return uploading.store.exclusively(noteKey(post), async (lost) => {
    const uploaded = await uploadTrying(file, place, post, { ...uploading, signal: AbortSignal.any([uploading.signal, lost]) });
    if (uploaded.kind === "failed" && lost.aborted) throw takenOver(`the file ${file.name}`, lost);
    return uploaded;
  });
}

async function uploadTrying(
  file: RenderedFile & { readonly bytes: Uint8Array },
  place: Place,
  post: Post,
  uploading: Uploading,
): Promise<Uploaded> {
  for (let tries = 0; ; tries++) {
    const found = await findUploaded(place, post, uploading);
    // What cannot be looked up is not shared again.
    if (found) return found;
    const uploaded = await uploadFile(file, place, post, uploading);
    if (uploaded.kind === "done" || !isUnsure(uploaded.failure) || tries === TRIES_MAX - 1) {
      const late = uploaded.kind === "failed" && isUnsure(uploaded.failure) ? await findUploaded(place, post, uploading) : undefined;
      return late?.kind === "done" ? late : uploaded;
    }
  }
}

const TRIES_MAX = 3;

/** Whether an earlier try has put the file into the thread; `undefined` when it has not. */
export async function findUploaded(
  place: Place,
  post: Post,
  { web, store, bucket, clock, signal }: Uploading,
): Promise<Uploaded | undefined> {
  const id = await store.note(noteKey(post));
  // The last step was never begun.
  if (!id) return undefined;
  for (let read = 1; ; read++) {
    try {
      if (!(await bucket.take(signal))) return STOPPED;
      const { file } = await web.read.files.info({ file: id });
      if (isShared(file?.shares, place)) return { kind: "done", receipt: id };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code !== "file_not_found") return { kind: "failed", failure };
    }
    if (read === RECONCILE_READS || signal.aborted) return undefined;
    await clock.sleep(RECONCILE_READ_GAP_MS, signal);
  }
}

function isShared(shares: unknown, { channel, ts }: Place): boolean {
  if (typeof shares !== "object" || shares === null) return false;
  return Object.values(shares as { readonly [visibility: string]: unknown }).some((channels) => {
    const messages = (channels as { readonly [channel: string]: unknown } | null)?.[channel];
    return Array.isArray(messages) && messages.some((message: { readonly thread_ts?: unknown }) => message.thread_ts === ts);
  });
}

const noteKey = (post: Post): string => `upload/${post.thread}/${post.id}`;
