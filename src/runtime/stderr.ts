/**
 * The stderr of this process. Deno's own of `node:process` and `node:fs` wait for whoever reads a pipe, and with them every call; the one
 * of Deno's that does not is used there.
 */
import process from 'node:process'
import { createLineWriter } from './line-writer.ts'

// What this file uses of Deno.
declare const Deno: { stderr: { write: (bytes: Uint8Array) => Promise<number> } }

const writeOnDeno = async (text: string): Promise<void> => {
  let bytes = new TextEncoder().encode(text)
  while (bytes.length > 0) bytes = bytes.subarray(await Deno.stderr.write(bytes))
}

/** Takes the lines of the program. Whoever does not read any more is written to in vain. */
export const stderr = createLineWriter((text, done) => {
  if ('Deno' in globalThis) writeOnDeno(text).then(done, done)
  else process.stderr.write(text, () => done())
})
