import type { LoginWish } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import { createKeyedWorker, type Worked } from "../../runner/keyed-worker.ts";
import { lookOver, type Since } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import type { Log } from "../api/web-client.ts";
import type { HandlerContext } from "../commands/handler-context.ts";
import { pressed } from "../buttons/press.ts";
import type { Translator } from "../language/translator.ts";
import type { Languages } from "../language/whose-language.ts";
import type { Actor } from "../people/affiliation.ts";
import type { People } from "../people/people.ts";
import type { Of } from "../render/log-reading.ts";
import type { Looks, Whisper } from "../signs/ephemeral.ts";
import { actions, button, mention, section } from "../words/blocks.ts";
import { ButtonValue } from "../words/button-values.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { placeOf } from "../words/place.ts";
import type { PressBody } from "../words/press-payloads.ts";
import type { Clock } from "../../engine/clock.ts";
import type { LoginDesk } from "./login-desk.ts";

const THREADS_MAX = 10_000;
const RETRY_DELAY_MS = 5_000;
const TRIES_MAX = 5;

type Asked = Of<"handoff.made"> & { readonly login: LoginWish };

/**
 * Whoever is asked for a login is shown the link, alone and once, when it is asked for; read off the log as it grows. A press under the question shows
 * it again. A run that a bot or a workflow began has nobody to give one: it goes on without at once.
 */
export function createLoginOffers(parts: {
  readonly desk: LoginDesk;
  readonly runner: Pick<Runner, "follow" | "read" | "say">;
  readonly store: Pick<Store, "swapNote" | "unfinished">;
  readonly people: Pick<People, "isBot" | "affiliationOf">;
  readonly whisper: Pick<Whisper, "tell">;
  readonly languages: Pick<Languages, "of">;
  readonly clock: Clock;
  readonly log: Log;
  /** The workspace whose threads are looked after. */
  readonly team: string;
}): {
  /** Looks for what was asked `since` while nobody followed. */
  start(since?: Since): void;
  /** See {@link KeyedWorker.settled}. */
  settled(): Promise<boolean>;
  close(): Promise<void>;
} {
  const { desk, runner, store, people, whisper, languages, clock, log, team } = parts;
  const closing = new AbortController();
  let lookedOver: Promise<void> = Promise.resolve();
  const asked = createKeyedWorker({
    clock,
    begin: () => undefined,
    look: offerIn,
    onError: (thread, error) => log(`nobody could be shown where to give a login in ${thread}`, error),
    retryDelayMs: RETRY_DELAY_MS,
    retryDelayMsMax: RETRY_DELAY_MS,
    triesMax: TRIES_MAX,
    keysMax: THREADS_MAX,
  });
  const unfollow = runner.follow((thread, item) => {
    if ("seq" in item && item.type === "handoff.made" && item.login && placeOf(thread)?.team === team) asked.poke(thread);
  });

  async function offerIn(thread: string): Promise<Worked> {
    const place = placeOf(thread);
    for (const question of place ? openWishes(await runner.read(thread)) : []) {
      const { person, server } = question.login;
      if (!place) continue;
      if (await isNobody(person.id)) {
        const without = { text: `Go on without ${server}`, id: `login/${thread}/${question.seq}`, addressed: false, answers: question.seq };
        await runner.say({ thread, workspace: place.team, person, ...without });
        continue;
      }
      if (!(await store.swapNote(`login/${thread}/${question.seq}`, undefined, "shown"))) continue;
      const url = await desk.offer(question.login, { thread, seq: question.seq });
      if (url === undefined) continue;
      const t = await languages.of(person.id);
      const { text, looks } = offer(t, question.login, url);
      await whisper.tell({ user: person.id, channel: place.channel, threadTs: place.ts }, text, looks);
    }
    return { kind: "done" };
  }

  /** No person, for all that Slack says; while it does not say, it may be one. */
  const isNobody = async (user: string): Promise<boolean> =>
    !isMember(user) || ((await people.isBot(user)) && (await people.affiliationOf({ user, teams: [team] })) !== "unsaid");

  return {
    start(since) {
      const problem = (error: unknown) => log("open questions for logins could not be looked for yet", error);
      const lookThrough = async () => {
        for (const { thread } of await store.unfinished(undefined, await since?.())) if (placeOf(thread)?.team === team) asked.poke(thread);
      };
      lookedOver = lookOver(lookThrough, { clock, signal: closing.signal, problem });
    },
    async settled() {
      await lookedOver;
      return asked.settled();
    },
    async close() {
      unfollow();
      closing.abort();
      await asked.close();
    },
  };
}

/** Connect, under the question: the link, for whom it is asked of, and nobody else. */
export async function pressConnect(ctx: HandlerContext, press: PressBody, actor: Actor): Promise<void> {
  const at = pressed(ctx, press, actor);
  if (!at) return;
  const t = await ctx.languages.of(press.user.id);
  const { seq } = ButtonValue.parse(press.actions[0].value);
  const question = openWishes(await ctx.runner.read(at.thread)).find((one) => one.seq === seq);
  if (!question) return ctx.whisper.respond(press.response_url, at.listener, t("notes.text.answered"));
  const { person, server } = question.login;
  if (person.id !== press.user.id)
    return ctx.whisper.respond(
      press.response_url,
      at.listener,
      t("logins.text.notYours", { person: mention(person), server: safeMrkdwn(server) }),
    );
  const url = await ctx.logins?.offer(question.login, { thread: at.thread, seq: question.seq });
  if (url === undefined) return ctx.whisper.respond(press.response_url, at.listener, t("logins.text.noDoor"));
  const { text, looks } = offer(t, question.login, url);
  await ctx.whisper.respond(press.response_url, at.listener, text, looks);
}

function offer(t: Translator, { server, share }: LoginWish, url: string): { readonly text: string; readonly looks: Looks } {
  const named = safeMrkdwn(server);
  const text = `${t("logins.text.offer", { server: named })} ${t(`logins.text.for.${share}`)}`;
  const connect = { ...button(t("logins.button.connect", { server }), "parley.login.open", {}, "primary"), url };
  return { text, looks: { blocks: [section(text), actions(connect)], toThemAlone: true } };
}

function openWishes(transcript: Transcript): readonly Asked[] {
  const open = new Set(currentRun(transcript).questions.map(({ seq }) => seq));
  return transcript.events.filter(
    (event): event is Asked => event.type === "handoff.made" && event.login !== undefined && open.has(event.seq),
  );
}

const isMember = (id: string): boolean => /^[UW][A-Z0-9]{2,20}$/.test(id);
