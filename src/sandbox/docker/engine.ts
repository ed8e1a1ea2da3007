import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Docker from "dockerode";
import { SandboxUnavailable } from "../executor.ts";

/** An engine that answered, and the image in it that code runs in. */
export interface Engine {
  readonly docker: Docker;
  /** The image's id, not its name: whoever moves the name later changes nothing here. */
  readonly imageId: string;
  /** For messages: where the engine is. */
  readonly address: string;
  /** The OCI runtime to ask for; undefined: the engine's own choice. */
  readonly runtime: string | undefined;
}

export interface EngineSettings {
  /** As DOCKER_HOST says it: `unix:///path`, `tcp://host:port`, `https://host:port`; the machine's own engine by default. */
  readonly dockerHost?: string;
  /** The folder with `ca.pem`, `cert.pem`, `key.pem` for an engine behind TLS, as DOCKER_CERT_PATH names it. */
  readonly dockerCertFolder?: string;
  readonly image: string;
  readonly gvisor: "when-offered" | "never";
}

const API_CALL_MS_MAX = 30_000; // A start on a loaded machine took 5 s; anything near this is a hung engine.
const FIRST_CALL_MS_MAX = 5_000;

/** Finds the engine and the image. Nothing is pulled: an image arrives by the operator's own hand. Throws {@link SandboxUnavailable}. */
export async function connect(settings: EngineSettings): Promise<Engine> {
  const { docker, address, runtimes } = await connectEngine(settings);
  const runtime = settings.gvisor === "when-offered" && runtimes.includes("runsc") ? "runsc" : undefined;
  try {
    const image = await callEngine((options) => docker.getImage(settings.image).inspect(options as object));
    return { docker, imageId: image.Id, address, runtime };
  } catch (error) {
    if (statusOf(error) !== 404) throw unavailable(address, error);
    throw new SandboxUnavailable(
      `The Docker engine at ${address} has no image "${settings.image}". Build it once with: parley sandbox build ` +
        `(or fetch a public one with: docker pull ${settings.image}), or name one that is there in PARLEY_SANDBOX_IMAGE.`,
    );
  }
}

/** Finds the engine. Throws {@link SandboxUnavailable}. */
export async function connectEngine(
  settings: Pick<EngineSettings, "dockerHost" | "dockerCertFolder">,
): Promise<{ readonly docker: Docker; readonly address: string; readonly runtimes: readonly string[] }> {
  const { docker, address } = client(settings);
  try {
    const info = await callEngine((options) => (docker as unknown as Informing).info(options), FIRST_CALL_MS_MAX);
    return { docker, address, runtimes: Object.keys(info.Runtimes ?? {}) };
  } catch (error) {
    throw new SandboxUnavailable(
      `No Docker engine answers at ${address} (${reasonOf(error)}). Start Docker, or set DOCKER_HOST to an engine that runs; ` +
        `without Docker, set "sandbox: { executor: os }" (Linux, with bubblewrap) or "{ executor: wasm }" in the team file.`,
    );
  }
}

/** Whether the engine is there, and the image in it still. */
export const answers = ({ docker, imageId }: Engine): Promise<boolean> =>
  callEngine((options) => docker.getImage(imageId).inspect(options as object), FIRST_CALL_MS_MAX).then(
    () => true,
    () => false,
  );

/** The call takes options, though its types do not say so. */
interface Informing {
  info(options: object): Promise<{ Runtimes?: Record<string, unknown> }>;
}

function client({ dockerHost, dockerCertFolder }: Pick<EngineSettings, "dockerHost" | "dockerCertFolder">): {
  docker: Docker;
  address: string;
} {
  // `host` is set in every case: the library would else take it from the environment.
  const none = undefined as unknown as string;
  const asked = dockerHost || `unix://${defaultSocket()}`;
  if (asked.startsWith("unix://")) {
    const socketPath = asked.slice("unix://".length) || defaultSocket();
    return { docker: new Docker({ host: none, protocol: "http", socketPath }), address: `unix://${socketPath}` };
  }
  if (asked.startsWith("npipe://")) {
    const socketPath = asked.slice("npipe://".length);
    return { docker: new Docker({ host: none, protocol: "http", socketPath }), address: asked };
  }
  const mend = "DOCKER_HOST should look like unix:///var/run/docker.sock or tcp://host:2376.";
  if (asked.startsWith("ssh://")) {
    throw new SandboxUnavailable(
      `DOCKER_HOST is ${asked}, and an engine over ssh would be a new login for each request. ` +
        `Forward its socket instead (ssh -N -L /tmp/docker.sock:/var/run/docker.sock HOST) and set DOCKER_HOST=unix:///tmp/docker.sock.`,
    );
  }
  const url = URL.parse(asked.includes("//") ? asked : `tcp://${asked}`);
  if (!url || !["tcp:", "http:", "https:"].includes(url.protocol)) throw new SandboxUnavailable(`DOCKER_HOST is ${asked}. ${mend}`);
  const tls = url.protocol === "https:" || dockerCertFolder !== undefined || url.port === "2376";
  const port = url.port || (tls ? "2376" : "2375");
  const docker = new Docker({ host: url.hostname, port, protocol: tls ? "https" : "http", ...certificates(dockerCertFolder) });
  return { docker, address: `${tls ? "https" : "tcp"}://${url.hostname}:${port}` };
}

function defaultSocket(): string {
  const own = join(process.env["HOME"] ?? "/", ".docker/run/docker.sock"); // Docker Desktop
  return existsSync(own) ? own : "/var/run/docker.sock";
}

function certificates(folder: string | undefined): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  if (folder === undefined) return {};
  try {
    const [ca, cert, key] = ["ca.pem", "cert.pem", "key.pem"].map((name) => readFileSync(join(folder, name)));
    return { ca: ca as Buffer, cert: cert as Buffer, key: key as Buffer };
  } catch (error) {
    throw new SandboxUnavailable(
      `The engine's certificates cannot be read (${reasonOf(error)}). DOCKER_CERT_PATH should name a folder with ca.pem, cert.pem and key.pem.`,
    );
  }
}

/** Makes one call to the engine, never longer than `msMax`: an engine that hangs is an engine that fails. */
export async function callEngine<T>(call: (options: { abortSignal: AbortSignal }) => Promise<T>, msMax = API_CALL_MS_MAX): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${msMax / 1000} s`));
      abort.abort();
    }, msMax);
  });
  try {
    const answer = call({ abortSignal: abort.signal });
    answer.catch(() => {}); // When the timer wins, the aborted call fails too, with nobody left to hear it.
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** The HTTP status of a failed call; undefined when the engine gave none (it is gone, or hangs). */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === "number" ? status : undefined;
}

export function reasonOf(error: unknown): string {
  const { code, json, message } = error as { code?: string; json?: { message?: string }; message?: string };
  return (json?.message ?? code ?? message ?? String(error)).trim().slice(0, 300);
}

export function unavailable(address: string, error: unknown): SandboxUnavailable {
  const said = statusOf(error) === undefined ? "stopped answering" : "refused";
  return new SandboxUnavailable(
    `The Docker engine at ${address} ${said} (${reasonOf(error)}). Look at its log, start it again, then run the code again.`,
  );
}
