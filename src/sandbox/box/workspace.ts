import type { WorkspaceContent, WorkspaceKeeper, WorkspaceTurn } from "../executor.ts";
import type { Box } from "./box.ts";
import { digestOf, mebibytes } from "./files.ts";
import { WorkspaceCollector, type KeptLimits } from "./kept-files.ts";
import { toldOfReset, type Losses } from "./lost.ts";

/**
 * The copy of one thread's workspace that is kept for other boxes: those of other processes, and the next one of this session. It is saved
 * after each block, and taken up where another has saved since.
 */
export class WorkspaceCopy {
  /** For the next block. */
  readonly notices: string[] = [];
  readonly #thread: string;
  readonly #keeper: WorkspaceKeeper;
  readonly #limits: KeptLimits;
  /** What the session's box was last seen to be equal to. */
  #revision: string | undefined;
  /** Who had the thread when the block that runs was begun. */
  #turn: WorkspaceTurn | undefined;
  /** A block has run since the last save. */
  #isTouched = false;
  /** The revision is not the box's: another has saved at the same time. */
  #isStale = false;
  #isOthers = false;
  #toldOfLeftOut = "";

  constructor(thread: string, keeper: WorkspaceKeeper, limits: KeptLimits) {
    this.#thread = thread;
    this.#keeper = keeper;
    this.#limits = limits;
  }

  /** Whether a result is to wait until what its block has written is kept. */
  get isWaitedFor(): boolean {
    return this.#keeper.isShared === true;
  }

  /** Of what the last block has written nothing is kept, since another has the thread: its result is told to nobody. */
  get isOthers(): boolean {
    return this.#isOthers;
  }

  /** Before a block: what it will have written is saved in the name of whoever has the thread now. */
  begin(): void {
    this.#turn = this.#keeper.turn(this.#thread);
    this.#isOthers = false;
  }

  touched(): void {
    this.#isTouched = true;
  }

  async isNewest(): Promise<boolean> {
    return !this.#isStale && (await this.#keeper.revision(this.#thread)) === this.#revision;
  }

  /** Lays what is kept into a fresh box, and gives what is to be told of it. A box that cannot take it is removed, and its next block tells so. */
  async restore(box: Box, known: Map<string, string>, losses: Losses): Promise<string[]> {
    const kept = await this.#keeper.load(this.#thread);
    const isOwn = !this.#isStale && kept?.revision === this.#revision;
    const isUnsaved = this.#isTouched;
    const hadKept = this.#revision !== undefined;
    this.#revision = kept?.revision;
    this.#isStale = false;
    this.#isTouched = false;
    if (!kept || kept.files.length === 0) return isUnsaved || (!isOwn && hadKept) ? toldOfReset(losses) : toldOfVariables(losses);
    for (const { path, content, modifiedAtMs } of kept.files)
      if (/^out\/[^/]+$/.test(path)) known.set(path.slice("out/".length), digestOf(content, String(modifiedAtMs)));
    await box.restore(kept.files).catch(() => box.remove());
    const lost =
      isUnsaved && losses.hasRun
        ? ["The sandbox was made anew: files that the last block wrote are gone, earlier ones are still there."]
        : [];
    return [...lost, ...(kept.isWhole ? [] : [`${this.#limitsTold()} The rest is gone.`]), ...toldOfVariables({ ...losses, hasRun: true })];
  }

  /** Keeps the workspace of the box that is brought to rest. Begun when the call returns. Never fails: the next block is told. */
  async save(bring: () => Promise<Box | undefined>): Promise<void> {
    if (!this.#isTouched) return;
    try {
      const saved = await this.#keeper.save(this.#thread, this.#revision, () => this.#pack(bring), this.#turn);
      if (saved === "stale") {
        this.#isStale = true;
        // Others come to a thread only where they have its turn.
        this.#isOthers = this.isWaitedFor;
        this.#isTouched &&= !this.#isOthers;
        return;
      }
      this.#revision = saved.revision;
      this.#isTouched = false;
    } catch {
      this.notices.push("No copy of the workspace could be kept: what the last block wrote is lost when this sandbox ends.");
    }
  }

  async #pack(bring: () => Promise<Box | undefined>): Promise<WorkspaceContent> {
    const box = await bring();
    if (!box) throw new Error("the sandbox is gone");
    const into = new WorkspaceCollector(this.#limits);
    await box.keep(into);
    if (!into.content.isWhole && this.#toldOfLeftOut !== into.leftOut)
      this.notices.push(`${this.#limitsTold()} Not kept, and lost when this sandbox ends: ${into.leftOut}.`);
    this.#toldOfLeftOut = into.leftOut;
    return into.content;
  }

  #limitsTold(): string {
    const { keptFilesMax, keptBytesMax } = this.#limits;
    return `Not all of the workspace can be kept: at most ${keptFilesMax} files and folders of ${mebibytes(keptBytesMax)} MiB together, and no links that lead out of it.`;
  }
}

const toldOfVariables = ({ hasRun, variables }: Losses): string[] =>
  hasRun && variables ? ["Variables of earlier blocks are gone, files are still there."] : [];
