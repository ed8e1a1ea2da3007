import { useState } from "react";
import { toast } from "../../parts/toasts.tsx";
import { send } from "../state/api.ts";
import { wordsOf, type Json } from "../state/json.ts";
import { usePage } from "../state/page.tsx";
import { plain } from "../blocks/text-object.tsx";
import type { At } from "../blocks/where.ts";

/** What was pressed or chosen, in the form of the protocol. */
export interface Chosen {
  readonly value?: string;
  readonly selected?: unknown;
}

/** Tells the app what was pressed or chosen, after the element's confirm question. Answers whether it was sent. */
export function useAct(
  element: Json,
  { where, blockId }: At,
): { readonly isBusy: boolean; readonly act: (chosen: Chosen) => Promise<boolean> } {
  const page = usePage();
  const [isBusy, setBusy] = useState(false);
  return {
    isBusy,
    act: async (chosen) => {
      const { confirm } = element;
      if (!(await page.confirmed(confirm === undefined || confirm === null ? undefined : (confirm as Json)))) return false;
      setBusy(true);
      const result = await send("click", {
        as: page.as,
        ...where,
        blockId,
        actionId: wordsOf(element["action_id"]),
        elementType: wordsOf(element["type"]),
        ...chosen,
      });
      setBusy(false);
      if (!result.ok) toast(`${plain(element["text"]) || "This"} did not reach the app: ${result.error ?? "it did not answer in time"}.`);
      return result.ok;
    },
  };
}

/** The value of a button or an option, when it has one. */
export const valueOf = (value: unknown): Chosen => (typeof value === "string" ? { value } : {});
/** Names an element for whoever looks for it after the card around it was edited. */
export const keyOf = (element: Json, { blockId }: At, value: unknown = element["value"]): string =>
  `${blockId}/${wordsOf(element["action_id"])}/${wordsOf(value)}`;
