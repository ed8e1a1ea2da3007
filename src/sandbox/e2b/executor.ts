import type { Sandbox } from "@e2b/code-interpreter";
import { BOX_LIMITS, type BoxExecutorSettings } from "../box/executor.ts";
import { runToEnd } from "../box/run.ts";
import type { ShellBox } from "../box/shell.ts";
import { createShellExecutor } from "../box/shell-executor.ts";
import { microVmBox, OOM_KILLS, startAs } from "./box.ts";
import { SandboxUnavailable, type Executor } from "../executor.ts";
import { createOwner, findOrphans, labelsOf, marksOf, ORPHANS_LOOK_MS, type Owner, type OwnerSettings } from "../owner.ts";
import { optionalPackage } from "../optional-package.ts";

export interface E2bSettings extends BoxExecutorSettings, OwnerSettings {
  readonly apiKey: string | undefined;
  /** Name or id; what is installed is what it holds. */
  readonly template: string;
  /** After this long the sandbox ends by itself. A plan may allow at most an hour. */
  readonly ttlSeconds?: number;
  /** Of the API and of the sandboxes, for a service of one's own and for tests. */
  readonly apiUrl?: string;
  readonly sandboxUrl?: string;
}

const TTL_SECONDS = 3600;
const SET_UP_MS_MAX = 20_000;
const PAGES_MAX = 20; // of a hundred sandboxes each
const MEND = "Check the template: it needs Linux with bash, tar and setpriv.";

/**
 * Runs code in micro-VMs of E2B, one for each thread: a service elsewhere, to which the code and its files go. Throws
 * {@link SandboxUnavailable}, whose message says how to mend it.
 */
export async function createE2bExecutor(settings: E2bSettings): Promise<Executor> {
  const { apiKey, template, ttlSeconds = TTL_SECONDS, apiUrl, sandboxUrl } = settings;
  if (apiKey === undefined || apiKey === "")
    throw new SandboxUnavailable("The E2B sandbox needs a key. Set E2B_API_KEY in the environment or in .env (e2b.dev gives one).");
  const { Sandbox } = await optionalPackage("@e2b/code-interpreter", () => import("@e2b/code-interpreter"));
  const owner = createOwner(settings);
  const connection = { apiKey, ...(apiUrl === undefined ? {} : { apiUrl }), ...(sandboxUrl === undefined ? {} : { sandboxUrl }) };
  await removeOrphans(Sandbox, connection, owner);

  const start = async (): Promise<ShellBox> => {
    const sandbox = await Sandbox.create(template, {
      ...connection,
      timeoutMs: ttlSeconds * 1000,
      allowInternetAccess: false, // It is open unless it is refused.
      metadata: labelsOf(owner),
    }).catch((error: unknown) => {
      throw unavailable(error, template);
    });
    const set = await runToEnd((command) => startAs(sandbox, "root", command), SET_UP, SET_UP_MS_MAX);
    if (set?.exitCode === 0)
      return microVmBox(sandbox, { endsAtMs: Date.now() + ttlSeconds * 1000, oomKills: Number(/^\d+$/m.exec(set.stdout)?.[0] ?? 0) });
    await sandbox.kill().catch(() => {}); // its time ends it
    throw new SandboxUnavailable(`A sandbox of the template ${template} could not be set up. ${MEND}`);
  };

  const timer = owner.peers && setInterval(() => void removeOrphans(Sandbox, connection, owner).catch(() => {}), ORPHANS_LOOK_MS).unref();
  return createShellExecutor(
    {
      grade: "microvm",
      label: "E2B micro-VM, no network; code and files leave this machine",
      where: "in a Linux virtual machine without network",
      start,
      lifeMs: ttlSeconds * 1000,
      inspect: networkReached,
      mend: MEND,
      close: () => clearInterval(timer),
    },
    { memoryMb: BOX_LIMITS.memoryMb, ...settings },
  );
}

/** The workspace belongs to root and has the sticky bit: what root lays into it stays as it is. */
const SET_UP = `mkdir -p /work/out && chmod 1777 /work && chmod 777 /work/out && command -v setpriv && command -v tar || exit 1
${OOM_KILLS}
exit 0`;

const LOOK_MS_MAX = 30_000;

async function networkReached(box: ShellBox): Promise<string | undefined> {
  const script = `
for to in 1.1.1.1/53 169.254.169.254/80; do (timeout 3 bash -c "exec 3<>/dev/tcp/$to") 2>/dev/null && echo "$to"; done
echo looked`;
  const said = await runToEnd((command) => box.start(command), script, LOOK_MS_MAX);
  const seen = said?.stdout.trim().split("\n") ?? [];
  if (seen.at(-1) !== "looked") return "the look around did not come to its end";
  return seen.length > 1 ? `code reaches the network (${seen.slice(0, -1).join(", ")})` : undefined;
}

/** Removes what others of this instance left of whom it is certain that they are gone: see {@link findOrphans}. */
async function removeOrphans(sandboxes: typeof Sandbox, connection: { apiKey: string }, owner: Owner): Promise<void> {
  try {
    const pages = sandboxes.list({ ...connection, query: { metadata: { "parley.managed": "1", "parley.instance": owner.instance } } });
    const found: Awaited<ReturnType<typeof pages.nextItems>> = [];
    for (let page = 0; pages.hasNext && page < PAGES_MAX; page++) found.push(...(await pages.nextItems()));
    const isOrphan = await findOrphans(owner);
    for (const { sandboxId, metadata } of found) if (isOrphan(marksOf(metadata))) await sandboxes.kill(sandboxId, connection);
  } catch (error) {
    throw unavailable(error, undefined);
  }
}

function unavailable(error: unknown, template: string | undefined): SandboxUnavailable {
  const { name, message } = error as Error;
  const said = message.split("\n")[0]?.slice(0, 200);
  if (name === "AuthenticationError") return new SandboxUnavailable(`E2B refuses the key in E2B_API_KEY (${said}). Set a valid one.`);
  if (/^404\b/.test(message) && template !== undefined)
    return new SandboxUnavailable(`E2B has no template "${template}" (${said}). Mend sandbox.e2b.template.`);
  return new SandboxUnavailable(`E2B does not answer as expected (${name}: ${said}). Check E2B_API_KEY and the way to the service.`);
}
