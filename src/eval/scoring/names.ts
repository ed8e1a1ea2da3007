/** What reports call each scorer of a file, by its place: what the file says, else its kind, and of several of a kind its number. */
export function scorerNames(settings: readonly { readonly kind: string; readonly name?: string | undefined }[]): readonly string[] {
  const counts = new Map<string, number>();
  return settings.map(({ name, kind }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return name ?? (count === 1 ? kind : `${kind} ${count}`);
  });
}
