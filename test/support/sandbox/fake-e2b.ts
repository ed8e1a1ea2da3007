import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { startFakeContainer, type FakeContainer, type FakeExec } from "./fake-container.ts";
import { IDLE_STAYS } from "../idle-connections.ts";

export interface FakeE2b {
  readonly url: string;
  readonly apiKey: string;
  /** What each living sandbox was asked to be, by its id. */
  readonly sandboxes: Map<string, { readonly asked: Asked; readonly container: FakeContainer }>;
  close(): Promise<void>;
}

interface Asked {
  readonly templateID: string;
  readonly timeout: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly allow_internet_access?: boolean;
}

const TEMPLATE = "parley";
const ENVD_VERSION = "0.6.2";

/**
 * The two services that the SDK talks to, at one address: the API (create, list, kill) and a sandbox's own daemon (processes over the
 * Connect protocol with JSON, files over HTTP). Behind each sandbox stands a real container; its code's user is 1000.
 */
export async function startFakeE2b(): Promise<FakeE2b> {
  const apiKey = `e2b_${"0".repeat(40)}`;
  const sandboxes: FakeE2b["sandboxes"] = new Map();
  const running = new Map<number, FakeExec>();
  let pids = 1000;
  const server = createServer(IDLE_STAYS, (request, response) => {
    answer(request, response).catch((error: unknown) => send(response, 500, { code: 500, message: String(error) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://fake");
    const body = Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>));
    if (/^\/(v2\/)?sandboxes/.test(pathname)) return api(request, response, pathname, searchParams, body);
    const sandbox = sandboxes.get(String(request.headers["e2b-sandbox-id"]));
    if (!sandbox) return send(response, 502, { code: 502, message: "The sandbox was not found" });
    const { container } = sandbox;
    switch (pathname) {
      case "/health":
        return send(response, 204, undefined);
      case "/files": {
        const path = searchParams.get("path") ?? "";
        if (request.method === "POST") {
          const form = await new Response(new Uint8Array(body), {
            headers: { "content-type": String(request.headers["content-type"]) },
          }).formData();
          await container.write(path, Buffer.from(await (form.get("file") as File).arrayBuffer()));
          return send(response, 200, [{ name: path.split("/").at(-1), path, type: "file" }]);
        }
        const content = await container.read(path);
        if (!content) return send(response, 404, { code: 404, message: `file ${path} does not exist` });
        response.writeHead(200, { "content-type": "application/octet-stream", "content-length": content.length });
        return void response.end(content);
      }
      case "/process.Process/Start":
        return startProcess(request, response, container, body);
      case "/process.Process/SendInput": {
        const { process: selector, input } = JSON.parse(body.toString()) as { process: { pid: number }; input: { stdin: string } };
        running.get(selector.pid)?.write(Buffer.from(input.stdin, "base64"));
        return send(response, 200, {});
      }
    }
    send(response, 404, { code: "unimplemented", message: pathname });
  }

  async function api(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
    body: Buffer,
  ): Promise<void> {
    if (request.headers["x-api-key"] !== apiKey) return send(response, 401, { code: 401, message: "Invalid API key" });
    if (request.method === "POST") {
      const asked = JSON.parse(body.toString()) as Asked;
      if (asked.templateID !== TEMPLATE) return send(response, 404, { code: 404, message: `template '${asked.templateID}' not found` });
      const container = await startFakeContainer({
        cmd: ["sleep", "600"],
        user: "0:0",
        cwd: "/",
        env: [],
        memoryMb: 512,
        readOnly: false,
        capabilities: true,
        tmpfs: {},
        init: true,
      });
      sandboxes.set(container.id, { asked, container });
      const made = { sandboxID: container.id, templateID: TEMPLATE, clientID: "fake", envdVersion: ENVD_VERSION, envdAccessToken: "fake" };
      return send(response, 201, made);
    }
    if (request.method === "GET") {
      const wanted = [...new URLSearchParams(query.get("metadata") ?? "")];
      const found = [...sandboxes].filter(([, { asked }]) =>
        wanted.every(([key, value]) => asked.metadata?.[decodeURIComponent(key)] === decodeURIComponent(value)),
      );
      const at = new Date().toISOString();
      const listed = found.map(([sandboxID, { asked }]) => {
        return {
          sandboxID,
          templateID: TEMPLATE,
          metadata: asked.metadata,
          startedAt: at,
          endAt: at,
          state: "running",
          envdVersion: ENVD_VERSION,
        };
      });
      return send(response, 200, listed);
    }
    const id = path.split("/").at(-1) ?? "";
    const sandbox = sandboxes.get(id);
    if (!sandbox) return send(response, 404, { code: 404, message: `sandbox ${id} not found` });
    sandboxes.delete(id);
    await sandbox.container.remove();
    send(response, 204, undefined);
  }

  /** A stream of envelopes: a byte of flags, a length of four bytes, JSON. The last has the flag 2. */
  async function startProcess(request: IncomingMessage, response: ServerResponse, container: FakeContainer, body: Buffer): Promise<void> {
    const asked = JSON.parse(body.subarray(5).toString()) as { process: { cmd: string; args: string[]; cwd?: string } };
    const user = Buffer.from(String(request.headers.authorization).replace("Basic ", ""), "base64").toString().replace(":", "");
    const { cmd, args, cwd = "/" } = asked.process;
    const made = await container.exec({ args: [cmd, ...args], user: user === "root" ? "0:0" : "1000:1000", cwd });
    const pid = ++pids;
    running.set(pid, made);
    response.writeHead(200, { "content-type": "application/connect+json" });
    const say = (flags: number, message: object): void => {
      const json = Buffer.from(JSON.stringify(message));
      const head = Buffer.alloc(5);
      head.writeUInt8(flags, 0);
      head.writeUInt32BE(json.length, 1);
      response.write(Buffer.concat([head, json]));
    };
    say(0, { event: { start: { pid } } });
    made.onOutput = (stream, bytes) => say(0, { event: { data: { [stream]: bytes.toString("base64") } } });
    made.begin();
    const code = await made.exitCode;
    running.delete(pid);
    // Go's exit code of one that a signal ended is -1, and the signal is told in words.
    const signal = { 137: "killed", 139: "segmentation fault", 143: "terminated" }[code ?? 0];
    if (code !== undefined && signal === undefined)
      say(0, { event: { end: { exitCode: code, exited: true, status: `exit status ${code}` } } });
    if (signal !== undefined)
      say(0, { event: { end: { exitCode: -1, exited: false, status: `signal: ${signal}`, error: `signal: ${signal}` } } });
    say(2, code === undefined ? { error: { code: "unavailable", message: "the sandbox is gone" } } : {});
    response.end();
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey,
    sandboxes,
    close: async () => {
      for (const { container } of sandboxes.values()) await container.remove();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function send(response: ServerResponse, status: number, body: object | undefined): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
