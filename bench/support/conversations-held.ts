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
  /** Of this process, in user mode, in µs, while conversations were held. */
  readonly userUs: number;
  readonly turnsEnded: number;
}

const directory = mkdtempSync(join(tmpdir(), "parley-bench-"));
process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
const { inMemory, inSqlite } = conversationsOf(await engineAt(process.argv[2] ?? ""));
let files = 0;

async function held({ where, led, turns, repeats }: Sample): Promise<Taken> {
  let [userUs, turnsEnded, last] = [0, 0, process.cpuUsage()];
  // Databases are opened and closed outside of the time.
  const watch = {
    begun: () => void (last = process.cpuUsage()),
    turnEnded: () => void turnsEnded++,
    over: () => void (userUs += process.cpuUsage(last).user),
  };
  for (let one = 0; one < repeats; one++) {
    if (where === "memory") await inMemory(turns, watch, led);
    else await inSqlite(join(directory, `${files++}.db`), turns, watch, led);
  }
  return { userUs, turnsEnded };
}

process.on("message", (sample: Sample) => {
  void held(sample).then((taken) => process.send?.(taken));
});
process.on("disconnect", () => process.exit());
process.send?.("ready");
