/** The event loop of this process, for a clock that is not the machine's: it must not run ahead of what is under way. */
import { setImmediate, setTimeout } from 'node:timers/promises'

/** Resolves once everything that could go on by itself has gone on. */
export const turn = (): Promise<void> => setImmediate()

/** Resolves after so many real milliseconds. */
export const sleep = (ms: number): Promise<void> => setTimeout(ms)
