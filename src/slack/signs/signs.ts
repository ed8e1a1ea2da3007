import type { Led } from "../../runner/leader.ts";
import type { Since } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Settings } from "../../store/settings.ts";
import type { Store } from "../../store/store.ts";
import { createLateCalls } from "../api/late-calls.ts";
import type { Log, Web } from "../api/web-client.ts";
import { createAudit } from "../people/decision-audit.ts";
import type { Languages } from "../language/whose-language.ts";
import type { People } from "../people/people.ts";
import type { ClosedChannels } from "../post/closed-channels.ts";
import type { PostContext } from "../post/post-or-find.ts";
import type { TeamCards } from "../../team-shelf.ts";
import type { Whisper } from "./ephemeral.ts";
import type { LoginDesk } from "../logins/login-desk.ts";
import { createLoginOffers } from "../logins/offer-login.ts";
import { createLateWords } from "./late-words.ts";
import { createReactions } from "./reactions.ts";
import { createReminders } from "./reminders.ts";
import { createShownUntil } from "./shown-until.ts";
import { createStatus } from "./status.ts";
import type { Prompts } from "./suggested-prompts.ts";
import type { Clock } from "../../engine/clock.ts";

/** What follows the logs of a workspace and shows or keeps what they say. */
export interface Signs extends Led {
  /** What was not to be shown for a while may be shown again. */
  lookOver(): void;
}

/** What else follows them, and is led with the signs. `start`, `lookAgain`, `settled`: as of cards (card-updates.ts). */
export interface Beside extends Signs {
  start(since?: Since): void;
  lookAgain(thread: string): void;
  settled(): Promise<boolean>;
}

export interface SignsParts {
  readonly runner: Runner;
  readonly store: Store;
  readonly settings: Settings;
  readonly web: Web;
  readonly pace: PostContext["pace"];
  readonly whisper: Whisper;
  readonly people: People;
  readonly languages: Languages;
  readonly teams: TeamCards;
  readonly prompts: Prompts;
  readonly closedChannels: ClosedChannels;
  readonly logins?: LoginDesk;
  readonly clock: Clock;
  readonly log: Log;
  /** The workspace. */
  readonly team: string;
  readonly heardAll: (thread: string) => boolean;
  readonly mayStillRead: (user: string, channel: string) => Promise<boolean | undefined>;
  /** What is led with them; nothing where it is absent. */
  readonly beside?: () => Beside;
}

/**
 * Reactions, status, sessions, titles, reminders, words that came too late, the audit log of decisions, the looks at closed channels, and beside them the cards: all of it is
 * read off the logs and done by one process for a workspace, the one that leads (runner/leader.ts), at the workspace's pace. Whoever comes to lead looks over
 * what was recorded since all was shown last (shown-until.ts).
 */
export function createSigns(parts: SignsParts): Signs {
  const { runner, whisper, clock, log, closedChannels, prompts } = parts;
  const { teams } = parts;
  const reactions = createReactions({ runner, whisper, clock, log });
  const reminders = createReminders(parts);
  const lateWords = createLateWords(parts);
  const audit = createAudit(parts);
  const { logins: desk } = parts;
  const offers = desk && createLoginOffers({ ...parts, desk });
  const isClosed = (thread: string) => closedChannels.has(thread);
  const status = createStatus({
    ...parts,
    get cards() {
      return teams.cards;
    },
    isClosed,
  });
  const beside = parts.beside?.();
  const lateCalls = createLateCalls({ ...parts, onLate: (thread) => [status, beside].forEach((one) => one?.lookAgain(thread)) });
  const shown = createShownUntil({
    ...parts,
    async settled() {
      const told = await lateCalls.told();
      await Promise.all([reminders.settled(), audit.settled()]);
      const all = [status, ...(beside ? [beside] : []), ...(offers ? [offers] : [])];
      if ((await Promise.all(all.map((one) => one.settled()))).includes(false)) return false;
      await lateCalls.done(told);
      return true;
    },
    atWorkSince: () => status.atWorkSince(),
  });
  return {
    start() {
      const { since } = shown;
      prompts.start();
      status.start(since);
      reminders.start(since);
      lateWords.start();
      offers?.start(since);
      audit.start(since);
      closedChannels.start();
      beside?.start(since);
      lateCalls.start();
      shown.start();
    },
    lookOver() {
      status.start();
      beside?.lookOver();
    },
    async close() {
      prompts.close();
      await Promise.all([
        // First: what ends below has not come to its end by itself.
        shown.close(),
        lateCalls.close(),
        closedChannels.rest(),
        reactions.close(),
        reminders.close(),
        lateWords.close(),
        offers?.close(),
        audit.close(),
        status.close(),
        beside?.close(),
      ]);
    },
  };
}
