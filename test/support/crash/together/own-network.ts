import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChild } from "../../children.ts";
import { togetherSuite, type PlayedTogether, type TogetherReport, type TogetherSuite } from "./suite.ts";

/** What crosses to a process of its own and back. */
type Plain = Omit<TogetherSuite, "onPlayed">;

/** As long as whoever started it is there. */
const LOOK_MS = 1_000;

/** The disk that it fills is gone with it, however it ends. */
const APART = ["--net", "--mount"];
const SET_UP = ["ip", "link", "set", "lo", "up"] as const;

/**
 * The suite in a process with a network of its own, where that can be had (Linux, root, iproute2): its wires come and go, and a browser that runs beside it on the same
 * machine would take that for a network that has changed, and break off what it loads. Slack, the server and all processes of Parley are in there together; Docker is
 * reached by its socket. Elsewhere here.
 */
export async function inOwnNetwork(suite: Plain, msMax: number): Promise<TogetherReport> {
  const isRoot = process.platform === "linux" && process.getuid?.() === 0;
  const canPart = isRoot && (await runChild("unshare", [...APART, ...SET_UP]).catch(() => undefined))?.code === 0;
  if (!canPart) return togetherSuite(suite);
  const folder = mkdtempSync(join(tmpdir(), "parley-own-network-"));
  const path = join(folder, "report.json");
  try {
    const orders = JSON.stringify({ suite, msMax, path } satisfies Orders);
    const { code, out, err } = await runChild("unshare", [...APART, process.execPath, import.meta.filename, orders]);
    if (code !== 0) throw new Error(`the suite ended with ${code}: ${out.slice(-MESSAGE_CHARS_MAX)}${err.slice(-MESSAGE_CHARS_MAX)}`);
    return JSON.parse(readFileSync(path, "utf8")) as TogetherReport;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const MESSAGE_CHARS_MAX = 8_000;

interface Orders {
  readonly suite: Plain;
  readonly msMax: number;
  readonly path: string;
}

async function main(orders: string): Promise<void> {
  const { suite, msMax, path } = JSON.parse(orders) as Orders;
  const parent = process.ppid;
  const played: PlayedTogether[] = [];
  // Whoever ends by itself ends its children.
  const late = () => {
    const violations = played.flatMap((one) => one.violations);
    console.error(`it is not over after ${msMax} ms; of the ${played.length} plays that are: ${violations.join("; ") || "no violation"}`);
    process.exit(2);
  };
  setTimeout(late, msMax).unref();
  setInterval(() => process.ppid !== parent && process.exit(3), LOOK_MS).unref();
  const [program, ...args] = SET_UP;
  const { code, err } = await runChild(program, args);
  if (code !== 0) throw new Error(`the network's own loopback interface cannot be set up: ${err}`);
  writeFileSync(path, JSON.stringify(await togetherSuite({ ...suite, onPlayed: (one) => void played.push(one) })));
  process.exit(0);
}

// Imported by whoever starts it.
if (process.argv[1] === import.meta.filename) await main(process.argv[2] ?? "");
