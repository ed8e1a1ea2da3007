/** A process of {@link compared}: holds conversations of one version, in the checkout that it is given, and says what CPU time they took. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { conversationsOf, type Led } from "./conversations.ts";
import { engineAt } from "./engine-at.ts";

export interface Sample {
  readonly where: "memory" | "SQLite";
  readonly led: Led;
  readonly turns: number;
  /** Conversations that are measured together. */
  readonly repeats: number;
}

export interface Taken {
  /** CPU time of this process, in µs, while conversations were held. */
  readonly cpuUs: number;
  readonly turnsEnded: number;
}

const directory = mkdtempSync(join(tmpdir(), "parley-bench-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
const { inMemory, inSqlite } = conversationsOf(await engineAt(process.argv[2] ?? ""));
let files = 0;

async function held({ where, led, turns, repeats }: Sample): Promise<Taken> {
  let turnsEnded = 0;
  const turnEnded = () => void turnsEnded++;
  if (where === "memory") {
    const before = process.cpuUsage();
    // Asked for once: to ask takes as long as half a turn.
    const watch = { begun: () => undefined, turnEnded, over: () => undefined };
    for (let one = 0; one < repeats; one++) await inMemory(turns, watch, { led });
    return { cpuUs: took(before), turnsEnded };
  }
  let [cpuUs, last] = [0, process.cpuUsage()];
  // Databases are opened and closed outside of the time.
  const watch = { begun: () => void (last = process.cpuUsage()), turnEnded, over: () => void (cpuUs += took(last)) };
  for (let one = 0; one < repeats; one++) await inSqlite(join(directory, `${files++}.db`), turns, watch, { led });
  return { cpuUs, turnsEnded };
}

/** In user and in system mode: the sum is exact, and of how it is divided the kernel knows only what it saw at its ticks, some milliseconds apart. */
function took(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

process.on("message", (sample: Sample) => {
  void held(sample).then((taken) => process.send?.(taken));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
