/** Something that the operator, or the runner, should know of. */
export type Problem =
  /** Nothing can be said in this thread any more: the run in it should be stopped. */
  | { readonly kind: "thread-gone"; readonly thread: string; readonly code: string }
  /** Slack refuses the token: everything is held until it is tried again. */
  | { readonly kind: "auth"; readonly code: string }
  /** Something is not granted or not known here, and is done without. Told once. */
  | { readonly kind: "degraded"; readonly feature: "personas" | "files" | "history" | "cards"; readonly code: string }
  /** This card shows what was so earlier: it was deleted, or Slack lets nobody edit it any more, nor takes another in its place. */
  | { readonly kind: "uneditable"; readonly thread: string; readonly seq: number; readonly code: string }
  /** After an outage that could not be looked into, a message may be there twice. */
  | { readonly kind: "maybe-twice"; readonly thread: string; readonly code: string }
  /** This message will not be in Slack; it is in the log. Where Slack lets it, the thread says so. */
  | { readonly kind: "gave-up"; readonly thread: string; readonly seq: number; readonly code: string }
  | { readonly kind: "bug"; readonly thread: string; readonly error: unknown };
