import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { evaluationRoom } from "../../parley.ts";
import { print, type Io } from "../command.ts";
import { readHere } from "../own-stores.ts";

/** What people have kept in Slack as cases, as a file that an evaluation reads; nobody else may read it, for it is what was said. */
export async function exportCases(
  {
    db,
    out,
    workspace,
    team,
  }: {
    readonly db?: string | undefined;
    readonly out?: string | undefined;
    readonly workspace?: string | undefined;
    readonly team?: string | undefined;
  },
  io: Io,
): Promise<number> {
  const store = await readHere(io, db);
  try {
    const { keptCaseLines } = await evaluationRoom();
    const lines = await keptCaseLines(store.settings, { workspace, team });
    const text = lines.map((line) => `${line}\n`).join("");
    if (out === undefined) {
      if (text !== "") await print(io.stdout, text.trimEnd());
    } else await writeOwn(resolve(io.cwd, out), text);
    await print(io.stderr, `${lines.length} ${lines.length === 1 ? "case" : "cases"}${out === undefined ? "" : ` in ${out}`}`);
    return 0;
  } finally {
    await store.close();
  }
}

const OWNER_ALONE = 0o600;

/** Also where the file is there already, and others may read it. */
async function writeOwn(path: string, text: string): Promise<void> {
  const file = await open(path, "w", OWNER_ALONE);
  try {
    if ((await file.stat()).isFile()) await file.chmod(OWNER_ALONE);
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}
