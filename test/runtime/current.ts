/** The runtime that this test runs in, chosen as the program chooses it. */
import type { Runtime } from '../../src/runtime/runtime.ts'

const pick = async (): Promise<Runtime> => {
  if ('Bun' in globalThis) return (await import('../../src/runtime/bun.ts')).runtime
  if ('Deno' in globalThis) return (await import('../../src/runtime/deno.ts')).runtime
  return (await import('../../src/runtime/node.ts')).runtime
}

/** Serves and connects as the program would. */
export const runtime = await pick()
