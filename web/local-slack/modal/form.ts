import { createContext, useContext, useEffect, useRef } from "react";
import { wordsOf, type Json } from "../state/json.ts";

/** What each block's field has wrong, by block id. */
export type Errors = { readonly [blockId: string]: string };

/** The form of a modal: collects what each field says, and tells each what is wrong with it. */
export interface ModalForm {
  readonly errors: Errors;
  /** `read` answers the element's state in Slack's form; what is returned takes the field out again. */
  readonly add: (field: Field) => () => void;
}

interface Field {
  readonly blockId: string;
  readonly actionId: string;
  readonly read: () => Json;
}

const FormContext = createContext<ModalForm | undefined>(undefined);
export const FormProvider = FormContext.Provider;
/** `undefined` outside of a modal. */
export const useModalForm = (): ModalForm | undefined => useContext(FormContext);

/** Makes an element a field of the modal that it stands in, if it stands in one. */
export function useField(blockId: string, element: Json, read: () => Json): void {
  const add = useModalForm()?.add;
  const actionId = wordsOf(element["action_id"]);
  const type = wordsOf(element["type"]);
  const reading = useRef(read);
  useEffect(() => {
    reading.current = read;
  });
  useEffect(() => add?.({ blockId, actionId, read: () => ({ type, ...reading.current() }) }), [add, blockId, actionId, type]);
}

/** The fields of a form, as they come and go. */
export class Fields {
  readonly #fields = new Set<Field>();

  readonly add = (field: Field): (() => void) => {
    this.#fields.add(field);
    return () => this.#fields.delete(field);
  };

  /** Slack's `state.values`. */
  values(): { readonly [blockId: string]: { readonly [actionId: string]: Json } } {
    const values: { [blockId: string]: { [actionId: string]: Json } } = {};
    for (const { blockId, actionId, read } of this.#fields) values[blockId] = { ...values[blockId], [actionId]: read() };
    return values;
  }
}
