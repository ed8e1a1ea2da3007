import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { answers, run, start } from "./processes.ts";
import { freePort } from "../support/free-port.ts";

const HERE = import.meta.dirname;
const INSTALL_SECONDS_MAX = 900;
const START_SECONDS_MAX = 180;

/** Where packages, weights and logs are kept between runs. */
export const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "parley-real");

/** Python with the packages of a list, installed anew when the list has changed. Gives its folder. */
async function packages(name: "server" | "gateway"): Promise<string> {
  const list = join(HERE, `requirements-${name}.txt`);
  const folder = join(CACHE, name);
  const mark = join(folder, "installed.txt");
  if (existsSync(mark) && readFileSync(mark, "utf8") === readFileSync(list, "utf8")) return folder;
  console.log(`Installing what ${list} names into ${folder}; this takes some minutes.`);
  mkdirSync(CACHE, { recursive: true });
  for (const [program, args] of [
    ["python3", ["-m", "venv", "--clear", folder]],
    // Nothing is built. The package of one model wants the program that it is a plug-in of, which is not used.
    [join(folder, "bin/pip"), ["install", "--quiet", "--no-input", "--only-binary", ":all:", ...(name === "server" ? ["--no-deps"] : []), "-r", list]],
  ] as const) {
    const { code, err } = await run(program, args, { secondsMax: INSTALL_SECONDS_MAX });
    if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}: ${err.slice(-2_000)}`);
  } // prettier-ignore
  writeFileSync(mark, readFileSync(list, "utf8"));
  return folder;
}

/** llama.cpp's own server with a model of a package. Gives its address, with /v1. */
export async function startServer(model: string): Promise<string> {
  const folder = await packages("server");
  const port = await freePort();
  const args = [join(HERE, "llama-server.py"), model, String(port), join(HERE, "tools.jinja")];
  const child = start(join(folder, "bin/python"), args, { log: join(CACHE, "server.log") });
  await answers(`http://127.0.0.1:${port}/health`, child, START_SECONDS_MAX);
  return `http://127.0.0.1:${port}/v1`;
}

/** LiteLLM in front of a server, under a key of its own. */
export async function startGateway(
  model: string,
  server: string,
  serverKey: string,
): Promise<{ readonly url: string; readonly key: string }> {
  const folder = await packages("gateway");
  const port = await freePort();
  const key = `sk-${randomBytes(16).toString("hex")}`;
  const config = join(CACHE, "gateway.json");
  const settings = { model: `openai/${model}`, api_base: server, api_key: serverKey };
  writeFileSync(config, JSON.stringify({ model_list: [{ model_name: model, litellm_params: settings }] }), { mode: 0o600 });
  const child = start(join(folder, "bin/litellm"), ["--config", config, "--host", "127.0.0.1", "--port", String(port)], {
    log: join(CACHE, "gateway.log"),
    // Its list of prices is its own copy, and it tells nobody of its use.
    env: { ...process.env, LITELLM_MASTER_KEY: key, LITELLM_LOCAL_MODEL_COST_MAP: "True", LITELLM_TELEMETRY: "False" },
  });
  await answers(`http://127.0.0.1:${port}/health/liveliness`, child, START_SECONDS_MAX);
  return { url: `http://127.0.0.1:${port}/v1`, key };
}
