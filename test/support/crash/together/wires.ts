import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChild } from "../../children.ts";

/**
 * A network namespace for the server, and for each process of each play a wire of its own to it (a pair of `veth`), so that the way of one alone can be cut. The
 * server's Unix socket crosses namespaces: whoever looks on comes by that.
 */
export interface Wires {
  /** What a program is started by, to be at the other end of all wires. */
  readonly inside: readonly string[];
  /** The server, as this process reaches it. */
  host(play: number, process: number): string;
  /** Nothing arrives on either side, and nobody is told, until the function that is given is called. */
  cut(host: string): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

const NAME = "parley-kills-";
/** 198.18.0.0/15 is for tests of networks alone (RFC 2544); a /24 of it for each run, with a /30 for each wire. */
const NETS = 512;
const netOf = (run: number): string => `198.${18 + ((run % NETS) >> 8)}.${run & 255}`;
const WIRES_MAX = 64;
/** The kernel takes its time to take away those of before. */
let runs = 0;

/** By `ip` of iproute2 and the kernel of Linux, which takes root; `undefined` where that cannot be had. */
export async function layWires(plays: number, processes: number): Promise<Wires | undefined> {
  if (plays * processes > WIRES_MAX) throw new Error(`there is room for ${WIRES_MAX} wires, and not for ${plays * processes}`);
  if (process.platform !== "linux" || process.getuid?.() !== 0) return undefined;
  const ip = async (...args: readonly string[]) => (await runChild("ip", args).catch(() => undefined))?.code === 0;
  const run = runs++;
  const namespace = `${NAME}${process.pid}-${run}`;
  const net = netOf(process.pid + run);
  const all = Array.from({ length: plays * processes }, (_, index) => ({
    here: `p${process.pid}r${run}w${index}`,
    there: `n${index}`,
    nearest: `${net}.${4 * index + 1}`,
    host: `${net}.${4 * index + 2}`,
  }));
  await removeLeft();
  if (!(await ip("netns", "add", namespace))) return undefined;
  const remove = async () => void (await ip("netns", "del", namespace));
  const folder = mkdtempSync(join(tmpdir(), "parley-wires-"));
  const batch = async (name: string, before: readonly string[], lines: readonly string[]) => {
    writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
    return ip(...before, "-batch", join(folder, name));
  };
  const [here, there] = [
    all.flatMap((one) => [
      `link add ${one.here} type veth peer name ${one.there} netns ${namespace}`,
      `addr add ${one.nearest}/30 dev ${one.here}`,
      `link set ${one.here} up`,
    ]),
    ["link set lo up", ...all.flatMap((one) => [`addr add ${one.host}/30 dev ${one.there}`, `link set ${one.there} up`])],
  ];
  const isLaid = (await batch("here", [], here)) && (await batch("there", ["-n", namespace], there));
  rmSync(folder, { recursive: true });
  if (!isLaid) {
    await remove();
    return undefined;
  }
  return {
    // `ip netns exec` would take it into a namespace of mounts as well, in which no disk is that is made later.
    inside: ["nsenter", `--net=/run/netns/${namespace}`],
    host: (play, number) => all[play * processes + number]?.host ?? "",
    async cut(host) {
      const wire = all.find((one) => one.host === host);
      if (!wire) throw new Error(`there is no wire to ${host}`);
      // At the server's end: at this one the process would be told.
      const set = async (state: "down" | "up") => {
        if (!(await ip("-n", namespace, "link", "set", wire.there, state))) throw new Error(`the wire to ${host} cannot be set ${state}`);
      };
      await set("down");
      return () => set("up");
    },
    remove,
  };
}

/** Of a run that was killed nobody else takes them away. */
async function removeLeft(): Promise<void> {
  const { out } = await runChild("ip", ["netns", "list"]).catch(() => ({ out: "" }));
  for (const [, name = "", pid] of out.matchAll(/^(parley-kills-(\d+)-\d+)/gm))
    if (!existsSync(`/proc/${pid}`)) await runChild("ip", ["netns", "del", name]);
}
