import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { outside } from "../../src/engine/turn.ts";
import { NEVER, originOf, output, serversOf, toolsOf } from "./calls.ts";
import { freePort } from "../../test/support/free-port.ts";

const EVERYTHING = resolve(import.meta.dirname, "../../node_modules/@modelcontextprotocol/server-everything/dist/index.js");
const STATEFUL = join(import.meta.dirname, "stateful-server.ts");
const START_MS_MAX = 30_000;

/** The reference server of the protocol's own house. */
export const everythingProgram = { command: process.execPath, args: [EVERYTHING, "stdio"] };
/** A server that keeps what it is given, for its session. */
export const statefulProgram = { command: process.execPath, args: [STATEFUL] };

export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

export const everythingOverHttp = (): Promise<Listening> => listening((port) => ({ args: [EVERYTHING, "streamableHttp"], env: { PORT: String(port) } })); // prettier-ignore
export const statefulOverHttp = (): Promise<Listening> => listening((port) => ({ args: [STATEFUL, String(port)], env: {} }));

async function listening(
  programAt: (port: number) => { readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<Listening> {
  const port = await freePort();
  const { args, env } = programAt(port);
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: "ignore" });
  const url = `http://127.0.0.1:${port}/mcp`;
  const began = performance.now();
  while (!(await answers(url))) {
    if (performance.now() - began > START_MS_MAX || child.exitCode !== null) throw new Error(`${args.join(" ")} did not start`);
    await sleep(20);
  }
  return { url, close: () => ended(child) };
}

const answers = (url: string): Promise<boolean> => fetch(url).then(() => true, () => false); // prettier-ignore

async function ended(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Sessions of a server that keeps something, one for each thread. */
export function openServers(written: object) {
  const servers = serversOf({ ...written, approval: "never" });
  let nth = 0;
  const call = async (thread: number, tool: string, args: object): Promise<string> => {
    const id = `thread-${thread}`;
    const found = (await toolsOf(servers, id))[tool];
    if (!found) throw new Error(`the server has no ${tool}`);
    return output(await found.run(args, outside(NEVER, id), originOf(nth++)));
  };
  const look = async (thread: number): Promise<void> => {
    const kept = await call(thread, "look", {});
    if (kept !== `of thread ${thread}`) throw new Error(`thread ${thread} finds ${JSON.stringify(kept)}`);
  };
  return {
    async keepAndLook(thread: number): Promise<void> {
      const before = await call(thread, "look", {});
      if (before !== "nothing") throw new Error(`thread ${thread} finds what another has left: ${before}`);
      await call(thread, "keep", { what: `of thread ${thread}` });
      await look(thread);
    },
    look,
    close: () => servers.close(),
  };
}
