/** What one look at one thing gave. */
export interface Finding {
  readonly grade: "ok" | "warn" | "fail";
  readonly thing: string;
  /** What was found; for `warn` and `fail`, what to do about it. */
  readonly message: string;
}
