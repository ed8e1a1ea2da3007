import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";

/** One of loopback that nobody listened on just now: for a program that is told its port and cannot say which one it took. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
