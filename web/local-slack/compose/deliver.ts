import { send, upload, type Answer } from "../state/api.ts";
import type { Draft, Target } from "../state/draft.ts";
import type { Store } from "../state/store.ts";

type Delivered = (Answer & { readonly ok: true }) | (Answer & { readonly ok: false; readonly unsent: Draft });

/** Words and files are one message: whoever hears the words has the files. */
export async function deliver(as: string, { channel, threadTs }: Target, { text, files }: Draft): Promise<Delivered> {
  const where = { as, channel: channel.id };
  const posted =
    files.length > 0
      ? await upload({ ...where, threadTs, text, files })
      : await send("post", { ...where, ...(threadTs === undefined ? {} : { threadTs }), text });
  return posted.ok ? { ...posted, ok: true } : { ...posted, ok: false, unsent: { text, files } };
}

/** Whether what was sent begins a thread that people will want to see: the app is spoken to, and hears it. */
export const opensThread = ({ bot }: Store, { channel }: Target, text: string): boolean =>
  channel.kind === "im" || (channel.botIsMember && text.toLowerCase().includes(`@${bot.name.toLowerCase()}`));
