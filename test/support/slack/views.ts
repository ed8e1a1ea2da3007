import { expect } from "vitest";
import type { Journey } from "../journey.ts";

/** The Home tab and the modals of one person, as they see them and use them. */
export interface Screen {
  /** Opens the Home tab; resolves when it shows something. */
  open(): Promise<void>;
  /** What the Home tab says, a line a block, buttons as `[label]`, menus as `{a | b}`. */
  home(): string;
  /** The same of the modal on top; empty when none is open. */
  modal(): string;
  modals(): readonly View[];
  /** Presses the button, or chooses from the menu, with this label; `near`: in the first block behind one with these words. */
  press(label: string, near?: string): Promise<void>;
  /** Presses, and resolves when another modal is on top. */
  into(label: string, near?: string): Promise<void>;
  /** Fills in the modal on top and sends it off; the errors by block, none when it was taken. */
  submit(values?: { readonly [block: string]: string | readonly string[] }): Promise<{ readonly [block: string]: string }>;
  /** Of the modal on top: what is in a field now. */
  field(block: string): string;
  until(done: () => boolean): Promise<void>;
}

export interface View {
  readonly id: string;
  readonly hash: string;
  readonly blocks: readonly Block[];
}

const PRESSES_MAX = 10;

interface Block {
  readonly type: string;
  readonly block_id: string;
  readonly text?: Text;
  readonly label?: Text;
  readonly accessory?: Element;
  readonly element?: Element;
  readonly elements?: readonly Element[];
}

interface Element {
  readonly type: string;
  readonly text?: Text | string;
  readonly action_id?: string;
  readonly value?: string;
  readonly url?: string;
  readonly options?: readonly { readonly text: Text; readonly value: string }[];
  readonly initial_value?: string;
  readonly initial_option?: { readonly value: string };
  readonly initial_options?: readonly { readonly value: string }[];
  readonly elements?: readonly Element[];
}

type Text = { readonly text: string };

export function screenOf({ slack, quiet }: Pick<Journey, "slack" | "quiet">, user: string): Screen {
  const { control } = slack;
  const homeView = () => control.home(user) as View | undefined;
  const modals = () => control.modals(user) as readonly View[];
  const top = () => modals().at(-1) ?? homeView();
  const until = (done: () => boolean) =>
    control.until(done, 45_000).catch((error: Error) => {
      throw new Error(`${error.message}\nHome:\n${wordsOf(homeView())}\nModal:\n${wordsOf(modals().at(-1))}`);
    });

  const screen: Screen = {
    async open() {
      await control.openApp({ user, tab: "home" });
      await until(() => homeView() !== undefined);
      await quiet();
    },
    home: () => wordsOf(homeView()),
    modal: () => wordsOf(modals().at(-1)),
    modals,
    async press(label, near) {
      const view = top();
      const from = view?.blocks.findIndex((block) => near === undefined || wordsIn(block).includes(near)) ?? -1;
      const found =
        from < 0
          ? undefined
          : view?.blocks
              .slice(from)
              .flatMap((block) => pressable(block))
              .find((one) => one.label === label);
      if (!view || !found) throw new Error(`nothing "${label}" here:\n${wordsOf(view)}`);
      const { blockId, actionId, value } = found;
      expect(await control.press({ user, viewId: view.id, blockId, actionId, ...(value === undefined ? {} : { value }) })).toEqual({
        acked: true,
      });
    },
    async into(label, near) {
      const before = modals().at(-1)?.id;
      const isThere = () => modals().length > 0 && modals().at(-1)?.id !== before;
      // Slack's three seconds for a trigger are less on a clock that runs fast: then a person presses again.
      const late = () => control.calls().filter(({ error }) => error === "expired_trigger_id").length;
      for (let tries = 1; tries <= PRESSES_MAX && !isThere(); tries++) {
        const seen = late();
        await screen.press(label, near);
        await until(() => isThere() || late() > seen);
      }
      await until(isThere);
    },
    async submit(values = {}) {
      const view = modals().at(-1);
      if (!view) throw new Error("no modal is open");
      const filled = Object.entries(values).map(([id, given]) => {
        const element = view.blocks.find(({ block_id: block }) => block === id)?.element;
        if (!element?.action_id) throw new Error(`no field "${id}" in:\n${wordsOf(view)}`);
        return [id, { [element.action_id]: given }];
      });
      const { response } = await control.submit({ user, viewId: view.id, values: Object.fromEntries(filled) });
      const errors = (response as { errors?: { [block: string]: string } } | undefined)?.errors ?? {};
      if (Object.keys(errors).length === 0) await quiet();
      return errors;
    },
    field(block) {
      const element = modals()
        .at(-1)
        ?.blocks.find(({ block_id: id }) => id === block)?.element;
      const several = element?.initial_options?.map(({ value }) => value).join(",");
      return element?.initial_value ?? element?.initial_option?.value ?? several ?? "";
    },
    until,
  };
  return screen;
}

function pressable(
  block: Block,
): { readonly label: string; readonly blockId: string; readonly actionId: string; readonly value?: string }[] {
  return [...(block.accessory ? [block.accessory] : []), ...(block.elements ?? []), ...(block.element ? [block.element] : [])].flatMap(
    (element) => {
      const at = { blockId: block.block_id, actionId: element.action_id ?? "" };
      if (element.type === "button")
        return [{ ...at, label: plain(element.text), ...(element.value === undefined ? {} : { value: element.value }) }];
      return (element.options ?? []).map((option) => ({ ...at, label: option.text.text, value: option.value }));
    },
  );
}

const wordsOf = (view: View | undefined): string => view?.blocks.map(wordsIn).join("\n") ?? "";

function wordsIn(block: Block): string {
  const inside = [block.accessory, block.element, ...(block.elements ?? [])].flatMap((element) =>
    element ? [wordsOfElement(element)] : [],
  );
  return [plain(block.text), plain(block.label), ...inside].filter(Boolean).join(" ");
}

function wordsOfElement(element: Element): string {
  if (element.type === "button") return `[${plain(element.text)}]`;
  if (element.options) return `{${element.options.map(({ text }) => text.text).join(" | ")}}`;
  if (element.elements) return element.elements.map(wordsOfElement).join("");
  return element.initial_value ?? plain(element.text);
}

const plain = (text: Text | string | undefined): string => (typeof text === "object" ? text.text : (text ?? ""));
