import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { z } from "zod";
import { END_TIMEOUT_MS } from "../../src/cli/start/start.ts";
import { openHealth } from "../../src/cli/start/health.ts";
import { loadSettings } from "../../src/config/load.ts";
import { ROLES } from "../../src/engine/role.ts";
import { HTTP_PATH } from "../../src/parley.ts";
import { INSTALL_PATH } from "../../src/slack/install/oauth-pages.ts";
import { parley } from "../cli/here.ts";
import { folderWith, SMALL } from "../config/team-files.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const MANIFESTS = readdirSync(join(ROOT, "deploy/kubernetes")).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml");

const Service = z.looseObject({
  image: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).default({}),
  healthcheck: z.object({ test: z.array(z.string()).default([]), disable: z.boolean().default(false) }).loose(),
  stop_grace_period: z.string().optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  networks: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  tmpfs: z.array(z.string()).default([]),
  restart: z.string(),
  deploy: z.object({ replicas: z.int().default(1), resources: z.object({ limits: z.record(z.string(), z.unknown()) }) }),
});
const Compose = z.looseObject({
  services: z.record(z.string(), Service),
  networks: z.record(z.string(), z.unknown()),
  volumes: z.record(z.string(), z.unknown()),
});
const compose = Compose.parse(parse(textOf("compose.yml"), { merge: true }));
const services = Object.entries(compose.services);

const Container = z.object({
  args: z.array(z.string()),
  ports: z.array(z.object({ name: z.string(), containerPort: z.int() })),
  envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.int() }) }) }).optional(),
  volumeMounts: z.array(z.object({ mountPath: z.string() }).loose()),
});
const Probe = z.object({ httpGet: z.object({ path: z.string(), port: z.string() }) });
const Manifest = z.looseObject({ kind: z.string(), metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }) });
const Deployment = z.looseObject({
  spec: z.looseObject({
    replicas: z.int(),
    template: z.looseObject({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.int(),
        securityContext: z.looseObject({ runAsUser: z.int() }),
        containers: z.array(Container.extend({ startupProbe: Probe, livenessProbe: Probe, readinessProbe: Probe }).loose()).length(1),
      }),
    }),
  }),
});
const manifests = MANIFESTS.flatMap((file) =>
  parseAllDocuments(textOf(`deploy/kubernetes/${file}`)).map((document) => ({ file, ...Manifest.parse(document.toJS()) })),
);
const deployments = manifests
  .filter(({ kind }) => kind === "Deployment")
  .map((one) => ({ name: one.metadata.name, spec: Deployment.parse(one).spec }));

/** What is started, as it is written down somewhere: behind `node bin/parley.mjs`. */
const started: readonly (readonly [string, readonly string[]])[] = [
  ...services.flatMap(([name, { command }]) => (command?.includes("bin/parley.mjs") ? [[`compose ${name}`, command] as const] : [])),
  ["compose door over HTTP", z.object({ services: z.object({ door: z.object({ command: z.array(z.string()) }) }) }).parse(parse(textOf("deploy/compose.http.yml"))).services.door.command], // prettier-ignore
  ...deployments.map(({ name, spec }) => [`kubernetes ${name}`, spec.template.spec.containers[0]?.args ?? []] as const),
];
const after = (args: readonly string[], option: string): string | undefined => args[args.indexOf(option) + 1];
const starts = started.filter(([, args]) => args[2] === "start");

describe("what is started", () => {
  test.each(started)("%s: the program takes it as it stands there", async (_, [node, program, ...args]) => {
    expect([node, program]).toEqual(["node", "bin/parley.mjs"]);
    expect(textOf("Dockerfile")).toMatch(/^COPY bin \.\/bin$/m);
    const { err } = await parley([...args, "--no-command-takes-this"], { cwd: folderWith({ "parley.yml": SMALL }) });
    expect(err).toContain("There is no option --no-command-takes-this.");
  });

  test("a door and two workers, each told its role, and where its health is", () => {
    expect(starts.map(([where, args]) => [where, after(args, "--role"), after(args, "--health")])).toEqual([
      ["compose door", "door", "0.0.0.0:8080"],
      ["compose worker", "worker", "0.0.0.0:8080"],
      ["compose door over HTTP", "door", "0.0.0.0:8080"],
      ["kubernetes door", "door", "0.0.0.0:8080"],
      ["kubernetes worker", "worker", "0.0.0.0:8080"],
    ]);
    expect(starts.filter(([, args]) => !ROLES.some((role) => role === after(args, "--role")))).toEqual([]);
    expect(compose.services["worker"]?.deploy.replicas).toBe(2);
    expect(deployments.map(({ spec }) => spec.replicas)).toEqual([2, 2]);
  });

  test("what asks after its health asks at that port, for a path that is answered there", async () => {
    const asked = [
      ...starts.flatMap(([where]) => {
        const check = compose.services[where.replace("compose ", "")]?.healthcheck.test.join(" ") ?? "";
        return [...check.matchAll(/http:\/\/127\.0\.0\.1:(\d+)(\/\w+)/g)].map(([, port, path]) => ({ where, port: Number(port), path }));
      }),
      ...deployments.flatMap(({ name, spec }) =>
        spec.template.spec.containers.flatMap(({ ports, startupProbe, livenessProbe, readinessProbe }) =>
          [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => ({
            where: name,
            port: ports.find((port) => port.name === httpGet.port)?.containerPort,
            path: httpGet.path,
          })),
        ),
      ),
    ];
    expect(asked).toHaveLength(2 + 6);
    const health = await openHealth({ host: "127.0.0.1", port: 0 }, {});
    onTestFinished(() => health.close());
    for (const { where, port, path } of asked) {
      expect([where, port]).toEqual([where, 8080]);
      expect((await fetch(`http://127.0.0.1:${health.port}${path}`)).status).toBe(200);
    }
    // A database that is away for a while is no reason to end a process that would go on by itself.
    for (const { spec } of deployments)
      expect(spec.template.spec.containers.map(({ livenessProbe }) => livenessProbe.httpGet.path)).toEqual(["/healthz"]);
  });

  test("who is asked to end has the time that ending takes", () => {
    for (const [name, { command, stop_grace_period: grace }] of services)
      if (command?.[2] === "start")
        expect([name, Number(/^(\d+)s$/.exec(grace ?? "")?.[1]) * 1_000 > END_TIMEOUT_MS]).toEqual([name, true]);
    for (const { name, spec } of deployments) {
      const before = spec.template.spec.containers[0]?.lifecycle?.preStop.sleep.seconds ?? 0;
      expect([name, (spec.template.spec.terminationGracePeriodSeconds - before) * 1_000 > END_TIMEOUT_MS]).toEqual([name, true]);
    }
  });
});

/** As test/docs/variables.test.ts: names that begin as those of ours do. */
const VARIABLE = /\b(?:PARLEY|SLACK|OTEL|DOCKER|ANTHROPIC|OPENAI|AZURE|E2B|POSTGRES)_[A-Z0-9_]+\b/g;

test("every variable that is set is read: by the program, by the image of Postgres, or by the compose file itself", () => {
  const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => textOf(join("src", path)))
    .join("\n");
  const ofPostgres = Object.keys(compose.services["postgres"]?.environment ?? {});
  expect(ofPostgres.toSorted()).toEqual(["POSTGRES_DB", "POSTGRES_INITDB_ARGS", "POSTGRES_PASSWORD", "POSTGRES_USER"]);
  const named = new Set(
    ["compose.yml", "deploy/compose.http.yml", ".env.example", ...MANIFESTS.map((file) => `deploy/kubernetes/${file}`)]
      .map((path) => textOf(path))
      .flatMap((text) => text.match(VARIABLE) ?? []),
  );
  const ofCompose = ["PARLEY_IMAGE"];
  expect(named.size).toBeGreaterThan(15);
  expect(
    [...named].filter(
      (name) => ![...ofPostgres, ...ofCompose].includes(name) && !new RegExp(`\\b${name.replace(/_FILE$/, "")}\\b`).test(sources),
    ),
  ).toEqual([]);
  for (const [name, { environment }] of services)
    if (name !== "postgres" && name !== "engine") expect(Object.keys(environment)).toEqual(["PARLEY_DB", "DOCKER_HOST"]);
});

describe("compose.yml", () => {
  test("names what is there: services, networks, volumes; each has limits, a restart rule and a health check", () => {
    for (const [name, { depends_on: before, networks, volumes, deploy, restart, healthcheck, command }] of services) {
      expect(Object.keys(before).filter((other) => !(other in compose.services))).toEqual([]);
      expect(networks.filter((network) => !(network in compose.networks))).toEqual([]);
      expect(volumes.filter((volume) => !((volume.split(":")[0] ?? "") in compose.volumes))).toEqual([]);
      expect(Object.keys(deploy.resources.limits)).toEqual(expect.arrayContaining(["cpus", "memory"]));
      const endsByItself = command?.[2] === "sandbox";
      expect([name, restart, healthcheck.disable]).toEqual([name, endsByItself ? "on-failure:3" : "unless-stopped", endsByItself]);
    }
    for (const [name, { depends_on: before }] of services)
      for (const [other, { condition }] of Object.entries(before))
        expect([name, other, condition]).toEqual([
          name,
          other,
          other === "sandbox-image" ? "service_completed_successfully" : "service_healthy",
        ]);
  });

  test("the engine is reached by a socket in a volume: at the same path for both sides, by the group that Parley's user is in", () => {
    const { engine, worker, door } = compose.services;
    const socket = worker?.environment["DOCKER_HOST"] ?? "";
    expect(engine?.command).toContain(`--host=${socket}`);
    expect(engine?.healthcheck.test).toContain(`--host=${socket}`);
    const folder = socket.replace("unix://", "").replace(/\/[^/]+$/, "");
    for (const side of [engine, worker, compose.services["sandbox-image"]])
      expect(side?.volumes.some((volume) => volume.endsWith(`:${folder}`))).toBe(true);
    // A door runs no code, and need not reach it.
    expect(door?.volumes).toEqual([]);
    // `node` of the base image, whom the manifests name by number.
    expect(textOf("Dockerfile")).toMatch(/^USER node$/m);
    const [uid] = new Set(deployments.map(({ spec }) => spec.template.spec.securityContext.runAsUser));
    expect(engine?.command).toContain(`--group=${uid}`);
    expect(textOf("compose.yml")).not.toContain("/var/run/docker.sock");
  });

  test("asks nothing of an engine that those of Debian 12 do not have", () => {
    // Of 25 and later: compose refuses to start the service.
    expect(textOf("compose.yml")).not.toContain("start_interval");
  });

  test("has no password of its own, and Postgres is asked for by the name that it has there", () => {
    expect(
      textOf("compose.yml")
        .match(/\$\{POSTGRES_PASSWORD[^}]*\}/g)
        ?.map((one) => one.slice(0, 20)),
    ).toEqual(["${POSTGRES_PASSWORD:", "${POSTGRES_PASSWORD:"]);
    const address = compose.services["worker"]?.environment["PARLEY_DB"] ?? "";
    const url = new URL(address.replace(/\$\{[^}]*\}/, "secret"));
    const { POSTGRES_USER: user, POSTGRES_DB: database } = compose.services["postgres"]?.environment ?? {};
    expect([url.protocol, url.username, url.hostname, url.pathname]).toEqual(["postgres:", user, "postgres", `/${database}`]);
    expect(textOf(".env.example")).toContain("POSTGRES_PASSWORD");
  });
});

test(".env.example has no comment behind a value: Docker and Compose take it as a part of that, or as all of one that is empty", () => {
  const assignments = textOf(".env.example").match(/^(?:# )?[A-Z][A-Z0-9_]*=.*$/gm) ?? [];
  expect(assignments.length).toBeGreaterThan(20);
  expect(assignments.filter((line) => /=.*[#\s]/.test(line))).toEqual([]);
});

describe("deploy/kubernetes", () => {
  test("the settings for a cluster are settings, with the teams of the image, and lie where the program looks for them", () => {
    const folder = folderWith({ "parley.yml": textOf("deploy/kubernetes/parley.yml") });
    cpSync(join(ROOT, "teams"), join(folder, "teams"), { recursive: true });
    const settings = loadSettings({ env: { ANTHROPIC_API_KEY: "sk-ant-x" }, cwd: folder });
    const image = loadSettings({ env: { ANTHROPIC_API_KEY: "sk-ant-x" }, cwd: ROOT });
    expect([...settings.teams.keys()]).toEqual([...image.teams.keys()]);
    expect(settings.sandbox.executor).toBe("kubernetes");
    const [{ metadata } = { metadata: { namespace: "" } }] = manifests.filter(({ kind }) => kind === "ResourceQuota");
    expect(settings.sandbox.kubernetes.namespace).toBe(metadata.namespace);
    expect(textOf("Dockerfile")).toMatch(/^WORKDIR \/app$/m);
    for (const { spec } of deployments)
      expect(spec.template.spec.containers[0]?.volumeMounts.map(({ mountPath }) => mountPath)).toEqual([
        "/app/parley.yml",
        "/tmp",
        "/data",
      ]);
  });

  test("what a worker may do in the sandboxes' namespace is what docs/sandbox.md says that it needs", () => {
    const [shown = ""] = /^apiVersion: networking[\s\S]*?(?=^```)/m.exec(textOf("docs/sandbox.md")) ?? [];
    const documents = parseAllDocuments(shown).map((document) => document.toJS() as { readonly kind: string });
    expect(documents.map(({ kind }) => kind)).toEqual(["NetworkPolicy", "ResourceQuota", "Role"]);
    for (const wanted of documents)
      expect(manifests.filter(({ file, kind }) => file === "sandbox.yaml" && kind === wanted.kind)).toEqual([
        { file: "sandbox.yaml", ...wanted },
      ]);
  });

  test("what comes in from outside is let in: Slack's requests, the pages for installing, those for logging in", () => {
    const [ingress] = manifests.filter(({ kind }) => kind === "Ingress");
    const paths = [...JSON.stringify(ingress).matchAll(/"path":"([^"]+)"/g)].map(([, path = ""]) => path);
    for (const path of [HTTP_PATH, INSTALL_PATH, "/slack/oauth_redirect", "/logins/back"])
      expect([path, paths.some((prefix) => path.startsWith(`${prefix}/`))]).toEqual([path, true]);
    const door = starts.find(([where]) => where === "kubernetes door")?.[1] ?? [];
    const ports = deployments.find(({ name }) => name === "door")?.spec.template.spec.containers[0]?.ports;
    expect(ports?.find(({ name }) => name === "http")?.containerPort).toBe(Number(after(door, "--http")?.split(":")[1]));
  });

  test("the secret that all read is a template without secrets, and no part of what is applied", () => {
    const [secret] = manifests.filter(({ kind }) => kind === "Secret");
    const { stringData } = z.looseObject({ stringData: z.record(z.string(), z.string()) }).parse(secret);
    expect(Object.values(stringData).filter((value) => value !== "")).toEqual(["postgres://parley:PASSWORD@HOST:5432/parley"]);
    for (const { spec } of deployments)
      expect(spec.template.spec.containers[0]?.envFrom).toEqual([{ secretRef: { name: secret?.metadata.name } }]);
    const { resources } = z.looseObject({ resources: z.array(z.string()) }).parse(parse(textOf("deploy/kubernetes/kustomization.yaml")));
    expect(resources).not.toContain("secret.example.yaml");
    expect(MANIFESTS.filter((file) => !resources.includes(file)).toSorted()).toEqual(["secret.example.yaml", "worker-scaling.yaml"]);
  });

  test("where the cluster says how many workers there are, an apply says nothing of it", () => {
    const scaled = textOf("deploy/kubernetes/kustomization.yaml").replaceAll(/^( *)# (?=- worker|patches:|  - target|    patch:)/gm, "$1");
    const { resources, patches } = z
      .looseObject({ resources: z.array(z.string()), patches: z.array(z.object({ target: z.unknown(), patch: z.string() })) })
      .parse(parse(scaled));
    const scaling = manifests.find(({ kind }) => kind === "HorizontalPodAutoscaler");
    expect(resources).toContain(scaling?.file);
    const { kind, name } = z
      .looseObject({ spec: z.looseObject({ scaleTargetRef: z.looseObject({ kind: z.string(), name: z.string() }) }) })
      .parse(scaling).spec.scaleTargetRef;
    expect(patches.map(({ target, patch }) => [target, JSON.parse(patch)])).toEqual([
      [{ kind, name }, [{ op: "remove", path: "/spec/replicas" }]],
    ]);
  });
});
