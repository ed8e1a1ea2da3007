import type { Workspace } from "../../../local-slack/index.ts";

/** As Slack does of its own accord; the local one waits to be told where its clock is a test's. */
const AGAIN_MS = 3_000;

/**
 * Resolves when everything that Slack has sent is acked. What was on its way into a socket that was closed, as by a client to which a busy machine brings the
 * answers to its pings late, is never acked, and is sent again.
 */
export async function allAcked({ control }: Pick<Workspace, "control">): Promise<void> {
  const again = setInterval(() => void control.redeliver(), AGAIN_MS);
  try {
    await control.until(() => control.unacked() === 0);
  } finally {
    clearInterval(again);
  }
}
