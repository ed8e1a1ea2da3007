import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { V1Pod } from "@kubernetes/client-node";
import { WebSocketServer, type WebSocket } from "ws";
import { startFakeContainer, type FakeContainer } from "./fake-container.ts";
import { IDLE_STAYS } from "../idle-connections.ts";

export interface FakeKubernetes {
  /** Path of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  readonly pods: Map<string, V1Pod>;
  /** What a pod is refused with, from now on. */
  refuse: { readonly code: number; readonly message: string } | undefined;
  /** What pods wait for, from now on, instead of running. */
  waiting: { readonly reason: string; readonly message: string } | undefined;
  /** The subprotocols it was offered and what it took, at each exec. */
  readonly protocols: string[];
  close(): Promise<void>;
}

const NAMESPACE = "sandboxes";
const TOKEN = "fake-token";

/**
 * An API server with what Parley calls: pods (create, get, list by label, delete) and exec over a WebSocket, in the subprotocol v5 or v4.
 * Behind each pod stands a real container with what the pod's spec asks for.
 */
export async function startFakeKubernetes({ protocol = "v5.channel.k8s.io" } = {}): Promise<FakeKubernetes> {
  const folder = await mkdtemp(join(tmpdir(), "parley-kubernetes-"));
  const containers = new Map<string, FakeContainer>();
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => {
      fake.protocols.push(offered.has(protocol) ? protocol : "none");
      return offered.has(protocol) ? protocol : false;
    },
  });
  const server = createServer(IDLE_STAYS, (request, response) => void answer(request, response));
  server.on("upgrade", (request, socket, head) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://fake");
    const container = containers.get(/^\/api\/v1\/namespaces\/sandboxes\/pods\/([^/]+)\/exec$/.exec(pathname)?.[1] ?? "");
    if (!container || request.headers.authorization !== `Bearer ${TOKEN}`) return void socket.end("HTTP/1.1 404 Not Found\r\n\r\n");
    sockets.handleUpgrade(request, socket, head, (peer) => void serveExec(peer, container, searchParams.getAll("command")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const kubeconfig = join(folder, "config");
  await writeFile(kubeconfig, kubeconfigFor((server.address() as AddressInfo).port));

  const fake: FakeKubernetes = {
    kubeconfig,
    pods: new Map(),
    refuse: undefined,
    waiting: undefined,
    protocols: [],
    close: async () => {
      for (const container of containers.values()) await container.remove();
      sockets.clients.forEach((peer) => peer.terminate());
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://fake");
    const [, namespace, name] = /^\/api\/v1\/namespaces\/([^/]+)\/pods(?:\/([^/]+))?$/.exec(pathname) ?? [];
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return send(response, failure(401, "Unauthorized"));
    if (fake.refuse) return send(response, failure(fake.refuse.code, fake.refuse.message));
    if (namespace !== NAMESPACE) return send(response, failure(404, `namespaces "${namespace}" not found`));
    if (name === undefined && request.method === "POST") {
      const pod = JSON.parse(Buffer.concat(await Array.fromAsync(request as AsyncIterable<Buffer>)).toString()) as V1Pod;
      return send(response, await create(pod));
    }
    if (name === undefined) {
      const [key, value] = (searchParams.get("labelSelector") ?? "").split("=");
      const items = [...fake.pods.values()].filter(({ metadata }) => metadata?.labels?.[key ?? ""] === value);
      return send(response, { kind: "PodList", apiVersion: "v1", metadata: {}, items });
    }
    const pod = fake.pods.get(name);
    if (!pod) return send(response, failure(404, `pods "${name}" not found`));
    if (request.method === "DELETE") {
      fake.pods.delete(name);
      await containers.get(name)?.remove();
      containers.delete(name);
    }
    send(response, pod);
  }

  async function create(pod: V1Pod): Promise<V1Pod> {
    const name = pod.metadata?.name ?? "";
    const [container] = pod.spec?.containers ?? [];
    if (!fake.waiting) {
      const sizes = new Map(pod.spec?.volumes?.map((volume) => [volume.name, String(volume.emptyDir?.sizeLimit).replace("Mi", "m")]));
      const user = `${pod.spec?.securityContext?.runAsUser}:${pod.spec?.securityContext?.runAsGroup}`;
      const made = await startFakeContainer({
        cmd: container?.command ?? [],
        user,
        cwd: container?.workingDir ?? "/",
        env: container?.env?.map(({ name: key, value }) => `${key}=${value}`) ?? [],
        memoryMb: Number.parseInt(String(container?.resources?.limits?.["memory"])),
        init: false,
        readOnly: container?.securityContext?.readOnlyRootFilesystem === true,
        capabilities: container?.securityContext?.capabilities?.drop?.includes("ALL") !== true,
        tmpfs: Object.fromEntries(
          container?.volumeMounts?.map(({ name: of, mountPath }) => [mountPath, `rw,size=${sizes.get(of)},mode=1777`]) ?? [],
        ),
      });
      containers.set(name, made);
    }
    const state = fake.waiting ? { waiting: fake.waiting } : { running: {} };
    const status = { phase: fake.waiting ? "Pending" : "Running", containerStatuses: [{ name: "code", state }] } as unknown as NonNullable<
      V1Pod["status"]
    >;
    fake.pods.set(name, Object.assign(pod, { status }));
    return Object.assign(structuredClone(pod), { status: { phase: "Pending" } });
  }

  /** Channels: 0 stdin, 1 stdout, 2 stderr, 3 the status at the end. In v5 a client ends a channel by 255 and its number; before, it cannot. */
  async function serveExec(peer: WebSocket, container: FakeContainer, args: readonly string[]): Promise<void> {
    const early: Buffer[] = [];
    let take = (bytes: Buffer): void => void early.push(bytes);
    peer.on("message", (data: Buffer) => void (data[0] === 0 && take(data.subarray(1))));
    const running = await container.exec({ args, user: "65534:65534", cwd: "/work" }).catch(() => undefined);
    if (!running) return peer.close();
    const say = (channel: number, bytes: Buffer): void => {
      if (peer.readyState === peer.OPEN) peer.send(Buffer.concat([Buffer.from([channel]), bytes]));
    };
    running.onOutput = (stream, bytes) => say(stream === "stdout" ? 1 : 2, bytes);
    running.begin();
    take = (bytes) => running.write(bytes);
    for (const bytes of early) running.write(bytes);
    // A real server does not end the process when the socket closes: neither does this one.
    const code = await running.exitCode;
    if (code !== undefined) say(3, Buffer.from(JSON.stringify(statusOf(code))));
    peer.close();
  }

  return fake;
}

const statusOf = (code: number): object =>
  code === 0
    ? { metadata: {}, status: "Success" }
    : {
        metadata: {},
        status: "Failure",
        message: `command terminated with non-zero exit code: exit status ${code}`,
        reason: "NonZeroExitCode",
        details: { causes: [{ reason: "ExitCode", message: String(code) }] },
      };

interface Failure {
  readonly kind: "Status";
  readonly code: number;
  readonly message: string;
}

const failure = (code: number, message: string): Failure => ({ kind: "Status", code, message });

function send(response: ServerResponse, body: object): void {
  response.writeHead((body as Partial<Failure>).kind === "Status" ? (body as Failure).code : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

const kubeconfigFor = (port: number): string => `
apiVersion: v1
kind: Config
current-context: fake
contexts: [{ name: fake, context: { cluster: fake, user: fake, namespace: ${NAMESPACE} } }]
clusters: [{ name: fake, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }]
users: [{ name: fake, user: { token: ${TOKEN} } }]
`;
