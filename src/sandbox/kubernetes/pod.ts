import { randomUUID } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import { BOX_ENV, WORKSPACE } from "../box/box.ts";
import type { Owner } from "../owner.ts";

export interface PodSettings {
  readonly image: string;
  readonly namespace: string;
  /** Programs and the files of the workspace together: the workspace is memory. */
  readonly memoryMb: number;
  readonly cpus: number;
  readonly workspaceMb: number;
  /** After this long the pod ends by itself, also when Parley never comes back. */
  readonly ttlSeconds: number;
  /** Such as "gvisor". */
  readonly runtimeClass?: string;
}

export const CONTAINER = "code";
const CODE_UID = 65_534;

/**
 * The first process: sleeps, takes no notice of signals, and reaps what lost its parent. Code runs under the same user (an exec cannot have
 * another), but the kernel keeps a namespace's first process from being killed from within.
 */
const KEEPER = `trap '' TERM INT HUP QUIT USR1 USR2 ALRM; mkdir -p ${WORKSPACE}/out; while :; do sleep 60 & wait $!; done`;

/** Built from constants and numbers, and an image: nothing else is passed through. */
export function podSpec({ image, memoryMb, cpus, workspaceMb, ttlSeconds, runtimeClass }: PodSettings, owner: Owner): V1Pod {
  const resources = { memory: `${memoryMb}Mi`, cpu: String(cpus), "ephemeral-storage": "64Mi" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `parley-code-${randomUUID()}`,
      labels: { "parley.managed": "1", "parley.instance": owner.instance, "parley.process": owner.process },
      // A label may have 63 characters.
      annotations: {
        "parley.expires": new Date(Date.now() + ttlSeconds * 1000).toISOString(),
        ...(owner.place === undefined ? {} : { "parley.place": owner.place }),
      },
    },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: ttlSeconds,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostNetwork: false,
      hostPID: false,
      hostIPC: false,
      shareProcessNamespace: false,
      // Names are of no use without a network, and asking for them is a way out.
      dnsPolicy: "None",
      dnsConfig: { nameservers: ["127.0.0.1"] },
      hostname: "sandbox",
      ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: CODE_UID,
        runAsGroup: CODE_UID,
        fsGroup: CODE_UID,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: [
        {
          name: CONTAINER,
          image,
          imagePullPolicy: "IfNotPresent",
          command: ["/bin/sh", "-c", KEEPER],
          workingDir: WORKSPACE,
          env: Object.entries(BOX_ENV).map(([name, value]) => ({ name, value })),
          securityContext: {
            allowPrivilegeEscalation: false,
            privileged: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
          resources: { limits: resources, requests: { ...resources, cpu: "100m" } },
          volumeMounts: [
            { name: "work", mountPath: WORKSPACE },
            { name: "tmp", mountPath: "/tmp" },
          ],
        },
      ],
      volumes: [
        { name: "work", emptyDir: { medium: "Memory", sizeLimit: `${workspaceMb}Mi` } },
        { name: "tmp", emptyDir: { medium: "Memory", sizeLimit: "16Mi" } },
      ],
    },
  };
}
