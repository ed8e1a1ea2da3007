import { createServer } from "./server.ts";
import { JOURNEYS_ADDRESS } from "./journey-store.ts";

/** One server for all journeys that are had on Postgres. */
export default async function setup(): Promise<() => Promise<void>> {
  const server = createServer();
  await server.start();
  process.env[JOURNEYS_ADDRESS] = server.address();
  return () => server.remove();
}
