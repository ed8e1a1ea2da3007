import { storm, type Storm } from "./stage.ts";

/** Storms side by side: each is mostly waiting, and a machine of two cores must keep Slack's time-outs. */
const STORMS_AT_ONCE = 3;

/** So many storms, each with a seed of its own from `seed` on. */
export async function stormSuite(suite: {
  readonly storms: number;
  readonly seed: number;
  readonly onStorm?: (storm: Storm) => void;
}): Promise<readonly Storm[]> {
  const had: Storm[] = [];
  let next = 0;
  const some = async () => {
    while (next < suite.storms) {
      const one = await storm(suite.seed + next++);
      suite.onStorm?.(one);
      had.push(one);
    }
  };
  await Promise.all(Array.from({ length: STORMS_AT_ONCE }, some));
  return had;
}
