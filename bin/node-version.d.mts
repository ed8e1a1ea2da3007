export const NODE_MIN: string;
export function isTooOld(version: string): boolean;
