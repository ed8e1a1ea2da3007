import { randomUUID } from "node:crypto";
import type { BuiltShelf } from "./config/team-shelf.ts";
import { teamIn, teamOffers } from "./config/build/team-offers.ts";
import type { Settings } from "./config/settings.ts";
import type { Runner } from "./runner/runner.ts";
import type { Settings as KeptSettings } from "./store/settings.ts";
import type { Store } from "./store/store.ts";
import type { Versions } from "./store/records/versions.ts";
import { eventsIn } from "./studio/runs/one-run.ts";
import { recordedReplies } from "./studio/teams/recorded-replies.ts";
import { declineProposal, standingProposal, takeProposal } from "./team-proposals.ts";
import { isPlayedBy, playgroundOf, type Playground, type Workshop } from "./studio/teams/workshop.ts";

export { keepingVersions } from "./store/records/versions.ts";

/** What the studio of this process makes teams with, but for who may: whoever lets people in knows that. */
export type OpenWorkshop = Omit<Workshop, "refusal">;

/** Decisions that are read to say who was faster. */
const DECISIONS_READ = 500;

export function openWorkshop(parts: {
  readonly settings: Settings;
  readonly shelf: BuiltShelf;
  readonly kept: Pick<KeptSettings, "decisions" | "get" | "put">;
  readonly versions: Versions;
  readonly runner: Runner;
  readonly store: Pick<Store, "load">;
}): OpenWorkshop {
  const { settings, shelf, kept, versions } = parts;
  let offers: OpenWorkshop["offers"] | undefined;
  return {
    shelf,
    // A schema is made for it, and who opens no editor needs none.
    get offers() {
      return (offers ??= teamOffers(settings, shelf));
    },
    teamIn: (snapshot, name) => teamIn(snapshot, name, settings),
    versions: async (workspace, name) =>
      (await versions.of(workspace, `team/${name}`)).map(({ revision, at, value }) => ({
        revision,
        at,
        ...(value === undefined ? {} : { team: value }),
      })),
    async lastChange(workspace, name) {
      const decisions = await kept.decisions(workspace, { limit: DECISIONS_READ });
      const last = decisions.find(({ deed, subject, allowed }) => allowed && subject === `team/${name}` && CHANGES.test(deed));
      return last && { person: last.person.name, at: last.at, deed: last.deed };
    },
    proposals: {
      of: (workspace, team) => standingProposal({ settings: kept, shelf }, { workspace, team }),
      take: (which, { id, name }) => takeProposal({ settings: kept, shelf }, which, { id, name }),
      decline: (which, { id, name }) => declineProposal({ settings: kept }, which, { id, name }),
    },
    playground: playgroundWith(parts),
  };
}

/** As App Home and the studio name what they do to a team. */
const CHANGES = /^(create|edit|add|delete|import|drop|remove) /;

function playgroundWith({
  shelf,
  runner,
  store,
}: {
  readonly shelf: BuiltShelf;
  readonly runner: Runner;
  readonly store: Pick<Store, "load">;
}): Playground {
  return {
    async begin({ workspace, person, own, task, model, recorded }) {
      const replies = recorded && recordedReplies(eventsIn(await store.load(recorded.thread, 0), recorded.seq) ?? []);
      if (replies && Object.keys(replies).length === 0) return { refused: "No model has said anything in that run that is still kept." };
      const inPlace = replies ? { replies } : model === undefined ? undefined : { model };
      await shelf.open(workspace);
      const draft = shelf.draft(own, inPlace);
      if ("mistakes" in draft) return draft;
      const thread = `${playgroundOf(workspace, person.id)}/${randomUUID()}`;
      const { name, snapshot, code, tools } = draft;
      const heard = await runner.say({
        thread,
        workspace,
        person: { id: person.id, name: person.name },
        text: task,
        id: randomUUID(),
        addressed: true,
        team: name,
        draft: { snapshot, code, tools },
      });
      if (heard.kind === "refused") return { refused: heard.reason };
      const started = (await runner.read(thread)).events.find(({ type }) => type === "run.started");
      return { thread, seq: started?.seq ?? 1 };
    },
    async say(thread, person, { text, answers }) {
      if (!isPlayedBy(thread, person.id)) return NOT_YOURS;
      const heard = await runner.say({
        thread,
        workspace: thread.split("/")[0] ?? "",
        person: { id: person.id, name: person.name },
        text,
        id: randomUUID(),
        addressed: false,
        ...(answers === undefined ? {} : { answers }),
      });
      if (heard.kind === "refused") return heard.reason;
      return heard.kind === "ignored" || heard.kind === "too late" ? "Nobody waits for it any more." : undefined;
    },
    async approve(thread, person, { call, approved }) {
      if (!isPlayedBy(thread, person.id)) return false;
      return runner.approve(thread, { call, approved, person: { id: person.id, name: person.name } });
    },
    async stop(thread, person) {
      return isPlayedBy(thread, person.id) && runner.stop(thread, { id: person.id, name: person.name });
    },
  };
}

const NOT_YOURS = "There is no such run of yours in the playground.";
