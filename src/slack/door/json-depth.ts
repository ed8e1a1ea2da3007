/** Slack's own go down some twenty levels; what goes deeper than this cannot even be written down as JSON. */
export const ENVELOPE_LEVELS_MAX = 200;

/** Looked at level by level: what calls itself for each level is what breaks. */
export function isDeeperThan(value: unknown, levelsMax: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > levelsMax) return true;
    level = level.flatMap((one): unknown[] => (typeof one === "object" && one !== null ? Object.values(one) : []));
  }
  return false;
}
