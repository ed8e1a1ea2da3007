import { confirmed, plain } from "./dialog.js";
import { toast } from "./dom.js";

/** Tells the app what was pressed or chosen, after its confirm question. Answers whether it was sent. */
export async function act(el, ctx, chosen, control) {
  if (!(await confirmed(el.confirm, ctx.app))) return false;
  control?.setAttribute("aria-busy", "true");
  const result = await ctx.app.send("click", {
    as: ctx.app.store.me.id,
    ...ctx.where,
    blockId: ctx.blockId ?? "",
    actionId: String(el.action_id ?? ""),
    elementType: el.type,
    ...chosen,
  });
  control?.removeAttribute("aria-busy");
  if (!result.ok) toast(`${plain(el.text) || "This"} did not reach the app: ${result.error ?? "it did not answer in time"}.`);
  return result.ok;
}
