import { isRefusal, refuse, type Refusal } from "../refusal.ts";
import { isJson } from "../blocks/block-ids.ts";
import { forward } from "../content.ts";
import { editMessage, findOwn, removeMessage, toggleReaction } from "../people.ts";
import type { Local } from "../state/local.ts";
import type { Json } from "../state/state.ts";

/** What a person does to a message by its menu in the page. */
export const messagePosts: { readonly [path: string]: (local: Local, body: Json) => Promise<Json | Refusal> } = {
  "/page/edit": async (local, body) => {
    const found = findOwn(local, named(body));
    if (isRefusal(found)) return found;
    if (field(body, "text").trim() === "") return refuse("no_text");
    const edited = editMessage(local, { ...named(body), text: field(body, "text") });
    return isRefusal(edited) ? edited : {};
  },
  "/page/delete": async (local, body) => {
    const found = findOwn(local, named(body));
    return isRefusal(found) ? found : (removeMessage(local, named(body)) ?? {});
  },
  "/page/react": async (local, body) => toggleReaction(local, { ...named(body), name: field(body, "name") }) ?? {},
  "/page/forward": async (local, body) => {
    const from = isJson(body["from"]) ? body["from"] : {};
    const comment = field(body, "comment").trim();
    const message = forward(local, {
      user: field(body, "as"),
      from: { channel: field(from, "channel"), ts: field(from, "ts") },
      channel: field(body, "channel"),
      ...(comment === "" ? {} : { comment }),
    });
    return isRefusal(message) ? message : { ts: message.ts };
  },
};

const named = (body: Json) => ({ user: field(body, "as"), channel: field(body, "channel"), ts: field(body, "ts") });

/** "" when it is no words. */
export function field(body: Json, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}
