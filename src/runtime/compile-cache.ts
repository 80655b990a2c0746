/**
 * Lets Node keep what it has compiled, so that the next start need not strip types and compile again: that is a third of the
 * time a start takes. What was imported before it was asked for is not kept. Bun and Deno compile fast, or keep it by themselves.
 *
 * The cache lies in the temporary folder of the system (`NODE_COMPILE_CACHE` names another) and is written when the process ends.
 * Where it cannot be written, nothing is kept and nothing fails.
 */
import * as module from 'node:module'

/** Asks for it, on Node. */
export const keepCompiledCode = (): void => {
  if ('Bun' in globalThis || 'Deno' in globalThis) return
  module.enableCompileCache?.()
}
