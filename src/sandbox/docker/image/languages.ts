import { runToEnd } from "../../box/run.ts";
import type { DockerBox } from "../box.ts";

/** What an image can run. */
export interface ImageFacts {
  /** Language to the command that runs a file of it. */
  readonly programs: ReadonlyMap<string, string>;
  /** Languages that the settings name and the image cannot run, with the reason. */
  readonly lacking: ReadonlyMap<string, string>;
  /** In words for agents: which Python, which Node, which packages. */
  readonly installed: string;
}

const TRIAL_MS_MAX = 30_000; // Node and Python take a second on a loaded machine.
const PACKAGES_SHOWN_MAX = 60; // The list goes into every prompt of an agent that writes code.
const COMMAND = /^[\w./+-]+( [\w./+=:,-]+)*$/;

/** Asks a container what its image can run. `undefined` when it does not even run a shell. */
export async function readImage(
  box: DockerBox,
  image: string,
  languages: Readonly<Record<string, string>>,
): Promise<ImageFacts | undefined> {
  const mapped = Object.entries(languages).filter(([, command]) => COMMAND.test(command));
  const asked = mapped.map(([, command], index) => `say mapped${index} "$(command -v ${command.split(" ")[0]} || true)"`);
  const said = await runToEnd((command) => box.start(command), [TRIAL, ...asked].join("\n"), TRIAL_MS_MAX);
  if (said?.exitCode !== 0) return undefined;
  const lines = said.stdout.split("\n");
  const found = (key: string): string => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
  const programs = new Map([
    ["python", found("python3")],
    ["sh", "/bin/sh"],
    ["bash", found("bash") || "/bin/sh"],
    ["javascript", found("node") && `${found("node")}${found("quiet")}`],
    ["typescript", found("typescript") && `${found("node")}${found("quiet")}`],
  ]);
  const lacking = new Map<string, string>();
  for (const [index, [language, command]] of mapped.entries()) {
    if (found(`mapped${index}`) !== "") programs.set(language, command);
    else if (!programs.get(language))
      lacking.set(language, `${language} is to be run by "${command.split(" ")[0]}", which the image ${image} does not have.`);
  }
  for (const [language, program] of programs) if (program === "") programs.delete(language);
  return { programs, lacking, installed: inWords(found) };
}

function inWords(found: (key: string) => string): string {
  const names = (key: string): string[] =>
    found(key)
      .split(/[\s,]+/)
      .filter((name) => /^[\w.+-]{1,60}$/.test(name))
      .slice(0, PACKAGES_SHOWN_MAX);
  const version = (key: string): string =>
    found(key)
      .replace(/[^\w.]/g, "")
      .slice(0, 20);
  const packages = names("packages");
  const more = names("more");
  return [
    version("version") &&
      `Python is ${version("version")} ${packages.length > 0 ? `with ${packages.join(", ")}` : "with its standard library only"}.`,
    version("nodeversion") && `Node is ${version("nodeversion")}, without packages.`,
    more.length > 0 && `Also installed: ${more.join(", ")}.`,
  ]
    .filter(Boolean)
    .join(" ");
}

/** Where an image that was built by Parley lists the system packages that were asked for. */
export const PACKAGE_LIST = "/etc/parley-packages";

// A warning about how a module was told from a script is of no use to anybody here; a Node that does not know the option is given none.
const TRIAL = `
set -e
say() { echo "$1=$2"; }
echo ok > trial.txt && rm trial.txt
for program in python3 bash node; do say $program "$(command -v $program || true)"; done
if command -v python3 >/dev/null; then python3 -c '
import platform, importlib.metadata as metadata
print("version=" + platform.python_version())
print("packages=" + ",".join(sorted({str(found.metadata["Name"]) for found in metadata.distributions()} - {"pip", "setuptools", "wheel"})))
'; fi
if command -v node >/dev/null; then
  say nodeversion "$(node --version)"
  quiet=" --disable-warning=MODULE_TYPELESS_PACKAGE_JSON --disable-warning=ExperimentalWarning"
  node $quiet -e 0 2>/dev/null || quiet=
  say quiet "$quiet"
  echo 'const answer: number = 42; console.log(answer)' > trial.ts
  if [ "$(node $quiet trial.ts 2>/dev/null)" = 42 ]; then say typescript yes; fi
  rm trial.ts
fi
if [ -r ${PACKAGE_LIST} ]; then say more "$(tr '\\n' ' ' < ${PACKAGE_LIST})"; fi`;
