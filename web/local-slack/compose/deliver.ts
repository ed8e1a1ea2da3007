import { send, upload, type Answer } from "../state/api.ts";
import type { Draft, Target } from "../state/draft.ts";
import type { Store } from "../state/store.ts";

type Delivered = (Answer & { readonly ok: true }) | (Answer & { readonly ok: false; readonly unsent: Draft });

/** A file is a message of its own: with words it goes below them, so that the thread holds both. */
export async function deliver(as: string, { channel, threadTs }: Target, { text, files }: Draft): Promise<Delivered> {
  const where = { as, channel: channel.id };
  const posted = text === "" ? { ok: true } : await send("post", { ...where, ...(threadTs === undefined ? {} : { threadTs }), text });
  if (!posted.ok) return { ...posted, ok: false, unsent: { text, files } };
  for (const [index, file] of files.entries()) {
    const result = await upload({ ...where, threadTs: threadTs ?? posted.ts, file });
    if (!result.ok) return { ...result, ok: false, unsent: { text: "", files: files.slice(index) } };
  }
  return { ...posted, ok: true };
}

/** Whether what was sent begins a thread that people will want to see: the app is spoken to, and hears it. */
export const opensThread = ({ bot }: Store, { channel }: Target, text: string): boolean =>
  channel.kind === "im" || (channel.botIsMember && text.toLowerCase().includes(`@${bot.name.toLowerCase()}`));
