// Holds compose.yml and deploy/ against what others have written down of these formats: every manifest against Kubernetes' own schemas
// (kubernetes-validate of PyPI), the kustomization by kubectl, the compose file by `docker compose`. Needs python3 with venv and the network; not part of CI.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const VALIDATOR = "kubernetes-validate==1.37.0";
/** The oldest release that `lifecycle.preStop.sleep` is on by default in, and the newest that the validator knows. */
const RELEASES = ["1.30", "1.37"];

const root = resolve(import.meta.dirname, "..");
const manifests = join(root, "deploy/kubernetes");
const failed = [];

function run(what, program, args, { env = {} } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { cwd: root, encoding: "utf8", env: { ...process.env, ...env } });
  const isOk = status === 0;
  console.log(`${isOk ? "ok  " : "FAIL"} ${what}${isOk ? "" : `\n${error?.message ?? `${stdout}${stderr}`}`}`);
  if (!isOk) failed.push(what);
}

const has = (program, args) => spawnSync(program, args, { stdio: "ignore" }).status === 0;

const venv = join(tmpdir(), `parley-${VALIDATOR}`);
const validate = join(venv, "bin/kubernetes-validate");
if (!existsSync(validate)) {
  run("a folder for the validator", "python3", ["-m", "venv", venv]);
  run(VALIDATOR, join(venv, "bin/pip"), ["install", "--quiet", VALIDATOR]);
}
for (const file of readdirSync(manifests).filter((name) => name.endsWith(".yaml") && name !== "kustomization.yaml"))
  for (const release of RELEASES)
    run(`${file} is what Kubernetes ${release} takes`, validate, ["--strict", "--version", release, join(manifests, file)]);

if (has("kubectl", ["version", "--client"])) run("the kustomization can be built", "kubectl", ["kustomize", manifests]);
else console.log("skip the kustomization: there is no kubectl here");

if (has("docker", ["compose", "version"])) {
  // It reads the file of variables, and asks for one: that of the example, in a folder that is thrown away.
  const project = mkdtempSync(join(tmpdir(), "parley-compose-"));
  copyFileSync(join(root, ".env.example"), join(project, ".env"));
  for (const files of [["compose.yml"], ["compose.yml", "deploy/compose.http.yml"]]) {
    const args = ["compose", "--project-directory", project, ...files.flatMap((file) => ["-f", join(root, file)]), "config", "--quiet"];
    run(`docker compose takes ${files.join(" with ")}`, "docker", args, { env: { POSTGRES_PASSWORD: "checked" } });
  }
  rmSync(project, { recursive: true });
} else console.log("skip compose.yml: there is no docker compose here");

console.log(failed.length === 0 ? "all that could be checked is right" : `${failed.length} not right`);
process.exit(failed.length === 0 ? 0 : 1);
