import { useSyncExternalStore } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { jsonOf } from "../state/json.ts";
import { usePage, type Question } from "../state/page.tsx";
import { plain, TextObject } from "../blocks/text-object.tsx";

/** Slack's confirm object, asked before something is done. */
export function Confirmation() {
  const page = usePage();
  const question = useSyncExternalStore(page.question.subscribe, page.question.read);
  return question && <Ask question={question} />;
}

function Ask({ question: { confirm, answer } }: { readonly question: Question }) {
  const isDanger = confirm["style"] === "danger";
  return (
    <Dialog
      className="dialog-small"
      aria-labelledby="confirm-title"
      onClose={() => answer(false)}
      onOpen={(dialog) => dialog.querySelector<HTMLElement>(".button")?.focus()}
    >
      <h2 id="confirm-title">{plain(confirm["title"]) || "Are you sure?"}</h2>
      <p>
        <TextObject object={jsonOf(confirm["text"])} />
      </p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={() => answer(false)}>
          {plain(confirm["deny"]) || "Cancel"}
        </button>
        <button type="button" className={`button ${isDanger ? "danger" : "primary"}`} onClick={() => answer(true)}>
          {plain(confirm["confirm"]) || "Yes"}
        </button>
      </div>
    </Dialog>
  );
}
