import type { PageStatus } from "../../../local-slack/server/protocol.ts";
import { authorOfStatus } from "../state/author.ts";
import { usePage } from "../state/page.tsx";
import { hueStyle } from "./avatar.tsx";

/** "Critic is thinking": three dots that breathe, and the words. */
export function Thinking({ status }: { readonly status: PageStatus }) {
  const { name } = authorOfStatus(status, usePage().store);
  const words = status.status.startsWith(name) ? status.status.slice(name.length).trim() : status.status;
  return (
    <span className="thinking" style={hueStyle(name)}>
      <span className="dots" aria-hidden="true">
        <i />
        <i />
        <i />
      </span>
      <span className="thinking-text">
        <bdi className="thinking-name">{name}</bdi> {words}
      </span>
    </span>
  );
}
