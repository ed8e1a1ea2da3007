import { gunzipSync } from "node:zlib";
import type { CodeResult } from "../../../src/sandbox/executor.ts";

/** A program as people write it: nothing is closed, and one file is saved when the program ends. */
export const LEAVES_OPEN = `
import atexit, csv, gzip, json
left = open('out/left.txt', 'w')
left.write('left open')
rows = csv.writer(open('out/rows.csv', 'w', newline=''))
rows.writerows([['a', 'b'], [1, 2]])
raw = open('out/raw.bin', 'wb')
raw.write(b'raw bytes')
def inside():
    held = open('out/held.txt', 'w')
    held.write('held by a function')
    return lambda: held
holder = inside()
packed = gzip.open('out/packed.gz', 'wt')
packed.write('packed')
results = {'total': 42}
@atexit.register
def save():
    with open('out/saved.json', 'w') as file: json.dump(results, file)
    open('out/late.txt', 'w').write('written at the exit')
`;

export const WHOLE = {
  "held.txt": "held by a function",
  "late.txt": "written at the exit",
  "left.txt": "left open",
  "packed.gz": "packed",
  "raw.bin": "raw bytes",
  "rows.csv": "a,b\r\n1,2\r\n",
  "saved.json": '{"total": 42}',
};

/** Name to text, of what came back. */
export const wholeFiles = ({ files }: CodeResult): { readonly [name: string]: string } =>
  Object.fromEntries(
    files.map(({ name, content }) => [name, name.endsWith(".gz") ? gunzipSync(content).toString() : Buffer.from(content).toString()]),
  );
