import type { Args } from "./args.ts";
import type { Refusal } from "../refusal.ts";
import type { Local } from "../state/local.ts";
import type { Json } from "../state/state.ts";

/** One method of the Web API. `scopes` may depend on what is asked for. */
export interface Method {
  /** Some are narrower for some apps. */
  readonly perMinute: number | ((local: Local) => number);
  readonly scopes: (local: Local, args: Args) => readonly string[];
  readonly token?: "app";
  /** Returns the fields beside `ok: true`, or a refusal. */
  readonly run: (local: Local, args: Args) => Json | Refusal;
}
