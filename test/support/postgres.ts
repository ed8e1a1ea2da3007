import { afterAll, beforeAll, describe } from "vitest";
import type { Clock } from "../../src/engine/clock.ts";
import { openPostgres, type PostgresOpened } from "../../src/store/postgres/store.ts";
import { createServer, type Server } from "./postgres/server.ts";
import { missingParts } from "./report/requirements.ts";

const READY_MS_MAX = 30_000;
/** A test opens no more than these at once. */
const SCHEMAS = 3;

/** A server of a test file's own, on a socket in a folder of its own. */
export interface PostgresServer extends Pick<Server, "sql" | "crash" | "start"> {
  /** Names a schema that is empty once {@link PostgresServer.prepare} has been called; a few take turns, since making one takes long. */
  address(): string;
  prepare(address: string): Promise<void>;
}

/** Tests that need a real server: skipped where there is none, which the closing report names. */
export function describeOnPostgres(name: string, tests: (server: PostgresServer) => void): void {
  const isMissing = missingParts().some((part) => part.name === "postgres");
  (isMissing ? describe.skip : describe)(name, () => {
    const server = withSchemas();
    beforeAll(() => server.start(), READY_MS_MAX);
    afterAll(() => server.remove());
    tests(server);
  });
}

function withSchemas(): PostgresServer & { remove(): Promise<void> } {
  const server = createServer();
  let schemas = 0;
  const toEmpty = new Set<string>();
  return {
    ...server,
    address() {
      const address = `${server.address()}?schema=t${schemas++ % SCHEMAS}`;
      toEmpty.add(address);
      return address;
    },
    async prepare(address) {
      if (toEmpty.delete(address)) await server.sql(emptied(new URL(address).searchParams.get("schema") ?? ""));
    },
  };
}

/** Small tables are faster emptied than made anew. */
const emptied = (schema: string): string => `DO $$ DECLARE name text; BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = '${schema}' AND tablename <> 'parley_version' LOOP
    EXECUTE format('DELETE FROM ${schema}.%I', name);
  END LOOP; END $$`;

/** Stores that a test has open, and when nothing is under way in any of them. */
export function openedStores(server: Pick<PostgresServer, "prepare">) {
  let opened: PostgresOpened[] = [];
  return {
    async open(address: string, clock: Partial<Clock> = {}): Promise<PostgresOpened> {
      await server.prepare(address);
      const one = await openPostgres({ address, ...clock });
      opened.push(one);
      return {
        ...one,
        store: {
          ...one.store,
          async close() {
            opened = opened.filter((other) => other !== one);
            await one.store.close();
          },
        },
      };
    },
    /** What a test has left open. */
    async closeAll(): Promise<void> {
      for (const one of opened.splice(0)) await one.store.close();
    },
    async settled(): Promise<void> {
      // What one does may move the other.
      for (let round = 0; round < 2; round++) for (const one of opened) await one.settled();
    },
  };
}
