import { endianness } from "node:os";

const isLittle = endianness() === "LE";
const FLOAT_BYTES = 4;

/** A vector as it is kept: 32-bit floats, the least byte first, on whatever machine. */
export function bytesOf(vector: Float32Array): Buffer {
  const bytes = Buffer.from(Uint8Array.from(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)).buffer);
  return isLittle ? bytes : bytes.swap32();
}

/** The same again; bytes behind the last whole float are none of it. */
export function vectorIn(bytes: Uint8Array): Float32Array {
  const own = Uint8Array.from(bytes.subarray(0, bytes.length - (bytes.length % FLOAT_BYTES)));
  if (!isLittle) Buffer.from(own.buffer).swap32();
  return new Float32Array(own.buffer);
}
