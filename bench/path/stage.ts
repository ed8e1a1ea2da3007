import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startBot, type Bot, type Program } from "../support/bots.ts";
import { openInstantSlack, type InstantSlack } from "../support/instant-slack.ts";
import { watchAnswers, type Answers } from "./answers.ts";
import { openInstantModel, type InstantModel } from "./instant-model.ts";

/** A program that answers over HTTP, between a Slack and a model that answer at once. */
export interface Stage {
  readonly bot: Bot;
  readonly slack: InstantSlack;
  readonly model: InstantModel;
  readonly answers: Answers;
  /** Holds its database. */
  readonly folder: string;
}

/** Of an answer, unless it is set otherwise. */
export const CHUNKS = 20;

/** Starts the program in a new folder of this place, and ends and deletes all of it behind the work. `turns`: those of a team on each mention. */
export async function onStage<T>(
  program: Program,
  { place, turns }: { readonly place: string; readonly turns?: number },
  work: (stage: Stage) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(place, "parley-bench-path-"));
  const answers = watchAnswers();
  const [slack, model] = [await openInstantSlack({ onCall: answers.onCall }), await openInstantModel(CHUNKS)];
  try {
    const bot = await startBot(program, "http", { folder, slack, modelUrl: model.url, ...(turns === undefined ? {} : { turns }) });
    try {
      return await work({ bot, slack, model, answers, folder });
    } finally {
      await bot.end();
    }
  } finally {
    model.close();
    await slack.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
