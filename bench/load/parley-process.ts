import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const PARKED_THREADS = 10_000;
/** Times as fast as a clock. */
export const SPEED = 50;
/** Who speaks in a run, once each. */
export const TURNS: readonly string[] = ["Ann", "Bea", "Cleo"];

const scripted = (name: string, more: object = {}) => ({ name, description: `${name} of the bench.`, model: "scripted", ...more });
const LIMITS = { turns: 500, minutes: 1_440, tokens: 50_000_000, usd: 1_000 };
const TEAM_FILE = {
  models: { scripted: { provider: "replay", file: "replies.yml" } },
  sandbox: { executor: "off" },
  // One person asks for all.
  slack: { rates: { runsPerHour: 10_000, messagesPerHour: 10_000 } },
  teams: {
    round: {
      description: "Each says one thing.",
      agents: TURNS.map((name) => scripted(name)),
      speakers: { policy: "round-robin" },
      stop: { textMention: "ENOUGH" },
      limits: LIMITS,
    },
    asks: {
      description: "Asks at once.",
      agents: [scripted("Guide", { handoffs: ["human"] })],
      speakers: { policy: "round-robin" },
      limits: LIMITS,
    },
  },
};
const QUESTION = { toolCalls: [{ name: "transfer_to_human", args: { question: "Which way?", options: ["Left", "Right"] } }] };
const REPLIES = {
  replies: { Ann: ["I am Ann."], Bea: ["I am Bea."], Cleo: ["I am Cleo. ENOUGH"], Guide: [QUESTION] },
};

export function writeTeam(folder: string): void {
  writeFileSync(join(folder, "parley.yml"), JSON.stringify(TEAM_FILE));
  writeFileSync(join(folder, "replies.yml"), JSON.stringify(REPLIES));
}

export interface Orders {
  readonly folder: string;
  readonly database: string;
  readonly slack?: { readonly botToken: string; readonly appToken: string; readonly apiUrl: string };
}

/** What the process with Parley in it says about itself. Times in ms. */
export interface Figures {
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
  readonly handles: number;
}

export interface ParleyProcess {
  ask(what: "begin" | "figures" | "park"): Promise<unknown>;
  end(): Promise<void>;
}

export async function startParley(orders: Orders): Promise<ParleyProcess> {
  const child: ChildProcess = fork(join(import.meta.dirname, "process.ts"), [JSON.stringify(orders)], { execArgv: ["--expose-gc"] });
  await once(child, "message");
  return {
    async ask(what) {
      child.send(what);
      const [answer] = (await once(child, "message")) as [unknown];
      return answer;
    },
    async end() {
      child.send("end");
      await once(child, "exit");
    },
  };
}
