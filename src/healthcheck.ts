/**
 * Asks the service on this machine whether it is alive, for images that have neither shell nor curl: exit code 0 or 1.
 *
 * A program of its own and not a command of `tandem`: it runs every half minute beside live calls, and to load the whole program
 * for it costs ten times the CPU.
 */
import { setExitCode, variables } from './runtime/process.ts'

const url = `http://127.0.0.1:${variables.PORT ?? '8080'}/healthz`
const isAlive = await fetch(url, { signal: AbortSignal.timeout(4_000) })
  .then((response) => response.ok, () => false)
setExitCode(isAlive ? 0 : 1)
