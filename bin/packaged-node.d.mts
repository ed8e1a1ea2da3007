export function packagedNode(require: { resolve(path: string): string }): string | undefined;
