export const NODE_MIN: string;
export function isTooOld(version: string): boolean;
export function packagedNode(require: { resolve(path: string): string }): string | undefined;
