import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import type { Place } from "./place.ts";
import type { Database, World } from "./world.ts";
import type { Weather } from "./network.ts";

/** What happens to one play, so many real ms after it has begun. */
export type Trouble = { readonly afterMs: number } &
  /** `isAtWork`: once all processes are ready, and some threads are at work. */
  (
    | { readonly kind: "kill" | "stop"; readonly process: number; readonly isAtWork?: true }
    | { readonly kind: "freeze"; readonly process: number; readonly forMs: number }
    /** Between this process and the server. */
    | { readonly kind: Weather; readonly process: number; readonly forMs: number }
    /** Every connection of the play at once. */
    | { readonly kind: "cut" }
    /** Somebody else keeps the tables to himself, again and again. */
    | { readonly kind: "slow"; readonly forMs: number }
  );

export interface Troubles {
  /** One goes on now. */
  isUnderWay(): boolean;
  /** One goes on, or is to come. */
  areLeft(): boolean;
  /** What waits for its moment does not come any more; resolves when the last one is over. */
  end(): Promise<void>;
  told(): readonly string[];
}

interface Scene {
  readonly world: World;
  readonly database: Database;
  readonly places: readonly Place[];
}

export function begin(troubles: readonly Trouble[], scene: Scene): Troubles {
  const told: string[] = [];
  let left = troubles.length;
  let underWay = 0;
  const ending = new AbortController();
  const all = Promise.all(
    troubles.map(async (trouble) => {
      await sleep(trouble.afterMs, undefined, { signal: ending.signal }).catch(() => undefined);
      underWay++;
      const what = ending.signal.aborted ? undefined : await befall(trouble, { ...scene, ending: ending.signal });
      if (what) told.push(what);
      underWay--;
      left--;
    }),
  );
  return {
    isUnderWay: () => underWay > 0,
    areLeft: () => left > 0,
    async end() {
      ending.abort();
      await all;
    },
    told: () => told,
  };
}

/** What a place does not tell itself. */
async function befall(
  trouble: Trouble,
  { world, database, places, ending }: Scene & { readonly ending: AbortSignal },
): Promise<string | undefined> {
  const place = "process" in trouble ? places[trouble.process] : undefined;
  /** It may be between two lives, and that is not what is to happen to it. */
  const until = async (isSo: () => boolean | undefined | Promise<boolean>): Promise<void> => {
    while (!ending.aborted && !(await isSo())) await sleep(LEFT_MS);
  };
  if ("isAtWork" in trouble) await until(async () => places.every((one) => one.isReady()) && (await isAtWork(database).catch(() => false)));
  switch (trouble.kind) {
    case "kill":
      await until(() => place?.isThere());
      if (!ending.aborted) place?.kill();
      return undefined;
    case "stop":
      await until(async () => place?.isReady() === true && !place.isFrozen() && (await place.stop()));
      return undefined;
    case "freeze":
      await until(() => place?.isThere());
      if (ending.aborted) return undefined;
      place?.freeze(trouble.forMs);
      await sleep(trouble.forMs);
      return undefined;
    case "apart":
    case "lossy": {
      if (!world.network?.can.has(trouble.kind)) return undefined;
      place?.troubled(trouble.kind);
      const end = await world.network.trouble(database.host(trouble.process), trouble.kind);
      await sleep(trouble.forMs);
      await end();
      place?.relieved();
      return trouble.kind === "apart" ? "partition" : "packets lost";
    }
    case "cut":
      for (const one of places) one.troubled("a cut");
      await world.server
        .sql(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database.name}' AND pid <> pg_backend_pid()`)
        .catch(() => undefined);
      for (const one of places) one.relieved();
      return "connections cut";
    case "slow":
      for (const one of places) one.troubled("slowness");
      await keepTables(database.address(0), trouble.forMs).catch(() => undefined);
      for (const one of places) one.relieved();
      return "tables kept";
  }
}

async function isAtWork(database: Database): Promise<boolean> {
  const turns = await database.sql("SELECT key FROM parley.claims WHERE kind = 'turn'");
  return turns.length >= THREADS_AT_WORK;
}

const THREADS_AT_WORK = 4;

const KEPT_MS = 700;
const LEFT_MS = 100;

async function keepTables(address: string, forMs: number): Promise<void> {
  const client = new pg.Client({ connectionString: address, application_name: "somebody else" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    for (const begunAtMs = performance.now(); performance.now() - begunAtMs < forMs; await sleep(LEFT_MS)) {
      await client.query("BEGIN");
      await client.query("LOCK TABLE parley.events, parley.outbox, parley.inbox IN EXCLUSIVE MODE");
      await sleep(KEPT_MS);
      await client.query("COMMIT");
    }
  } finally {
    await client.end();
  }
}
