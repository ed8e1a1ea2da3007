import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { chown } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runChild } from "../../children.ts";
import { createServer, serverOwner, USER, type Server } from "../../postgres/server.ts";
import { networkAt, type Network } from "./network.ts";
import { layWires } from "./wires.ts";
import { freePort } from "../../free-port.ts";

/** One real Postgres for all plays, each of which has a database of its own in it; and what can happen to it. */
export interface World {
  readonly server: Server;
  /** `undefined` where nothing can be done to it. */
  readonly network: Network | undefined;
  /** An empty one. A play has one at a time. */
  database(play: number): Promise<Database>;
  /** Gone as when the power goes, and there again. */
  restart(): Promise<void>;
  /** No table can grow, until the function that is given is called; `undefined` where a disk cannot be made. */
  readonly fillDisk: (() => () => void) | undefined;
  /** Hears what happens to the server, before it does, and when that is over (`undefined`). Returns how to stop listening. */
  onTrouble(listener: (what: string | undefined) => void): () => void;
  /** Whether the server is not to be had, or not to be written to, now. */
  isDown(): boolean;
  /** Whether the server was not to be had, or not to be written to, within the last seconds. */
  isTroubled(): boolean;
  remove(): Promise<void>;
}

export interface Database {
  readonly name: string;
  /** By which a process of this number knows it. */
  address(process: number): string;
  /** The host in it, which is that process' own. */
  host(process: number): string;
  sql(text: string): Promise<readonly object[]>;
}

export const PLAYS_MAX = 8;
export const PROCESSES_MAX = 3;
/** Each play has about 10 MB in it. */
const DISK_MB = 256;
const CHUNK = Buffer.alloc(256 * 1024);
/** A process that was starting meanwhile may have ended with it. */
const TROUBLE_LASTS_MS = 15_000;

export async function openWorld(): Promise<World> {
  const port = await freePort();
  const isLinux = process.platform === "linux";
  const wires = await layWires(PLAYS_MAX, PROCESSES_MAX);
  // Elsewhere each has an address of the loopback interface, by which the firewall knows it.
  const host = wires?.host ?? ((play: number, number: number) => (isLinux ? `127.77.${play}.${number + 1}` : "127.0.0.1"));
  const all = Array.from({ length: PLAYS_MAX }, (_, play) => Array.from({ length: PROCESSES_MAX }, (__, number) => host(play, number)));
  const server = createServer({ port, addresses: [...new Set(all.flat())], ...(wires ? { inside: wires.inside } : {}) });
  await server.start();
  const disk = await smallDisk();
  if (disk) await server.sql(`CREATE TABLESPACE small LOCATION '${disk.folder}'`);
  let troubledAtMs = Number.NEGATIVE_INFINITY;
  let databases = 0;
  let isFull = false;
  let isAway = false;
  const listeners = new Set<(what: string | undefined) => void>();
  const tell = (what: string | undefined) => listeners.forEach((listener) => listener(what));
  return {
    server,
    network: await networkAt(port, wires),
    async database(play) {
      const name = `play_${databases++}`;
      await patiently(() => server.sql(`CREATE DATABASE ${name}${disk ? " TABLESPACE small" : ""}`));
      return {
        name,
        host: (number) => host(play, number),
        address: (number) => `postgres://${USER}@${host(play, number)}:${port}/${name}`,
        sql: (text) => patiently(() => server.sql(text, name)),
      };
    },
    onTrouble(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async restart() {
      tell("a restart of the server");
      troubledAtMs = performance.now();
      isAway = true;
      await server.crash();
      await server.start();
      isAway = false;
      tell(undefined);
      troubledAtMs = performance.now();
    },
    fillDisk:
      disk &&
      (() => {
        isFull = true;
        tell("a full disk");
        const free = disk.fill();
        return () => {
          free();
          isFull = false;
          tell(undefined);
          troubledAtMs = performance.now();
        };
      }),
    isDown: () => isFull || isAway,
    isTroubled: () => isFull || performance.now() - troubledAtMs < TROUBLE_LASTS_MS,
    async remove() {
      await server.remove();
      await disk?.remove();
      await wires?.remove();
    },
  };
}

/** Whoever looks on waits while the server is away, or its disk is full. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (const begunAtMs = performance.now(); ; await sleep(AGAIN_MS)) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() - begunAtMs > PATIENCE_MS) throw error;
    }
  }
}

const AGAIN_MS = 250;
const PATIENCE_MS = 20_000;

/** A file system of a few MB, where this may be made. */
async function smallDisk() {
  const owner = serverOwner();
  if (process.platform !== "linux" || !owner) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "parley-small-disk-"));
  if ((await runChild("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "none", folder])).code !== 0) {
    rmSync(folder, { recursive: true });
    return undefined;
  }
  await chown(folder, owner.uid, owner.gid);
  const filler = join(folder, "filler");
  return {
    folder,
    fill() {
      const isFree = () => statfsSync(folder).bavail > 0;
      for (let size = CHUNK.length; size >= 4_096 && isFree();) {
        try {
          writeFileSync(filler, CHUNK.subarray(0, size), { flag: "a" });
        } catch {
          size /= 2;
        }
      }
      return () => rmSync(filler, { force: true });
    },
    async remove() {
      await runChild("umount", ["-l", folder]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
