import { renderBlocks } from "./blocks.js";
import { closeButton, plain, showDialog } from "./dialog.js";
import { h } from "./dom.js";
import { mark } from "./persona.js";

/** The modals the app has opened for this person: a stack, of which the last is shown. Escape, the cross and Close tell the app. */
export function createModals(app) {
  const stack = [];
  let dialog;
  let shown;

  function open(view) {
    if (!stack.some((other) => other.id === view.id)) stack.push(view);
    show();
  }
  function update(view) {
    const at = stack.findIndex((other) => other.id === view.id);
    if (at < 0) stack.push(view);
    else stack[at] = view;
    show();
  }
  /** The app or the server closed it. */
  function closed(viewId) {
    const at = stack.findIndex((view) => view.id === viewId);
    if (at >= 0) stack.splice(at, 1);
    show();
  }
  function dismiss() {
    const view = stack.pop();
    show();
    if (view) void app.send("close-modal", { as: app.store.me.id, viewId: view.id }); // The modal is gone for the person whether or not the app hears of it.
  }

  function show() {
    const top = stack.at(-1);
    if (top === shown) return;
    if (!top) {
      shown = undefined;
      dialog?.close();
      dialog = undefined;
      return;
    }
    const kept = shown?.id === top.id && dialog ? entered(dialog) : new Map();
    shown = top;
    if (!dialog) {
      dialog = h("dialog", { class: "dialog modal", "aria-labelledby": "modal-title" });
      const own = dialog;
      dialog.addEventListener("cancel", (event) => {
        event.preventDefault();
        dismiss();
      });
      showDialog(dialog, () => {
        if (dialog !== own) return;
        dialog = undefined; // The browser closed it by itself, as a second Escape may.
        shown = undefined;
        stack.length = 0;
      });
    }
    const focused = kept.size > 0 ? document.activeElement?.dataset?.key : undefined;
    dialog.replaceChildren(form(top));
    restore(dialog, kept);
    // An update leaves the person where they were.
    const same =
      focused === undefined ? undefined : [...dialog.querySelectorAll("[data-key]")].find((field) => field.dataset.key === focused);
    if (same) same.focus();
    else focusFirst(dialog);
  }

  function form({ id, view }) {
    const values = createForm();
    const failure = h("p", { class: "modal-failure", role: "alert" });
    const submit = h("button", { type: "submit", class: "button primary" }, plain(view?.submit) || "Submit");
    const needsSubmit = Boolean(view?.submit) || (Array.isArray(view?.blocks) && view.blocks.some((block) => block?.type === "input"));
    const element = h(
      "form",
      { class: "modal-form", novalidate: true },
      h(
        "header",
        { class: "modal-head" },
        h("span", { class: "modal-mark", "aria-hidden": "true" }, mark()),
        h("h2", { id: "modal-title" }, plain(view?.title)),
        closeButton(dismiss),
      ),
      h("div", { class: "modal-body" }, renderBlocks(view?.blocks, { app, where: { viewId: id }, form: values })),
      h(
        "footer",
        { class: "modal-foot" },
        failure,
        h("button", { type: "button", class: "button", onclick: dismiss }, plain(view?.close) || (needsSubmit ? "Cancel" : "Close")),
        needsSubmit && submit,
      ),
    );
    element.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (submit.getAttribute("aria-busy")) return;
      failure.textContent = "";
      if (showErrors(element, invalid(element))) return;
      submit.setAttribute("aria-busy", "true");
      const result = await app.send("submit", { as: app.store.me.id, viewId: id, values: values.read() });
      submit.removeAttribute("aria-busy");
      if (result.ok || showErrors(element, result.errors ?? {})) return;
      failure.textContent =
        Object.values(result.errors ?? {})
          .map(String)
          .join(" ") ||
        (result.error ?? "The app did not answer.");
    });
    return element;
  }

  return { open, update, closed };
}

/** Collects what each field says: block → action → a function that answers the element's state in Slack's form. */
function createForm() {
  const fields = new Map();
  return {
    set: (blockId, actionId, read) => fields.set(JSON.stringify([blockId, actionId]), read),
    read: () => {
      const values = {};
      for (const [key, read] of fields) {
        const [blockId, actionId] = JSON.parse(key);
        (values[blockId] ??= {})[actionId] = read();
      }
      return values;
    },
  };
}

/** What the browser itself finds wrong: a number out of range, an address that is none. */
function invalid(form) {
  const wrong = [...form.querySelectorAll(".block-input")].map((block) => [block.dataset.block, block.querySelector(".field")]);
  return Object.fromEntries(
    wrong.filter(([, field]) => field && !field.checkValidity()).map(([block, field]) => [block, field.validationMessage]),
  );
}

/** Writes each error below its field and goes to the first. Answers whether there was one. */
function showErrors(form, errors) {
  let first;
  for (const block of form.querySelectorAll(".block-input")) {
    const text = Object.hasOwn(errors, block.dataset.block) ? String(errors[block.dataset.block]) : "";
    block.querySelector(".field-error").textContent = text;
    const field = block.querySelector("input, textarea, select");
    if (text) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
    if (text) first ??= field;
  }
  first?.focus();
  return Boolean(first);
}

/** An updated view keeps what was already typed, as long as its field is still there. */
function entered(dialog) {
  return new Map(
    [...dialog.querySelectorAll("[data-key]")]
      .filter((field) => "value" in field)
      .map((field) => [field.dataset.key, { value: field.value, checked: field.checked }]),
  );
}

function restore(dialog, kept) {
  for (const field of dialog.querySelectorAll("input[data-key], textarea[data-key], select[data-key]")) {
    const before = kept.get(field.dataset.key);
    if (!before) continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = before.checked;
    else field.value = before.value;
  }
}

function focusFirst(dialog) {
  const wanted =
    dialog.querySelector("[autofocus]") ??
    dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select, .modal-body button") ??
    dialog.querySelector(".modal-foot .button");
  wanted?.focus();
}
