/** `signature`: of the sources as they are now; `make`: builds into a folder that is not there yet. */
interface Building {
  readonly signature: () => string;
  /** A folder in it that processes load from long after they have begun. */
  readonly lazy?: string;
}
export function isMadeOf(out: string, signature: string): boolean;
export function signatureOf(root: string, sources: readonly string[]): string;
export function buildInto(out: string, building: Building & { readonly make: (fresh: string) => Promise<void> }): Promise<void>;
/** Whether there was something to build. */
export function buildIntoSync(out: string, building: Omit<Building, "lazy"> & { readonly make: (fresh: string) => void }): boolean;
