import { Fragment, type ElementType, type Key, type ReactElement } from "react";
import { jsx as reactJsx, jsxs as reactJsxs } from "react/jsx-runtime";
import { clean } from "../text/clean.ts";

/**
 * React's JSX runtime, with one promise more: whatever text is put into an element, or into an attribute that people see, goes through
 * `clean`. Agents, people and programs write it, and no component can forget to ask. A component puts its text into an element; a bare
 * string that it returns would not come by here.
 */
export { Fragment };
export type { JSX } from "react";

type Props = { readonly [name: string]: unknown };

export function jsx(type: unknown, props: Props, key?: Key): ReactElement {
  return reactJsx(type as ElementType, cleaned(type, props), key);
}

export function jsxs(type: unknown, props: Props, key?: Key): ReactElement {
  return reactJsxs(type as ElementType, cleaned(type, props), key);
}

/** Attributes that are read out or shown. What is sent back to an app, such as a field's value, stays as the app gave it. */
const SHOWN = ["title", "alt", "aria-label", "placeholder", "label", "aria-valuetext"];

function cleaned(type: unknown, props: Props): Props {
  if (typeof type !== "string" && type !== Fragment) return props;
  let own: { [name: string]: unknown } | undefined;
  for (const name of SHOWN) {
    const value = props[name];
    if (typeof value === "string") (own ??= { ...props })[name] = clean(value);
  }
  const children = cleanedChildren(props["children"]);
  if (children !== props["children"]) (own ??= { ...props })["children"] = children;
  return own ?? props;
}

function cleanedChildren(children: unknown): unknown {
  if (typeof children === "string") return clean(children);
  if (!Array.isArray(children) || !children.some((child) => typeof child === "string" || Array.isArray(child))) return children;
  return children.map(cleanedChildren);
}
