import type { PageShortcut } from "../../../local-slack/server/protocol.ts";
import { toast } from "../../parts/toasts.tsx";
import { send } from "../state/api.ts";
import type { Page } from "../state/page.tsx";

/** Tells the app that a shortcut was chosen, of a message or of none. */
export async function runShortcut(
  page: Page,
  { name, callbackId }: PageShortcut,
  message: { readonly channel: string; readonly ts: string } | undefined,
): Promise<void> {
  const result = await send("shortcut", { as: page.as, callbackId, ...message });
  if (!result.ok) toast(`“${name}” did not reach the app: ${result.error ?? "it did not answer in time"}.`);
}
