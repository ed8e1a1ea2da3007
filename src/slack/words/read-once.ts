import type { z } from "zod";

/**
 * What a body is by a shape, or nothing. An envelope is asked for the same by one after the other on its way: it is read once, and all are given
 * the same, which nobody changes. Kept as long as the body is. `shape`: what it has read it reads as the same.
 */
export function readingOnce<S extends z.ZodType>(shape: S): (body: unknown) => z.output<S> | undefined {
  const known = new WeakMap<object, { readonly found: z.output<S> | undefined }>();
  return (body) => {
    if (typeof body !== "object" || body === null) return shape.safeParse(body).data;
    let read = known.get(body);
    if (read === undefined) {
      const { data } = shape.safeParse(body);
      known.set(body, (read = { found: data }));
      if (typeof data === "object" && data !== null) known.set(data, read);
    }
    return read.found;
  };
}
