import { readFileSync } from "node:fs";
import { connect, type AddressInfo, type Socket } from "node:net";
import { resolve } from "node:path";
import { createServer } from "node:tls";
import Docker from "dockerode";
import { describe, expect, onTestFinished, test } from "vitest";
import { Removal } from "../../../src/sandbox/docker/removal.ts";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import { SandboxUnavailable } from "../../../src/sandbox/executor.ts";
import { runIn } from "../../contracts/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { fakeEngine, type EngineAnswer, type EngineCall } from "../../support/sandbox/fake-engine.ts";
import { doorToEngine } from "../../support/sandbox/sandboxes.ts";

const CERTIFICATES = resolve(import.meta.dirname, "../../fixtures/tls");

/** An engine with gVisor that makes no container. */
function engineWith(runtimes: object, over: (call: EngineCall) => EngineAnswer | undefined = () => undefined) {
  return fakeEngine((call) => {
    const own = over(call);
    if (own) return own;
    if (call.path === "/info") return { status: 200, json: { Runtimes: runtimes } };
    if (call.path === "/images/some-image/json") return { status: 200, json: { Id: "sha256:pinned" } };
    if (call.path === "/containers/json") return { status: 200, json: [] };
    if (call.path === "/volumes") return { status: 200, json: { Volumes: [] } };
    if (call.path === "/events") return (response) => response.writeHead(200).flushHeaders();
    if (call.path === "/containers/create") return { status: 500, json: { message: "no room" } };
    return undefined;
  });
}

interface Created {
  readonly Image: string;
  readonly HostConfig: { readonly Runtime?: string; readonly PidsLimit: number; readonly Memory: number };
}

describe("what is asked of an engine", () => {
  const created = (calls: readonly EngineCall[]): Created =>
    JSON.parse(calls.find(({ path }) => path === "/containers/create")?.body.toString() ?? "{}") as Created;

  test("gVisor is asked for where it is offered, with room for its own kernel; the image by its id", async () => {
    const { host, calls } = await engineWith({ runc: {}, runsc: {} });
    await expect(createDockerExecutor({ image: "some-image", dockerHost: host, memoryMb: 64 })).rejects.toThrow(/no room/);
    expect(created(calls)).toMatchObject({
      Image: "sha256:pinned",
      HostConfig: { Runtime: "runsc", PidsLimit: 512, Memory: 512 * 1024 * 1024 },
    });
  });

  test("without it, or where it is not wanted, the engine's own runtime is used", async () => {
    const plain = await engineWith({ runc: {} });
    await expect(createDockerExecutor({ image: "some-image", dockerHost: plain.host, memoryMb: 64 })).rejects.toThrow(SandboxUnavailable);
    expect(created(plain.calls).HostConfig).toMatchObject({ PidsLimit: 64, Memory: 64 * 1024 * 1024 });
    expect(created(plain.calls).HostConfig.Runtime).toBeUndefined();
    const unwanted = await engineWith({ runsc: {} });
    await expect(createDockerExecutor({ image: "some-image", dockerHost: unwanted.host, gvisor: "never" })).rejects.toThrow(
      SandboxUnavailable,
    );
    expect(created(unwanted.calls).HostConfig.Runtime).toBeUndefined();
  });

  test("nothing is ever pulled", async () => {
    const { host, calls } = await engineWith({ runc: {} });
    await expect(createDockerExecutor({ image: "other-image", dockerHost: host })).rejects.toThrow(/has no image "other-image"/);
    expect(calls.map(({ path }) => path)).not.toContain("/images/create");
  });
});

describe("what is left in an engine", () => {
  test("orphans that cannot be looked for are reported, and Parley starts all the same", async () => {
    const problems: string[] = [];
    const { host } = await engineWith({}, ({ path }) =>
      path === "/containers/json" ? { status: 500, json: { message: "busy" } } : undefined,
    );
    const starting = createDockerExecutor({ image: "some-image", dockerHost: host, report: (problem) => void problems.push(problem) });
    await expect(starting).rejects.toThrow(/no room/);
    expect(problems).toEqual(["What earlier processes left in the engine could not be looked for (busy); it ends by its time to live."]);
  });

  const removing = async (answers: readonly number[]) => {
    const left = [...answers];
    const { host, calls } = await fakeEngine(({ method }) =>
      method === "DELETE"
        ? { status: left.length > 1 ? (left.shift() ?? 204) : (left[0] ?? 204), json: { message: "device busy" } }
        : undefined,
    );
    const { hostname, port } = new URL(host.replace("tcp:", "http:"));
    const docker = new Docker({ host: hostname, port, protocol: "http" });
    return { docker, removals: () => calls.map(({ path }) => path) };
  };

  test("a removal that fails for a moment is tried again until the container is gone", async () => {
    const { docker, removals } = await removing([500, 409, 500, 404]);
    const problems: string[] = [];
    await new Removal((problem) => void problems.push(problem)).remove(docker.getContainer("a"));
    expect(removals()).toEqual(["/containers/a", "/containers/a", "/containers/a", "/containers/a"]);
    expect(problems).toEqual([]);
  });

  test("one that goes on failing is reported once, and tried again with the next and at the end", async () => {
    const { docker, removals } = await removing([500]);
    const problems: string[] = [];
    const removal = new Removal((problem) => void problems.push(problem), 0);
    await removal.remove(docker.getContainer("a"));
    await removal.remove(docker.getContainer("b"));
    expect(removals()).toEqual(["/containers/a", "/containers/b", "/containers/a"]);
    await removal.close();
    expect(removals().slice(3)).toEqual(["/containers/a", "/containers/b"]);
    expect(problems).toEqual([
      expect.stringMatching(/container a could not be removed \(.*device busy.*\)\. .*docker rm -f a/),
      expect.stringContaining("container b"),
    ]);
  });

  test("a container of which nobody knows whether it was made is removed by its name", async () => {
    const names: string[] = [];
    const { host, calls } = await engineWith({}, ({ path, query }) => {
      if (path !== "/containers/create") return undefined;
      names.push(query.get("name") ?? "");
      return (response) => response.destroy(); // It may have been made before that.
    });
    await expect(createDockerExecutor({ image: "some-image", dockerHost: host })).rejects.toThrow(/stopped answering/);
    expect(names[0]).toMatch(/^parley-[0-9a-f-]{36}$/);
    expect(calls.filter(({ method }) => method === "DELETE").map(({ path }) => path)).toEqual([`/containers/${names[0]}`]);
  });
});

describe.skipIf(!(await dockerAvailable()))("an engine elsewhere", () => {
  test("behind TLS it is used with a certificate, and not without", async () => {
    const { port } = await tlsDoor();
    const executor = await createDockerExecutor({
      image: sandboxImage(),
      dockerHost: `tcp://localhost:${port}`,
      dockerCertFolder: CERTIFICATES,
      poolSize: 0,
    });
    onTestFinished(() => executor.close());
    const session = await executor.open("a");
    expect(await runIn(session, "open('out/a.txt', 'w').write('x')\nprint(42)")).toMatchObject({
      outcome: "ok",
      stdout: "42\n",
      files: [{ name: "a.txt" }],
    });
    expect(await runIn(session, "while True: pass", { timeoutMs: 500 })).toMatchObject({ outcome: "timeout" });
    await expect(createDockerExecutor({ image: sandboxImage(), dockerHost: `https://localhost:${port}` })).rejects.toThrow(
      /No Docker engine answers at https:\/\/localhost/,
    );
  });

  test("behind a socket that is forwarded, as ssh -L does it, it is used like one's own", async () => {
    const { address } = await doorToEngine();
    const executor = await createDockerExecutor({ image: sandboxImage(), dockerHost: address, poolSize: 0 });
    onTestFinished(() => executor.close());
    const session = await executor.open("a");
    await session.put([{ name: "given.txt", mediaType: "text/plain", content: Buffer.from("given") }]);
    expect(await runIn(session, "print(open('in/given.txt').read())")).toMatchObject({ outcome: "ok", stdout: "given\n" });
  });
});

/** The real engine behind TLS on a port of its own; asks for a certificate. */
async function tlsDoor(): Promise<{ readonly port: number }> {
  const read = (name: string): Buffer => readFileSync(resolve(CERTIFICATES, name));
  const real = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
  const sockets = new Set<Socket>();
  const server = createServer(
    {
      key: read("server-key.pem"),
      cert: read("server.pem"),
      ca: read("ca.pem"),
      requestCert: true,
      rejectUnauthorized: true,
      allowHalfOpen: true,
    },
    (near) => {
      const far = connect({ path: real, allowHalfOpen: true });
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => undefined);
      }
      near.pipe(far).pipe(near);
    },
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port };
}
