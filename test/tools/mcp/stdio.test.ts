import { afterEach, expect, onTestFinished, test } from "vitest";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { failureOf, outputOf } from "../../contracts/tool.ts";
import { connected, mcpServer, type McpUnderTest, never, stdioSettings } from "./setup.ts";

const opened: McpUnderTest[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((under) => under.close()));
});

function open(...args: Parameters<typeof mcpServer>): McpUnderTest {
  const under = mcpServer(...args);
  opened.push(under);
  return under;
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test("the process is given the variables that are named, what it needs to be found, and nothing else", async () => {
  const env = { PATH: process.env.PATH, HOME: "/nowhere", WEATHER_KEY: "k", ANTHROPIC_API_KEY: "secret", SLACK_BOT_TOKEN: "secret" };
  const under = await connected(open({ ...stdioSettings(), env: ["WEATHER_KEY"] }, env));
  expect(outputOf(await under.call("environment"))).toBe("HOME PATH WEATHER_KEY");
});

test("what leads out of a company's network is given without being named", async () => {
  const network = {
    https_proxy: "http://127.0.0.1:9",
    NODE_EXTRA_CA_CERTS: "/etc/ssl/certs/ca.pem",
    npm_config_registry: "http://127.0.0.1:9",
  };
  const env = { PATH: process.env.PATH, ...network, SLACK_BOT_TOKEN: "secret" };
  const under = await connected(open(stdioSettings(), env));
  expect(outputOf(await under.call("environment")).split(" ")).toEqual(expect.arrayContaining(Object.keys(network)));
  expect(outputOf(await under.call("environment"))).not.toContain("SLACK");
});

test("constants are set, and a variable's value can be given under another name", async () => {
  const settings = { ...stdioSettings(), env: { lower_case: "on", GREETING: "hello ${WHO:-you}" }, secretsEnv: { THEIR_KEY: "OUR_KEY" } };
  const under = await connected(open(settings, { PATH: process.env.PATH, OUR_KEY: "k" }));
  expect(outputOf(await under.call("environment"))).toBe("GREETING PATH THEIR_KEY lower_case");
  const other = open({ ...settings, env: { A: "${WHO}" } }, { PATH: process.env.PATH, OUR_KEY: "k" });
  expect((await other.server.connect(never))?.message).toContain("needs the environment variable WHO, not set here");
});

test("a variable that is named and not set is said before anything is started", async () => {
  const under = open({ ...stdioSettings(), env: ["WEATHER_KEY", "OTHER_KEY"] });
  expect(await under.server.connect(never)).toEqual({
    kind: "unavailable",
    message:
      'The MCP server "fixture" needs the environment variables WEATHER_KEY, OTHER_KEY, not set here. Set it for Parley, or take it out of the server\'s settings.',
  });
  expect(under.server.tools()).toEqual([]);
});

test("a program that is not there is said with its name", async () => {
  const under = open({ name: "fixture", command: "no-such-program-anywhere" });
  expect((await under.server.connect(never))?.message).toBe(
    'The MCP server "fixture" cannot be started: there is no program "no-such-program-anywhere" that may be run. Install it, or correct the command.',
  );
});

test("a program that ends at once is said, with its last words", async () => {
  const under = open(stdioSettings("broken"));
  const failure = await under.server.connect(never);
  expect(failure).toMatchObject({ kind: "unavailable", message: expect.stringMatching(/"fixture" did not start: .*by hand to see why/) });
  expect(failure?.message).toContain("no licence file");
});

test("a program that never answers is given up after its time, and ended", async () => {
  const under = open({ ...stdioSettings("deaf"), startTimeoutMs: 5_000 });
  const connecting = under.server.connect(never);
  const passed = new AbortController();
  void connecting.then(() => passed.abort());
  await until(() => under.clock.sleepers > 0);
  await under.clock.advance(5_000);
  while (!passed.signal.aborted) await under.clock.advance(500);
  expect(await connecting).toEqual({
    kind: "unavailable",
    message: expect.stringMatching(/^The MCP server "fixture" did not answer within 5 s of its start\./),
  });
});

test("a greeting on the wrong stream does no harm", async () => {
  const under = await connected(open(stdioSettings("noisy")));
  expect(outputOf(await under.call("echo", { text: "hello" }))).toBe("hello");
});

test("what is given in many large pieces leaves no listeners behind, and has none too many meanwhile", async () => {
  const under = await connected(open(stdioSettings()));
  const warnings: Error[] = [];
  const hear = (warning: Error) => void warnings.push(warning);
  process.on("warning", hear);
  onTestFinished(() => void process.off("warning", hear));
  const text = "x".repeat(100_000);
  await Promise.all(Array.from({ length: 12 }, () => under.call("echo", { text })));
  for (let nth = 0; nth < 12; nth++) expect(outputOf(await under.call("echo", { text }))).toContain("xxx");
  expect(warnings).toEqual([]);
});

test("callers that come at the same time share one process", async () => {
  const under = open(stdioSettings());
  expect(await Promise.all([under.server.connect(never), under.server.connect(never), under.server.connect(never)])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  const pids = new Set([outputOf(await under.call("pid")), outputOf(await under.call("pid"))]);
  expect(pids.size).toBe(1);
});

test("one caller who gives up does not end the start for the others", async () => {
  const under = open(stdioSettings());
  const stop = new AbortController();
  const impatient = under.server.connect(stop.signal);
  const patient = under.server.connect(never);
  stop.abort();
  expect(await impatient).toMatchObject({ kind: "aborted" });
  expect(await patient).toBeUndefined();
});

test("close ends the process", async () => {
  const under = await connected(open(stdioSettings()));
  const pid = Number(outputOf(await under.call("pid")));
  expect(isRunning(pid)).toBe(true);
  await under.server.close();
  expect(isRunning(pid)).toBe(false);
});

test("close ends a process that will not go, within its limit", async () => {
  const under = await connected(open(stdioSettings("stubborn")));
  const pid = Number(outputOf(await under.call("pid")));
  const closing = under.server.close();
  for (let step = 1; step <= 2; step++) {
    await until(() => under.clock.sleepers > 0); // First with no more input, then with SIGTERM.
    expect(isRunning(pid)).toBe(true);
    await under.clock.advance(1_000);
  }
  await closing;
  expect(isRunning(pid)).toBe(false);
});

test("a crash is seen although a child of the process holds on to its output, and the child goes too", async () => {
  const under = await connected(open(stdioSettings("parent")));
  // No time passes here: the output has been let go, or this would wait for ever.
  expect(failureOf(await under.call("act", { do: "crash" })).kind).toBe("unavailable");
  expect(under.logged.join()).toMatch(/The MCP server "fixture" has ended on its own\. It .*It wrote last: child \d+/);
  const pid = Number(/child (\d+)/.exec(under.logged.join())?.[1]);
  onTestFinished(() => void (isRunning(pid) && process.kill(pid, "SIGKILL")));
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test("a process that hangs for good is asked for a sign of life, and replaced when it gives none", async () => {
  const under = await connected(open(stdioSettings()));
  const pid = outputOf(await under.call("pid"));
  const frozen = under.call("freeze");
  await until(() => under.clock.sleepers > 0);
  await under.clock.advance(60_000);
  expect(failureOf(await frozen).kind).toBe("timeout");
  const next = under.call("pid");
  for (const waitMs of [5_000, 1_000]) {
    await until(() => under.clock.sleepers > 0); // For its answer; then, with no more input, for its end. SIGTERM needs no time.
    await under.clock.advance(waitMs);
  }
  expect(outputOf(await next)).not.toBe(pid);
});

test("the rule for use is the server's, or the tool's own", async () => {
  const under = await connected(open({ ...stdioSettings(), approval: "never", approvals: { act: "always" } }));
  const approvals = Object.fromEntries(under.server.tools().map(({ name, approval }) => [name, approval]));
  expect(approvals).toMatchObject({ fixture__echo: "never", fixture__act: "always" });
});

test("a program that was ended here is not said to have ended by itself", async () => {
  const result = { protocolVersion: "1999-01-01", capabilities: {}, serverInfo: { name: "old", version: "1" } };
  const program = `process.stdin.once("data", (line) => console.log(JSON.stringify({ jsonrpc: "2.0", id: JSON.parse(line).id, result: ${JSON.stringify(result)} })))`;
  const under = open({ name: "old", command: process.execPath, args: ["-e", program] });
  const { message = "" } = (await under.server.connect(never)) ?? {};
  expect(message).toContain("protocol version is not supported");
  expect(message).not.toContain("It ended");
});
