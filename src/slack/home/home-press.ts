import type { ModalView } from "@slack/types";
import type { Actor } from "../people/affiliation.ts";
import { section } from "../words/blocks.ts";
import { courtesy, type HandlerContext } from "../commands/handler-context.ts";
import type { Home } from "./home.ts";
import type { MessageKey } from "../language/messages.ts";
import type { HomeValue } from "../words/button-values.ts";
import type { PressBody } from "../words/press-payloads.ts";
import { noteView } from "./team-forms.ts";
import type { TeamShelf } from "../../team-shelf.ts";

/** A press of a button or menu of App Home, read: what each of them is handled with. */
export interface Pressed {
  readonly ctx: HandlerContext;
  readonly home: Home;
  readonly shelf: TeamShelf;
  readonly press: PressBody;
  readonly actor: Actor;
  readonly verb: string;
  readonly value: HomeValue;
}

export const note = async (ctx: HandlerContext, press: PressBody, title: NoteTitle, words: string): Promise<void> => {
  const t = await ctx.languages.of(press.user.id);
  await show(ctx, press, noteView(t, t(title), section(words)));
};

type NoteTitle = Extract<MessageKey, `${"notes" | "teamForms" | "admin"}.title.${string}`>;

export const isInModal = (press: PressBody): boolean => press.view?.type === "modal";

/** On top of the modal in which it was asked for, or by itself. */
export function show(ctx: HandlerContext, press: PressBody, view: ModalView): Promise<void> {
  const trigger = press.trigger_id ?? "";
  return isInModal(press)
    ? courtesy(ctx, "views.push", () => ctx.web.write.views.push({ trigger_id: trigger, view }))
    : courtesy(ctx, "views.open", () => ctx.web.write.views.open({ trigger_id: trigger, view }));
}
