import { randomUUID } from "node:crypto";
import type { BuiltShelf, InPlace } from "../../config/team-shelf.ts";
import { FORGETTING } from "../../runner/upkeep/forgetting.ts";
import type { Runner, Said } from "../../runner/runner.ts";
import { dropFork, noteFork, WHOLE_SEQ } from "../../store/forks/forks.ts";
import type { Store } from "../../store/store.ts";
import { eventsIn, type RunName } from "../runs/one-run.ts";
import { recordedReplies } from "./recorded-replies.ts";
import { playgroundOf, type Played, type Playground } from "./workshop.ts";

type Plays = NonNullable<Said["draft"]>["plays"];

/** Runs of teams that are not kept, by this runner. */
export function playgroundWith({
  shelf,
  runner,
  store,
  notes,
  workspace: own,
}: {
  readonly shelf: Pick<BuiltShelf, "open" | "draft">;
  readonly runner: () => Promise<Pick<Runner, "say" | "read">>;
  readonly store: Pick<Store, "load">;
  /** Where it is noted whose words are played; absent where nothing is kept. */
  readonly notes?: Pick<Store, "note" | "swapNote" | "exclusively">;
  /** In which the runs are; in the one that each is asked for when absent. */
  readonly workspace?: string;
}): Playground {
  return {
    async begin({ workspace: asked, person, own: team, task, model, recorded }) {
      const workspace = own ?? asked;
      const thread = `${playgroundOf(workspace, person.id)}/${randomUUID()}`;
      await shelf.open(asked);

      async function begun(inPlace: InPlace | undefined, plays: Plays | undefined): Promise<Played> {
        const draft = shelf.draft(team, inPlace);
        if ("mistakes" in draft) return draft;
        const { name, snapshot, code, tools } = draft;
        const { say, read } = await runner();
        const heard = await say({
          thread,
          workspace,
          person: { id: person.id, name: person.name },
          text: task,
          id: randomUUID(),
          addressed: true,
          team: name,
          draft: { snapshot, code, tools, ...(plays ? { plays } : {}) },
        });
        if (heard.kind === "refused") return { refused: heard.reason };
        const started = (await read(thread)).events.find(({ type }) => type === "run.started");
        return { thread, seq: started?.seq ?? 1 };
      }

      async function played(from: RunName): Promise<Played> {
        const events = eventsIn(await store.load(from.thread, 0), from.seq) ?? [];
        const started = events.find(({ seq }) => seq === from.seq);
        const replies = recordedReplies(events);
        if (started?.type !== "run.started" || Object.keys(replies).length === 0) return NOTHING_SAID;
        // What is forgotten there is found here, also where this process dies between the two.
        if (notes) await noteFork(notes, from.thread, { thread, seq: WHOLE_SEQ, isPlayed: true });
        const now = await begun({ replies }, { run: started.run, startedBy: started.startedBy });
        if (notes && !("thread" in now)) await dropFork(notes, from.thread, thread);
        return now;
      }

      if (!recorded) return begun(model === undefined ? undefined : { model }, undefined);
      // Alone with forgetting: words that go meanwhile are not played.
      return notes ? notes.exclusively(FORGETTING, () => played(recorded)) : played(recorded);
    },
  };
}

const NOTHING_SAID = { refused: "No model has said anything in that run that is still kept." };
