import { z } from "zod";
import { E2b, Kubernetes } from "./elsewhere.ts";

// Plain words alone: they are put into a shell line of an image's build, and into the one that starts a block.
const COMMAND = /^[\w./+-]+( [\w./+=:,-]+)*$/;
const PIP = /^[A-Za-z0-9][\w.-]*(\[[\w,-]+\])?==[\w.+!-]+$/;
const APT = /^[a-z0-9][a-z0-9.+-]+(=[\w.+:~-]+)?$/;
const PACKAGES_MAX = 100;
// A workspace is read once after each block, and its rows lie in the database.
const KEPT_FILES_MAX = 5_000;
const KEPT_MB_MAX = 256;

export const Sandbox = z
  .strictObject({
    executor: z
      .enum(["docker", "os", "wasm", "kubernetes", "e2b", "off"])
      .default("docker")
      .describe(
        "docker: a container of its own for each thread. os: namespaces of this machine (bubblewrap). wasm: Python without the file system and the network. " +
          "kubernetes: a pod for each thread. e2b: a micro-VM of that service for each thread. off: no code is run. docs/sandbox.md compares them.",
      ),
    kubernetes: Kubernetes.prefault({}),
    e2b: E2b.prefault({}),
    image: z
      .string()
      .min(1)
      .max(300)
      .regex(/^[\w.\-/:@]+$/, { error: "is no name of an image; write it as docker images shows it, such as parley-sandbox:1" })
      .default("parley-sandbox")
      .describe("An image that the engine has; nothing is pulled. PARLEY_SANDBOX_IMAGE goes before this."),
    timeoutSeconds: z.int().positive().max(600).default(60),
    memoryMb: z.int().min(64).max(16_384).default(512),
    keptFilesMax: z
      .int()
      .positive()
      .max(KEPT_FILES_MAX)
      .default(500)
      .describe(
        "Files and folders of a thread's workspace that are kept in the database between blocks; the rest lasts as long as its sandbox.",
      ),
    keptMbMax: z.int().positive().max(KEPT_MB_MAX).default(16).describe("The same in mebibytes, all of a thread's together."),
    state: z
      .enum(["files", "kernel"])
      .default("files")
      .describe(
        "files: files stay from block to block, variables do not. kernel: Python's variables stay too, as in a notebook (Docker only).",
      ),
    languages: z
      .record(
        z.string().regex(/^[a-z][a-z0-9+#_-]{0,30}$/, { error: "is no label of a code block; write it in small letters, such as r" }),
        z.string().max(200).regex(COMMAND, {
          error: "is no command; name a program of the image and its options, such as Rscript --vanilla. It is given the file.",
        }),
      )
      .default({})
      .describe("More languages: the label of a code block, and the program of the image that runs a file of it (Docker only)."),
    packages: z
      .strictObject({
        pip: z
          .array(z.string().regex(PIP, { error: "names no version; pin it, such as seaborn==0.13.2" }))
          .max(PACKAGES_MAX)
          .default([]),
        apt: z
          .array(z.string().regex(APT, { error: "is no Debian package, such as graphviz or graphviz=2.42.2-9" }))
          .max(PACKAGES_MAX)
          .default([]),
      })
      .prefault({})
      .describe("Added to the image by `parley sandbox build`, which makes a new one; nothing is installed when code runs (Docker only)."),
  })
  .refine(({ executor, state }) => state === "files" || executor === "docker", {
    error: 'only "executor: docker" keeps variables; leave `state` out, or set the executor',
    path: ["state"],
  })
  .refine(({ executor, languages }) => Object.keys(languages).length === 0 || executor === "docker", {
    error: 'only "executor: docker" runs more languages; leave them out, or set the executor',
    path: ["languages"],
  })
  .refine(({ executor, packages }) => packages.pip.length + packages.apt.length === 0 || executor === "docker", {
    error: 'only "executor: docker" has an image to add packages to; leave them out, or set the executor',
    path: ["packages"],
  });

export type SandboxSettings = z.output<typeof Sandbox>;
