import { z } from "zod";
import { actorIn, type Actor } from "../people/affiliation.ts";
import { isOwnDirect, notHere } from "../commands/command-answer.ts";
import { codeIn } from "../language/code-words.ts";
import type { Translator } from "../language/translator.ts";
import { section } from "../words/blocks.ts";
import { courtesy, NotOpened, tellDirectly, type HandlerContext } from "../commands/handler-context.ts";
import { DOORS, NAME_PLACES, OPENS_FORM, type BodyAt, type DoorName } from "./doors.ts";
import { personOf, type MessageContext } from "../commands/message-context.ts";
import { knownCode } from "../api/error-codes.ts";
import { STANDING_WAIT_MS } from "../people/permission-check.ts";
import { safeMrkdwn } from "../words/escape.ts";
import { messageBodyIn } from "../words/event-payloads.ts";
import type { Sight } from "../people/channel-members.ts";
import { id, maybe } from "../words/payload-parts.ts";
import { placeOfPress, PressBody, SubmissionBody } from "../words/press-payloads.ts";
import { noteView } from "../home/team-forms.ts";

/** The handler behind each door. The body has its shape, and `actor` has been let in. */
export type Handlers = {
  readonly [name in DoorName]: (body: BodyAt<name>, actor: name extends "message" ? FindActor : Actor) => Promise<void>;
};

/** Looks up who has written a message; only where it is for the bot, as few are in a channel. */
export type FindActor = () => Promise<Actor>;

/** So long a message waits for Slack to say who has written it. */
const ACTOR_WAIT_MS = 2_500;

/** The same for a command, a press or a form: the person waits for the answer, and a modal must open within three seconds. */
const DOOR_WAIT_MS = 400;

/** Who acts where no person does. No table of permissions has this id. */
const NOBODY: Actor = { user: "", affiliation: "external" };

/** The one way to a handler: checks the shape of the body, who acts, and that they may look into every channel that the body reaches. */
export type Enter = <N extends DoorName>(name: N, body: unknown) => Promise<void>;

export function createGate(ctx: HandlerContext, handlers: Handlers): Enter {
  return async (name, raw) => {
    try {
      await enter(name, raw);
    } catch (error) {
      if (!(error instanceof NotOpened)) throw error;
      const { code, isTooLate } = error;
      await tellAsker(ctx, raw, (t) =>
        isTooLate ? t("refusals.text.formTooLate") : t("refusals.text.notOpened", { code: safeMrkdwn(code) }),
      );
    }
  };

  async function enter(name: DoorName, raw: unknown): Promise<void> {
    const { shape, reaches } = DOORS[name];
    const spoken = reaches === "spoken" ? messageBodyIn(raw) : undefined;
    if (spoken) return handlers.message(spoken, async () => (await actorIn(ctx.people, raw, ACTOR_WAIT_MS)) ?? NOBODY);
    const parsed = (shape as z.ZodType).safeParse(raw);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      return putAside(ctx, raw, `${issue?.path.join(".") ?? "?"} ${issue?.message ?? ""}`);
    }
    // A door's handler takes what its shape gives. The compiler cannot see that, since it does not relate two tables by a key.
    const body = parsed.data as never;
    const handle = handlers[name] as (body: never, actor: Actor) => Promise<void>;
    if (reaches === "nobody") return handle(body, NOBODY);
    let actor = await actorIn(ctx.people, raw, DOOR_WAIT_MS);
    if (!actor) return handle(body, NOBODY);
    const channels = typeof reaches === "string" ? [] : (reaches as (body: never) => readonly (string | undefined)[])(body);
    if (NAME_PLACES.has(reaches) && channels.every((channel) => channel === undefined))
      return putAside(ctx, raw, "a button or a form does not say what it is about");
    for (const channel of new Set(channels)) {
      if (channel === undefined) continue;
      let sight = await ctx.people.mayRead(channel, actor);
      // A full member must not be refused because Slack was slow to say that they are one: here it is waited for longer.
      if (sight.kind === "shut" && actor.affiliation === "unsaid") {
        actor = (await actorIn(ctx.people, raw, STANDING_WAIT_MS)) ?? actor;
        sight = await ctx.people.mayRead(channel, actor);
      }
      if (sight.kind !== "open" && !isShown(raw, channel, sight)) return turnAway(ctx, { name, raw, actor, channel, sight });
    }
    if (OPENS_FORM.has(name) && !(body as Pick<PressBody, "trigger_id">).trigger_id)
      return putAside(ctx, raw, "a form was asked for, and nothing came with which Slack opens one");
    // Slack names every field, also those that are empty: a form without any would be taken for one in which all was taken out.
    if (shape === SubmissionBody && Object.keys((body as SubmissionBody).view.state.values).length === 0)
      return putAside(ctx, raw, "a form came back without its fields");
    await handle(body, actor);
  }
}

/** For what cannot be read. Whoever pressed, submitted or commanded it is told, since nothing else comes of it. */
async function putAside(ctx: HandlerContext, raw: unknown, why: string): Promise<void> {
  ctx.log(`something of Slack's was not understood: ${why}`);
  await tellAsker(ctx, raw, (t) => t("refusals.text.notUnderstood"));
}

/** Nobody, where no person has asked for anything. */
async function tellAsker(ctx: HandlerContext, raw: unknown, say: (t: Translator) => string): Promise<void> {
  const asked = Asked.safeParse(raw).data;
  const user = asked?.user?.id ?? asked?.user_id;
  if (!asked || user === undefined) return;
  const words = say(await ctx.languages.of(user));
  const channel = asked.container?.channel_id ?? asked.channel?.id ?? asked.channel_id;
  if (channel !== undefined && asked.response_url !== undefined) return ctx.whisper.respond(asked.response_url, { user, channel }, words);
  await tellDirectly(ctx, user, words);
}

/** Matches what a person asks for; `event: never` leaves events out. */
const withChannel = z
  .object({ id: maybe(id).catch(undefined), channel_id: maybe(id).catch(undefined) })
  .optional()
  .catch(undefined);
const Asked = z.object({
  event: z.never().optional(),
  user: withChannel,
  user_id: maybe(id).catch(undefined),
  channel: withChannel,
  channel_id: maybe(id).catch(undefined),
  container: withChannel,
  response_url: maybe(z.string().max(2_000)).catch(undefined),
});

/** On a Slack-compatible server without the method that tells who is in a channel, it counts that the server has shown the person the button's message. */
function isShown(raw: unknown, channel: string, sight: Sight): boolean {
  const press = PressBody.safeParse(raw).data;
  return sight.kind === "unsaid" && sight.code === "unknown_method" && press !== undefined && placeOfPress(press)?.channel === channel;
}

/** Whether a person may still read a channel, before they are told of something in it unasked; `undefined`: Slack is asked too much to say so now. */
export async function mayStillRead(ctx: Pick<MessageContext, "people">, user: string, channel: string): Promise<boolean | undefined> {
  const affiliation = await ctx.people.affiliationOf({ user, teams: [] });
  const sight = await ctx.people.mayRead(channel, { user, affiliation });
  return sight.kind === "unsaid" && sight.code === "ratelimited" ? undefined : sight.kind === "open";
}

/** Why somebody is not let in, in mrkdwn. */
function whyShut(t: Translator, channel: string, sight: Exclude<Sight, { readonly kind: "open" }>): string {
  const where = isOwnDirect(channel) ? t("refusals.text.thisConversation") : `<#${channel}>`;
  switch (sight.kind) {
    case "shut":
      return t("refusals.text.notIn", { where });
    case "away":
      return notHere(t, channel);
    case "unsaid": {
      const why = knownCode(sight.code).reaction === "do-without" ? ` ${codeIn(t, sight.code)}` : "";
      return t("refusals.text.sightUnsaid", { where, code: safeMrkdwn(sight.code), why });
    }
  }
}

async function turnAway(
  ctx: HandlerContext,
  at: {
    readonly name: DoorName;
    readonly raw: unknown;
    readonly actor: Actor;
    readonly channel: string;
    readonly sight: Exclude<Sight, { readonly kind: "open" }>;
  },
): Promise<void> {
  const { name, actor, channel, sight } = at;
  const body = at.raw as Pick<PressBody, "view" | "trigger_id" | "response_url">;
  if (sight.kind === "shut") {
    const key = body.trigger_id ?? body.view?.id;
    await ctx.settings.record({
      workspace: ctx.me.team,
      person: await personOf(ctx, actor.user),
      deed: "look in",
      subject: channel,
      allowed: false,
      detail: `is not in the channel (${name})`,
      ...(key === undefined ? {} : { key: `refused look in ${key}` }),
    });
  }
  const t = await ctx.languages.of(actor.user);
  const words = whyShut(t, channel, sight);
  const { view, trigger_id: trigger, response_url: respondTo } = body;
  // A form that was sent off is closed: nothing can be laid on it.
  const isForm = (at.raw as { readonly type?: unknown }).type === "view_submission";
  if (view !== undefined && trigger !== undefined && !isForm) {
    const shown = { trigger_id: trigger, view: noteView(t, t("notes.title.notOpen"), section(words)) };
    const open =
      view.type === "modal"
        ? courtesy(ctx, "views.push", () => ctx.web.write.views.push(shown))
        : courtesy(ctx, "views.open", () => ctx.web.write.views.open(shown));
    try {
      await open;
      return;
    } catch (error) {
      // The note was to tell that there is nothing for them here: it is told in another way, and nobody asks for it once more.
      if (!(error instanceof NotOpened)) throw error;
    }
  }
  if (typeof respondTo === "string") return ctx.whisper.respond(respondTo, { user: actor.user, channel }, words);
  await tellDirectly(ctx, actor.user, words);
}
