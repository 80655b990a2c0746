/**
 * The stderr of this process. Deno's own of `node:process` and `node:fs` wait for whoever reads a pipe, and with them every call; the one
 * of Deno's that does not is used there. What was said in the turn of the event loop in which a process is killed is not in a log there.
 */
import process from 'node:process'
import { createLineWriter, type WriteText } from './line-writer.ts'

// What this file uses of Deno.
declare const Deno: { stderr: { write: (bytes: Uint8Array) => Promise<number> } }

const createDenoWrite = (): WriteText => {
  const encoder = new TextEncoder()
  const writeAll = async (text: string): Promise<void> => {
    let bytes = encoder.encode(text)
    while (bytes.length > 0) bytes = bytes.subarray(await Deno.stderr.write(bytes))
  }
  let last = Promise.resolve()
  return (text, done) => {
    last = last.then(() => writeAll(text)).then(done, done)
  }
}

const write: WriteText = 'Deno' in globalThis
  ? createDenoWrite()
  : (text, done) => void process.stderr.write(text, () => done())

/** Takes the lines of the program. Whoever does not read any more is written to in vain. */
export const stderr = createLineWriter(write)
