import type { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { BOX_LIMITS, type BoxExecutorSettings } from "../box/executor.ts";
import { runToEnd } from "../box/run.ts";
import type { ShellBox } from "../box/shell.ts";
import { createShellExecutor } from "../box/shell-executor.ts";
import { SandboxUnavailable, type Executor } from "../executor.ts";
import { createOwner, findOrphans, marksOf, ORPHANS_LOOK_MS, type Owner, type OwnerSettings } from "../owner.ts";
import { podBox } from "./box.ts";
import { podSpec, type PodSettings } from "./pod.ts";
import { optionalPackage } from "../optional-package.ts";

export interface KubernetesSettings extends BoxExecutorSettings, OwnerSettings, Partial<Omit<PodSettings, "image" | "namespace">> {
  readonly image: string;
  readonly namespace: string;
  /** Path of a kubeconfig; without it, what a pod of the cluster is given, or `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Of the kubeconfig; its current one when absent. */
  readonly context?: string;
  /** For a cluster whose pods may reach the network on purpose; then the label says so. */
  readonly allowNetwork?: boolean;
}

const MEND = "Apply the network policy and the role of docs/sandbox.md, check the image, or use another sandbox.executor.";
const LOOK_MS_MAX = 30_000;
const START_MS_MAX = 120_000; // An image that is not on the node yet is pulled.
const START_LOOK_MS = 300;

/**
 * Runs code in pods of a Kubernetes cluster, one for each thread. The account that the kubeconfig names needs to create, list, get and
 * delete pods and to exec into them, in one namespace. Throws {@link SandboxUnavailable}, whose message says how to mend it.
 */
export async function createKubernetesExecutor(settings: KubernetesSettings): Promise<Executor> {
  const { CoreV1Api, Exec, KubeConfig } = await optionalPackage("@kubernetes/client-node", () => import("@kubernetes/client-node"));
  const config = readConfig(new KubeConfig(), settings);
  const core = config.makeApiClient(CoreV1Api);
  const exec = new Exec(config);
  const owner = createOwner(settings);
  const pod: PodSettings = { memoryMb: BOX_LIMITS.memoryMb, cpus: 1, workspaceMb: 64, ttlSeconds: 3600, ...settings };
  const { namespace } = settings;
  await removeOrphans(core, namespace, owner);

  const start = async (): Promise<ShellBox> => {
    const made = await core.createNamespacedPod({ namespace, body: podSpec(pod, owner) }).catch((error: unknown) => {
      throw unavailable(error, namespace);
    });
    const name = made.metadata?.name ?? "";
    try {
      await untilRunning(core, namespace, name);
    } catch (error) {
      await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 }).catch(() => {}); // by its label, the next start finds it
      throw error;
    }
    return podBox({ core, exec, namespace, name, endsAtMs: Date.now() + pod.ttlSeconds * 1000 });
  };

  const timer = owner.peers && setInterval(() => void removeOrphans(core, namespace, owner).catch(() => {}), ORPHANS_LOOK_MS).unref();
  return createShellExecutor(
    {
      grade: settings.runtimeClass === undefined ? "container" : "container+gvisor",
      label: `Kubernetes pod${settings.runtimeClass === undefined ? "" : ` (${settings.runtimeClass})`}, ${settings.allowNetwork ? "with network" : "no network"}, ${pod.memoryMb} MB`,
      where: `in a Linux pod ${settings.allowNetwork ? "with" : "without"} network`,
      start,
      lifeMs: pod.ttlSeconds * 1000,
      answers: () =>
        core.listNamespacedPod({ namespace, limit: 1 }).then(
          () => true,
          () => false,
        ),
      ...(settings.allowNetwork ? {} : { inspect: networkReached }),
      mend: MEND,
      close: () => clearInterval(timer),
    },
    settings,
  );

  /** A network policy binds only where the cluster's network enforces it, so what counts is what a pod can reach. */
  async function networkReached(box: ShellBox): Promise<string | undefined> {
    const script = `
for to in 1.1.1.1/53 169.254.169.254/80 "$KUBERNETES_SERVICE_HOST/$KUBERNETES_SERVICE_PORT"; do
  (timeout 3 bash -c "exec 3<>/dev/tcp/$to") 2>/dev/null && echo "$to"
done
command -v timeout >/dev/null && command -v bash >/dev/null && echo looked`;
    const said = await runToEnd((command) => box.start(command), script, LOOK_MS_MAX);
    const seen = said?.stdout.trim().split("\n") ?? [];
    if (seen.at(-1) !== "looked") return "the image has no bash or no timeout, so whether pods reach the network could not be seen";
    return seen.length > 1
      ? `pods of the namespace ${namespace} reach the network (${seen.slice(0, -1).join(", ").slice(0, 200)})`
      : undefined;
  }
}

function readConfig(config: KubeConfig, { kubeconfig, context }: KubernetesSettings): KubeConfig {
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
  } catch (error) {
    throw new SandboxUnavailable(
      `The kubeconfig ${kubeconfig ?? "of this user"} cannot be read (${String((error as Error).message).slice(0, 200)}). Set KUBECONFIG to a file that kubectl can use.`,
    );
  }
  if (context !== undefined && !config.getContextObject(context))
    throw new SandboxUnavailable(
      `The kubeconfig has no context "${context}". See kubectl config get-contexts, and mend sandbox.kubernetes.context.`,
    );
  if (context !== undefined) config.setCurrentContext(context);
  return config;
}

async function untilRunning(core: CoreV1Api, namespace: string, name: string): Promise<void> {
  const deadlineMs = Date.now() + START_MS_MAX;
  while (Date.now() < deadlineMs) {
    const pod = await core.readNamespacedPod({ namespace, name }).catch((error: unknown) => {
      throw unavailable(error, namespace);
    });
    const { phase, message } = pod.status ?? {};
    if (phase === "Running") return;
    if (phase === "Failed" || phase === "Succeeded")
      throw new SandboxUnavailable(`A pod ended before code ran in it (${message ?? phase}). ${MEND}`);
    const waiting = pod.status?.containerStatuses?.[0]?.state?.waiting;
    if (waiting?.reason !== undefined && HOPELESS.has(waiting.reason))
      throw new SandboxUnavailable(
        `A pod does not start: ${waiting.reason}${waiting.message ? `, ${waiting.message.slice(0, 300)}` : ""}. Check sandbox.image and what the nodes may pull.`,
      );
    await new Promise((resolve) => setTimeout(resolve, START_LOOK_MS));
  }
  throw new SandboxUnavailable(`A pod was not started after ${START_MS_MAX / 1000} s. See kubectl describe pod -n ${namespace}.`);
}

const HOPELESS = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "InvalidImageName",
  "ErrImageNeverPull",
  "CreateContainerConfigError",
  "CreateContainerError",
]);

/** Removes what others left of whom it is certain that they are gone: see {@link findOrphans}. Pods that cannot be removed end by themselves. */
async function removeOrphans(core: CoreV1Api, namespace: string, owner: Owner): Promise<void> {
  const { items } = await core.listNamespacedPod({ namespace, labelSelector: "parley.managed=1" }).catch((error: unknown) => {
    throw unavailable(error, namespace);
  });
  const isOrphan = await findOrphans(owner);
  for (const { metadata } of items)
    if (isOrphan(marksOf({ ...metadata?.labels, ...metadata?.annotations })))
      await core.deleteNamespacedPod({ namespace, name: metadata?.name ?? "", gracePeriodSeconds: 0 }).catch(() => {}); // its deadline ends it
}

function unavailable(error: unknown, namespace: string): SandboxUnavailable {
  if (error instanceof SandboxUnavailable) return error;
  const code = (error as { code?: unknown }).code;
  if (code === 401 || code === 403)
    return new SandboxUnavailable(
      `The cluster lets this account make no pods in the namespace ${namespace} (${code}). Give it the role of docs/sandbox.md.`,
    );
  if (code === 404)
    return new SandboxUnavailable(`The cluster has no namespace ${namespace}. Make it, or mend sandbox.kubernetes.namespace.`);
  const said = String((error as Error).message)
    .split("\n")[0]
    ?.slice(0, 200);
  return new SandboxUnavailable(
    `The cluster does not answer as expected (${said}). Check KUBECONFIG with "kubectl get pods -n ${namespace}".`,
  );
}
