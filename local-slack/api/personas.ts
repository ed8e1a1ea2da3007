import { textArg, type Args } from "./args.ts";
import { refuse, type Refusal } from "../refusal.ts";
import { USERNAME_CHARS_MAX } from "../state/limits.ts";
import type { Persona } from "../state/state.ts";

/** chat:write.customize is needed as soon as a name or an icon is given. */
export function personaScopes(args: Args): readonly string[] {
  return ["username", "icon_emoji", "icon_url"].some((name) => textArg(args, name) !== "") ? ["chat:write.customize"] : [];
}

/** Name and icon of a post; the emoji wins over the address. */
export function personaArg(args: Args): Persona | undefined | Refusal {
  const name = textArg(args, "username");
  const iconEmoji = textArg(args, "icon_emoji");
  const iconUrl = textArg(args, "icon_url");
  if (name === "" && iconEmoji === "" && iconUrl === "") return undefined;
  if (name.length > USERNAME_CHARS_MAX)
    return refuse("invalid_arguments", {
      response_metadata: { messages: [`[ERROR] username must be at most ${USERNAME_CHARS_MAX} characters`] },
    });
  return {
    ...(name === "" ? {} : { name }),
    ...(iconEmoji === "" ? {} : { iconEmoji }),
    ...(iconUrl === "" || iconEmoji !== "" ? {} : { iconUrl }),
  };
}
