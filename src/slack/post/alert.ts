import { postLooking, type PostContext } from "./post-or-find.ts";

/** Where whoever runs Parley is told what is not as it should be. */
export interface AlertPlace {
  /** Where Parley is in several. */
  readonly workspace?: string | undefined;
  readonly channel: string;
}

export interface AlertMessage {
  readonly id: string;
  readonly text: string;
  /** When an earlier try may have posted it, in ms. */
  readonly triedSince: number | undefined;
}

/** `unknown`: it may be there, and is looked for at the next try. */
export type PostedAlert = { readonly kind: "posted" } | { readonly kind: "refused" | "unknown"; readonly code: string };

/** Posts it once. Not asked before whether this process still has its work: of a database that is away people are told, too. */
export async function postAlert(ctx: PostContext, channel: string, message: AlertMessage, signal: AbortSignal): Promise<PostedAlert> {
  const { id, text, triedSince } = message;
  const posted = await postLooking(ctx, { id, channel, text }, { triedSince, blind: "leave", signal });
  if (posted.kind === "posted") return { kind: "posted" };
  // Whoever was stopped has not looked to the end.
  return { kind: posted.kind === "failed" && !signal.aborted ? "refused" : "unknown", code: posted.failure.code };
}
