/** Asks a service that `measured.ts` has started what is alive in it. */
import { readFile, rm } from 'node:fs/promises'
import process from 'node:process'
import type { RuntimeName } from '../runtimes.ts'

/** What is left in a process after its garbage was collected, and what the kernel has given it. */
export type Memory = Readonly<{ liveBytes: number; residentBytes: number; timers: number }>

/** How `measured.ts` is started on each runtime. */
export const MEASURED: Readonly<Record<RuntimeName, readonly string[]>> = {
  node: ['node', '--expose-gc', 'bench/soak/measured.ts'],
  bun: ['bun', '--expose-gc', 'bench/soak/measured.ts'],
  deno: ['deno', 'run', '-A', '--v8-flags=--expose-gc', 'bench/soak/measured.ts'],
}

const LOOK_EVERY_MS = 20
const TIMEOUT_MS = 10_000

/** Has the process collect its garbage and tell; rejects when it does not. */
export const askMemory = async (pid: number, file: string): Promise<Memory> => {
  await rm(file, { force: true })
  process.kill(pid, 'SIGUSR2')
  for (let waitedMs = 0; waitedMs < TIMEOUT_MS; waitedMs += LOOK_EVERY_MS) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    const text = await readFile(file, 'utf8').catch(() => undefined)
    if (text !== undefined) return JSON.parse(text)
  }
  throw new Error(`process ${pid} did not say what is alive in it within ${TIMEOUT_MS} ms`)
}
