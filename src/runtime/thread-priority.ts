/** Who goes first where there are fewer cores than threads: the thread of the calls. */
import { setPriority } from 'node:os'
import process from 'node:process'

/** Against the 0 that a thread has: about a tenth of the time where both want all of it. */
const LOW = 10

/** Lets the thread of the calls go before this one. Only on Linux has each thread a priority of its own. */
export const giveWay = (): void => {
  if (process.platform !== 'linux') return
  try {
    setPriority(LOW)
  } catch {
    // Deno wants --allow-sys=setPriority; without it all threads are the same.
  }
}
