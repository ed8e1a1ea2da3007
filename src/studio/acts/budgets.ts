import { ceilingWords } from "../../engine/limits/run-limits.ts";
import { type Asker, sees, seesWorkspace, type Sight } from "../access.ts";
import type { BudgetsAnswer } from "../api/act-shapes.ts";
import { NotDone } from "../api/route.ts";
import { playgroundOf } from "../teams/workshop.ts";
import type { Act, Acting } from "./acting.ts";

/** Where a run would begin: in the place of a thread, or in one's own playground in a workspace. */
type BudgetsOf = { readonly thread: string } | { readonly workspace: string };

interface By {
  readonly asker: Asker;
  readonly sight: Sight;
}

/** Each resolves to nothing where the place is not for whoever asks to see. */
export interface StudioBudgets {
  /** Those of the day that are used up there, and whether whoever asks may raise them. */
  offer(of: BudgetsOf, by: By): Promise<BudgetsAnswer | undefined>;
  /** Rejects with {@link NotDone} where they may not, or nobody can. */
  raise(of: BudgetsOf, by: By): Promise<object | undefined>;
}

export function createStudioBudgets(acting: Acting | undefined): StudioBudgets {
  const threadOf = (of: BudgetsOf, { asker, sight }: By): string | undefined => {
    if ("thread" in of) return sees(sight, of.thread) ? of.thread : undefined;
    return seesWorkspace(sight, of.workspace) ? `${playgroundOf(of.workspace, asker.id)}/new` : undefined;
  };
  const actOf = (thread: string, { asker }: By, isAsked: boolean): Act => ({
    deed: "raiseBudget",
    thread,
    startedBy: { id: asker.id, name: asker.name },
    isAsked,
  });

  return {
    async offer(of, by) {
      const thread = threadOf(of, by);
      if (thread === undefined) return undefined;
      const { asker } = by;
      const { budgets, offer } = (await acting?.usedUp(thread, { id: asker.id, name: asker.name })) ?? NOTHING;
      if (!acting || budgets.length === 0) return { usedUp: [] };
      const no = (await acting.refusal(asker, actOf(thread, by, false))) ?? (offer.atCeiling && ceilingWords(offer.atCeiling));
      const usedUp = budgets.map(({ account, spent, limit, priced }) => {
        const to = offer.budgets?.find((one) => one.account === account)?.usd;
        return { account, spent, limit, priced, ...(to === undefined ? {} : { to }) };
      });
      return { usedUp, ...(no === undefined ? {} : { mayNot: no }) };
    },
    async raise(of, by) {
      const thread = threadOf(of, by);
      if (thread === undefined) return undefined;
      const { asker } = by;
      if (!acting) throw new NotDone(409, "nobody_runs", "This studio runs no teams, and has no budgets.");
      const no = await acting.refusal(asker, actOf(thread, by, true));
      if (no !== undefined) throw new NotDone(403, "not_allowed", no);
      const why = await acting.raiseUsedUp(thread, { id: asker.id, name: asker.name });
      if (why !== undefined) throw new NotDone(409, "refused", why);
      return {};
    },
  };
}

const NOTHING: Awaited<ReturnType<Acting["usedUp"]>> = { budgets: [], offer: { to: {} } };
