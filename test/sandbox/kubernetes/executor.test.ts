import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createKubernetesExecutor, type KubernetesSettings } from "../../../src/sandbox/kubernetes/executor.ts";
import { executorContract, runIn } from "../../contracts/executor.ts";
import { workspaceContract } from "../../contracts/workspace.ts";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { startFakeKubernetes, type FakeKubernetes } from "../../support/sandbox/fake-kubernetes.ts";

const hasDocker = await dockerAvailable();

describe.skipIf(!hasDocker)("against a fake API server with real containers behind it", () => {
  let fake: FakeKubernetes;
  const settings = (more: Partial<KubernetesSettings> = {}): KubernetesSettings => ({
    image: "registry.example/sandbox@sha256:0",
    namespace: "sandboxes",
    kubeconfig: fake.kubeconfig,
    ...more,
  });
  beforeAll(async () => {
    fake = await startFakeKubernetes();
  });
  afterAll(() => fake.close());

  executorContract("Kubernetes", () => createKubernetesExecutor(settings()), { languages: ["python", "sh", "bash", "javascript"] });
  workspaceContract("Kubernetes", () => createKubernetesExecutor(settings()));

  test("a pod gets no token, no user who may do anything, no right, and an end", async () => {
    const executor = await createKubernetesExecutor(settings({ runtimeClass: "gvisor" }));
    onTestFinished(() => executor.close());
    const pod = [...fake.pods.values()].find(({ spec }) => spec?.runtimeClassName === "gvisor");
    expect(pod?.spec).toMatchObject({
      automountServiceAccountToken: false,
      restartPolicy: "Never",
      activeDeadlineSeconds: 3600,
      enableServiceLinks: false,
      hostNetwork: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65_534, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod?.spec?.containers).toEqual([
      expect.objectContaining({
        securityContext: {
          allowPrivilegeEscalation: false,
          privileged: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      }),
    ]);
    expect(pod?.spec?.containers[0]?.resources?.limits).toMatchObject({ memory: "512Mi", cpu: "1" });
    expect(executor.capabilities.grade).toBe("container+gvisor");
  });

  test("code that signals everything it can reach ends itself, not the pod", async () => {
    const executor = await createKubernetesExecutor(settings());
    onTestFinished(() => executor.close());
    const session = await executor.open("thread");
    await runIn(session, "echo kept > kept.txt; (setsid sleep 1000 &) ; kill -TERM 1; kill -9 1; kill -9 -1; exit 3", {}, "bash");
    expect(await runIn(session, "cat kept.txt; ls /proc | grep -c '^[0-9]'", {}, "bash")).toMatchObject({ outcome: "ok", notices: [] });
  });

  test("a pod that is deleted under the code is made again once, and that the files are gone is told", async () => {
    const executor = await createKubernetesExecutor(settings({ instance: "deleted" }));
    onTestFinished(() => executor.close());
    const session = await executor.open("thread");
    await runIn(session, "open('old.txt', 'w').close()");
    const [name] = [...fake.pods].find(([, { metadata }]) => metadata?.labels?.["parley.instance"] === "deleted") ?? [];
    const started = Promise.withResolvers<void>();
    const running = runIn(session, "import os, time\nprint('started', flush=True)\nif os.path.exists('old.txt'): time.sleep(60)", {
      onChunk: () => started.resolve(),
    });
    await started.promise;
    const { default: k8s } = { default: await import("@kubernetes/client-node") };
    const config = new k8s.KubeConfig();
    config.loadFromFile(fake.kubeconfig);
    await config.makeApiClient(k8s.CoreV1Api).deleteNamespacedPod({ namespace: "sandboxes", name: name ?? "" });
    const result = await running;
    expect(result).toMatchObject({ outcome: "ok" });
    expect(result.notices.join()).toContain("The workspace was reset");
    expect(result.notices.join()).toContain("the code was run a second time, from its beginning");
  });

  test("what an earlier process of the same Parley left is removed at start, and nothing of another's", async () => {
    const first = await createKubernetesExecutor(settings({ instance: "one" }));
    const other = await createKubernetesExecutor(settings({ instance: "two" }));
    const again = await createKubernetesExecutor(settings({ instance: "one" }));
    const instances = [...fake.pods.values()].map(({ metadata }) => metadata?.labels?.["parley.instance"]);
    expect(instances.filter((instance) => instance === "one")).toHaveLength(1);
    expect(instances).toContain("two");
    for (const executor of [first, other, again]) await executor.close();
    const left = [...fake.pods.values()].filter(({ metadata }) => ["one", "two"].includes(metadata?.labels?.["parley.instance"] ?? ""));
    expect(left).toEqual([]);
  });

  test("the older protocol, in which stdin cannot be ended, serves as well", async () => {
    const older = await startFakeKubernetes({ protocol: "v4.channel.k8s.io" });
    onTestFinished(() => older.close());
    const executor = await createKubernetesExecutor(settings({ kubeconfig: older.kubeconfig }));
    onTestFinished(() => executor.close());
    expect(await runIn(await executor.open("thread"), "print(6 * 7)")).toMatchObject({ outcome: "ok", stdout: "42\n" });
    expect(new Set(older.protocols)).toEqual(new Set(["v4.channel.k8s.io"]));
  });

  test("a cluster that refuses says what to do", async () => {
    const strict = await startFakeKubernetes();
    onTestFinished(() => strict.close());
    const make = (more: Partial<KubernetesSettings> = {}) => createKubernetesExecutor(settings({ kubeconfig: strict.kubeconfig, ...more }));
    await expect(make({ namespace: "elsewhere" })).rejects.toThrow("has no namespace elsewhere");
    await expect(make({ context: "prod" })).rejects.toThrow('no context "prod"');
    await expect(make({ kubeconfig: "/nowhere/config" })).rejects.toThrow("cannot be read");
    strict.waiting = { reason: "ErrImagePull", message: "no such image" };
    await expect(make()).rejects.toThrow(/ErrImagePull, no such image.*Check sandbox.image/);
    expect(strict.pods.size).toBe(0);
    strict.waiting = undefined;
    const executor = await make();
    onTestFinished(() => executor.close());
    expect(await executor.answers?.()).toBe(true);
    strict.refuse = { code: 403, message: "pods is forbidden" };
    expect(await executor.answers?.()).toBe(false);
    await expect(make()).rejects.toThrow("Give it the role of docs/sandbox.md");
  });
});
