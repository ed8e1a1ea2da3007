import { holdsOneOf, outputsOf, processTable, wasStartedWith, type ProcessEntry } from "./process-table.ts";

/**
 * Every process that comes from one, also those that have left its tree: whose parent has ended, that lead a session of their own, that were
 * given another environment, or that have nothing in common with it but its output.
 */
export class Descendants {
  readonly #root: number;
  readonly #mark: string;
  /** Pipes and sockets that they have written to, or still do. */
  readonly #outputs = new Set<string>();
  readonly #known = new Map<string, ProcessEntry>();
  readonly #strangers = new Set<string>();

  /** @param mark `NAME=value` of its environment, as no other process has it */
  constructor(root: number, mark: string) {
    this.#root = root;
    this.#mark = mark;
    this.look();
  }

  /** Whoever holds one of these pipes or sockets is one of them. */
  addOutputs(outputs: readonly string[]): void {
    for (const output of outputs) this.#outputs.add(output);
  }

  /** To be called often: of a tree that falls apart, the parts are known that were seen. */
  look(): void {
    const table = processTable();
    const here = new Set(table.map(keyOf));
    for (const seen of [this.#known, this.#strangers]) for (const key of seen.keys()) if (!here.has(key)) seen.delete(key);
    const fresh = table.filter((entry) => !this.#known.has(keyOf(entry)) && !this.#strangers.has(keyOf(entry)));
    // A child may stand before its parent in the table.
    for (let grown = true; grown;) {
      grown = false;
      for (const entry of fresh) {
        if (this.#known.has(keyOf(entry)) || !this.#isOurs(entry)) continue;
        this.#known.set(keyOf(entry), entry);
        grown = true;
      }
    }
    for (const entry of fresh) if (!this.#known.has(keyOf(entry))) this.#strangers.add(keyOf(entry));
    for (const { pid } of this.#known.values()) for (const output of outputsOf(pid)) this.#outputs.add(output);
  }

  /** Those that live, the first of all among them. */
  living(): readonly ProcessEntry[] {
    this.look();
    const holders = processTable().filter((entry) => entry.pid !== process.pid && holdsOneOf(entry, this.#outputs));
    for (const entry of holders) this.#known.set(keyOf(entry), entry);
    return [...this.#known.values()];
  }

  kill(which: readonly ProcessEntry[] = this.living()): void {
    for (const { pid } of which) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended by itself.
      }
    }
  }

  #isOurs(entry: ProcessEntry): boolean {
    if (entry.pid === this.#root) return true;
    for (const { pid, group, session } of this.#known.values())
      if (entry.parent === pid || entry.group === group || (session !== 0 && entry.session === session)) return true;
    return wasStartedWith(entry, this.#mark);
  }
}

const keyOf = ({ pid, startedAt }: ProcessEntry): string => `${pid} ${startedAt}`;
