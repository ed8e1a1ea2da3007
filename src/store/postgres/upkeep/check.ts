import { checkRows, type Check, type EventRow, type TroubleOf } from "../../upkeep/check.ts";
import { checkedIn } from "../audit/audit.ts";
import { openToRead } from "./reader.ts";

/**
 * Reads the schema through, also while others work on it, as it is at one instant: all that `checkRows` looks at. Whether the pages are whole the server
 * knows alone.
 * @throws StoreError when there is no database, or one that cannot be read at all.
 */
export async function checkPostgres(options: { readonly address: string; readonly troubleOf: TroubleOf }): Promise<Check> {
  const connection = await openToRead(options.address);
  try {
    return await connection.atOneInstant((query) =>
      checkRows(
        {
          all: query,
          bodiesOf: async (thread) =>
            (await query<{ seq: number; body: string }>("SELECT seq, body FROM events WHERE thread = $1 ORDER BY seq", [thread])).map(
              ({ seq, body }): EventRow => [seq, body],
            ),
          contentOf: async (hash) => (await query<{ content: Buffer }>("SELECT content FROM files WHERE hash = $1", [hash]))[0]?.content,
          audit: () => checkedIn(query),
        },
        options.troubleOf,
      ),
    );
  } finally {
    await connection.close();
  }
}
