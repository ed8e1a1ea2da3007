import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createServer } from "../../test/support/postgres/server.ts";
import { cpuMs } from "../path/process.ts";

/** A Postgres as whoever runs one has it: what is committed is on the disk. It counts its statements. */
export interface Database {
  /** Of a schema that is not there yet. */
  fresh(): string;
  sql(text: string): Promise<readonly object[]>;
  /** Statements since it was started, and the ms that it took over them. */
  statements(): Promise<Statements>;
  /** Of all its processes, in ms; those that have ended are not counted. */
  cpuMs(): number;
  remove(): Promise<void>;
}

export interface Statements {
  readonly calls: number;
  readonly ms: number;
}

const SETTINGS = ["fsync=on", "full_page_writes=on", "shared_preload_libraries=pg_stat_statements", "pg_stat_statements.track_utility=on"];

export async function openDatabase(): Promise<Database> {
  const server = createServer(undefined, SETTINGS);
  await server.start();
  await server.sql("CREATE EXTENSION pg_stat_statements");
  const [place] = (await server.sql("SHOW data_directory")) as { data_directory: string }[];
  const main = Number(readFileSync(join(place?.data_directory ?? "", "postmaster.pid"), "utf8").split("\n")[0]);
  let schemas = 0;
  return {
    fresh: () => `${server.address()}?schema=bench${schemas++}`,
    sql: (text) => server.sql(text),
    async statements() {
      const [row] = (await server.sql(
        "SELECT sum(calls)::float AS calls, sum(total_exec_time)::float AS ms FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'",
      )) as Statements[];
      return row ?? { calls: 0, ms: 0 };
    },
    cpuMs: () => [main, ...childrenOf(main)].reduce((sum, pid) => sum + ofOne(pid), 0),
    remove: () => server.remove(),
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc").flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const after = readFileSync(`/proc/${entry}/stat`, "utf8").split(") ").at(-1) ?? "";
      return Number(after.split(" ")[1]) === parent ? [Number(entry)] : [];
    } catch {
      return []; // It has just ended.
    }
  });
}

function ofOne(pid: number): number {
  try {
    return cpuMs(pid);
  } catch {
    return 0;
  }
}
