import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import { laneOf } from "../words/envelope.ts";
import { threadKey } from "../words/place.ts";

const TS = /^\d{1,12}\.\d{1,6}$/;

/**
 * Before somebody's press or words are dealt with: reads on in the log of their thread, where other processes write to it too. What is pressed may stand under what
 * another one has recorded and posted a moment ago, and this one has not been told of: the press would be for something that is not there.
 * Nothing is to be waited for where no other process writes.
 */
export function readOn(
  body: unknown,
  { store, runner, team }: { readonly store: Pick<Store, "openers">; readonly runner: Pick<Runner, "read">; readonly team: string },
): Promise<unknown> | undefined {
  if (store.openers() < 2) return undefined;
  const [channel = "", ts = ""] = laneOf(body).split("/");
  return TS.test(ts) ? runner.read(threadKey({ team, channel, ts }), Number.POSITIVE_INFINITY) : undefined;
}
