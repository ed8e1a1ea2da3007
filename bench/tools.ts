/**
 * What servers of the Model Context Protocol cost: `npm run bench -- tools`. Exits with 1 when a target is missed.
 *
 * - A call through Parley (session, marks, time limits, the result put for a model) beside the same call by the official client alone, of the same
 *   server (server-everything), over standard input and output and over streamable HTTP: processor time of this process and time by the clock, in pairs in
 *   changing order; the median of the pairs' ratios.
 * - Two hundred threads, each with a session of a server that keeps something: as programs with the pool as it is when the team file says nothing, and over
 *   HTTP all at once; what that takes in memory, and what is left after the idle end.
 */
import { systemClock } from "../src/engine/clock.ts";
import { MCP_DEFAULTS } from "../src/tools/mcp/settings.ts";
import { median, round } from "./support/figures.ts";
import { sayWhetherQuiet } from "./support/quiet.ts";
import { bareClient, throughParley, type Calls } from "./tools/calls.ts";
import { leftBehind, programsIn, residentMb, sharedMb } from "./tools/memory.ts";
import { everythingOverHttp, everythingProgram, openServers, statefulOverHttp, statefulProgram } from "./tools/servers.ts";
import { verdict } from "./support/verdict.ts";

const CALLS = 200;
const PAIRS = 31;
const WARM_UPS = 6;
const RATIO_MAX = 1.3;
const THREADS = 200;
/** Of a program of Node with the official server SDK; a browser takes many times that. */
const PROGRAM_MB_MAX = 60;
/** Of this process for each session that is open, its connection, list of tools and marks included. */
const SESSION_MB_MAX = 1;
const IDLE_MINUTES = 0.1;
const IDLE_THREADS = 10;
const IDLE_WAIT_MS = 60_000;

sayWhetherQuiet();
// First, while this process is small: what is left of other work would be counted.
await manyPrograms();
await idleEnd();
await manyConnections();
await compare("stdio", everythingProgram);
const http = await everythingOverHttp();
await compare("HTTP", { url: http.url });
await http.close();
process.exit();

interface Taken {
  readonly cpuUs: number;
  readonly wallUs: number;
}

async function taken({ call }: Calls): Promise<Taken> {
  const [cpu, began] = [process.cpuUsage(), performance.now()];
  for (let nth = 0; nth < CALLS; nth++) {
    const said = await call(`call ${nth}`);
    if (!said.includes(`call ${nth}`)) throw new Error(`a call gave ${said}`);
  }
  const wallUs = ((performance.now() - began) * 1_000) / CALLS;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuUs: (user + system) / CALLS, wallUs };
}

async function compare(wire: string, server: typeof everythingProgram | { readonly url: string }): Promise<void> {
  const [parley, bare] = [await throughParley(server), await bareClient(server)];
  for (let warm = 0; warm < WARM_UPS; warm++) for (const calls of [parley, bare]) await taken(calls);
  const pairs: { readonly parley: Taken; readonly bare: Taken }[] = [];
  for (let pair = 0; pair < PAIRS; pair++) {
    const first = pair % 2 === 0 ? parley : bare;
    const one = await taken(first);
    const other = await taken(first === parley ? bare : parley);
    pairs.push(first === parley ? { parley: one, bare: other } : { parley: other, bare: one });
  }
  for (const calls of [parley, bare]) await calls.close();
  const figures = [
    ["CPU", "cpuUs"],
    ["wall", "wallUs"],
  ] as const;
  for (const [what, of] of figures) {
    const us = (who: "parley" | "bare") => round(median(pairs.map((pair) => pair[who][of])));
    console.log(`${wire}, ${what}: ${us("parley")} µs a call through Parley, ${us("bare")} µs by the official client alone`);
    verdict(
      `a call over ${wire}: ${what} ÷ the official client's`,
      median(pairs.map((pair) => pair.parley[of] / pair.bare[of])),
      RATIO_MAX,
    );
  }
}

/** Each thread writes down what is its own and reads it again; those that are sent away come back as new sessions. */
async function manyPrograms(): Promise<void> {
  const servers = openServers(statefulProgram);
  await servers.keepAndLook(-1);
  const before = residentMb();
  let open = 0;
  for (let thread = 0; thread < THREADS; thread++) {
    await servers.keepAndLook(thread);
    open = Math.max(open, programsIn().length);
  }
  const { sessionsMax } = MCP_DEFAULTS;
  const own = residentMb() - before;
  const programs = programsIn();
  const all = sharedMb(programs);
  const boundMb = sessionsMax * (PROGRAM_MB_MAX + SESSION_MB_MAX);
  console.log(
    `${THREADS} threads, a program each, at most ${sessionsMax} open: ${programs.length} programs, ${round(all)} MB; Parley ${round(own)} MB more`,
  );
  console.log(
    `the bound: ${sessionsMax} × (${PROGRAM_MB_MAX} MB a program + ${SESSION_MB_MAX} MB of Parley's own) = ${boundMb} MB, however many threads`,
  );
  // One that ends makes room while it goes.
  verdict("programs at the same time, those that are ending among them", open, sessionsMax + 2);
  verdict("MB of all programs and of Parley's own for them", all + own, boundMb);
  await servers.close();
}

async function idleEnd(): Promise<void> {
  const servers = openServers({ ...statefulProgram, idleMinutes: IDLE_MINUTES });
  for (let thread = 0; thread < IDLE_THREADS; thread++) await servers.keepAndLook(thread);
  verdict(
    `of ${IDLE_THREADS} programs, those that are left after ${IDLE_MINUTES * 60} s without a call`,
    await leftBehind(IDLE_WAIT_MS, systemClock),
    0,
  );
  await servers.close();
}

async function manyConnections(): Promise<void> {
  const { url, close } = await statefulOverHttp();
  const servers = openServers({ url, sessionsMax: THREADS, idleMinutes: 10 });
  await servers.keepAndLook(-1);
  const before = residentMb();
  for (let thread = 0; thread < THREADS; thread++) await servers.keepAndLook(thread);
  // Each still has what it has kept: nobody was sent away.
  for (let thread = 0; thread < THREADS; thread++) await servers.look(thread);
  const mb = (residentMb() - before) / THREADS;
  console.log(`${THREADS} sessions over HTTP open at once: ${round(mb * 1_000)} KB of Parley's own each`);
  verdict("MB of Parley's own for a session over HTTP", mb, SESSION_MB_MAX);
  await servers.close();
  await close();
}
