import { z } from "zod";

/** Sandboxes on other machines. */

const KUBERNETES_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export const Kubernetes = z
  .strictObject({
    namespace: z
      .string()
      .regex(KUBERNETES_NAME, { error: "is no namespace; write it in small letters, digits and hyphens, such as parley-sandbox" })
      .default("parley-sandbox")
      .describe("For pods that run code, and nothing else; see docs/sandbox.md for the policy and the role it needs."),
    context: z.string().min(1).max(200).optional().describe("Of the kubeconfig; its current one when absent. KUBECONFIG names the file."),
    runtimeClass: z
      .string()
      .regex(KUBERNETES_NAME, { error: "is no runtime class; see kubectl get runtimeclass" })
      .optional()
      .describe("Such as gvisor."),
    cpus: z.number().positive().max(64).default(1),
    ttlMinutes: z
      .int()
      .min(5)
      .max(24 * 60)
      .default(60)
      .describe("A pod ends after this long, also when Parley never comes back."),
    allowNetwork: z
      .boolean()
      .default(false)
      .describe(
        "false: a trial pod that reaches the network is a failure. true: code may reach what the cluster lets it, and each result says so.",
      ),
  })
  .describe("For executor: kubernetes. sandbox.image must be one that the nodes can pull.");

export const E2b = z
  .strictObject({
    template: z.string().min(1).max(200).default("code-interpreter-v1").describe("Its name or id decides what is installed."),
    ttlMinutes: z
      .int()
      .min(5)
      .max(24 * 60)
      .default(60)
      .describe("A sandbox ends after this long; plans have limits of their own."),
  })
  .describe("For executor: e2b. The key comes from E2B_API_KEY.");
