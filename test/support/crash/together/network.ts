import { runChild } from "../../children.ts";
import type { Wires } from "./wires.ts";

/** What may happen to the packets between one process and the server, in both directions. `apart`: none arrives, and nobody is told. */
export type Weather = "apart" | "lossy";

/** The network of this machine between processes and one server, each by an address that is its own. */
export interface Network {
  /** What can be brought about here. */
  readonly can: ReadonlySet<Weather>;
  /** Until the function that is given is called. */
  trouble(address: string, weather: Weather): Promise<() => Promise<void>>;
}

/** So many of a hundred packets are lost: each costs the 200 ms and more after which TCP sends again. */
const LOST_SHARE = "0.25";

/** By wires, where there are any, and the firewall of Linux, which takes root too; `undefined` where there is neither. */
export async function networkAt(port: number, wires: Wires | undefined): Promise<Network | undefined> {
  const tell = async (deed: "-C" | "-I" | "-D", rule: readonly string[]) =>
    (await runChild("iptables", ["-w", deed, "INPUT", ...rule])).code;
  const hasFirewall =
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    (await runChild("iptables", ["-w", "-L", "INPUT", "-n"]).catch(() => undefined))?.code === 0;
  if (!hasFirewall && !wires) return undefined;
  return {
    can: new Set([...(wires || hasFirewall ? (["apart"] as const) : []), ...(hasFirewall ? (["lossy"] as const) : [])]),
    async trouble(address, weather) {
      if (weather === "apart" && wires) return wires.cut(address);
      const which = weather === "apart" ? [] : ["-m", "statistic", "--mode", "random", "--probability", LOST_SHARE];
      const rules = [
        ["-d", address, "-p", "tcp", "--dport", String(port), ...which, "-j", "DROP"],
        ["-s", address, "-p", "tcp", "--sport", String(port), ...which, "-j", "DROP"],
      ];
      for (const rule of rules) if ((await tell("-I", rule)) !== 0) throw new Error(`the firewall does not take ${rule.join(" ")}`);
      return async () => {
        for (const rule of rules) await tell("-D", rule);
      };
    },
  };
}
