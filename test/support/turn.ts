import { outside, turnIn, type Turn } from "../../src/engine/turn.ts";
import type { Transcript } from "../../src/engine/reading/transcript.ts";

/** For what is asked in no conversation; nothing ends it but the signal, where one is given. */
export const aside = (signal = new AbortController().signal, thread?: string): Turn => outside(signal, thread);

/** In a thread of this log. */
export const turnOn = (transcript: Transcript, signal = new AbortController().signal, heard?: Turn["heard"]): Turn =>
  turnIn({ id: "t", transcript }, signal, heard);
