import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock, type Clock } from "../../parley.ts";
import { UsageError } from "../command.ts";
import type { Address } from "./slack-door.ts";

/** What Parley needs in order to work: a name, and whether it is there now. One that hangs counts as away. */
export type Checks = { readonly [name: string]: () => boolean | Promise<boolean> };

export interface Health {
  readonly port: number;
  close(): Promise<void>;
}

const CHECK_TIMEOUT_MS = 2_000; // Kubernetes gives a probe one second unless told otherwise, and repeats it.
const REQUEST_TIMEOUT_MS = 5_000;
const CONNECTIONS_MAX = 50;

/**
 * `/healthz` answers 200 as long as the process can answer; `/readyz` answers 200 when every check holds and 503 when one does not, with each
 * as JSON. It says nothing else, and takes no other request. Rejects when the address cannot be had.
 */
export async function openHealth(at: Address, checks: Checks, clock: Clock = systemClock): Promise<Health> {
  const server: Server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    const answer = (status: number, body: object): void =>
      void response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" }).end(`${JSON.stringify(body)}\n`);
    const path = request.method === "GET" ? request.url?.split("?")[0] : undefined;
    if (path === "/healthz") return answer(200, { ok: true });
    if (path !== "/readyz") return answer(404, { ok: false });
    void results(checks, clock).then((found) => {
      const ok = Object.values(found).every(Boolean);
      answer(ok ? 200 : 503, { ok, ...found });
    });
  });
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) =>
      reject(new UsageError(`Health cannot be told at ${at.host}:${at.port} (${code}); name another address with --health.`)),
    );
    server.listen(at.port, at.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function results(checks: Checks, clock: Clock): Promise<{ readonly [name: string]: boolean }> {
  const found = Object.entries(checks).map(async ([name, check]) => [name, await inTime(check, clock)] as const);
  return Object.fromEntries(await Promise.all(found));
}

async function inTime(check: () => boolean | Promise<boolean>, clock: Clock): Promise<boolean> {
  const answered = new AbortController();
  try {
    return await Promise.race([Promise.resolve().then(check), clock.sleep(CHECK_TIMEOUT_MS, answered.signal).then(() => false)]);
  } catch {
    return false;
  } finally {
    answered.abort();
  }
}
