import type { z } from "zod";

/** The settings of things of one kind, each with the name of its own under `Key`. */
export type ByName<Shapes extends { readonly [name: string]: z.ZodType }, Key extends string> = {
  [Name in keyof Shapes]: { readonly [K in Key]: Name } & z.output<Shapes[Name]>;
}[keyof Shapes];
