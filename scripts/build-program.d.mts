/** Makes `out`: the program as a few files, and what it reads. */
export function buildProgram(out: string): Promise<void>;
/** Whether `out` was made of the sources as they are. */
export function isBuilt(out: string): boolean;
