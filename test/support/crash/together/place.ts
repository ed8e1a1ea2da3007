import { once } from "node:events";
import { appendFileSync, closeSync, openSync, readFileSync, readSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "../../children.ts";
import { bundledChild } from "../bundle.ts";
import type { Orders, Point } from "../child.ts";

/** Where one Parley of several runs: one that ends there is started again, as whoever runs it would. */
export interface Place {
  /** As the machine would; what is there now, if anything. */
  kill(): void;
  /** Stands still for so long (real ms): it notices nothing, and does nothing, and goes on as if nothing had been. */
  freeze(forMs: number): void;
  /** Told to end, and started again. Whether it ended by that, and by nothing else that happened to it on the way. */
  stop(): Promise<boolean>;
  /** Something happens to it from outside, until that is over. */
  troubled(what: string): void;
  relieved(): void;
  isReady(): boolean;
  /** There is a process, ready or not. */
  isThere(): boolean;
  isFrozen(): boolean;
  /** The last life has ended by itself, and could say that it goes. */
  hasLeft(): boolean;
  /** Told to end, for good. */
  end(): Promise<void>;
  /** How each life but the last ended, and what happened to those that did not. */
  readonly deaths: readonly string[];
  readonly violations: readonly string[];
  /** What each life has told, a line each. */
  lives(): readonly (readonly string[])[];
  /** How much all lives have told, in bytes. */
  told(): number;
}

export interface PlaceParts {
  readonly number: number;
  readonly folder: string;
  /** What every life here is told. */
  readonly orders: Omit<Orders, "reportPath" | "points">;
  readonly points: () => readonly Point[];
  /** A process may fail to start while the server is away. */
  readonly isTroubled: () => boolean;
  readonly frozenMs: number;
}

/** Real. */
const RESTART_MS = 300;
const LOOK_MS = 100;
const STOP_MS_MAX = 120_000;
/**
 * What a machine that is busy with much else brings about: a ticket for a socket is good for seconds here, where Slack gives half a minute, and a server that was
 * away just now takes its time to answer. Whoever runs it has it started again.
 */
const IN_TIME = /CannotStart|due to connection timeout|timeout exceeded when trying to connect/;
/** A way that was cut is there again some time after its wire is. */
const TROUBLE_LASTS_MS = 15_000;
/** Lives that fail to start, one after the other. */
const FAILED_STARTS_MAX = 40;

export function openPlace({ number, folder, orders, points, isTroubled, frozenMs }: PlaceParts): Place {
  const deaths: string[] = [];
  const violations: string[] = [];
  const reports: string[] = [];
  let child: Child | undefined;
  let isOver = false;
  let isStopping = false;
  let freezes = 0;
  let hasLeft = false;
  const toldToEnd = new Set<number | undefined>();
  /** What goes on now; a life that begins meanwhile is in it from its beginning. */
  const underWay: string[] = [];
  /** Something has happened to this life, or shortly before it: how long it takes to end by that is no matter of time. */
  let wasTroubled = false;
  let relievedAtMs = Number.NEGATIVE_INFINITY;
  let failed = 0;
  /** As it has told so far. */
  let isReady = false;
  const running = live();

  async function live(): Promise<void> {
    const program = await bundledChild();
    for (let life = 1; !isOver; life++) {
      const reportPath = join(folder, `process-${number}-life-${life}`);
      const ordersPath = join(folder, `orders-${number}-${life}.json`);
      writeFileSync(ordersPath, JSON.stringify({ ...orders, reportPath, points: points() } satisfies Orders));
      isReady = false;
      wasTroubled = underWay.length > 0 || isTroubled() || performance.now() - relievedAtMs < TROUBLE_LASTS_MS;
      writeFileSync(reportPath, underWay.map((what) => lineOf(`troubled by ${what}`)).join(""));
      const one = startChild(process.execPath, [program, ordersPath], {
        env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "parley-crash-compiled") },
      });
      child = one;
      reports.push(reportPath);
      one.stdout.resume();
      const complaints: Buffer[] = [];
      one.stderr.on("data", (data: Buffer) => complaints.push(data));
      const over = once(one, "close") as Promise<[number | null, NodeJS.Signals | null]>;
      const isGone = over.then(() => (child = undefined));
      await Promise.race([attending(one, reportPath), isGone]);
      const [code, signal] = await over;
      isGone.catch(() => undefined);
      ended({
        code,
        signal,
        life,
        wasTold: toldToEnd.has(one.pid) && !isOver,
        wasReady: linesOf(reportPath).includes("ready"),
        complaint: Buffer.concat(complaints).toString().slice(0, 2_000),
      });
      if (failed > FAILED_STARTS_MAX) return;
      if (!isOver) await sleep(RESTART_MS);
    }
  }

  function ended(end: {
    code: number | null;
    signal: string | null;
    life: number;
    wasTold: boolean;
    wasReady: boolean;
    complaint: string;
  }): void {
    if (end.wasReady) failed = 0;
    hasLeft = false;
    if (end.signal === "SIGKILL") {
      const said = linesOf(reports.at(-1)).findLast((line) => line.startsWith("killed {"));
      return void deaths.push(said?.slice("killed ".length) ?? "killed at random");
    }
    if (end.code === 0 && end.wasTold) return void deaths.push("stopped");
    hasLeft = end.code === 0;
    if (end.code === 0 && isOver) return;
    // It was told to before it knew how to.
    if (end.signal === "SIGTERM" && isOver && !end.wasReady) return;
    if (!end.wasReady && (wasTroubled || isTroubled() || IN_TIME.test(end.complaint))) {
      failed++;
      return void deaths.push("could not start");
    }
    violations.push(`process ${number}, life ${end.life} ended by itself (${end.code ?? end.signal}): ${end.complaint}`);
    failed = Number.POSITIVE_INFINITY;
  }

  /** Hears what it tells: when it is ready, and that it has stopped itself, for then it is woken again. */
  async function attending(one: Child, reportPath: string): Promise<void> {
    for (const heard = linesAddedTo(reportPath); one.exitCode === null && one.signalCode === null; await sleep(LOOK_MS)) {
      for (const line of heard()) {
        if (line === "ready") isReady = true;
        if (!line.startsWith("frozen ")) continue;
        deaths.push(line);
        freezes++;
        await Promise.race([sleep(frozenMs), once(one, "close")]);
        if (child === one) note("over");
        one.kill("SIGCONT");
        freezes--;
      }
    }
  }

  const linesOf = (path: string | undefined): string[] => (path === undefined ? [] : readFileSync(path, "utf8").split("\n"));
  const lineOf = (what: string) => `${what} after ${Date.now() - orders.time.startedAtMs} ms\n`;
  const note = (what: string) => {
    const path = reports.at(-1);
    if (child && path) appendFileSync(path, lineOf(what));
  };

  return {
    kill() {
      note("killed at random");
      child?.kill("SIGKILL");
    },
    freeze(forMs) {
      const one = child;
      if (!one) return;
      note("troubled by standing still");
      deaths.push("frozen at random");
      freezes++;
      one.kill("SIGSTOP");
      setTimeout(() => {
        if (child === one) note("over");
        one.kill("SIGCONT");
        freezes--;
      }, forMs);
    },
    async stop() {
      const one = child;
      // One that has not come so far yet knows no way to end.
      if (!one || isStopping || !isReady) return false;
      isStopping = true;
      note("troubled by a stop");
      await endOf(one);
      isStopping = false;
      return one.exitCode === 0;
    },
    troubled(what) {
      underWay.push(what);
      wasTroubled = true;
      note(`troubled by ${what}`);
    },
    relieved() {
      underWay.pop();
      relievedAtMs = performance.now();
      note("over");
    },
    isFrozen: () => freezes > 0,
    hasLeft: () => hasLeft,
    isReady: () => child !== undefined && isReady,
    isThere: () => child !== undefined,
    async end() {
      isOver = true;
      if (child) await endOf(child);
      await running;
    },
    deaths,
    violations,
    lives: () => reports.map((path) => linesOf(path)),
    told: () => reports.reduce((sum, path) => sum + statSync(path).size, 0),
  };

  async function endOf(one: Child): Promise<void> {
    const gone = new Promise((resolve) => one.once("close", resolve));
    toldToEnd.add(one.pid);
    one.kill("SIGTERM");
    // It hears that only when it goes on.
    const limit = setTimeout(() => {
      violations.push(`process ${number} did not end in ${STOP_MS_MAX} ms when told to`);
      one.kill("SIGKILL");
    }, STOP_MS_MAX);
    if (one.exitCode === null && one.signalCode === null) await gone;
    clearTimeout(limit);
  }
}

/** Gives the lines that were added since it was called last. The file is long, and asked many times a second. */
function linesAddedTo(path: string): () => readonly string[] {
  const buffer = Buffer.alloc(READ_BYTES);
  let [at, begun] = [0, ""];
  return () => {
    const file = openSync(path, "r");
    try {
      for (let bytes = 1; bytes > 0; at += bytes) {
        bytes = readSync(file, buffer, { position: at });
        begun += buffer.toString("latin1", 0, bytes);
      }
    } finally {
      closeSync(file);
    }
    const lines = begun.split("\n");
    begun = lines.pop() ?? "";
    return lines;
  };
}

const READ_BYTES = 65_536;
