import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Resolves to the port once the server listens. Rejects where the address cannot be had. */
export async function listening(server: Server, at: { readonly port: number; readonly host: string }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(at, () => {
    server.off("error", reject);
    resolve();
  });
  await promise;
  return (server.address() as AddressInfo).port;
}
