/** The field that a modal's author named, else its first, else its button. */
export function focusFirst(dialog: HTMLElement): void {
  const wanted =
    dialog.querySelector<HTMLElement>("[data-autofocus]") ??
    dialog.querySelector<HTMLElement>(".modal-body :is(input, textarea, select, button)") ??
    dialog.querySelector<HTMLElement>(".modal-foot .button");
  wanted?.focus();
}
