/** What a block stands in: a message, or a view. */
export type Where = { readonly channel: string; readonly ts: string } | { readonly viewId: string };

/** Where an element stands. */
export interface At {
  readonly where: Where;
  readonly blockId: string;
  /** In an input block, whose choices are sent on submit only. */
  readonly input?: InputField;
}

/** How an input block labels its field. */
export interface InputField {
  /** Of the field itself; absent for a group of boxes, which `labelId` names. */
  readonly fieldId: string | undefined;
  readonly labelId: string;
  readonly describedBy: string;
  readonly isInvalid: boolean;
  /** Its choices are also sent at once. */
  readonly isAction: boolean;
}
