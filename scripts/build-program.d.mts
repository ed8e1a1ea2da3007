/** Makes `out`: the program as a few files, and what it reads. */
export function buildProgram(out: string): Promise<void>;
/** The same with the pages, where sources have changed since; `say` is told before it begins. */
export function buildWhereDue(out: string, say: (line: string) => void): Promise<void>;
