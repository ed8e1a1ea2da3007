import { useEffect, useMemo, useRef, useState, type FormEvent } from "react";
import type { PageView } from "../../../local-slack/server/protocol.ts";
import { CloseButton } from "../../parts/dialog.tsx";
import { Mark } from "../../parts/icon.tsx";
import { Blocks } from "../blocks/blocks.tsx";
import { plain } from "../blocks/text-object.tsx";
import { send } from "../state/api.ts";
import { jsonOf, listOf } from "../state/json.ts";
import { usePage } from "../state/page.tsx";
import { focusFirst } from "./focus.ts";
import { Fields, FormProvider, type Errors } from "./form.ts";

/** One view of a modal. When the app updates it, people stay where they were, and what they typed stays in its field. */
export function ModalContent({ view: { id, view } }: { readonly view: PageView }) {
  const page = usePage();
  const form = useRef<HTMLFormElement>(null);
  const [fields] = useState(() => new Fields());
  const [errors, setErrors] = useState<Errors>({});
  const [failure, setFailure] = useState("");
  const [isBusy, setBusy] = useState(false);
  const content = jsonOf(view);
  const where = useMemo(() => ({ viewId: id }), [id]);
  const context = useMemo(() => ({ errors, add: fields.add }), [errors, fields]);
  const needsSubmit = Boolean(content["submit"]) || listOf(content["blocks"]).some((block) => block["type"] === "input");

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [errors]);
  // Pushed over another, or what had the keyboard is gone with an update.
  useEffect(() => {
    const dialog = form.current?.closest("dialog");
    if (dialog && !form.current?.contains(document.activeElement)) focusFirst(dialog);
  });

  return (
    <form ref={form} className="modal-form" noValidate onSubmit={(event) => void submit(event)}>
      <header className="modal-head">
        <span className="modal-mark" aria-hidden="true">
          <Mark />
        </span>
        <h2 id="modal-title">{plain(content["title"])}</h2>
        <CloseButton onClick={() => page.dismissModal(id)} />
      </header>
      <div className="modal-body">
        <FormProvider value={context}>
          <Blocks blocks={content["blocks"]} where={where} />
        </FormProvider>
      </div>
      <footer className="modal-foot">
        <p className="modal-failure" role="alert">
          {failure}
        </p>
        <button type="button" className="button" onClick={() => page.dismissModal(id)}>
          {plain(content["close"]) || (needsSubmit ? "Cancel" : "Close")}
        </button>
        {needsSubmit && (
          <button type="submit" className="button primary" aria-busy={isBusy || undefined}>
            {plain(content["submit"]) || "Submit"}
          </button>
        )}
      </footer>
    </form>
  );

  async function submit(event: FormEvent<HTMLFormElement>): Promise<void> {
    event.preventDefault();
    if (isBusy) return;
    const invalid = invalidIn(event.currentTarget);
    setFailure("");
    setErrors(invalid);
    if (Object.keys(invalid).length > 0) return;
    setBusy(true);
    const result = await send("submit", { as: page.as, viewId: id, values: fields.values() });
    setBusy(false);
    if (result.ok) return;
    const told = result.errors ?? {};
    setErrors(told);
    const known = new Set([...(form.current?.querySelectorAll<HTMLElement>(".block-input") ?? [])].map(({ dataset }) => dataset["block"]));
    if (Object.keys(told).some((blockId) => known.has(blockId))) return;
    setFailure(Object.values(told).join(" ") || (result.error ?? "The app did not answer."));
  }
}

/** What the browser itself finds wrong: a number out of range, an address that is none. */
function invalidIn(form: HTMLFormElement): Errors {
  const blocks = [...form.querySelectorAll<HTMLElement>(".block-input")];
  return Object.fromEntries(
    blocks.flatMap((block) => {
      const field = block.querySelector<HTMLInputElement>(".field");
      return field && !field.checkValidity() ? [[block.dataset["block"] ?? "", field.validationMessage]] : [];
    }),
  );
}
